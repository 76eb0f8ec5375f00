import { textCard } from "../../cards/card.ts";
import { menuCard } from "../../cards/menu-card.ts";
import { type Answer, type BotContext, say } from "../context.ts";
import { SAY } from "../text/zh-CN.ts";

/** 帮助, a greeting, a new follower: what can be asked for. */
export async function help(context: BotContext): Promise<Answer> {
  const sender = await context.services.sender();
  const [first] = sender?.memberships ?? [];
  return say(menuCard(first ? { bound: true, tenantName: first.tenantName } : { bound: false }));
}

/** 转人工: a person of the house takes over. */
export async function handoff(context: BotContext): Promise<Answer> {
  const sender = await context.services.sender();
  await context.services.handoff(sender?.memberships[0]?.tenantId);
  return say(textCard(SAY.handoff));
}
