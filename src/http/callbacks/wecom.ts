import Router from "@koa/router";
import { renderWecomPassive, renderWecomReplacement } from "../../../cards/render/wecom.ts";
import { parsePush } from "../../platforms/wecom/parse.ts";
import { buildPassiveReply, NO_REPLY, type PassiveContent } from "../../platforms/wecom/reply.ts";
import { openPush, verifyUrlCheck, type WecomKeys } from "../../platforms/wecom/verify.ts";
import type { CanCarry } from "../../usecases/inbox/passive-reply.ts";
import { rawBodyOf } from "../raw-body.ts";
import { answerInTime, markWhenGone, type OpenRequest, refuseCallback } from "./open-request.ts";

export interface WecomRouteContext extends OpenRequest {
  readonly keys: WecomKeys;
}

/** GET and POST /callbacks/wecom (interfaces.md section 6; platforms.md sections 1.2, 2 and 3.5). */
export function wecomCallback(context: WecomRouteContext): Router {
  const router = new Router();
  router.get("/callbacks/wecom", (ctx) => {
    const check = verifyUrlCheck(context.keys, ctx.query, context.clock.nowMs());
    if (!check.ok) return refuseCallback(ctx, context.logger, check);
    ctx.type = "text/plain";
    ctx.body = check.answer;
  });
  router.post("/callbacks/wecom", async (ctx) => {
    const receivedMs = context.clock.nowMs();
    const opened = openPush(context.keys, ctx.query, rawBodyOf(ctx), receivedMs);
    if (!opened.ok) return refuseCallback(ctx, context.logger, opened);
    const parsed = parsePush(context.keys, opened.xml);
    if (!parsed.ok) return refuseCallback(ctx, context.logger, parsed);

    const reply = await answerInTime(context, parsed.event, receivedMs, canCarry);
    const content = reply && passiveContentOf(reply);
    if (reply && content) {
      ctx.type = "application/xml";
      ctx.body = buildPassiveReply(context.keys, parsed.event, content, context.clock.nowMs());
      markWhenGone(ctx, context, reply);
      return;
    }
    ctx.status = 200;
    ctx.type = "text/plain";
    ctx.body = NO_REPLY;
  });
  return router;
}

/** Words, and the card in the place of the one that was clicked; a card with buttons can only be pushed. */
const canCarry: CanCarry = (reply) => passiveContentOf(reply) !== undefined;

function passiveContentOf(reply: Parameters<CanCarry>[0]): PassiveContent | undefined {
  if (reply.replacesTaskId !== undefined) {
    return { kind: "update-template-card", templateCard: renderWecomReplacement(reply.card) };
  }
  const text = renderWecomPassive(reply.card);
  return text === undefined || text.trim() === "" ? undefined : { kind: "text", text };
}
