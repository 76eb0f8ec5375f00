import { textCard } from "../../cards/card.ts";
import type { Membership, Sender } from "../../src/usecases/queries/find-sender.ts";
import { type Answer, type BotContext, say, type Wish, withoutDialog } from "../context.ts";
import { SAY } from "../text/zh-CN.ts";
import type { DialogOf } from "./dialog.ts";
import { answerButton, ask, type Flow, MINUTE_MS, placeIn, plain, questionCard } from "./flow.ts";

type ChooseTenantDialog = DialogOf<"choose-tenant">;

const OPEN_FOR_MS = 30 * MINUTE_MS;
const NONE: Sender = { personId: "", personName: "", memberships: [] };

/** Which of several tenants is meant; what was wanted is done as soon as that is known. */
export const chooseTenantFlow: Flow<"choose-tenant"> = {
  title: SAY.chooseTitle,
  async question(context, dialog) {
    const { memberships } = (await context.services.sender()) ?? NONE;
    const names = dialog.tenantIds.map((id) => memberships.find((member) => member.tenantId === id)?.tenantName ?? "—");
    return questionCard(
      names.map((name, index) => answerButton(dialog, name, { value: String(index + 1) })),
      SAY.severalTenants(names),
    );
  },
  answers: (_context, dialog, text) =>
    placeIn(text) !== undefined ||
    (plain(text).length >= 2 && dialog.tenantNames.some((name) => name.includes(plain(text)))),
  async next(context, dialog, text, desk) {
    const sender = await context.services.sender();
    const member = sender && tenantMeant(dialog, sender, text);
    if (!member) return say(textCard(SAY.chooseAgain(dialog.tenantIds.length)));
    const chosen = rememberTenant(context, member);
    const { wish, words } = dialog;
    if (wish) return { memory: chosen.memory, ...(await desk.grant(chosen, wish)) };
    if (words !== undefined) return { memory: chosen.memory, ...(await desk.answerText(chosen, words)) };
    return { replies: [textCard(SAY.tenantChosen(member.tenantName))], memory: chosen.memory };
  },
};

/** The tenant this person speaks for: the only one, or the one chosen earlier while the membership still stands. */
export function chosenMember(context: BotContext, sender: Sender): Membership | undefined {
  const { memberships } = sender;
  if (memberships.length === 1) return memberships[0];
  return memberships.find((member) => member.tenantId === context.memory.tenantId);
}

/** Asks which tenant is meant; the wish, or what was said, is done as soon as that is known. */
export function askTenant(
  context: BotContext,
  sender: Sender,
  wanted: { readonly wish?: Wish; readonly words?: string } = {},
): Promise<Answer> {
  const { tenantId: _before, ...memory } = context.memory;
  return ask(
    { ...context, memory },
    chooseTenantFlow,
    {
      name: "choose-tenant",
      tenantIds: sender.memberships.map((member) => member.tenantId),
      tenantNames: sender.memberships.map((member) => member.tenantName),
      ...wanted,
    },
    OPEN_FOR_MS,
  );
}

/** The tenant that an answer means, by its place in the question or by its name; undefined for anything else. */
function tenantMeant(dialog: ChooseTenantDialog, sender: Sender, text: string): Membership | undefined {
  const place = placeIn(text);
  if (place !== undefined) return sender.memberships.find((one) => one.tenantId === dialog.tenantIds[place]);
  const words = plain(text);
  const asked = dialog.tenantIds.flatMap((id) => sender.memberships.filter((member) => member.tenantId === id));
  const named = asked.filter((member) => words.length >= 2 && member.tenantName.includes(words));
  return named.length === 1 ? named[0] : undefined;
}

/** The choice is kept until another one; what was shown for the other tenant is forgotten. */
function rememberTenant(context: BotContext, member: Membership): BotContext {
  const { shownBillNos: _others, ...memory } = withoutDialog(context.memory);
  return { ...context, memory: { ...memory, tenantId: member.tenantId } };
}
