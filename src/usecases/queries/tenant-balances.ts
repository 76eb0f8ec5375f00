import { Prisma } from "../../../generated/prisma/client.ts";
import { loadClaims, openLineOf } from "../../db/line-claims.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";

/** What stands between a tenant and one legal entity on a date. */
export interface EntityBalance {
  readonly entityId: string;
  readonly entityName: string;
  /** Published bills with the late fee as of the date. */
  readonly owedFen: Fen;
  /** The part of it that is past its due date. */
  readonly overdueFen: Fen;
  /** 预存款: paid and not used yet. */
  readonly prepaymentFen: Fen;
  /** 押金 held: taken over at the start of our books, or paid on a deposit line, less what was approved to go back, set off or kept. */
  readonly depositFen: Fen;
  /** 退款中: approved and not yet arrived. */
  readonly refundingFen: Fen;
}

/** By name of the entity; entities with nothing at all are left out. */
export async function findTenantBalances(tx: Transaction, tenantId: string, asOf: CivilDate): Promise<EntityBalance[]> {
  const held = await rows<{ id: string; name: string; prepaymentFen: Fen; depositFen: Fen; refundingFen: Fen }>(
    tx,
    Prisma.sql`SELECT e.id, e.name,
        (SELECT coalesce(sum(p.remaining_fen), 0)::bigint FROM prepayment p
          WHERE p.entity_id = e.id AND p.tenant_id = ${tenantId}::uuid AND p.remaining_fen > 0) AS "prepaymentFen",
        (SELECT coalesce(sum(r.principal_fen - r.open_fen), 0)::bigint FROM bill b
          JOIN receivable r ON r.bill_id = b.id JOIN bill_line line ON line.id = r.line_id AND line.kind = 'deposit'
          WHERE b.entity_id = e.id AND b.tenant_id = ${tenantId}::uuid)
        + (SELECT coalesce(sum(d.amount_fen), 0)::bigint FROM opening_deposit d
          JOIN lease l ON l.id = d.lease_id AND l.tenant_id = ${tenantId}::uuid WHERE d.entity_id = e.id)
        - (SELECT coalesce(sum(f.amount_fen), 0)::bigint FROM refund f WHERE f.entity_id = e.id
          AND f.tenant_id = ${tenantId}::uuid AND f.source = 'deposit'
          AND f.state NOT IN ('requested', 'rejected', 'cancelled'))
        - (SELECT coalesce(sum(u.amount_fen), 0)::bigint FROM deposit_use u WHERE u.entity_id = e.id
          AND u.tenant_id = ${tenantId}::uuid) AS "depositFen",
        (SELECT coalesce(sum(f.amount_fen), 0)::bigint FROM refund f WHERE f.entity_id = e.id
          AND f.tenant_id = ${tenantId}::uuid
          AND f.state NOT IN ('requested', 'rejected', 'cancelled', 'paid')) AS "refundingFen"
      FROM legal_entity e ORDER BY e.name COLLATE "C"`,
  );
  const claims = await loadClaims(tx, { tenantId, publishedOnly: true });
  return held
    .map(({ id, name, prepaymentFen, depositFen, refundingFen }) => {
      const open = claims.filter((claim) => claim.entityId === id).map((claim) => openLineOf(claim, asOf));
      const owed = (lines: typeof open) => lines.reduce((sum, line) => sum + line.principalFen + line.lateFeeFen, 0n);
      return {
        entityId: id,
        entityName: name,
        owedFen: owed(open),
        overdueFen: owed(open.filter((line) => line.dueDate < asOf)),
        prepaymentFen,
        depositFen,
        refundingFen,
      };
    })
    .filter((balance) => balance.owedFen + balance.prepaymentFen + balance.depositFen + balance.refundingFen > 0n);
}
