import { Prisma } from "../../../generated/prisma/client.ts";
import { recordAudit } from "../../db/audit.ts";
import type { Database } from "../../db/client.ts";
import { newId } from "../../db/ids.ts";
import { execute, row } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import { WECHAT_PAY_CLEARING } from "../../domain/ledger/accounts.ts";
import { toJsonInteger } from "../../domain/money/fen.ts";
import { DUTIES } from "../../domain/reconciliation/difference.ts";
import { canBecome } from "../../domain/refund/refund-state.ts";
import { civilDateAt, later } from "../../domain/time/civil-date.ts";
import type { RefundFact } from "../../ports/refund-gateway.ts";
import { bookPaidRefund } from "./book-refund.ts";
import type { RefundContext } from "./context.ts";
import { alertFinance, tellTenant } from "./notices.ts";
import { moveToBankPayout } from "./payout-moves.ts";
import { findRefund, type StoredRefund, setRefundState } from "./stored-refund.ts";

/** Who says how a refund stands. All end in this one use case, as with payments. */
export type RefundWitness = "notification" | "query" | "answer" | "statement";

export type SettleRefundResult =
  | { readonly state: "followed"; readonly refund: StoredRefund["state"] }
  /** Another witness was first, or it says what we know. */
  | { readonly state: "known" }
  /** It fits no refund of ours as we asked for it: nothing is booked, a person must look. */
  | { readonly state: "exception"; readonly differences: readonly string[] };

/** A refund that moves is looked at again by itself after this long. */
const LOOK_AGAIN_MS = 60_000;
/** Only finance mends an abnormal one at the channel; it may take days. */
const LOOK_AT_ABNORMAL_MS = 30 * 60_000;

/**
 * Follows what the channel states of a refund, in one transaction and idempotent: arrived → paid and booked; closed →
 * list of bank payouts; abnormal → finance. Compared with what was asked for before anything is believed.
 */
export async function settleRefund(
  db: Database,
  fact: RefundFact,
  witness: RefundWitness,
  context: RefundContext,
): Promise<SettleRefundResult> {
  const result = await inTransaction(db, (tx) => followFact(tx, fact, witness, context));
  if (result.state === "exception") reportMismatch(fact, witness, result.differences, context);
  return result;
}

export function reportMismatch(
  fact: RefundFact,
  witness: RefundWitness,
  differences: readonly string[],
  context: RefundContext,
): void {
  const code = differences.includes("outRefundNo") ? "REFUND_WITHOUT_REQUEST" : "REFUND_MISMATCH";
  context.onProblem({ code, outRefundNo: fact.outRefundNo, detail: `${witness}: ${differences.join(", ")}` });
}

/** The same inside the caller's transaction. Takes the refund's row and nothing that others hold before it. */
export async function followFact(
  tx: Transaction,
  fact: RefundFact,
  witness: RefundWitness,
  context: RefundContext,
): Promise<SettleRefundResult> {
  const refund = await findRefund(tx, { outRefundNo: fact.outRefundNo }, "lock");
  if (!refund) return exception(tx, fact, witness, ["outRefundNo"], undefined, context);
  const differences = differencesOf(refund, fact);
  if (differences.length > 0) return exception(tx, fact, witness, differences, refund, context);
  switch (fact.state) {
    case "succeeded":
      return arrived(tx, refund, fact, witness, context);
    case "closed":
      if (refund.state === "bank-due" || refund.state === "cancelled") return { state: "known" };
      if (!canBecome(refund.state, "bank-due")) return exception(tx, fact, witness, ["state"], refund, context);
      await audit(tx, refund, fact, witness, "bank-due", context);
      await moveToBankPayout(tx, refund, context.notices, "CLOSED");
      return { state: "followed", refund: "bank-due" };
    case "abnormal":
      return abnormal(tx, refund, fact, witness, context);
    case "processing":
      return underWay(tx, refund, fact, witness, context);
    default:
      return fact.state satisfies never;
  }
}

async function arrived(
  tx: Transaction,
  refund: StoredRefund,
  fact: RefundFact,
  witness: RefundWitness,
  context: RefundContext,
): Promise<SettleRefundResult> {
  // Paid by bank transfer and by the channel: somebody has the money twice.
  if (refund.state === "paid") {
    return refund.bankReference === null
      ? { state: "known" }
      : exception(tx, fact, witness, ["paidTwice"], refund, context);
  }
  if (!canBecome(refund.state, "paid")) return exception(tx, fact, witness, ["state"], refund, context);
  const today = context.businessClock.today();
  const saidOn = fact.successTime === undefined ? today : civilDateAt(Date.parse(fact.successTime));
  // Before its approval nothing was owed; a clock that runs ahead of ours books on the day on which we hear.
  const valueDate = saidOn > today ? today : later(saidOn, refund.approvedOn ?? saidOn);
  await bookPaidRefund(tx, refund, { account: WECHAT_PAY_CLEARING, valueDate, today });
  await setRefundState(tx, refund, "paid", {
    paidOn: valueDate,
    channelRefundId: fact.refundId,
    receivedBy: fact.receivedBy,
    problem: null,
    nextStepAtMs: null,
  });
  await audit(tx, refund, fact, witness, "paid", context);
  const paid = { ...refund, state: "paid" as const, paidOn: valueDate, receivedBy: fact.receivedBy ?? null };
  await tellTenant(tx, { step: "paid", refund: paid }, context.notices);
  return { state: "followed", refund: "paid" };
}

