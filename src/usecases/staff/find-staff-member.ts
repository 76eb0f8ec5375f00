import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { StaffRole } from "../../domain/world/property.ts";
import type { ChannelIdentity } from "../people/channel-identity.ts";

/** Somebody of the staff who has not left, with roles and portfolio. */
export interface StaffMember {
  readonly staffId: string;
  /** "S01" */
  readonly code: string;
  readonly personId: string;
  readonly name: string;
  readonly roles: readonly StaffRole[];
  /**
   * Every project in reach. Who is given no project reaches all of them from area manager upwards, and none as steward or
   * cashier: a portfolio that was forgotten shows nothing to those who stand in front of tenants.
   */
  readonly projectIds: readonly string[];
  /** Legal entities of those projects: of the projects themselves, of their leases, and of single charges. */
  readonly entityIds: readonly string[];
  /** Buildings that narrow the projects down; empty: all of them. */
  readonly buildingIds: readonly string[];
}

/** How somebody of the staff is named: by who speaks on a platform, by person, or by code. */
export type StaffReference = ChannelIdentity | { readonly personId: string } | { readonly code: string };

/** Who of the staff this is; undefined for everybody else, also for a colleague who left. */
export async function findStaffMember(tx: Transaction, reference: StaffReference): Promise<StaffMember | undefined> {
  const [first] = await loadStaff(tx, isMeantBy(reference));
  return first;
}

/** All of the staff who have not left, by code. */
export const findAllStaff = (tx: Transaction): Promise<StaffMember[]> => loadStaff(tx, Prisma.sql`true`);

function isMeantBy(reference: StaffReference): Prisma.Sql {
  if ("code" in reference) return Prisma.sql`s.code = ${reference.code}`;
  if ("personId" in reference) return Prisma.sql`s.person_id = ${reference.personId}::uuid`;
  const { platform, appId, externalId } = reference;
  return Prisma.sql`s.person_id IN (SELECT c.person_id FROM channel_identity c
    WHERE c.platform = ${platform} AND c.app_id = ${appId} AND c.external_id = ${externalId})`;
}

const loadStaff = (tx: Transaction, condition: Prisma.Sql): Promise<StaffMember[]> =>
  rows<StaffMember>(
    tx,
    Prisma.sql`SELECT s.id AS "staffId", s.code, s.person_id AS "personId", s.name, held.roles, reach.ids AS "projectIds",
        ARRAY(SELECT pr.entity_id::text FROM project pr WHERE pr.id::text = ANY (reach.ids)
          UNION SELECT l.entity_id::text FROM lease l WHERE l.project_id::text = ANY (reach.ids)
          UNION SELECT c.entity_id::text FROM lease_charge c JOIN lease l ON l.id = c.lease_id
            WHERE l.project_id::text = ANY (reach.ids)) AS "entityIds",
        ARRAY(SELECT building_id::text FROM staff_building WHERE staff_id = s.id) AS "buildingIds"
      FROM staff s
      JOIN person p ON p.id = s.person_id AND p.forgotten_at IS NULL
      CROSS JOIN LATERAL (SELECT ARRAY(SELECT role FROM staff_role WHERE staff_id = s.id ORDER BY role) AS roles) held
      CROSS JOIN LATERAL (SELECT ARRAY(SELECT pr.id::text FROM project pr
        WHERE EXISTS (SELECT 1 FROM staff_project sp WHERE sp.staff_id = s.id AND sp.project_id = pr.id)
          OR (NOT EXISTS (SELECT 1 FROM staff_project sp WHERE sp.staff_id = s.id)
            AND held.roles && ARRAY['area-manager', 'finance-manager', 'cfo', 'auditor', 'admin'])
        ORDER BY pr.code COLLATE "C") AS ids) reach
      WHERE s.left_at IS NULL AND ${condition}
      ORDER BY s.code COLLATE "C"`,
  );
