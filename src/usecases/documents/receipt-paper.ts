import { Prisma } from "../../../generated/prisma/client.ts";
import { row, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { PaperMethod, ReceiptPaper } from "../../domain/documents/paper.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate, Month } from "../../domain/time/civil-date.ts";
import type { LineKind } from "../../domain/world/lease.ts";
import type { PaperContext } from "./context.ts";
import { findParties } from "./paper-parts.ts";

interface ReceiptRow {
  readonly receiptNo: string;
  readonly entityId: string;
  readonly tenantId: string;
  readonly method: PaperMethod;
  readonly date: CivilDate;
  readonly amountFen: Fen;
  readonly state: string;
}

interface AllocationRow {
  readonly billNo: string;
  readonly billMonth: Month;
  readonly kind: LineKind;
  readonly correction: number;
  readonly component: string;
  readonly from: CivilDate;
  readonly to: CivilDate;
  readonly amountFen: Fen;
}

/** The paper of a receipt: what stands of its allocations, the rest as prepayment. Throws when it belongs to no tenant. */
export async function loadReceiptPaper(
  tx: Transaction,
  receiptId: string,
  context: PaperContext,
): Promise<ReceiptPaper> {
  const receipt = await row<ReceiptRow>(
    tx,
    Prisma.sql`SELECT receipt_no AS "receiptNo", entity_id AS "entityId", tenant_id AS "tenantId", channel AS method,
        value_date::text AS date, amount_fen AS "amountFen", state FROM receipt WHERE id = ${receiptId}::uuid`,
  );
  if (!receipt) throw new Error(`no receipt ${receiptId}`);
  const found = await rows<AllocationRow>(
    tx,
    Prisma.sql`SELECT b.bill_no AS "billNo", b.period AS "billMonth", l.kind, l.correction_no AS correction, a.component,
        l.period_from::text AS from, l.period_to::text AS to,
        (a.amount_fen - coalesce((SELECT sum(v.amount_fen) FROM allocation_reversal v WHERE v.allocation_id = a.id), 0))::bigint AS "amountFen"
      FROM allocation a JOIN bill_line l ON l.id = a.line_id JOIN bill b ON b.id = l.bill_id
      WHERE a.source = 'receipt' AND a.source_id = ${receiptId}::uuid ORDER BY a.sequence`,
  );
  const standing = found.filter((one) => one.amountFen > 0n);
  const usedFen = standing.reduce((total, one) => total + one.amountFen, 0n);
  const { receiptNo, date, method, amountFen } = receipt;
  const undone = receipt.state === "undone";
  return {
    kind: "receipt",
    ...(await findParties(tx, receipt)),
    receiptNo,
    date,
    method,
    amountFen,
    undone,
    allocations: standing.map((one) => {
      const period = { from: one.from, to: one.to };
      const name = context.lineLabel({ kind: one.kind, correction: one.correction, period }, one.billMonth);
      return {
        billNo: one.billNo,
        name: one.component === "late-fee" ? context.lateFeeName(name) : name,
        period,
        amountFen: one.amountFen,
      };
    }),
    prepaymentFen: undone ? 0n : amountFen - usedFen,
  };
}
