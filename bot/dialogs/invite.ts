import { textCard } from "../../cards/card.ts";
import { type MemberRole, mayTenant } from "../../src/domain/people/tenant-permissions.ts";
import { type Answer, say, type TenantContext } from "../context.ts";
import { SAY_PEOPLE } from "../text/people.zh-CN.ts";
import { answerButton, ask, asMemberOf, type Flow, finish, noLongerMember, plain, questionCard } from "./flow.ts";

const SAY = SAY_PEOPLE.invite;
/** The order of the buttons: the ordinary case first. */
const ROLES: readonly MemberRole[] = ["finance", "viewer", "owner"];

/** 邀请同事: an owner chooses the role and gets a code to forward. */
export const inviteFlow: Flow<"invite"> = {
  title: "邀请同事",
  async question(context, dialog) {
    const tenant = await asMemberOf(context, dialog.tenantId);
    return questionCard(
      ROLES.map((role) => answerButton(dialog, SAY_PEOPLE.roles[role])),
      SAY.ask(tenant?.member.tenantName ?? ""),
      SAY_PEOPLE.roleHelp,
    );
  },
  answers: (_context, _dialog, text) => roleIn(text) !== undefined,
  async next(context, dialog, text) {
    const tenant = await asMemberOf(context, dialog.tenantId);
    if (!tenant) return noLongerMember(context);
    const role = roleIn(text);
    if (role === undefined) return say(textCard(SAY.again));
    const invitation = await context.services.inviteMember(dialog.tenantId, role);
    if (!invitation.ok) return finish(context, textCard(invitation.message.zh));
    return finish(
      context,
      textCard(SAY.done(SAY_PEOPLE.roles[role])),
      textCard(SAY.forward(tenant.member.tenantName, invitation.code)),
    );
  },
};

export async function startInvite(context: TenantContext): Promise<Answer> {
  if (!mayTenant(context.member.role, "members.manage")) return say(textCard(SAY_PEOPLE.members.howToOthers));
  return ask(context, inviteFlow, { name: "invite", tenantId: context.member.tenantId });
}

/** "财务", "改为只读", "设为负责人" → the role. */
export function roleIn(text: string): MemberRole | undefined {
  const words = plain(text)
    .replace(/^(改为|改成|设为|设成|变为|选|要)/, "")
    .replace(/(权限|角色)?[。.!！吧]*$/, "");
  return ROLES.find((role) => SAY_PEOPLE.roles[role] === words);
}
