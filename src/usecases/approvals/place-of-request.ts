import { Prisma } from "../../../generated/prisma/client.ts";
import { buildingsOfTenant, type Portfolio } from "../staff/portfolio.ts";

/*
 * In which buildings a document (approval_request `r`) lies. Ids are unique over all tables, so the subject's id alone
 * finds the refund, line, settlement or meter; it is read anew each time, since a lease may have moved meanwhile.
 */

/** The leases that a document names by itself; none: it is about the tenant as a whole, or about no tenant. */
const LEASES = Prisma.sql`(SELECT f.lease_id FROM refund f WHERE f.id = r.subject_id AND f.lease_id IS NOT NULL
  UNION SELECT b.lease_id FROM refund f JOIN bill_line l ON l.id = f.line_id JOIN bill b ON b.id = l.bill_id WHERE f.id = r.subject_id
  UNION SELECT b.lease_id FROM bill_line l JOIN bill b ON b.id = l.bill_id WHERE l.id = r.subject_id
  UNION SELECT m.lease_id FROM move_out m WHERE m.id = r.subject_id
  UNION SELECT y.id FROM lease y WHERE y.id::text = r.payload->>'leaseId'
  UNION SELECT y.id FROM lease y WHERE y.code IN (SELECT x->>'code' FROM
    jsonb_array_elements(CASE jsonb_typeof(r.payload->'leases') WHEN 'array' THEN r.payload->'leases' ELSE '[]' END) x))`;

/** Ids as text[], of leases if the document names any, else of its meter, else of all leases of its tenant in its project. */
export const BUILDINGS_OF_REQUEST = Prisma.sql`(SELECT CASE
    WHEN EXISTS ${LEASES} THEN ARRAY(SELECT DISTINCT n.building_id::text FROM lease_unit u JOIN unit n ON n.id = u.unit_id
      WHERE u.lease_id IN ${LEASES})
    WHEN r.tenant_id IS NULL THEN ARRAY(SELECT coalesce(m.building_id, n.building_id)::text FROM meter m
      LEFT JOIN meter_assignment a ON a.meter_id = m.id AND upper_inf(a.held) LEFT JOIN unit n ON n.id = a.unit_id
      WHERE m.id = r.subject_id AND coalesce(m.building_id, n.building_id) IS NOT NULL)
    ELSE ${buildingsOfTenant(Prisma.sql`r.tenant_id`, Prisma.sql`r.project_id`)} END)`;

/** Whether a document lies in a portfolio: what `covers` says of its place, inside a query. */
export const requestInPortfolio = (
  reader: Portfolio & { readonly entityIds: readonly string[] },
): Prisma.Sql => Prisma.sql`(r.project_id IS NULL OR r.project_id = ANY (${[...reader.projectIds]}::uuid[]))
  AND (r.entity_id IS NULL OR r.entity_id = ANY (${[...reader.entityIds]}::uuid[]))
  AND (${reader.buildingIds.length === 0} OR ${BUILDINGS_OF_REQUEST} && ${[...reader.buildingIds]}::text[])`;
