import { Prisma } from "../../../generated/prisma/client.ts";
import { row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Place } from "./permissions.ts";
import { buildingsOfTenant, projectsOfTenant } from "./portfolio.ts";

/** Where a tenant's affairs lie: the projects and buildings of all leases; undefined: no such tenant. */
export async function placeOfTenant(tx: Transaction, tenantCode: string): Promise<Place | undefined> {
  return row<{ projectIds: string[]; buildingIds: string[] }>(
    tx,
    Prisma.sql`SELECT ${projectsOfTenant(Prisma.sql`t.id`)} AS "projectIds", ${buildingsOfTenant(Prisma.sql`t.id`)} AS "buildingIds"
      FROM tenant t WHERE t.code = ${tenantCode}`,
  );
}
