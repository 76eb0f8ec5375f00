import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";

export interface TenantLease {
  readonly code: string;
  readonly projectName: string;
  readonly entityName: string;
  /** Units held on the date, by code; of a lease that has not begun or is over, all it ever held. */
  readonly units: readonly string[];
  readonly start: CivilDate;
  /** After the amendments in force. */
  readonly end: CivilDate;
}

/** The leases of a tenant, running ones first, then by start. */
export async function findTenantLeases(tx: Transaction, tenantId: string, today: CivilDate): Promise<TenantLease[]> {
  return rows<TenantLease>(
    tx,
    Prisma.sql`SELECT l.code, p.name AS "projectName", e.name AS "entityName",
        l.start_date::text AS start, l.end_date::text AS end,
        ARRAY(SELECT DISTINCT u.code FROM lease_unit h JOIN unit u ON u.id = h.unit_id WHERE h.lease_id = l.id
          AND (h.held @> ${today}::date OR NOT ${today}::date BETWEEN l.start_date AND l.end_date)
          ORDER BY u.code) AS units
      FROM lease l JOIN project p ON p.id = l.project_id JOIN legal_entity e ON e.id = l.entity_id
      WHERE l.tenant_id = ${tenantId}::uuid
      ORDER BY (l.end_date >= ${today}::date) DESC, l.start_date, l.code COLLATE "C"`,
  );
}