async function abnormal(
  tx: Transaction,
  refund: StoredRefund,
  fact: RefundFact,
  witness: RefundWitness,
  context: RefundContext,
): Promise<SettleRefundResult> {
  if (refund.state === "abnormal" || refund.state === "paid") return { state: "known" };
  if (!canBecome(refund.state, "abnormal")) return exception(tx, fact, witness, ["state"], refund, context);
  await setRefundState(tx, refund, "abnormal", {
    channelRefundId: fact.refundId,
    problem: "ABNORMAL",
    nextStepAtMs: context.wireClock.nowMs() + LOOK_AT_ABNORMAL_MS,
  });
  await audit(tx, refund, fact, witness, "abnormal", context);
  const stands = { ...refund, state: "abnormal" as const, problem: "ABNORMAL" };
  await alertFinance(tx, { kind: "abnormal", refund: stands, code: "ABNORMAL" }, context.notices);
  await tellTenant(tx, { step: "delayed", refund: stands }, context.notices);
  return { state: "followed", refund: "abnormal" };
}

async function underWay(
  tx: Transaction,
  refund: StoredRefund,
  fact: RefundFact,
  witness: RefundWitness,
  context: RefundContext,
): Promise<SettleRefundResult> {
  // An older word than what we know: a refund never goes back to being under way.
  if (!canBecome(refund.state, "processing")) return { state: "known" };
  await setRefundState(tx, refund, "processing", {
    channelRefundId: fact.refundId,
    problem: null,
    nextStepAtMs: context.wireClock.nowMs() + LOOK_AGAIN_MS,
  });
  await audit(tx, refund, fact, witness, "processing", context);
  await tellTenant(tx, { step: "on-its-way", refund: { ...refund, state: "processing" } }, context.notices);
  return { state: "followed", refund: "processing" };
}

/** Which of the facts are not as they were asked for; names only. */
const differencesOf = (refund: StoredRefund, fact: RefundFact): string[] => [
  ...(fact.merchantId === refund.merchantId ? [] : ["merchantId"]),
  ...(fact.outTradeNo === refund.outTradeNo ? [] : ["outTradeNo"]),
  ...(fact.refundFen === refund.amountFen ? [] : ["amount"]),
  ...(fact.orderTotalFen === refund.orderAmountFen ? [] : ["orderTotal"]),
];

/** Puts it before people, once per refund and difference, whoever says it how often. */
async function exception(
  tx: Transaction,
  fact: RefundFact,
  witness: RefundWitness,
  differences: readonly string[],
  refund: StoredRefund | undefined,
  context: RefundContext,
): Promise<SettleRefundResult> {
  const merchant = await merchantOfNumber(tx, fact.merchantId);
  const entityId = refund?.entityId ?? merchant?.entityId;
  if (entityId === undefined || merchant === undefined)
    throw new Error(`merchant number ${fact.merchantId} belongs to no merchant account of ours`);
  const facts = {
    ...fact,
    refundFen: toJsonInteger(fact.refundFen),
    orderTotalFen: toJsonInteger(fact.orderTotalFen),
    refundNo: refund?.refundNo ?? null,
    refundState: refund?.state ?? null,
    witness,
    differences,
    reasons: [`微信退款${refund === undefined ? "没有对应的申请" : "与我方退款不符"}（${differences.join("、")}）`],
    channel: true,
    early: true,
    askable: refund !== undefined,
  };
  const duty = DUTIES.REFUND_MISMATCH;
  const dueAt = new Date(context.businessClock.nowMs() + duty.deadlineHours * 3_600_000).toISOString();
  const key = `${fact.channel}|${fact.merchantId}|${fact.outRefundNo}|${[...differences].sort().join("+")}`;
  await execute(
    tx,
    Prisma.sql`INSERT INTO exception_item (id, entity_id, kind, subject_key, facts, state, account_code, business_date, amount_fen,
        order_no, tenant_id, owner_role, due_at)
      VALUES (${newId()}::uuid, ${entityId}::uuid, 'REFUND_MISMATCH', ${key}, ${JSON.stringify(facts)}::jsonb, 'open',
        ${merchant.code}, ${context.businessClock.today()}::date, ${fact.refundFen}, ${fact.outRefundNo},
        ${refund?.tenantId ?? null}::uuid, ${duty.owner}, ${dueAt}::timestamptz)
      ON CONFLICT (kind, subject_key) DO NOTHING`,
  );
  if (refund) {
    const code = differences.join("+");
    await alertFinance(tx, { kind: "mismatch", refund, code }, context.notices, code);
  }
  return { state: "exception", differences };
}

const merchantOfNumber = (
  tx: Transaction,
  merchantId: string,
): Promise<{ readonly code: string; readonly entityId: string } | undefined> =>
  row(
    tx,
    Prisma.sql`SELECT code, entity_id AS "entityId" FROM merchant_account WHERE channel = 'wechat' AND mch_id = ${merchantId}`,
  );

const audit = (
  tx: Transaction,
  refund: StoredRefund,
  fact: RefundFact,
  witness: RefundWitness,
  state: StoredRefund["state"],
  context: RefundContext,
): Promise<void> =>
  recordAudit(tx, [
    {
      actor: "channel:wechat",
      channel: `wechat-pay-${witness}`,
      businessDate: context.businessClock.today(),
      action: `refund.${state}`,
      subjectKind: "refund",
      subjectId: refund.refundId,
      before: { state: refund.state },
      after: { state, refundNo: refund.refundNo, channelRefundId: fact.refundId, amountFen: refund.amountFen },
    },
  ]);
