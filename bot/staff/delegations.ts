import { type Card, textCard } from "../../cards/card.ts";
import { formatDate } from "../../src/domain/time/civil-date.ts";
import type { Delegation } from "../../src/usecases/approvals/delegations.ts";
import { APPROVER_ROLE_NAMES } from "../../src/usecases/approvals/refusals.ts";
import { may } from "../../src/usecases/staff/permissions.ts";
import { type Answer, say } from "../context.ts";
import { startDelegation } from "../dialogs/delegate.ts";
import { daysIn, namedIn } from "../dialogs/delegation-words.ts";
import { SAY_DELEGATION as SAY } from "../text/delegation.zh-CN.ts";
import { STAFF_SAY } from "../text/staff.zh-CN.ts";
import type { StaffActionHandlers, StaffContext } from "./context.ts";

/** “收回委托”, “收回全部委托”, “我回来了，收回审批委托” */
const REVOKE =
  /(?:收回|取消|撤销|撤回|结束|终止|解除)(?:我的|我|给[^，,。]{1,8}的|对[^，,。]{1,8}的|全部|所有|审批|的|了){0,4}委托/;
const ID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;
const ALL = /全部|所有|都/;
/** “收回给张三的委托”: whose is meant, also where there is none of theirs. */
const GIVEN_TO = /(?:给|对)([^，,。]{1,8})的/;
/** “我的委托”, “审批委托给谁了”, “查看委托” */
const LIST =
  /^(?:查看?一?下?|看看?|我的?|现在|当前|有哪些|审批){0,3}(?:审批)?委托(?:列表|记录|情况|给谁了?|了谁)?[?？。吗呢]*$/;
/** “我休假到11月30日,审批交给张三”, “委托王经理代我审批三天”, “出差期间审批请李四代办” */
const GIVE = [
  /审批[^，,。]{0,6}(?:交给|交由|委托给?|托给|托付给|转给|移交给?|给)/,
  /审批[^，,。]{0,4}(?:请|由|让|叫|找).{1,12}(?:代|处理|办|批|负责)/,
  /(?:委托|交给|请|由|让|叫|托).{1,16}(?:代(?:我|为|替)?(?:的)?审?批|代办审批|帮我审?批|替我审?批|的审批$)/,
  /^委托审批|^审批委托[^给]/,
];

/** Words about who decides in whose name. Undefined: none of them. */
export function delegationCommandOf(text: string): ((context: StaffContext) => Promise<Answer>) | undefined {
  if (REVOKE.test(text)) return (context) => revokeByWords(context, text);
  if (LIST.test(text)) return listDelegations;
  if (GIVE.some((pattern) => pattern.test(text)) && !/SP-\d/i.test(text)) return (context) => begin(context, text);
  return undefined;
}

async function begin(context: StaffContext, text: string): Promise<Answer> {
  const { desk, staff } = context;
  if (!may(staff, "approval.delegate")) return say(textCard(STAFF_SAY.notAllowed(SAY.title)));
  const standIns = await desk.standIns(staff);
  if (standIns.length === 0) return say(textCard(SAY.nobody));
  const [only, second] = namedIn(text, standIns);
  const to = second === undefined ? only : undefined;
  const days = daysIn(text, context.today);
  return startDelegation(context, {
    personId: staff.personId,
    senderId: context.event.senderId,
    from: days?.from ?? context.today,
    ...(days ? { until: days.to } : {}),
    ...(to ? { toCode: to.code, toName: to.name } : {}),
  });
}

async function listDelegations({ desk, staff }: StaffContext): Promise<Answer> {
  const { given, received } = await desk.delegations(staff);
  if (given.length + received.length === 0) return say(textCard(SAY.none));
  return say(
    ...(given.length === 0 ? [] : [listOf(SAY.given, given, ({ delegateName }) => delegateName, true)]),
    ...(received.length === 0 ? [] : [listOf(SAY.received, received, ({ delegatorName }) => delegatorName, false)]),
  );
}

const listOf = (
  title: string,
  delegations: readonly Delegation[],
  nameOf: (delegation: Delegation) => string,
  mayRevoke: boolean,
): Card => ({
  name: "delegation",
  title,
  rows: delegations.map((one) => ({
    label: SAY.to(nameOf(one), one.roles.map((role) => APPROVER_ROLE_NAMES[role]).join("、")),
    value: SAY.range(formatDate(one.days.from), formatDate(one.days.to)),
  })),
  paragraphs: [],
  buttons: mayRevoke ? delegations.slice(0, 5).map(revokeButton) : [],
});

const revokeButton = ({ id, delegateName }: Delegation): Card["buttons"][number] => ({
  kind: "action",
  label: SAY.revoke(delegateName),
  action: { type: "delegation.revoke", id },
  style: "danger",
});

async function revokeByWords(context: StaffContext, text: string): Promise<Answer> {
  const id = ID.exec(text)?.[0];
  if (id !== undefined) return revoke(context, { id: id.toLowerCase() });
  const { given } = await context.desk.delegations(context.staff);
  const named = given.filter(({ delegateName }) => text.includes(delegateName));
  const [first, second] = named.length > 0 ? named : given;
  const meantNone = named.length === 0 && GIVEN_TO.test(text);
  if (first && (second || meantNone) && !ALL.test(text)) {
    return say({
      ...textCard(SAY.revokeWhich),
      buttons: (named.length > 0 ? named : given).slice(0, 5).map(revokeButton),
    });
  }
  return revoke(context, first && !second ? { id: first.id } : "all");
}

async function revoke(context: StaffContext, which: { readonly id: string } | "all"): Promise<Answer> {
  const done = await context.desk.revokeDelegations(context.staff, which);
  if (!done.ok) return say(textCard(done.message.zh));
  return say(textCard(SAY.revoked(done.revoked.map(({ delegateName }) => delegateName))));
}

/** The button on the card of who gave it; whoever else presses it has nothing to take back. */
export const DELEGATION_ACTIONS: StaffActionHandlers = {
  "delegation.revoke": (context, { id }) => revoke(context, { id }),
};
