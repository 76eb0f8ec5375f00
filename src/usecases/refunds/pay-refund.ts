import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { execute, row } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import { afterApply, afterQuery, type PayoutStep, waitAfterQueries } from "../../domain/refund/payout-step.ts";
import type { RefundGateway, RefundResult, RefundStatus } from "../../ports/refund-gateway.ts";
import { beginCall, finishCall } from "../payments/vendor-calls.ts";
import type { RefundContext } from "./context.ts";
import { alertFinance, tellTenant } from "./notices.ts";
import { moveToBankPayout } from "./payout-moves.ts";
import { followFact, reportMismatch, type SettleRefundResult } from "./settle-refund.ts";
import { findRefund, mustWait, type StoredRefund, setRefundState } from "./stored-refund.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
/** Partial refunds of one order keep this distance (reference/wechat-pay.md section 4.1), and a little. */
const BETWEEN_REFUNDS_MS = 61 * SECOND_MS;
/** Finance tops the account up; meanwhile the same number is asked for again. */
const FUNDS_AGAIN_MS = 30 * MINUTE_MS;
const FIRST_BACKOFF_MS = 5 * SECOND_MS;
const LONGEST_BACKOFF_MS = 30 * MINUTE_MS;

/**
 * One step of the payout of a refund, the way back of its money: asks the channel with the refund's one number, or asks
 * how it stands. Any crash leaves it where the next step begins with a query; nothing is asked for a second time before
 * the channel has said that it knows nothing. Returns the state that it is in then.
 */
export async function payRefund(
  db: Database,
  refundId: string,
  context: RefundContext,
): Promise<StoredRefund["state"]> {
  const refund = await inTransaction(db, (tx) => findRefund(tx, { refundId }));
  if (!refund) throw new Error(`there is no refund ${refundId}`);
  switch (refund.state) {
    case "approved":
      return refund.route === "bank" ? toBank(db, refund, context) : apply(db, refund, context);
    case "paying":
    case "processing":
    case "abnormal":
      return query(db, refund, context);
    case "requested":
    case "stuck":
    case "bank-due":
    case "paid":
    case "rejected":
    case "cancelled":
      return refund.state;
    default:
      return refund.state satisfies never;
  }
}

const toBank = (db: Database, seen: StoredRefund, context: RefundContext): Promise<StoredRefund["state"]> =>
  inTransaction(db, async (tx) => {
    const refund = await findRefund(tx, seen, "lock");
    if (refund?.state !== "approved" || mustWait(refund)) return refund?.state ?? seen.state;
    await moveToBankPayout(tx, refund, context.notices);
    return "bank-due";
  });

/** Intent, call, outcome. The query after anything but an acceptance follows at once, or after a pause where nothing was said. */
async function apply(db: Database, seen: StoredRefund, context: RefundContext): Promise<StoredRefund["state"]> {
  const gateway = gatewayOf(seen, context);
  const { outTradeNo, orderAmountFen } = seen;
  if (outTradeNo === null || orderAmountFen === null)
    throw new Error(`refund ${seen.refundNo} has no order to go back to`);
  const begun = await inTransaction(db, (tx) => beginApply(tx, seen, context));
  if (begun === undefined) return (await inTransaction(db, (tx) => findRefund(tx, seen)))?.state ?? seen.state;
  const answer = await gateway.request({
    outRefundNo: seen.outRefundNo,
    outTradeNo,
    refundFen: seen.amountFen,
    orderTotalFen: orderAmountFen,
    // No words of the tenant: they would leave for a third party.
    reason: `退款 ${seen.refundNo}`,
  });
  const step = await inTransaction(db, (tx) => recordApply(tx, seen, begun, answer, context));
  const now = await inTransaction(db, (tx) => findRefund(tx, seen));
  if (!now) throw new Error(`refund ${seen.refundNo} is gone`);
  return step === "query-now" ? query(db, now, context) : now.state;
}

