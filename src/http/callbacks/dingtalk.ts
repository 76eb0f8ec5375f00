import Router from "@koa/router";
import type { Context } from "koa";
import type { InboundEvent } from "../../../bot/events.ts";
import type { Card } from "../../../cards/card.ts";
import { renderSharedParameters } from "../../../cards/render/dingtalk.ts";
import { AT_WORK, ownParametersOf } from "../../platforms/dingtalk/card-data.ts";
import { type CardClick, type DingtalkApp, parseCardClick, parseRobotMessage } from "../../platforms/dingtalk/parse.ts";
import { type DingtalkEvent, parseEvent } from "../../platforms/dingtalk/parse-event.ts";
import { buildCardReply, buildEventReply, CARD_UNCHANGED, NO_REPLY } from "../../platforms/dingtalk/reply.ts";
import { openEvent, verifyCardCallback, verifyRobotMessage } from "../../platforms/dingtalk/verify.ts";
import type { ReceivedEvent } from "../../usecases/inbox/receive-event.ts";
import { rawBodyOf } from "../raw-body.ts";
import { markWhenGone, type OpenRequest, refuseCallback } from "./open-request.ts";

/** A group in which the robot is, was or was spoken to. */
export interface SeenGroup {
  readonly conversationId: string;
  /** Undefined: as before. */
  readonly title?: string;
  readonly hasRobot: boolean;
}

export interface DingtalkRouteContext extends OpenRequest {
  readonly app: DingtalkApp;
  readonly clientSecret: string;
  /** Undefined: no interactive cards, hence no clicks. */
  readonly apiSecret: string | undefined;
  /** Undefined: no event subscription. */
  readonly events: { readonly token: string; readonly aesKey: string } | undefined;
  readonly recordGroup: (group: SeenGroup) => Promise<void>;
}

/** DingTalk waits 2 s (reference/platforms.md section 6.5); the way there and back needs the rest. */
const CARD_ANSWER_WITHIN_MS = 1_500;

/** POST /callbacks/dingtalk/robot, /card and /event (interfaces.md section 6), each with a signature of its own. */
export function dingtalkCallbacks(context: DingtalkRouteContext): Router {
  const router = new Router();
  router.post("/callbacks/dingtalk/robot", (ctx) => receiveMessage(ctx, context));
  const { apiSecret, events } = context;
  if (apiSecret !== undefined) {
    router.post("/callbacks/dingtalk/card", (ctx) => receiveClick(ctx, context, apiSecret));
  }
  if (events !== undefined) {
    const keys = { ...events, clientId: context.app.clientId };
    router.post("/callbacks/dingtalk/event", (ctx) => receiveEvents(ctx, context, keys));
  }
  return router;
}

/** Stored, then acknowledged at once: DingTalk takes no answer from here, the relay says it. */
async function receiveMessage(ctx: Context, context: DingtalkRouteContext): Promise<void> {
  const verified = verifyRobotMessage(context.clientSecret, ctx.headers, rawBodyOf(ctx), context.clock.nowMs());
  if (!verified.ok) return refuseCallback(ctx, context.logger, verified);
  const parsed = parseRobotMessage(context.app, verified.message);
  if (!parsed.ok) return refuseCallback(ctx, context.logger, parsed);
  const { event } = parsed;
  if (event.group) {
    const { title } = event.group;
    await context.recordGroup({
      conversationId: event.conversationId,
      ...(title === "" ? {} : { title }),
      hasRobot: true,
    });
  }
  await takeIn(context, event);
  ctx.body = NO_REPLY;
}

/** Stores an event and has it answered without anybody waiting for it. */
async function takeIn(context: DingtalkRouteContext, event: InboundEvent): Promise<ReceivedEvent> {
  const received = await context.inbox.receive(event);
  if (!received.duplicate) void pushWhenHandled(context, received, handle(context, received));
  return received;
}

/** Whether it was answered now; what failed is stored and tried again. */
function handle({ inbox, logger }: DingtalkRouteContext, received: ReceivedEvent): Promise<boolean> {
  return inbox.handle(received.conversationKey, received.inboxEventId).then(
    () => true,
    (error: unknown) => {
      logger.error({ err: error, inboxEventId: received.inboxEventId }, "inbox.handler-failed");
      return false;
    },
  );
}

