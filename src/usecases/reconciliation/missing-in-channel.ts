import { Prisma } from "../../../generated/prisma/client.ts";
import { row, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type Fen, toJsonInteger } from "../../domain/money/fen.ts";
import { type CivilDate, formatDate } from "../../domain/time/civil-date.ts";
import { raiseException } from "../exceptions/exception.ts";
import type { Account, ReconciliationContext } from "./context.ts";

/** Book rows of a day for which no line has come: receipts, and refunds paid through the channel. */
export interface WaitingBookRow {
  readonly kind: "receipt" | "refund";
  readonly bookId: string;
  readonly number: string;
  readonly orderNo: string | null;
  readonly amountFen: Fen;
  readonly tenantId: string | null;
  readonly tenant: string | null;
  /** The day of the statement on which it stands after all. */
  readonly otherDay: CivilDate | null;
  readonly otherLineId: string | null;
  /** The channel knows it by a number of ours. */
  readonly askable: boolean;
  /** It was told before; a receipt that was taken back and recorded again is the same money. */
  readonly told: boolean;
}

const loadWaiting = (tx: Transaction, account: Account, date: CivilDate): Promise<WaitingBookRow[]> => {
  const channel = account.type === "bank" ? "bank" : "wechat";
  return rows<WaitingBookRow>(
    tx,
    Prisma.sql`WITH waiting AS MATERIALIZED (
        SELECT r.* FROM receipt r
        WHERE r.channel = ${channel} AND r.account_code = ${account.code} AND r.value_date = ${date}::date AND r.state = 'counted'
          AND NOT EXISTS (SELECT 1 FROM match_item m WHERE m.book_kind = 'receipt' AND m.book_id = r.id AND m.active)
          AND NOT EXISTS (SELECT 1 FROM exception_item x WHERE x.receipt_id = r.id AND x.statement_line_id IS NOT NULL))
      SELECT 'receipt' AS kind, r.id AS "bookId", r.receipt_no AS number,
        coalesce(o.out_trade_no, CASE WHEN r.channel_no NOT LIKE 'own-%' THEN r.channel_no END) AS "orderNo",
        r.amount_fen AS "amountFen", r.tenant_id AS "tenantId", t.code AS tenant,
        elsewhere.booking_date::text AS "otherDay", elsewhere.id AS "otherLineId",
        o.id IS NOT NULL AS askable,
        EXISTS (SELECT 1 FROM exception_item x WHERE x.kind = 'CHANNEL_MISSING' AND x.receipt_id = r.id) AS told
      FROM waiting r LEFT JOIN payment_order o ON o.id = r.payment_order_id LEFT JOIN tenant t ON t.id = r.tenant_id
      LEFT JOIN LATERAL (SELECT l.id, l.booking_date FROM statement_line l WHERE l.account_code = r.account_code
        AND l.channel_no = r.channel_no AND l.source <> 'wechat-fund' AND l.amount_fen = r.amount_fen
        AND NOT EXISTS (SELECT 1 FROM match_item m WHERE m.statement_line_id = l.id AND m.active) LIMIT 1) elsewhere ON true
      UNION ALL
      SELECT 'refund', f.id, f.refund_no, f.out_refund_no, -f.amount_fen, f.tenant_id, t.code, NULL, NULL, true, false
      FROM refund f JOIN merchant_account a ON a.id = f.merchant_account_id LEFT JOIN tenant t ON t.id = f.tenant_id
      WHERE ${channel} = 'wechat' AND a.code = ${account.code} AND f.state = 'paid' AND f.paid_on = ${date}::date
        AND NOT EXISTS (SELECT 1 FROM statement_line l WHERE l.refund_no = f.out_refund_no AND l.source = 'wechat-trade')
      ORDER BY number`,
  );
};

/** Whether a statement of a later day is in: only then is a missing line missing (money-rules 10). */
async function laterFileIsIn(tx: Transaction, account: Account, date: CivilDate): Promise<boolean> {
  const source = account.type === "bank" ? "bank" : "wechat-trade";
  const found = await row<{ later: boolean }>(
    tx,
    Prisma.sql`SELECT EXISTS (SELECT 1 FROM statement_file f WHERE f.account_code = ${account.code} AND f.source = ${source}
      AND greatest(f.statement_date, f.last_date) > ${date}::date) AS later`,
  );
  return found?.later === true;
}

/**
 * 短款: what the books have and the statement has not, once the next day's file is in as well. A row that stands on another
 * day is `CUTOFF`. Returns what still waits for that file.
 */
export async function raiseMissingInChannel(
  tx: Transaction,
  account: Account,
  date: CivilDate,
  context: ReconciliationContext,
): Promise<readonly WaitingBookRow[]> {
  const waiting = await loadWaiting(tx, account, date);
  if (waiting.length === 0) return [];
  if (!(await laterFileIsIn(tx, account, date))) return waiting;
  for (const one of waiting) await raiseOne(tx, account, date, one, context);
  return [];
}

async function raiseOne(
  tx: Transaction,
  account: Account,
  date: CivilDate,
  one: WaitingBookRow,
  context: ReconciliationContext,
): Promise<void> {
  const across = one.otherDay !== null && one.otherLineId !== null;
  if (one.told && !across) return;
  const kind = one.kind === "refund" ? "REFUND_MISMATCH" : across ? "CUTOFF" : "CHANNEL_MISSING";
  const reason = across
    ? `账上记在 ${formatDate(date)}，流水记在 ${formatDate(one.otherDay ?? date)}`
    : one.kind === "refund"
      ? `退款 ${one.number} 已记为成功，渠道账单没有`
      : `收款 ${one.number} 在流水里没有，次日的流水也已核对`;
  await raiseException(
    tx,
    {
      kind,
      entityId: account.entityId,
      accountCode: account.code,
      date,
      subjectKey: across ? `line|${one.otherLineId}` : `${one.kind}|${one.bookId}`,
      amountFen: one.amountFen,
      orderNo: one.orderNo,
      tenantId: one.tenantId ?? undefined,
      statementLineId: across ? (one.otherLineId ?? undefined) : undefined,
      receiptId: one.kind === "receipt" ? one.bookId : undefined,
      facts: {
        reasons: [reason],
        statementFen: across ? toJsonInteger(one.amountFen) : 0,
        booksFen: toJsonInteger(one.amountFen),
        valueDate: date,
        ...(one.kind === "receipt" ? { receiptNo: one.number } : { refundNo: one.number }),
        ...(one.orderNo === null ? {} : { orderNo: one.orderNo }),
        ...(one.tenant === null ? {} : { tenant: one.tenant }),
        ...(one.otherDay === null ? {} : { otherDate: one.otherDay }),
        ...(one.kind === "refund" ? { channel: true } : {}),
        ...(account.type === "merchant" && !across && one.askable ? { askable: true } : {}),
      },
    },
    context,
  );
}
