import { type Card, type CardButton, textCard } from "../../cards/card.ts";
import { type MemberRole, mayTenant } from "../../src/domain/people/tenant-permissions.ts";
import type { Member } from "../../src/usecases/people/members.ts";
import { type Answer, say, type TenantContext } from "../context.ts";
import { factCard } from "../fact-card.ts";
import { SAY_PEOPLE } from "../text/people.zh-CN.ts";
import type { DialogOf } from "./dialog.ts";
import {
  answerButton,
  ask,
  asMemberOf,
  denies,
  type Flow,
  finish,
  noLongerMember,
  placeIn,
  plain,
  questionCard,
} from "./flow.ts";
import { roleIn } from "./invite.ts";

const SAY = SAY_PEOPLE.members;
const ROLES: readonly MemberRole[] = ["owner", "finance", "viewer"];

/** 我的同事: who may speak for the tenant; an owner picks one to change, anybody picks themselves to leave. */
export const membersFlow: Flow<"members"> = {
  title: SAY.title,
  async question(context, dialog) {
    const tenant = await asMemberOf(context, dialog.tenantId);
    if (!tenant) return textCard(SAY_PEOPLE.members.kept);
    const members = await context.services.members(dialog.tenantId);
    const chosen = members.find((member) => member.memberId === dialog.chosen);
    if (chosen) return actCard(tenant, chosen, dialog);
    return listCard(tenant, members);
  },
  answers: (_context, dialog, text) =>
    placeIn(text) !== undefined || (dialog.chosen !== undefined && (roleIn(text) !== undefined || isRemoval(text))),
  async next(context, dialog, text) {
    const tenant = await asMemberOf(context, dialog.tenantId);
    if (!tenant) return noLongerMember(context);
    const { tenantId, memberIds } = dialog;
    const place = placeIn(text);
    if (place !== undefined) {
      const chosen = memberIds[place];
      if (chosen === undefined) return say(textCard(SAY.again(memberIds.length)));
      return choose(tenant, dialog, chosen);
    }
    if (dialog.chosen === undefined) return say(textCard(SAY.again(memberIds.length)));
    if (isRemoval(text)) return startRemove(tenant, dialog.chosen);
    const role = roleIn(text);
    if (role === undefined) return say(textCard(SAY.actAgain));
    const changed = await context.services.changeMemberRole(tenantId, dialog.chosen, role);
    if (!changed.ok) return finish(context, textCard(changed.message.zh));
    return finish(context, textCard(SAY.changed(changed.member.name, SAY_PEOPLE.roles[changed.member.role])));
  },
};

/** 移除 and 退出 are asked back once. */
export const removeMemberFlow: Flow<"remove-member"> = {
  title: SAY.remove,
  async question(context, dialog) {
    const isSelf = await isOwnMembership(await asMemberOf(context, dialog.tenantId), dialog.memberId);
    return questionCard(
      [answerButton(dialog, isSelf ? SAY.yesLeave : SAY.yesRemove, { style: "danger" })],
      isSelf ? SAY.confirmLeave : SAY.confirmRemove(dialog.memberName),
    );
  },
  answers: (_context, _dialog, text) => /^确认/.test(plain(text)) || denies(text),
  async next(context, dialog, text) {
    const tenant = await asMemberOf(context, dialog.tenantId);
    if (!tenant) return noLongerMember(context);
    const words = plain(text);
    if (words !== SAY.yesRemove && words !== SAY.yesLeave) return finish(context, textCard(SAY.kept));
    const isSelf = await isOwnMembership(tenant, dialog.memberId);
    const removed = await context.services.removeMember(dialog.tenantId, dialog.memberId);
    if (!removed.ok) return finish(context, textCard(removed.message.zh));
    if (!isSelf) return finish(context, textCard(SAY.removed(removed.member.name)));
    return { replies: [textCard(SAY.left)], memory: {} };
  },
};

export async function startMembers(context: TenantContext): Promise<Answer> {
  const { tenantId } = context.member;
  const members = await context.services.members(tenantId);
  return ask(context, membersFlow, {
    name: "members",
    tenantId,
    memberIds: members.map((member) => member.memberId),
  });
}

async function choose(context: TenantContext, dialog: DialogOf<"members">, memberId: string): Promise<Answer> {
  const member = (await context.services.members(dialog.tenantId)).find((one) => one.memberId === memberId);
  if (!member) return startMembers(context);
  if (!mayTenant(context.member.role, "members.manage") && member.personId !== context.sender.personId) {
    return say(textCard(SAY.howToOthers));
  }
  const { tenantId, memberIds } = dialog;
  return ask(context, membersFlow, { name: "members", tenantId, memberIds, chosen: memberId });
}

async function startRemove(context: TenantContext, memberId: string): Promise<Answer> {
  const { tenantId } = context.member;
  const member = (await context.services.members(tenantId)).find((one) => one.memberId === memberId);
  if (!member) return startMembers(context);
  return ask(context, removeMemberFlow, { name: "remove-member", tenantId, memberId, memberName: member.name });
}

const isRemoval = (text: string): boolean => /^(移除|删除|删掉|移走|退出企业|退出)[。!！吧]*$/.test(plain(text));

async function isOwnMembership(context: TenantContext | undefined, memberId: string): Promise<boolean> {
  if (!context) return false;
  const members = await context.services.members(context.member.tenantId);
  return members.some((one) => one.memberId === memberId && one.personId === context.sender.personId);
}

function listCard({ sender, member: self }: TenantContext, members: readonly Member[]): Card {
  const items = members.map((member, index) => ({
    label: `${index + 1}. ${member.personId === sender.personId ? SAY.you(member.name) : member.name}`,
    value: SAY_PEOPLE.roles[member.role],
  }));
  const hint = mayTenant(self.role, "members.manage") ? SAY.howTo : SAY.howToOthers;
  return factCard(SAY.title, { subtitle: self.tenantName, rows: [], items }, hint);
}

function actCard({ sender, member: self }: TenantContext, chosen: Member, dialog: DialogOf<"members">): Card {
  const isSelf = chosen.personId === sender.personId;
  const roles: CardButton[] = mayTenant(self.role, "members.manage")
    ? ROLES.filter((role) => role !== chosen.role).map((role) =>
        answerButton(dialog, SAY.setTo(SAY_PEOPLE.roles[role])),
      )
    : [];
  const end = isSelf ? SAY.leave : SAY.remove;
  return questionCard(
    [...roles, answerButton(dialog, end, { style: "danger" })],
    SAY.act(chosen.name, SAY_PEOPLE.roles[chosen.role]),
  );
}
