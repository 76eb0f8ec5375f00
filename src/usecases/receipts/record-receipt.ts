import { Prisma } from "../../../generated/prisma/client.ts";
import { recordAudit } from "../../db/audit.ts";
import type { Database } from "../../db/client.ts";
import { newId } from "../../db/ids.ts";
import { postToLedger } from "../../db/ledger/post.ts";
import { takeNumbers } from "../../db/number-series.ts";
import { enqueueMessages } from "../../db/outbox/enqueue.ts";
import { execute } from "../../db/rows.ts";
import { lockTenantAccounts } from "../../db/tenant-account.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import { unclaimedMoneyReceived } from "../../domain/ledger/money-events.ts";
import { formatYuan } from "../../domain/money/fen.ts";
import { type CivilDate, formatDate } from "../../domain/time/civil-date.ts";
import { allocateReceipt } from "./allocate-receipt.ts";
import { bookingDatesOf } from "./booking-dates.ts";
import { moneyAccountOf } from "./money-account.ts";
import { planReceipt, viewOf } from "./plan-receipt.ts";
import type { ReceiptCommand, ReceiptContext, RecordedReceipt } from "./receipt.ts";
import { type ReceiptParties, resolveParties } from "./receipt-parties.ts";
import { type Refusal, refuse } from "./refusal.ts";
import { designatedKeys, findRepeated } from "./stored-receipt.ts";

/** Books money that came in, or with `preview` says what it would do. See receiveMoney. */
export const recordReceipt = (
  db: Database,
  command: ReceiptCommand,
  context: ReceiptContext,
): Promise<RecordedReceipt | Refusal> => inTransaction(db, (tx) => receiveMoney(tx, command, context));

/**
 * Money in, inside the caller's transaction (money-rules 8): locks the (tenant, entity) account, spreads the money over
 * what is owed on its value date, and writes receipt, allocations, prepayment, late fees, ledger, audit and messages.
 * Idempotent on channel, account and channel number. A refusal has written nothing.
 *
 * The caller has locked no other account before, and runs in inTransaction: when another transaction records the same
 * channel number at the same moment, this one throws a retryable error and finds that receipt when it runs again.
 */
export async function receiveMoney(
  tx: Transaction,
  command: ReceiptCommand,
  context: ReceiptContext,
): Promise<RecordedReceipt | Refusal> {
  const problem = checkFacts(command, context.today);
  if (problem) return problem;
  // First of all: a repetition must find its receipt even when nothing is owed any more that could name the entity.
  const repeated = await findRepeated(tx, command);
  if (repeated) return repeated;
  const parties = await resolveParties(tx, command);
  if (!parties.ok) return parties;
  if (command.preview) return previewReceipt(tx, command, parties);
  if (parties.tenant) await lockTenantAccounts(tx, [{ tenantId: parties.tenant.id, entityId: parties.entity.id }]);
  return writeReceipt(tx, command, context, parties);
}

function checkFacts(command: ReceiptCommand, today: CivilDate): Refusal | undefined {
  if (command.amountFen <= 0n) {
    const amount = formatYuan(command.amountFen);
    return refuse(
      "AMOUNT_NOT_POSITIVE",
      `收款金额必须大于零，现为 ${amount}。`,
      `The amount of a receipt must be above zero; it is ${amount}.`,
    );
  }
  if (command.valueDate > today) {
    return refuse(
      "DATE_IN_FUTURE",
      `到账日 ${formatDate(command.valueDate)} 晚于今天（${formatDate(today)}），请改为实际到账的日期。`,
      `The date ${command.valueDate} is after today (${today}). Give the day on which the money arrived.`,
    );
  }
  // A year typed wrong would open an accounting month that no park had, and pay lines long before they were owed.
  if (Number(command.valueDate.slice(0, 4)) < Number(today.slice(0, 4)) - 10) {
    return refuse(
      "DATE_TOO_OLD",
      `到账日 ${formatDate(command.valueDate)} 早了十年以上，请检查年份。`,
      `The date ${command.valueDate} is more than ten years ago. Check the year.`,
    );
  }
  return undefined;
}

const designationOf = (command: ReceiptCommand) => ({
  billNos: command.billNos ?? [],
  lineIds: command.lineIds ?? [],
});

