import { textCard } from "../../cards/card.ts";
import { delegationCard } from "../../cards/delegation-card.ts";
import { formatDate } from "../../src/domain/time/civil-date.ts";
import type { StaffMember } from "../../src/usecases/staff/find-staff-member.ts";
import type { Answer, BotContext } from "../context.ts";
import { delegationView } from "../notices/approval-notices.ts";
import { SAY_DELEGATION as SAY } from "../text/delegation.zh-CN.ts";
import { daysIn, namedIn } from "./delegation-words.ts";
import type { DialogOf, DialogStep } from "./dialog.ts";
import { answerButton, ask, confirms, denies, type Flow, finish, plain, questionCard } from "./flow.ts";

type Delegate = Extract<DialogStep, { name: "delegate" }>;
const MOST_NAMES = 5;

/** 审批交给谁、到哪一天: each is asked for where it was not said, and power is given away only after a yes. */
export const delegateFlow: Flow<"delegate"> = {
  title: SAY.title,
  async question(context, dialog) {
    const { toName, from, until } = dialog;
    if (toName === undefined) {
      const staff = await context.services.staffMember();
      const standIns = staff ? await context.services.standIns(staff) : [];
      return questionCard(
        standIns.slice(0, MOST_NAMES).map(({ name }) => answerButton(dialog, name)),
        SAY.whom,
      );
    }
    if (until === undefined) return textCard(SAY.until(toName));
    return questionCard(
      [answerButton(dialog, SAY.confirm, { style: "primary" }), answerButton(dialog, SAY.cancel)],
      SAY.sure(toName, SAY.range(formatDate(from), formatDate(until))),
    );
  },
  // In a group anybody may speak; only the one who began is answering.
  answers: (context, dialog, text) =>
    context.event.senderId === dialog.senderId &&
    (isYes(text) || isNo(text) || daysIn(text, context.today) !== undefined || dialog.toName === undefined),
  async next(context, dialog, text): Promise<Answer> {
    const staff = await context.services.staffMember();
    if (!staff || staff.personId !== dialog.personId) return { replies: [] };
    if (isNo(text)) return finish(context, textCard(SAY.cancelled));
    const step = await withAnswer(context, staff, dialog, text);
    if (step) return ask(context, delegateFlow, step);
    const { toCode, until, from } = dialog;
    if (!isYes(text) || toCode === undefined || until === undefined) {
      const question = await delegateFlow.question(context, dialog);
      return { replies: [dialog.toName === undefined ? { ...question, paragraphs: [SAY.unknown] } : question] };
    }
    const given = await context.services.delegateApprovals(staff, { toCode, days: { from, to: until } });
    if (!given.ok) return finish(context, textCard(given.message.zh));
    const { delegation } = given;
    return finish(context, textCard(SAY.done(delegation.delegateName)), {
      ...delegationCard(delegationView(delegation), { as: "delegator", what: "began" }),
    });
  },
};

/** The dialog with what these words say of name and days; undefined: they say nothing of it. */
async function withAnswer(
  context: BotContext,
  staff: StaffMember,
  { expiresAtMs: _, ...dialog }: DialogOf<"delegate">,
  text: string,
): Promise<Delegate | undefined> {
  const [to, second] = namedIn(text, await context.services.standIns(staff));
  const days = daysIn(text, context.today);
  if (second !== undefined || (to === undefined && days === undefined)) return undefined;
  return {
    ...dialog,
    ...(to ? { toCode: to.code, toName: to.name } : {}),
    ...(days ? { from: days.from, until: days.to } : {}),
  };
}

const isYes = (text: string): boolean => plain(text) === SAY.confirm || confirms(text);
const isNo = (text: string): boolean => plain(text) === SAY.cancel || denies(text);

/** Opens it with what was said; what can't be is refused before anything is asked. */
export async function startDelegation(context: BotContext, said: Omit<Delegate, "name">): Promise<Answer> {
  const staff = await context.services.staffMember();
  if (staff && said.toCode !== undefined && said.until !== undefined) {
    const wish = { toCode: said.toCode, days: { from: said.from, to: said.until } };
    const checked = await context.services.checkDelegation(staff, wish);
    if (!checked.ok) return { replies: [textCard(checked.message.zh)] };
  }
  return ask(context, delegateFlow, { name: "delegate", ...said });
}
