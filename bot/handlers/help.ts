import { textCard } from "../../cards/card.ts";
import { menuCard } from "../../cards/menu-card.ts";
import { type Answer, type BotContext, say } from "../context.ts";
import { chosenMember } from "../dialogs/choose-tenant.ts";
import { SAY } from "../text/zh-CN.ts";

/** 帮助, a greeting, a new follower: what can be asked for. */
export async function help(context: BotContext): Promise<Answer> {
  const sender = await context.services.sender();
  const member = sender && (chosenMember(context, sender) ?? sender.memberships[0]);
  return say(menuCard(member ? { bound: true, tenantName: member.tenantName } : { bound: false }));
}

/** 转人工: a person of the house takes over, with what was said last and what was being done. */
export async function handoff(context: BotContext): Promise<Answer> {
  const sender = await context.services.sender();
  const member = sender && (chosenMember(context, sender) ?? sender.memberships[0]);
  const told = await context.services.handoff(member?.tenantId, context.doing);
  if (!member) return say(textCard(SAY.handoffStranger));
  return say(textCard(told ? SAY.handoff : SAY.handoffUnheard));
}