/** Undefined: not now, for a hold, an earlier refund of the order a moment ago, or because somebody else has begun. */
async function beginApply(tx: Transaction, seen: StoredRefund, context: RefundContext): Promise<string | undefined> {
  const refund = await findRefund(tx, seen, "lock");
  if (refund?.state !== seen.state || mustWait(refund)) return undefined;
  const nowMs = context.wireClock.nowMs();
  // Held while it is asked for: two refunds of one order would look past each other.
  await execute(tx, Prisma.sql`SELECT 1 FROM payment_order WHERE id = ${refund.paymentOrderId}::uuid FOR UPDATE`);
  const recent = await row<{ last_ms: bigint }>(
    tx,
    Prisma.sql`SELECT (extract(epoch FROM max(c.started_at)) * 1000)::bigint AS last_ms
      FROM vendor_call c JOIN refund f ON f.id = c.subject_id AND c.subject_kind = 'refund'
      WHERE f.payment_order_id = ${refund.paymentOrderId}::uuid AND f.id <> ${refund.refundId}::uuid
        AND c.operation = 'refund' HAVING max(c.started_at) > ${new Date(nowMs - BETWEEN_REFUNDS_MS).toISOString()}::timestamptz`,
  );
  if (recent) {
    await setRefundState(tx, refund, refund.state, { nextStepAtMs: Number(recent.last_ms) + BETWEEN_REFUNDS_MS });
    return undefined;
  }
  await setRefundState(tx, refund, "paying", { nextStepAtMs: nowMs + FIRST_BACKOFF_MS });
  return beginCall(tx, { kind: "refund", id: refund.refundId }, "refund", nowMs);
}

async function recordApply(
  tx: Transaction,
  seen: StoredRefund,
  callId: string,
  answer: RefundResult,
  context: RefundContext,
): Promise<"followed" | "query-now" | "query-later"> {
  const refund = await findRefund(tx, seen, "lock");
  if (!refund) throw new Error(`refund ${seen.refundNo} is gone`);
  const nowMs = context.wireClock.nowMs();
  await finishCall(tx, callId, { ...outcomeOf(answer), atMs: nowMs });
  const step = afterApply(answer);
  if (step.do === "follow-fact" && answer.state === "accepted") {
    noteMismatch(await followFact(tx, answer.fact, "answer", context), answer.fact, context);
    return "followed";
  }
  // A notification may have been faster than the answer.
  if (refund.state !== "paying") return "followed";
  const attempts = await countCalls(tx, refund, "refund");
  await setRefundState(tx, refund, "paying", { nextStepAtMs: nowMs + backoffMs(attempts) });
  return answer.state === "unknown" ? "query-later" : "query-now";
}

function outcomeOf(answer: RefundResult): { readonly state: "OK" | "REFUSED" | "UNKNOWN"; readonly outcome: object } {
  switch (answer.state) {
    case "accepted":
      return { state: "OK", outcome: { standing: answer.fact.state } };
    case "insufficient-funds":
    case "refused":
      return { state: "REFUSED", outcome: { code: answer.code } };
    case "unknown":
      return { state: "UNKNOWN", outcome: { reason: answer.reason } };
    default:
      return answer satisfies never;
  }
}

async function query(db: Database, seen: StoredRefund, context: RefundContext): Promise<StoredRefund["state"]> {
  const gateway = gatewayOf(seen, context);
  const callId = await inTransaction(db, async (tx) => {
    await findRefund(tx, seen, "lock");
    return beginCall(tx, { kind: "refund", id: seen.refundId }, "query", context.wireClock.nowMs());
  });
  const status = await gateway.query(seen.outRefundNo);
  const step = await inTransaction(db, (tx) => recordQuery(tx, seen, callId, status, context));
  const now = await inTransaction(db, (tx) => findRefund(tx, seen));
  if (!now) throw new Error(`refund ${seen.refundNo} is gone`);
  return step.do === "ask-again" && now.state === "paying" ? apply(db, now, context) : now.state;
}