async function previewReceipt(
  tx: Transaction,
  command: ReceiptCommand,
  parties: ReceiptParties,
): Promise<RecordedReceipt> {
  const planned =
    parties.tenant === null
      ? undefined
      : await planReceipt(
          tx,
          { tenantId: parties.tenant.id, entity: parties.entity },
          { ...command, designated: designationOf(command) },
        );
  return {
    ok: true,
    entity: parties.entity.code,
    tenant: parties.tenant?.code ?? null,
    amountFen: command.amountFen,
    valueDate: command.valueDate,
    allocations: (planned?.plan.allocations ?? []).map(({ line, part, amountFen }) => viewOf(line, part, amountFen)),
    prepaymentFen: planned?.plan.prepaymentFen ?? 0n,
    freedFen: 0n,
    repeated: false,
  };
}

async function writeReceipt(
  tx: Transaction,
  command: ReceiptCommand,
  context: ReceiptContext,
  parties: ReceiptParties,
): Promise<RecordedReceipt> {
  const { tenant, entity } = parties;
  const bookingDates = bookingDatesOf(tx);
  const bookingDate = await bookingDates(entity.id, command.valueDate);
  const receiptId = newId();
  const receiptNo = await takeReceiptNo(tx, entity.code, bookingDate);
  await insertReceipt(tx, command, parties, { receiptId, receiptNo, recordedBy: context.actor });
  const dates = { bookingDate, valueDate: command.valueDate };
  const moneyAccount = moneyAccountOf(command.channel);
  const allocated =
    tenant === null
      ? undefined
      : await allocateReceipt(tx, {
          receiptId,
          tenantId: tenant.id,
          entity,
          amountFen: command.amountFen,
          dates,
          designated: designationOf(command),
          designatedBy: context.actor,
          event: { type: "receipt.recorded", from: moneyAccount },
        });
  if (!allocated) {
    const postings = unclaimedMoneyReceived({ entity: entity.id, ...dates }, moneyAccount, command.amountFen);
    await postToLedger(tx, [{ eventType: "receipt.unclaimed", eventId: receiptId, postings }]);
  }
  const result: RecordedReceipt = {
    ok: true,
    receiptId,
    receiptNo,
    entity: entity.code,
    tenant: tenant?.code ?? null,
    amountFen: command.amountFen,
    valueDate: command.valueDate,
    allocations: allocated?.allocations ?? [],
    prepaymentFen: allocated?.prepaymentFen ?? 0n,
    freedFen: allocated?.freedFen ?? 0n,
    repeated: false,
  };
  await recordAudit(tx, [
    {
      actor: context.actor,
      channel: context.channel,
      ip: context.ip,
      businessDate: context.today,
      action: "receipt.recorded",
      subjectKind: "receipt",
      subjectId: receiptId,
      after: result,
    },
  ]);
  await enqueueMessages(tx, (await context.messagesOf?.(result, tx)) ?? []);
  return result;
}

/** Gapless per entity and year of the books. */
async function takeReceiptNo(tx: Transaction, entityCode: string, bookingDate: CivilDate): Promise<string> {
  const year = bookingDate.slice(0, 4);
  const number = await takeNumbers(tx, `receipt|${entityCode}|${year}`, 1);
  return `SK-${entityCode}-${year}-${number.toString().padStart(6, "0")}`;
}

/** The code is PostgreSQL's for a serialization failure, which is what it is: inTransaction runs the work again. */
class IdentityRaceLost extends Error {
  readonly code = "40001";
}

async function insertReceipt(
  tx: Transaction,
  command: ReceiptCommand,
  parties: ReceiptParties,
  made: { readonly receiptId: string; readonly receiptNo: string; readonly recordedBy: string },
): Promise<void> {
  const inserted = await execute(
    tx,
    Prisma.sql`INSERT INTO receipt (id, entity_id, tenant_id, channel, account_code, channel_no, receipt_no, amount_fen,
        value_date, state, payment_order_id, remark, designated, recorded_by)
      VALUES (${made.receiptId}::uuid, ${parties.entity.id}::uuid, ${parties.tenant?.id ?? null}::uuid, ${command.channel},
        ${parties.accountCode}, ${command.channelNo ?? `own-${made.receiptId}`}, ${made.receiptNo}, ${command.amountFen},
        ${command.valueDate}::date, 'counted', ${command.paymentOrderId ?? null}::uuid, ${command.remark ?? null},
        ${designatedKeys(command)}::text[], ${made.recordedBy})
      ON CONFLICT (channel, account_code, channel_no) DO NOTHING`,
  );
  if (inserted === 0) throw new IdentityRaceLost(`${command.channel} ${command.channelNo} was recorded at this moment`);
}
