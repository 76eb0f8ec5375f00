import { Prisma } from "../../../generated/prisma/client.ts";
import { row, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type Fen, smallerFen } from "../../domain/money/fen.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import { loadLineCover } from "./line-cover.ts";
import { moveRedLetter, type RedContext, type RedLetter, type RedPart, requestRedLetter } from "./red-letters.ts";

/** Which invoices a refund takes back, and how much of each. */
export interface RefundReversal {
  readonly invoiceNumber: string;
  readonly part: RedPart;
}

interface RefundOfLine {
  readonly refundId: string;
  readonly refundNo: string;
  readonly lineId: string;
  readonly amountFen: Fen;
}

/**
 * What has to be red-lettered when this refund takes its money off its line: as much as the invoices on it are above what
 * is received then, the latest invoice first. Asked before the refund is booked; writes nothing. Refused where an invoice
 * of it is being made or reversed just now: one of the two has to end first.
 */
export async function planRefundReversals(
  tx: Transaction,
  refund: RefundOfLine,
): Promise<readonly RefundReversal[] | Refusal> {
  const covers = (await loadLineCover(tx, [refund.lineId])).filter((cover) => cover.component === "principal");
  const [first] = covers;
  if (!first) return [];
  let overFen = first.invoicedFen - (first.receivedFen - refund.amountFen);
  const reversals: RefundReversal[] = [];
  for (const cover of covers) {
    if (overFen <= 0n) break;
    if (cover.number === undefined) {
      const no = cover.applicationNo ?? "";
      return refuse(
        "REFUND_INVOICE_PENDING",
        `这笔款正在开票（${no}）。请先退回或开完这份申请，再办退款 ${refund.refundNo}。`,
        `An invoice of this money is being made (${no}); that has to end first.`,
      );
    }
    if (cover.reversing) {
      return refuse(
        "REFUND_INVOICE_REVERSING",
        `发票 ${cover.number} 正在红冲。请等红冲办完，再办退款 ${refund.refundNo}。`,
        `Invoice ${cover.number} is being reversed; that has to end first.`,
      );
    }
    const amountFen = smallerFen(cover.coveredFen, overFen);
    reversals.push({
      invoiceNumber: cover.number,
      part: { lineId: refund.lineId, component: "principal", amountFen },
    });
    overFen -= amountFen;
  }
  return reversals;
}

/**
 * Begins the red letters of a refund in the transaction that approves it: agreed to by the same people, so finance goes
 * on with the form at once. A second call finds them there.
 */
export async function beginRefundReversals(
  tx: Transaction,
  refund: Pick<RefundOfLine, "refundId" | "refundNo">,
  reversals: readonly RefundReversal[],
  context: RedContext,
): Promise<readonly RedLetter[]> {
  const letters: RedLetter[] = [];
  for (const { invoiceNumber, part } of reversals) {
    const begun = await requestRedLetter(
      tx,
      {
        invoiceNumber,
        // 04 销售折让: the service was given, its price is less. It allows a part of the invoice.
        reason: "allowance",
        explanation: `退款 ${refund.refundNo}`,
        amountFen: part.amountFen,
        parts: [part],
        refundId: refund.refundId,
      },
      context,
    );
    if (!begun.ok) throw new Error(`the red letter of ${refund.refundNo} was planned and is refused: ${begun.code}`);
    const agreed =
      begun.redLetter.state === "pending-approval"
        ? await moveRedLetter(tx, { redNo: begun.redLetter.redNo, event: { type: "approve" } }, context)
        : begun;
    if (!agreed.ok) throw new Error(`the red letter ${begun.redLetter.redNo} cannot be agreed to: ${agreed.code}`);
    letters.push(agreed.redLetter);
  }
  return letters;
}

/** Begins anew what was refused, has expired or was withdrawn of a refund's red letters: until then its money waits. */
export async function renewRefundReversals(
  tx: Transaction,
  refundNo: string,
  context: RedContext,
): Promise<{ readonly ok: true; readonly redLetters: readonly RedLetter[] } | Refusal> {
  const refund = await row<{ refundId: string }>(
    tx,
    Prisma.sql`SELECT id AS "refundId" FROM refund WHERE refund_no = ${refundNo} FOR UPDATE`,
  );
  if (!refund) return refuse("REFUND_UNKNOWN", `没有编号为 ${refundNo} 的退款，请检查退款单号。`, "Unknown refund.");
  const fallen = await rows<{ invoiceNumber: string; lineId: string; component: RedPart["component"]; amountFen: Fen }>(
    tx,
    Prisma.sql`SELECT DISTINCT ON (r.invoice_id) i.number AS "invoiceNumber", k.line_id AS "lineId", k.component, k.amount_fen AS "amountFen"
      FROM red_letter r JOIN invoice i ON i.id = r.invoice_id JOIN red_letter_coverage k ON k.red_letter_id = r.id
      WHERE r.refund_id = ${refund.refundId}::uuid AND NOT EXISTS (SELECT 1 FROM red_letter o
        WHERE o.refund_id = r.refund_id AND o.invoice_id = r.invoice_id AND o.state NOT IN ('refused', 'expired', 'withdrawn'))
      ORDER BY r.invoice_id, r.recorded_at DESC, r.id DESC`,
  );
  if (fallen.length === 0) {
    return refuse("NOTHING_TO_RENEW", `退款 ${refundNo} 没有失效的红冲。`, "None of its red letters has fallen.");
  }
  const redLetters = await beginRefundReversals(
    tx,
    { refundId: refund.refundId, refundNo },
    fallen.map(({ invoiceNumber, ...part }) => ({ invoiceNumber, part })),
    context,
  );
  return { ok: true, redLetters };
}
