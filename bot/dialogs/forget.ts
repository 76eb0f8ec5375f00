import { textCard } from "../../cards/card.ts";
import { type Answer, type BotContext, say } from "../context.ts";
import { SAY_PEOPLE } from "../text/people.zh-CN.ts";
import { answerButton, ask, denies, type Flow, finish, plain, questionCard } from "./flow.ts";

const SAY = SAY_PEOPLE.privacy;

/** 注销: asked back once, then everything personal goes; what money did stays without a name. */
export const forgetFlow: Flow<"forget"> = {
  title: "注销",
  question: async (_context, dialog) =>
    questionCard([answerButton(dialog, SAY.yes, { style: "danger" })], SAY.confirmForget),
  answers: (_context, _dialog, text) => /^确认/.test(plain(text)) || denies(text),
  async next(context, _dialog, text) {
    if (plain(text).replace(/[。.!！]+$/, "") !== SAY.yes) return finish(context, textCard(SAY.kept));
    const forgotten = await context.services.forget();
    return forgotten.ok
      ? { replies: [textCard(SAY.forgotten)], memory: {} }
      : finish(context, textCard(forgotten.message.zh));
  },
};

export async function startForget(context: BotContext): Promise<Answer> {
  const sender = await context.services.sender();
  return sender ? ask(context, forgetFlow, { name: "forget" }) : say(textCard(SAY.stranger));
}
