import type { Context } from "koa";
import type { InboundEvent } from "../../../bot/events.ts";
import type { WireClock } from "../../ports/clock.ts";
import type { Logger } from "../../telemetry/logger.ts";
import { PASSIVE_REPLY_WINDOW_MS } from "../../usecases/inbox/handle-events.ts";
import type { CanCarry, PassiveReply } from "../../usecases/inbox/passive-reply.ts";
import type { ReceivedEvent } from "../../usecases/inbox/receive-event.ts";

/** The inbox as the routes of the platforms need it; compose.ts ties it to the database. */
export interface Inbox {
  receive(event: InboundEvent): Promise<ReceivedEvent>;
  /** Answers what waits in a conversation up to this event; resolves when it is answered. */
  handle(conversationKey: string, untilEventId: string): Promise<void>;
  /** The first reply, for the open request; what it cannot carry is pushed at once. */
  claimReply(inboxEventId: string, canCarry?: CanCarry): Promise<PassiveReply | undefined>;
  markReplySent(outboxId: string): Promise<void>;
  releaseReply(outboxId: string): Promise<void>;
}

export interface OpenRequest {
  readonly inbox: Inbox;
  readonly clock: WireClock;
  readonly logger: Logger;
  /** How long an open request waits for its answer; default PASSIVE_REPLY_WINDOW_MS. Shorter in tests. */
  readonly replyWindowMs?: number;
}

/** Takes an event in, has it answered, and returns the reply that this request is to carry, if it is ready in time. */
export async function answerInTime(
  context: OpenRequest,
  event: InboundEvent,
  receivedMs: number,
  canCarry?: CanCarry,
): Promise<PassiveReply | undefined> {
  const received = await context.inbox.receive(event);
  const handled = context.inbox.handle(received.conversationKey, received.inboxEventId).catch((error: unknown) => {
    context.logger.error({ err: error, inboxEventId: received.inboxEventId }, "inbox.handler-failed");
  });
  // A repeat arrives while the first attempt may still be at work: it takes what is ready and never waits.
  const windowMs = context.replyWindowMs ?? PASSIVE_REPLY_WINDOW_MS;
  if (!received.duplicate) await within(handled, receivedMs + windowMs - context.clock.nowMs());
  return context.inbox.claimReply(received.inboxEventId, canCarry);
}

/** Marks a carried reply as sent when, and only when, the response has left. */
export function markWhenGone(ctx: Context, context: OpenRequest, reply: PassiveReply): void {
  if (reply.again) return;
  ctx.res.once("close", () => {
    const settled = ctx.res.writableFinished
      ? context.inbox.markReplySent(reply.outboxId)
      : context.inbox.releaseReply(reply.outboxId);
    settled.catch((error: unknown) => context.logger.error({ err: error }, "outbox.mark-failed"));
  });
}

/** Turns away what is not genuine, with the reason in the log only. */
export function refuseCallback(
  ctx: Context,
  logger: Logger,
  refusal: { readonly code: string; readonly httpStatus: number; readonly reason: string },
): void {
  logger.warn({ code: refusal.code, reason: refusal.reason }, "callback.refused");
  ctx.status = refusal.httpStatus;
  ctx.body = "";
}

/** Resolves when the work is done or the time is up, whichever comes first; the work itself goes on. */
async function within(work: Promise<void>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, limitMs));
  });
  await Promise.race([work, limit]);
  clearTimeout(timer);
}
