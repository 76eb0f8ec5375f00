import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";

/** The legal entities to which a tenant may owe something: lessors of leases that are not over, and of what is open. */
export const findTenantPayees = (
  tx: Transaction,
  tenantId: string,
  today: CivilDate,
): Promise<{ entityId: string; entityName: string }[]> =>
  rows(
    tx,
    Prisma.sql`SELECT e.id AS "entityId", e.name AS "entityName" FROM legal_entity e WHERE e.id IN (
        SELECT l.entity_id FROM lease l WHERE l.tenant_id = ${tenantId}::uuid AND l.end_date >= ${today}::date
        UNION SELECT c.entity_id FROM lease_charge c JOIN lease l ON l.id = c.lease_id
          WHERE l.tenant_id = ${tenantId}::uuid AND l.end_date >= ${today}::date
        UNION SELECT r.entity_id FROM receivable r
          WHERE r.tenant_id = ${tenantId}::uuid AND (r.open_fen > 0 OR r.late_fee_open_fen > 0))
      ORDER BY e.name COLLATE "C"`,
  );
