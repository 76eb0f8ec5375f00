import { textCard } from "../../cards/card.ts";
import { type Answer, type BotContext, say } from "../context.ts";
import { withPrivacyNotice } from "../privacy.ts";
import { SAY_PEOPLE } from "../text/people.zh-CN.ts";
import { answerButton, ask, confirms, denies, type Flow, finish, plain, questionCard } from "./flow.ts";
import { personNameIn } from "./person-name.ts";

const SAY = SAY_PEOPLE.join;

/** 加入 K7M2QX: a colleague takes up an owner's invitation. The code is what entitles to the tenant's name. */
export const joinFlow: Flow<"join"> = {
  title: "加入企业",
  async question(context, dialog) {
    const role = SAY_PEOPLE.roles[dialog.role];
    if (await context.services.sender()) {
      return questionCard([answerButton(dialog, SAY.yes, { style: "primary" })], SAY.confirm(dialog.tenantName, role));
    }
    return withPrivacyNotice(context, textCard(SAY.askName(dialog.tenantName, role)));
  },
  answers: (_context, _dialog, text) =>
    plain(text) === SAY.yes ||
    confirms(text) ||
    denies(text) ||
    (personNameIn(text) !== undefined && !/帮助|人工|账单|余额/.test(text)),
  async next(context, dialog, text) {
    if (await context.services.sender()) {
      if (denies(text)) return finish(context, textCard(SAY.declined));
      if (plain(text) !== SAY.yes && !confirms(text)) return say(await joinFlow.question(context, dialog));
      return accept(context, dialog.invitationId, undefined);
    }
    const name = personNameIn(text);
    return name === undefined || denies(text) || confirms(text)
      ? say(textCard(SAY.badName))
      : accept(context, dialog.invitationId, name);
  },
};

/** `code` undefined: said without one. */
export async function startJoin(context: BotContext, code: string | undefined): Promise<Answer> {
  if (code === undefined) return say(textCard(SAY.howTo));
  const found = await context.services.findInvitation(code);
  if (found === "too-many") return say(textCard(SAY.tooMany));
  if (!found) return say(textCard(SAY.unknown));
  const sender = await context.services.sender();
  if (sender?.memberships.some((one) => one.tenantId === found.tenantId)) {
    return say(textCard(SAY.already(found.tenantName)));
  }
  const { invitationId, tenantName, role } = found;
  return ask(context, joinFlow, { name: "join", invitationId, tenantName, role });
}

async function accept(context: BotContext, invitationId: string, name: string | undefined): Promise<Answer> {
  const joined = await context.services.acceptInvitation(invitationId, name);
  if (!joined) return finish(context, textCard(SAY.unknown));
  const { shownBillNos: _others, ...memory } = context.memory;
  return finish(
    { ...context, memory: { ...memory, tenantId: joined.tenantId } },
    textCard(SAY.done(joined.tenantName, SAY_PEOPLE.roles[joined.role])),
  );
}
