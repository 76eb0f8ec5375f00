import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { execute, rows } from "../../db/rows.ts";
import { inTransaction } from "../../db/transaction.ts";
import {
  type ChannelAnswer,
  type ChannelDecision,
  decideByChannel,
} from "../../domain/reconciliation/channel-answer.ts";
import type { PaymentStatus } from "../../ports/payment-gateway.ts";
import type { PaymentContext } from "../payments/context.ts";
import { findOrder } from "../payments/stored-order.ts";
import { withIntent } from "../payments/vendor-calls.ts";
import type { RefundContext } from "../refunds/context.ts";
import { settleRefund } from "../refunds/settle-refund.ts";
import { findRefund } from "../refunds/stored-refund.ts";
import { findStaffMember, type StaffMember } from "../staff/find-staff-member.ts";
import { type ExceptionItem, findException } from "./exception.ts";
import type { ResolutionContext } from "./resolution.ts";
import { resolveException } from "./resolve-exception.ts";
import { refreshCards } from "./write-resolution.ts";

export interface ChannelQuestions {
  readonly payments: PaymentContext;
  readonly refunds: RefundContext;
  /** In whose name the answer is acted on. */
  readonly resolutionOf: (staff: StaffMember) => ResolutionContext;
}

/** Asked again after that if the channel said nothing, or whoever asked has died. */
const AGAIN_SECONDS = 60;
const AT_ONCE = 20;

/**
 * Asks the channel about the differences for which somebody wants to know (`requery`), one call each outside of every
 * transaction, and settles them as it says, in that person's name and with their rights of now. What the answer does not
 * decide stays open and says what the channel said. Returns how many were asked.
 */
export async function answerChannelQuestions(
  db: Database,
  questions: ChannelQuestions,
  onlyId?: string,
): Promise<number> {
  const due = await rows<{ id: string; by: string }>(
    db,
    Prisma.sql`UPDATE exception_item SET requery_at = clock_timestamp() + make_interval(secs => ${AGAIN_SECONDS})
      WHERE id IN (SELECT id FROM exception_item WHERE state = 'open' AND requery_at <= clock_timestamp()
        AND (${onlyId ?? null}::text IS NULL OR id::text = ${onlyId ?? null}) ORDER BY requery_at LIMIT ${AT_ONCE}
        FOR UPDATE SKIP LOCKED)
      RETURNING id::text, requery_by AS by`,
  );
  for (const { id, by } of due) {
    const exception = await inTransaction(db, (tx) => findException(tx, id));
    const staff = await findStaffMember(db, { code: by });
    if (!exception) continue;
    if (staff) await answerOne(db, exception, questions, questions.resolutionOf(staff));
    else await writeDown(db, exception, { says: "提出查询的同事已不在职，请重新查询" }, undefined);
  }
  return due.length;
}

async function answerOne(
  db: Database,
  exception: ExceptionItem,
  questions: ChannelQuestions,
  context: ResolutionContext,
): Promise<void> {
  const answer =
    exception.kind === "REFUND_MISMATCH"
      ? await askRefund(db, exception, questions)
      : await askPayment(db, exception, questions);
  if (answer === undefined) {
    return writeDown(db, exception, { says: "没有这个商户号的微信支付配置，或找不到单号，不能查询" }, context);
  }
  const decision = decideByChannel(
    exception.kind,
    exception.facts,
    answer,
    exception.proposals.map(({ code }) => code),
  );
  if (decision.proposal === undefined) return writeDown(db, exception, decision, context);
  const resolved = await resolveException(
    db,
    { exceptionId: exception.id, proposal: decision.proposal, note: decision.says },
    context,
  );
  if (!resolved.ok) await writeDown(db, exception, { says: `${decision.says}；${resolved.message.zh}` }, context);
}

async function askPayment(
  db: Database,
  exception: ExceptionItem,
  { payments }: ChannelQuestions,
): Promise<ChannelAnswer | undefined> {
  const outTradeNo = exception.facts.orderNo ?? exception.orderNo;
  const order = outTradeNo === undefined ? undefined : await inTransaction(db, (tx) => findOrder(tx, outTradeNo));
  const merchant = order && payments.gateways.get(order.merchantId);
  if (!order || !merchant) return undefined;
  const status = await withIntent<PaymentStatus, PaymentStatus>(db, {
    orderId: order.orderId,
    operation: "query",
    nowMs: payments.wireClock.nowMs,
    ask: () => merchant.gateway.query(order.outTradeNo),
    record: async (_tx, answer) =>
      answer.state === "unknown"
        ? { state: "UNKNOWN", outcome: { reason: answer.reason }, result: answer }
        : { state: "OK", outcome: { standing: answer.state }, result: answer },
  });
  if (status.state !== "paid") return { about: "payment", state: status.state };
  return { about: "payment", state: "paid", amountFen: status.fact.amountFen };
}

/** What it says is followed first, as if a notification had said it: a refund that waits goes on. */
async function askRefund(
  db: Database,
  exception: ExceptionItem,
  { refunds }: ChannelQuestions,
): Promise<ChannelAnswer | undefined> {
  const outRefundNo = exception.orderNo;
  if (outRefundNo === undefined) return undefined;
  const before = await inTransaction(db, (tx) => findRefund(tx, { outRefundNo }));
  const gateway = before?.merchantId == null ? undefined : refunds.gateways.get(before.merchantId);
  if (!before || !gateway) return undefined;
  const status = await gateway.query(outRefundNo);
  if (status.state === "unknown") return { about: "refund", state: "unknown" };
  if (status.state === "known") await settleRefund(db, status.fact, "query", refunds);
  const after = await inTransaction(db, (tx) => findRefund(tx, { outRefundNo }));
  const bookedAsPaid = after?.state === "paid";
  return { about: "refund", state: status.state === "known" ? status.fact.state : "missing", bookedAsPaid };
}

/** The answer decides nothing: it stands on the card, and a person goes on; nobody has answered: it is asked again. */
const writeDown = (
  db: Database,
  seen: ExceptionItem,
  { says, again }: ChannelDecision,
  context: ResolutionContext | undefined,
): Promise<void> =>
  inTransaction(db, async (tx) => {
    const exception = await findException(tx, seen.id, "lock");
    if (exception?.state !== "open") return;
    const keepsAsking = again === true && exception.asksChannel;
    if (keepsAsking && exception.facts.channelSays === says) return;
    await execute(
      tx,
      Prisma.sql`UPDATE exception_item SET facts = facts || ${JSON.stringify({ channelSays: says })}::jsonb, version = version + 1,
          requery_by = CASE WHEN ${keepsAsking} THEN requery_by END, requery_at = CASE WHEN ${keepsAsking} THEN requery_at END
        WHERE id = ${exception.id}::uuid`,
    );
    const after = await findException(tx, exception.id);
    if (after && context) await refreshCards(tx, after, context);
  });
