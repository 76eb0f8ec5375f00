import { Prisma } from "../../../generated/prisma/client.ts";
import { execute, row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { RecordedReceipt } from "../receipts/receipt.ts";
import { receiveMoney } from "../receipts/record-receipt.ts";
import type { Refusal } from "../receipts/refusal.ts";
import { takeBackReceipt } from "../receipts/undo-receipt.ts";
import { receiptContextOf } from "../reconciliation/context.ts";
import { withdrawConfirmations } from "../reconciliation/fingerprints.ts";
import { releaseLine, writeMatches } from "../reconciliation/match-rows.ts";
import { loadReceipt, type ReceiptOnRecord } from "./effects.ts";
import type { ResolutionContext } from "./resolution.ts";

/** What of a receipt is different when it is recorded again. */
export interface ReceiptChange {
  readonly tenantCode?: string | null | undefined;
  readonly amountFen?: bigint | undefined;
}

/**
 * Records the money of a receipt again, under a number of its own: what was taken back stays on record as it was. Statement
 * lines that the old receipt explains go over to the new one.
 */
export async function recordAgain(
  tx: Transaction,
  old: ReceiptOnRecord,
  change: ReceiptChange,
  context: ResolutionContext,
): Promise<RecordedReceipt | Refusal> {
  const tenantCode = change.tenantCode === undefined ? old.tenant : change.tenantCode;
  const sameTenant = tenantCode === old.tenant;
  const recorded = await receiveMoney(
    tx,
    {
      channel: old.channel,
      accountCode: old.accountCode,
      channelNo: await nextChannelNo(tx, old),
      tenantCode,
      entityCode: old.entity,
      amountFen: change.amountFen ?? old.amountFen,
      valueDate: old.valueDate,
      billNos: sameTenant ? namesOf(old, "bill:") : [],
      lineIds: sameTenant ? namesOf(old, "line:") : [],
      paymentOrderId: old.paymentOrderId ?? undefined,
      remark: old.remark ?? undefined,
    },
    receiptContextOf(context),
  );
  if (recorded.ok && recorded.receiptId !== undefined) await handOver(tx, old.receiptId, recorded.receiptId, context);
  return recorded;
}

const namesOf = (receipt: ReceiptOnRecord, prefix: string): string[] =>
  receipt.designated.filter((one) => one.startsWith(prefix)).map((one) => one.slice(prefix.length));

/** "4200…#2": the number that the channel gave, and which time it is recorded. */
export async function nextChannelNo(
  tx: Transaction,
  of: Pick<ReceiptOnRecord, "channel" | "accountCode" | "channelNo">,
): Promise<string> {
  const base = of.channelNo.replace(/#\d+$/, "");
  const found = await row<{ times: number }>(
    tx,
    Prisma.sql`SELECT count(*)::int AS times FROM receipt WHERE channel = ${of.channel} AND account_code = ${of.accountCode}
      AND (channel_no = ${base} OR left(channel_no, ${base.length + 1}) = ${`${base}#`})`,
  );
  const times = found?.times ?? 0;
  return times === 0 ? base : `${base}#${times + 1}`;
}

async function handOver(tx: Transaction, fromId: string, toId: string, context: ResolutionContext): Promise<void> {
  const match = await row<{ lineId: string; stage: number; reasons: string[] }>(
    tx,
    Prisma.sql`SELECT statement_line_id AS "lineId", stage, reasons FROM match_item
      WHERE book_kind = 'receipt' AND book_id = ${fromId}::uuid AND active`,
  );
  await execute(
    tx,
    Prisma.sql`UPDATE exception_item SET receipt_id = ${toId}::uuid, facts = facts || jsonb_build_object('receiptNo',
        (SELECT receipt_no FROM receipt WHERE id = ${toId}::uuid)) WHERE receipt_id = ${fromId}::uuid`,
  );
  if (!match) return;
  await releaseLine(tx, match.lineId);
  const { lineId, stage, reasons } = match;
  await writeMatches(tx, [{ lineId, bookKind: "receipt", bookId: toId, stage, reasons, matchedBy: context.actor }]);
}

/** Takes a receipt back, as `pay undo` does. */
export async function takeBack(
  tx: Transaction,
  receiptId: string,
  reason: string,
  context: ResolutionContext,
): Promise<{ readonly ok: true } | Refusal> {
  const receipt = await loadReceipt(tx, receiptId);
  if (receipt.state === "undone") return { ok: true };
  const undone = await takeBackReceipt(
    tx,
    { receiptNo: receipt.receiptNo, reason },
    { ...context, messagesOf: (undone, inside) => context.undoMessages?.(undone, inside) ?? [] },
  );
  return undone.ok ? { ok: true } : undone;
}

/**
 * Claimed money becomes nobody's again (I17): the claim's receipt is taken back and the same money recorded as unclaimed,
 * with its true value date. Returns the new receipt.
 */
export async function unclaim(
  tx: Transaction,
  receiptId: string,
  lineId: string | undefined,
  context: ResolutionContext,
): Promise<RecordedReceipt | Refusal> {
  const old = await loadReceipt(tx, receiptId);
  const taken = await takeBack(tx, receiptId, "unclaimed", context);
  if (!taken.ok) return taken;
  if (lineId !== undefined) await withdrawConfirmations(tx, lineId);
  return recordAgain(tx, { ...old, designated: [] }, { tenantCode: null }, context);
}
