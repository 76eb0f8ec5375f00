import { Prisma } from "../../../generated/prisma/client.ts";
import { loadClaims, openLineOf } from "../../db/line-claims.ts";
import { row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { SettlementPaper } from "../../domain/documents/paper.ts";
import type { Fen } from "../../domain/money/fen.ts";
import { type CivilDate, monthOf } from "../../domain/time/civil-date.ts";
import type { SheetContent } from "../moving-out/sheet.ts";
import { loadClaimsOf } from "../receipts/claim-index.ts";
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
  of: { readonly leaseId: string; readonly asOf: CivilDate; readonly version?: number },
  context: PaperContext,
): Promise<SettlementPaper> {
  const lease = await row<LeaseRow>(
    tx,
    Prisma.sql`SELECT l.code, l.tenant_id AS "tenantId", l.entity_id AS "entityId", l.project_id AS "projectId",
        l.start_date::text AS from, l.end_date::text AS to,
        ARRAY(SELECT DISTINCT u.code FROM lease_unit h JOIN unit u ON u.id = h.unit_id WHERE h.lease_id = l.id ORDER BY u.code) AS units,
        ((SELECT coalesce(sum(r.principal_fen - r.open_fen), 0) FROM receivable r
            JOIN bill_line d ON d.id = r.line_id AND d.kind = 'deposit' WHERE r.lease_id = l.id AND r.entity_id = l.entity_id)
          + (SELECT coalesce(sum(o.amount_fen), 0) FROM opening_deposit o WHERE o.lease_id = l.id)
          - (SELECT coalesce(sum(f.amount_fen), 0) FROM refund f WHERE f.source = 'deposit' AND f.lease_id = l.id
              AND f.state NOT IN ('rejected', 'cancelled'))
          - (SELECT coalesce(sum(u.amount_fen), 0) FROM deposit_use u WHERE u.lease_id = l.id))::bigint AS "depositFen",
        CASE WHEN EXISTS (SELECT 1 FROM lease other WHERE other.tenant_id = l.tenant_id AND other.entity_id = l.entity_id
            AND other.id <> l.id AND other.end_date >= ${of.asOf}::date) THEN 0::bigint
          ELSE (SELECT coalesce(sum(p.remaining_fen), 0)::bigint FROM prepayment p
            WHERE p.entity_id = l.entity_id AND p.tenant_id = l.tenant_id AND p.remaining_fen > 0) END AS "prepaymentFen"
      FROM lease l WHERE l.id = ${of.leaseId}::uuid`,
  );
  if (!lease) throw new Error(`no lease ${of.leaseId}`);
  const sheet = of.version === undefined ? undefined : await findSheetOfLease(tx, of.leaseId, of.version);
  if (sheet) return paperOfSheet(tx, lease, { ...of, sheet }, context);
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

/** What a sheet said when it was made: it is signed, so it says the same however late it is printed. */
async function paperOfSheet(
  tx: Transaction,
  lease: LeaseRow,
  of: { readonly leaseId: string; readonly asOf: CivilDate; readonly sheet: SheetContent },
  context: PaperContext,
): Promise<SettlementPaper> {
  const { sheet, asOf } = of;
  const claims = await loadClaimsOf(
    tx,
    sheet.lines.map(({ lineId }) => lineId),
  );
  const amounts = new Map(sheet.lines.map((line) => [line.lineId, line]));
  const owedFen = BigInt(sheet.owedFen);
  const forfeitedFen = BigInt(sheet.forfeitedFen);
  const depositFen = BigInt(sheet.depositFen);
  const prepaymentFen = BigInt(sheet.prepaymentFen);
  return {
    kind: "settlement",
    ...(await findParties(tx, lease)),
    leaseCode: lease.code,
    units: lease.units,
    leaseRange: { from: lease.from, to: lease.to },
    asOf,
    lines: claims.map((claim) => ({
      billNo: claim.billNo,
      name: context.lineLabel(claim, monthOf(claim.period.from)),
      period: claim.period,
      openFen: BigInt(amounts.get(claim.lineId)?.openFen ?? "0"),
      lateFeeFen: BigInt(amounts.get(claim.lineId)?.lateFeeFen ?? "0"),
    })),
    owedFen,
    depositFen,
    ...(forfeitedFen === 0n ? {} : { forfeitedFen }),
    prepaymentFen,
    balanceFen: owedFen + forfeitedFen - depositFen - prepaymentFen,
    payee: await findPayee(tx, lease, asOf, context.encryption),
  };
}

const findSheetOfLease = async (tx: Transaction, leaseId: string, version: number): Promise<SheetContent | undefined> =>
  (
    await row<{ content: SheetContent }>(
      tx,
      Prisma.sql`SELECT s.content FROM move_out_sheet s JOIN move_out m ON m.id = s.move_out_id
        WHERE m.lease_id = ${leaseId}::uuid AND m.state <> 'cancelled' AND s.version = ${version}`,
    )
  )?.content;
