import { Prisma } from "../../generated/prisma/client.ts";
import type { Building, Staff, Tenant } from "../domain/world/property.ts";
import type { World } from "../domain/world/world.ts";
import {
  loadEntities,
  loadMeters,
  loadPools,
  loadProjects,
  loadReadingHistory,
  loadTariffs,
  loadUnits,
} from "./master-data.ts";
import { rows } from "./rows.ts";
import { loadLeases } from "./stored-leases.ts";
import type { Transaction } from "./transaction.ts";

/** What is stored, in the words of a world file: a new file may refer to it. Contacts stay out: they are encrypted. */
export async function loadKnownWorld(tx: Transaction): Promise<Partial<World>> {
  return {
    entities: await loadEntities(tx),
    projects: await loadProjects(tx),
    buildings: await rows<Building>(
      tx,
      Prisma.sql`SELECT b.code, b.name, p.code AS project FROM building b JOIN project p ON p.id = b.project_id`,
    ),
    units: await loadUnits(tx),
    tenants: await rows<Tenant>(tx, Prisma.sql`SELECT code, name, kind, '[]'::jsonb AS contacts FROM tenant`),
    staff: await rows<Staff>(
      tx,
      Prisma.sql`SELECT code, name, ARRAY(SELECT role FROM staff_role r WHERE r.staff_id = s.id) AS roles,
        '[]'::jsonb AS projects, '[]'::jsonb AS buildings FROM staff s`,
    ),
    tariffs: await loadTariffs(tx),
    meters: await loadMeters(tx),
    readings: await loadReadingHistory(tx),
    pools: await loadPools(tx),
    leases: (await loadLeases(tx)).map((lease) => lease.terms),
  };
}
