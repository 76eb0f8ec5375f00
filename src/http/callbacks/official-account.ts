import Router from "@koa/router";
import type { Context } from "koa";
import type { InboundEvent } from "../../../bot/events.ts";
import { renderPassiveText } from "../../../cards/render/official-account.ts";
import { parsePush } from "../../platforms/official-account/parse.ts";
import { buildPassiveReply, NO_REPLY } from "../../platforms/official-account/reply.ts";
import { type OfficialAccountKeys, openPush, verifyUrlCheck } from "../../platforms/official-account/verify.ts";
import type { PassiveReply } from "../../usecases/inbox/passive-reply.ts";
import { rawBodyOf } from "../raw-body.ts";
import { answerInTime, markWhenGone, type OpenRequest, refuseCallback } from "./open-request.ts";

export interface OfficialAccountRouteContext extends OpenRequest {
  readonly keys: OfficialAccountKeys;
}

/** GET and POST /callbacks/official-account (interfaces.md section 6; platforms.md sections 1.3 and 2). */
export function officialAccountCallback(context: OfficialAccountRouteContext): Router {
  const router = new Router();
  router.get("/callbacks/official-account", (ctx) => {
    const check = verifyUrlCheck(context.keys, ctx.query, context.clock.nowMs());
    if (!check.ok) return refuseCallback(ctx, context.logger, check);
    ctx.type = "text/plain";
    ctx.body = check.answer;
  });
  router.post("/callbacks/official-account", async (ctx) => {
    const receivedMs = context.clock.nowMs();
    const opened = openPush(context.keys, ctx.query, rawBodyOf(ctx), receivedMs);
    if (!opened.ok) return refuseCallback(ctx, context.logger, opened);
    const parsed = parsePush(context.keys.appId, opened.xml);
    if (!parsed.ok) return refuseCallback(ctx, context.logger, parsed);

    const reply = await answerInTime(context, parsed.event, receivedMs);
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
  markWhenGone(ctx, context, reply);
}
