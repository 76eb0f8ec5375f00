import { textCard } from "../../cards/card.ts";
import { type Answer, type BotContext, type TenantContext, withoutDialog } from "../context.ts";
import { SAY } from "../text/zh-CN.ts";

const OPEN_FOR_MS = 10 * 60_000;

/** 解除绑定 is asked back once: bills no longer arrive afterwards. */
export async function startUnbind(context: TenantContext): Promise<Answer> {
  return {
    replies: [textCard(SAY.unbind.confirm(context.sender.memberships.map((member) => member.tenantName)))],
    memory: { ...context.memory, dialog: { name: "unbind", expiresAtMs: context.nowMs + OPEN_FOR_MS } },
  };
}

/** Only the words that were asked for unbind; anything else keeps the binding. */
export async function continueUnbind(context: BotContext, text: string): Promise<Answer> {
  if (!/^确认(解绑|解除绑定|解除)?[。!！]?$/.test(text.normalize("NFKC").trim())) {
    return { replies: [textCard(SAY.unbind.kept)], memory: withoutDialog(context.memory) };
  }
  await context.services.unbind();
  return { replies: [textCard(SAY.unbind.done)], memory: {} };
}
