import { textCard } from "../../cards/card.ts";
import type { MemberRole } from "../../src/domain/people/tenant-permissions.ts";
import { type Answer, type BotContext, say, type TenantContext } from "../context.ts";
import { SAY_PEOPLE } from "../text/people.zh-CN.ts";
import type { SceneMemory } from "./dialog.ts";
import { ask, type Flow, finish } from "./flow.ts";
import { personNameIn } from "./person-name.ts";

const SAY = SAY_PEOPLE.askToJoin;
export const WANTS_TO_JOIN = /^申请加入[。!！]*$/;

/** 申请加入: whoever holds a paper bill of a tenant but is not known there asks its owners. */
export const askToJoinFlow: Flow<"ask-to-join"> = {
  title: "申请加入",
  question: async () => textCard(SAY.askName),
  answers: (_context, _dialog, text) => looksLikeName(text),
  async next(context, dialog, text) {
    const name = personNameIn(text);
    return name === undefined ? say(textCard(SAY.badName)) : request(context, dialog.scene, name);
  },
};

/** Somebody known goes by the name that we have. */
export async function startAskToJoin(context: BotContext, scene: SceneMemory): Promise<Answer> {
  const sender = await context.services.sender();
  return sender
    ? request(context, scene, sender.personName)
    : ask(context, askToJoinFlow, { name: "ask-to-join", scene });
}

async function request(context: BotContext, scene: SceneMemory, name: string): Promise<Answer> {
  const { scene: _used, ...memory } = context.memory;
  const after = { ...context, memory };
  const result = await context.services.requestToJoin(scene.tenantId, name);
  switch (result) {
    case "owners-told":
      return finish(after, textCard(SAY.sent));
    case "stewards-told":
      return finish(after, textCard(SAY.unheard));
    case "too-many":
      return finish(after, textCard(SAY.tooMany));
    default:
      return result satisfies never;
  }
}

/** A question is no name, though it may be as short as one. */
const looksLikeName = (text: string): boolean =>
  personNameIn(text) !== undefined && !/帮助|人工|绑定|账单|\d/.test(text);

/** An owner's decision, by button or by words. */
export async function decideJoin(
  context: TenantContext,
  code: string,
  decision: MemberRole | "refuse",
): Promise<Answer> {
  const decided = await context.services.decideJoinRequest(code, decision);
  if (!decided.ok) return say(textCard(decided.message.zh));
  const { applicantName: name, role } = decided;
  return say(textCard(role === undefined ? SAY.refused(name) : SAY.approved(name, SAY_PEOPLE.roles[role])));
}
