import Router from "@koa/router";
import type { Context } from "koa";
import type { InboundEvent } from "../../../bot/events.ts";
import { renderPassiveText } from "../../../cards/render/official-account.ts";
import { parsePush } from "../../platforms/official-account/parse.ts";
import { buildPassiveReply, NO_REPLY } from "../../platforms/official-account/reply.ts";
import { type OfficialAccountKeys, openPush, verifyUrlCheck } from "../../platforms/official-account/verify.ts";
import type { WireClock } from "../../ports/clock.ts";
import type { Logger } from "../../telemetry/logger.ts";
import { PASSIVE_REPLY_WINDOW_MS } from "../../usecases/inbox/handle-events.ts";
import type { PassiveReply } from "../../usecases/inbox/passive-reply.ts";
import type { ReceivedEvent } from "../../usecases/inbox/receive-event.ts";
import { rawBodyOf } from "../raw-body.ts";

/** The inbox as this route needs it; compose.ts ties it to the database. */
export interface Inbox {
  receive(event: InboundEvent): Promise<ReceivedEvent>;
  /** Answers what waits in a conversation up to this event; resolves when it is answered. */
  handle(conversationKey: string, untilEventId: string): Promise<void>;
  claimReply(inboxEventId: string): Promise<PassiveReply | undefined>;
  markReplySent(outboxId: string): Promise<void>;
  releaseReply(outboxId: string): Promise<void>;
}

export interface OfficialAccountRouteContext {
  readonly keys: OfficialAccountKeys;
  readonly inbox: Inbox;
  readonly clock: WireClock;
  readonly logger: Logger;
  /** How long an open request waits for its answer; default PASSIVE_REPLY_WINDOW_MS. Shorter in tests. */
  readonly replyWindowMs?: number;
}

/** GET and POST /callbacks/official-account (interfaces.md section 6; platforms.md sections 1.3 and 2). */
export function officialAccountCallback(context: OfficialAccountRouteContext): Router {
  const router = new Router();
  router.get("/callbacks/official-account", (ctx) => {
    const check = verifyUrlCheck(context.keys, ctx.query, context.clock.nowMs());
    if (!check.ok) return refuse(ctx, context.logger, check);
    ctx.type = "text/plain";
    ctx.body = check.answer;
  });
  router.post("/callbacks/official-account", async (ctx) => {
    const receivedMs = context.clock.nowMs();
    const opened = openPush(context.keys, ctx.query, rawBodyOf(ctx), receivedMs);
    if (!opened.ok) return refuse(ctx, context.logger, opened);
    const parsed = parsePush(context.keys.appId, opened.xml);
    if (!parsed.ok) return refuse(ctx, context.logger, parsed);

    const received = await context.inbox.receive(parsed.event);
    const handled = context.inbox.handle(received.conversationKey, received.inboxEventId).catch((error: unknown) => {
      context.logger.error({ err: error, inboxEventId: received.inboxEventId }, "inbox.handler-failed");
    });
    // A repeat arrives while the first attempt may still be at work: it takes what is ready and never waits.
    const windowMs = context.replyWindowMs ?? PASSIVE_REPLY_WINDOW_MS;
    if (!received.duplicate) await within(handled, receivedMs + windowMs - context.clock.nowMs());
    const reply = await context.inbox.claimReply(received.inboxEventId);
    if (reply) return carry(ctx, context, parsed.event, reply);
    ctx.type = "text/plain";
    ctx.body = NO_REPLY;
  });
  return router;
}

/** Puts the reply into this response and marks it sent when, and only when, the response has left. */
function carry(ctx: Context, context: OfficialAccountRouteContext, event: InboundEvent, reply: PassiveReply): void {
  ctx.type = "application/xml";
  ctx.body = buildPassiveReply(context.keys, event, renderPassiveText(reply.card), context.clock.nowMs());
  if (reply.again) return;
  ctx.res.once("close", () => {
    const settled = ctx.res.writableFinished
      ? context.inbox.markReplySent(reply.outboxId)
      : context.inbox.releaseReply(reply.outboxId);
    settled.catch((error: unknown) => context.logger.error({ err: error }, "outbox.mark-failed"));
  });
}

function refuse(
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
