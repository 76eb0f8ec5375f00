import { Prisma } from "../../../generated/prisma/client.ts";
import { loadClaims, openLineOf } from "../../db/line-claims.ts";
import { row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { SettlementPaper } from "../../domain/documents/paper.ts";
import type { Fen } from "../../domain/money/fen.ts";
import { type CivilDate, monthOf } from "../../domain/time/civil-date.ts";
import type { PaperContext } from "./context.ts";
import { findParties, findPayee } from "./paper-parts.ts";

interface LeaseRow {
  readonly code: string;
  readonly tenantId: string;
  readonly entityId: string;
  readonly projectId: string;
  readonly from: CivilDate;
  readonly to: CivilDate;
  readonly units: readonly string[];
  readonly depositFen: Fen;
  readonly prepaymentFen: Fen;
}

/**
 * 退租结算单: what is open on a lease on a date with the entity it was signed with, against the deposit held for it and, where
 * the tenant has no other running lease with that entity, the prepayment.
 */
export async function loadSettlementPaper(
  tx: Transaction,
  of: { readonly leaseId: string; readonly asOf: CivilDate },
  context: PaperContext,
): Promise<SettlementPaper> {
  const lease = await row<LeaseRow>(
    tx,
    Prisma.sql`SELECT l.code, l.tenant_id AS "tenantId", l.entity_id AS "entityId", l.project_id AS "projectId",
        l.start_date::text AS from, l.end_date::text AS to,
        ARRAY(SELECT DISTINCT u.code FROM lease_unit h JOIN unit u ON u.id = h.unit_id WHERE h.lease_id = l.id ORDER BY u.code) AS units,
        ((SELECT coalesce(sum(r.principal_fen - r.open_fen), 0) FROM receivable r
            JOIN bill_line d ON d.id = r.line_id AND d.kind = 'deposit' WHERE r.lease_id = l.id AND r.entity_id = l.entity_id)
          + (SELECT coalesce(sum(o.amount_fen), 0) FROM opening_deposit o WHERE o.lease_id = l.id))::bigint AS "depositFen",
        CASE WHEN EXISTS (SELECT 1 FROM lease other WHERE other.tenant_id = l.tenant_id AND other.entity_id = l.entity_id
            AND other.id <> l.id AND other.end_date >= ${of.asOf}::date) THEN 0::bigint
          ELSE (SELECT coalesce(sum(p.remaining_fen), 0)::bigint FROM prepayment p
            WHERE p.entity_id = l.entity_id AND p.tenant_id = l.tenant_id AND p.remaining_fen > 0) END AS "prepaymentFen"
      FROM lease l WHERE l.id = ${of.leaseId}::uuid`,
  );
  if (!lease) throw new Error(`no lease ${of.leaseId}`);
  const claims = (await loadClaims(tx, { tenantId: lease.tenantId, entityId: lease.entityId })).filter(
    // A deposit that was never paid is not owed any more by somebody who leaves.
    (claim) => claim.leaseId === of.leaseId && claim.kind !== "deposit",
  );
  const lines = claims.map((claim) => {
    const open = openLineOf(claim, of.asOf);
    return {
      billNo: claim.billNo,
      name: context.lineLabel(claim, monthOf(claim.period.from)),
      period: claim.period,
      openFen: open.principalFen,
      lateFeeFen: open.lateFeeFen,
    };
  });
  const owedFen = lines.reduce((total, line) => total + line.openFen + line.lateFeeFen, 0n);
  const { depositFen, prepaymentFen } = lease;
  return {
    kind: "settlement",
    ...(await findParties(tx, lease)),
    leaseCode: lease.code,
    units: lease.units,
    leaseRange: { from: lease.from, to: lease.to },
    asOf: of.asOf,
    lines,
    owedFen,
    depositFen,
    prepaymentFen,
    balanceFen: owedFen - depositFen - prepaymentFen,
    payee: await findPayee(tx, lease, of.asOf, context.encryption),
  };
}
