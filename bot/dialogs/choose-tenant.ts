import { textCard } from "../../cards/card.ts";
import type { Membership, Sender } from "../../src/usecases/queries/find-sender.ts";
import { type Answer, type BotContext, type Dialog, type Wish, withoutDialog } from "../context.ts";
import { SAY } from "../text/zh-CN.ts";

export type ChooseTenantDialog = Extract<Dialog, { name: "choose-tenant" }>;

const OPEN_FOR_MS = 30 * 60_000;

/** The tenant this person speaks for: the only one, or the one chosen earlier while the membership still stands. */
export function chosenMember(context: BotContext, sender: Sender): Membership | undefined {
  const { memberships } = sender;
  if (memberships.length === 1) return memberships[0];
  return memberships.find((member) => member.tenantId === context.memory.tenantId);
}

/** Asks which tenant is meant; `wish` is done as soon as that is known. */
export function askTenant(context: BotContext, sender: Sender, wish: Wish | undefined): Answer {
  const dialog: ChooseTenantDialog = {
    name: "choose-tenant",
    tenantIds: sender.memberships.map((member) => member.tenantId),
    ...(wish === undefined ? {} : { wish }),
    expiresAtMs: context.nowMs + OPEN_FOR_MS,
  };
  const { tenantId: _before, ...memory } = context.memory;
  return {
    replies: [textCard(SAY.severalTenants(sender.memberships.map((member) => member.tenantName)))],
    memory: { ...memory, dialog },
  };
}

/** The tenant that an answer means, by its place in the question or by its name; undefined for anything else. */
export function tenantMeant(dialog: ChooseTenantDialog, sender: Sender, text: string): Membership | undefined {
  const plain = text.normalize("NFKC").trim();
  const place = /^第?(\d{1,2})[.、个家]?$/.exec(plain)?.[1];
  const asked = dialog.tenantIds.flatMap((id) => sender.memberships.filter((member) => member.tenantId === id));
  if (place !== undefined)
    return sender.memberships.find((one) => one.tenantId === dialog.tenantIds[Number(place) - 1]);
  const named = asked.filter((member) => plain.length >= 2 && member.tenantName.includes(plain));
  return named.length === 1 ? named[0] : undefined;
}

/** The choice is kept until another one; what was shown for the other tenant is forgotten. */
export function rememberTenant(context: BotContext, member: Membership): BotContext {
  const { shownBillNos: _others, ...memory } = withoutDialog(context.memory);
  return { ...context, memory: { ...memory, tenantId: member.tenantId } };
}
