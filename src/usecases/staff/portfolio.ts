import { Prisma } from "../../../generated/prisma/client.ts";

/*
 * The portfolio of somebody of the staff inside a query: the same rule as `covers` (permissions.ts), so that a row that a use
 * case forgot to judge is not even found. A lease lies where its units are, a tenant wherever one of the leases lies. Columns
 * are handed in with their table ("r.tenant_id"): a bare name would be taken for a column of the subquery.
 */

/** Where somebody looks: people of the staff, lists and reports have these. */
export interface Portfolio {
  readonly projectIds: readonly string[];
  /** Narrows the projects down; empty: all of their buildings. */
  readonly buildingIds: readonly string[];
}

/** Whether a lease (SQL of its id) lies in a portfolio. */
export const leaseInPortfolio = (leaseId: Prisma.Sql, { projectIds, buildingIds }: Portfolio): Prisma.Sql =>
  Prisma.sql`EXISTS (SELECT 1 FROM lease z WHERE z.id = ${leaseId} AND z.project_id = ANY (${[...projectIds]}::uuid[])
    AND (${buildingIds.length === 0} OR EXISTS (SELECT 1 FROM lease_unit zu JOIN unit zn ON zn.id = zu.unit_id
      WHERE zu.lease_id = z.id AND zn.building_id = ANY (${[...buildingIds]}::uuid[]))))`;

/** Whether a tenant (SQL of the id) has a lease in a portfolio. */
export const tenantInPortfolio = (tenantId: Prisma.Sql, portfolio: Portfolio): Prisma.Sql =>
  Prisma.sql`EXISTS (SELECT 1 FROM lease zt WHERE zt.tenant_id = ${tenantId}
    AND ${leaseInPortfolio(Prisma.sql`zt.id`, portfolio)})`;

/** The buildings of a lease (SQL of its id), as text[]: `buildingIds` of a Place. */
export const buildingsOfLease = (leaseId: Prisma.Sql): Prisma.Sql =>
  Prisma.sql`ARRAY(SELECT DISTINCT zn.building_id::text FROM lease_unit zu JOIN unit zn ON zn.id = zu.unit_id
    WHERE zu.lease_id = ${leaseId})`;

/** The buildings of all leases of a tenant, of one project if that is not null, as text[]. */
export const buildingsOfTenant = (tenantId: Prisma.Sql, projectId: Prisma.Sql = Prisma.sql`NULL::uuid`): Prisma.Sql =>
  Prisma.sql`ARRAY(SELECT DISTINCT zn.building_id::text FROM lease z JOIN lease_unit zu ON zu.lease_id = z.id
      JOIN unit zn ON zn.id = zu.unit_id
    WHERE z.tenant_id = ${tenantId} AND (${projectId} IS NULL OR z.project_id = ${projectId}))`;

/** The projects of all leases of a tenant, as text[]: `projectIds` of a Place. */
export const projectsOfTenant = (tenantId: Prisma.Sql): Prisma.Sql =>
  Prisma.sql`ARRAY(SELECT DISTINCT z.project_id::text FROM lease z WHERE z.tenant_id = ${tenantId})`;

/**
 * Whether money (SQL of its entity, and of its tenant or null) lies in a portfolio: its tenant does; money of nobody yet, and of
 * who has no lease, belongs to the entity as a whole and is for those whose portfolio is not narrowed down.
 */
export const moneyInPortfolio = (
  entityId: Prisma.Sql,
  tenantId: Prisma.Sql,
  reader: Portfolio & { readonly entityIds: readonly string[] },
): Prisma.Sql => Prisma.sql`(${entityId} = ANY (${[...reader.entityIds]}::uuid[])
  AND CASE WHEN EXISTS (SELECT 1 FROM lease zm WHERE zm.tenant_id = ${tenantId}) THEN ${tenantInPortfolio(tenantId, reader)}
    ELSE ${reader.buildingIds.length === 0} END)`;
