import { approvalCards } from "../../bot/notices/approval-notices.ts";
import type { ExceptionLink } from "../../bot/notices/exception-notices.ts";
import { reconciliationMessaging } from "../../bot/notices/reconciliation-messaging.ts";
import type { Database } from "../db/client.ts";
import { answerChannelQuestions, type ChannelQuestions } from "../usecases/exceptions/answer-channel.ts";
import type { PaymentContext } from "../usecases/payments/context.ts";
import type { RefundContext } from "../usecases/refunds/context.ts";

const POLL_MS = 3_000;

/** Asks the channel about differences for which somebody wants to know, and settles them as it says. */
export const channelQuestionsOf = (deps: {
  readonly payments: PaymentContext;
  readonly refunds: RefundContext;
  readonly exceptionLink?: ExceptionLink | undefined;
}): ChannelQuestions => ({
  payments: deps.payments,
  refunds: deps.refunds,
  resolutionOf: (staff) => {
    const { businessClock, officialAccountAppId } = deps.payments;
    const today = businessClock.today();
    const { notices, encryption } = deps.refunds;
    return {
      actor: `staff:${staff.code}`,
      channel: "job",
      today,
      nowMs: businessClock.nowMs(),
      ...reconciliationMessaging(officialAccountAppId, today, deps.exceptionLink),
      staff,
      approvals: { cards: approvalCards(), refunds: notices },
      refunding: { notices, encryption },
    };
  },
});

/** The same, again and again. */
export const channelQuestionsPoll = (db: Database, deps: Parameters<typeof channelQuestionsOf>[0]) => ({
  name: "channel-questions",
  everyMs: POLL_MS,
  work: () => answerChannelQuestions(db, channelQuestionsOf(deps)),
});