/** No response will carry the answer: it need not wait for one. */
async function pushWhenHandled(
  { inbox, logger }: DingtalkRouteContext,
  received: ReceivedEvent,
  handled: Promise<boolean>,
): Promise<void> {
  await handled;
  await inbox
    .claimReply(received.inboxEventId, () => false)
    .catch((error: unknown) => {
      logger.error({ err: error, inboxEventId: received.inboxEventId }, "inbox.push-failed");
    });
}

/** The new card goes into the answer when it is known in time; else a remark does, and the relay changes the card later. */
async function receiveClick(ctx: Context, context: DingtalkRouteContext, apiSecret: string): Promise<void> {
  const receivedMs = context.clock.nowMs();
  const verified = verifyCardCallback(apiSecret, ctx.headers, rawBodyOf(ctx), receivedMs);
  if (!verified.ok) return refuseCallback(ctx, context.logger, verified);
  const parsed = parseCardClick(context.app, apiSecret, verified.message, verified.signedAtMs);
  if (!parsed.ok) return refuseCallback(ctx, context.logger, parsed);
  const { click } = parsed;
  const received = await context.inbox.receive(click.event);
  const handled = handle(context, received);
  const windowMs = context.replyWindowMs ?? CARD_ANSWER_WITHIN_MS;
  if (!(await isTrueWithin(handled, receivedMs + windowMs - context.clock.nowMs()))) {
    void pushWhenHandled(context, received, handled);
    ctx.body = buildCardReply({}, AT_WORK);
    return;
  }
  const reply = await context.inbox.claimReply(
    received.inboxEventId,
    ({ replacesTaskId }) => replacesTaskId === click.outTrackId,
  );
  if (reply?.replacesTaskId !== click.outTrackId) {
    ctx.body = CARD_UNCHANGED;
    return;
  }
  ctx.body = cardReplyOf(apiSecret, click, reply.card);
  markWhenGone(ctx, context, reply);
}

const cardReplyOf = (apiSecret: string, { outTrackId, userId }: CardClick, card: Card) =>
  buildCardReply(renderSharedParameters(card), ownParametersOf(apiSecret, outTrackId, card, userId));

async function receiveEvents(
  ctx: Context,
  context: DingtalkRouteContext,
  keys: { readonly clientId: string; readonly token: string; readonly aesKey: string },
): Promise<void> {
  const opened = openEvent(keys, ctx.query, rawBodyOf(ctx), context.clock.nowMs());
  if (!opened.ok) return refuseCallback(ctx, context.logger, opened);
  await apply(context, parseEvent(opened.message), opened.signedAtMs);
  ctx.body = buildEventReply(keys, context.clock.nowMs());
}

async function apply(context: DingtalkRouteContext, event: DingtalkEvent, signedAtMs: number): Promise<void> {
  switch (event.kind) {
    case "url-check":
      return;
    case "group-joined":
    case "group-left":
      return context.recordGroup({
        conversationId: event.conversationId,
        hasRobot: event.kind === "group-joined",
      });
    case "colleagues-left":
      for (const userId of event.userIds) await takeIn(context, leftEvent(context.app, userId, signedAtMs));
      return;
    case "other":
      return context.logger.info({ event: event.what }, "dingtalk.event-ignored");
    default:
      return event satisfies never;
  }
}

/** Who left the organisation is like somebody who left an official account: not to be reached any more. */
const leftEvent = (app: DingtalkApp, userId: string, signedAtMs: number): InboundEvent => ({
  platform: "dingtalk",
  appId: app.clientId,
  externalKey: `left:${userId}|${signedAtMs}`,
  senderId: userId,
  conversationId: userId,
  receiverId: app.robotCode,
  sentAtMs: signedAtMs,
  kind: "unsubscribe",
});

/** What the work came to, or false when the time was up before; the work itself goes on. */
async function isTrueWithin(work: Promise<boolean>, limitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), Math.max(0, limitMs));
  });
  const isDone = await Promise.race([work, limit]);
  clearTimeout(timer);
  return isDone;
}