async function recordQuery(
  tx: Transaction,
  seen: StoredRefund,
  callId: string,
  status: RefundStatus,
  context: RefundContext,
): Promise<PayoutStep> {
  const refund = await findRefund(tx, seen, "lock");
  if (!refund) throw new Error(`refund ${seen.refundNo} is gone`);
  const nowMs = context.wireClock.nowMs();
  const outcome = status.state === "unknown" ? { reason: status.reason } : { standing: status.state };
  await finishCall(tx, callId, { state: status.state === "unknown" ? "UNKNOWN" : "OK", outcome, atMs: nowMs });
  const step = afterQuery(status.state, await latestRefusal(tx, refund));
  if (step.do === "follow-fact" && status.state === "known") {
    noteMismatch(await followFact(tx, status.fact, "query", context), status.fact, context);
    await waitFurther(tx, seen, context);
    return step;
  }
  // Only a refund that we are asking for may be missing; one that was taken on is looked for again.
  if (refund.state !== "paying") {
    if (refund.state === "processing" || refund.state === "abnormal") await waitFurther(tx, seen, context);
    return { do: "wait" };
  }
  switch (step.do) {
    case "wait":
    case "query":
    case "follow-fact":
      await waitFurther(tx, seen, context);
      return step;
    case "ask-again":
      return step;
    case "wait-for-funds":
      await setRefundState(tx, refund, "approved", { problem: step.code, nextStepAtMs: nowMs + FUNDS_AGAIN_MS });
      await alertFinance(
        tx,
        { kind: "no-funds", refund: { ...refund, problem: step.code }, code: step.code },
        context.notices,
        context.businessClock.today(),
      );
      return step;
    case "pay-by-bank":
      await moveToBankPayout(tx, refund, context.notices, step.code);
      return step;
    case "stop": {
      await setRefundState(tx, refund, "stuck", { problem: step.code, nextStepAtMs: null });
      const stuck = { ...refund, state: "stuck" as const, problem: step.code };
      await alertFinance(tx, { kind: "stuck", refund: stuck, code: step.code }, context.notices, step.code);
      await tellTenant(tx, { step: "delayed", refund: stuck }, context.notices);
      context.onProblem({ code: "REFUND_STUCK", outRefundNo: refund.outRefundNo, detail: step.code });
      return step;
    }
    default:
      return step satisfies never;
  }
}

function noteMismatch(
  result: SettleRefundResult,
  fact: Parameters<typeof reportMismatch>[0],
  context: RefundContext,
): void {
  if (result.state === "exception") reportMismatch(fact, "query", result.differences, context);
}

/** Looks again later, at growing distances. */
async function waitFurther(tx: Transaction, seen: StoredRefund, context: RefundContext): Promise<void> {
  const refund = await findRefund(tx, seen, "lock");
  if (!refund || !["paying", "processing", "abnormal"].includes(refund.state)) return;
  const waitMs = waitAfterQueries(await countCalls(tx, refund, "query"));
  await setRefundState(tx, refund, refund.state, { nextStepAtMs: context.wireClock.nowMs() + waitMs });
}

/** The code of the latest application if it was refused; an open or unanswered one says nothing. */
async function latestRefusal(tx: Transaction, refund: StoredRefund): Promise<string | undefined> {
  const latest = await row<{ state: string; code: string | null }>(
    tx,
    Prisma.sql`SELECT state, outcome->>'code' AS code FROM vendor_call WHERE subject_kind = 'refund'
      AND subject_id = ${refund.refundId}::uuid AND operation = 'refund' ORDER BY attempt DESC LIMIT 1`,
  );
  return latest?.state === "REFUSED" ? (latest.code ?? "UNKNOWN_CODE") : undefined;
}

const countCalls = async (tx: Transaction, refund: StoredRefund, operation: "refund" | "query"): Promise<number> =>
  (
    await row<{ calls: number }>(
      tx,
      Prisma.sql`SELECT count(*)::int AS calls FROM vendor_call WHERE subject_kind = 'refund'
        AND subject_id = ${refund.refundId}::uuid AND operation = ${operation}`,
    )
  )?.calls ?? 0;

const backoffMs = (attempts: number): number =>
  Math.min(FIRST_BACKOFF_MS * 2 ** Math.min(attempts - 1, 12), LONGEST_BACKOFF_MS);

/** Throws when the merchant account is not configured any more: the refund waits until it is. */
function gatewayOf(refund: StoredRefund, context: RefundContext): RefundGateway {
  const gateway = refund.merchantId === null ? undefined : context.gateways.get(refund.merchantId);
  if (!gateway) throw new Error(`refund ${refund.refundNo}: its merchant account is not configured`);
  return gateway;
}
