import { textCard } from "../../cards/card.ts";
import type { Answer, BotContext } from "../context.ts";
import { SAY } from "../text/zh-CN.ts";
import { answerButton, ask, denies, type Flow, finish, plain, questionCard } from "./flow.ts";

/** 解除绑定 is asked back once: bills no longer arrive afterwards. */
export const unbindFlow: Flow<"unbind"> = {
  title: SAY.unbind.title,
  async question(context, dialog) {
    const names = (await context.services.sender())?.memberships.map((member) => member.tenantName) ?? [];
    return questionCard([answerButton(dialog, SAY.unbind.yes, { style: "danger" })], SAY.unbind.confirm(names));
  },
  answers: (_context, _dialog, text) => /^确认/.test(plain(text)) || denies(text),
  /** Only the words that were asked for unbind; anything else keeps the binding. */
  async next(context, _dialog, text) {
    if (!/^确认(解绑|解除绑定|解除)?[。!！]*$/.test(plain(text))) return finish(context, textCard(SAY.unbind.kept));
    await context.services.unbind();
    return { replies: [textCard(SAY.unbind.done)], memory: {} };
  },
};

export const startUnbind = (context: BotContext): Promise<Answer> => ask(context, unbindFlow, { name: "unbind" });
