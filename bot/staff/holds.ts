import { textCard } from "../../cards/card.ts";
import { formatDate } from "../../src/domain/time/civil-date.ts";
import { type Answer, say } from "../context.ts";
import { dayIn } from "../dialogs/words.ts";
import { SAY_REACH } from "../text/reach.zh-CN.ts";
import { SAY_TASK } from "../text/task.zh-CN.ts";
import type { StaffContext } from "./context.ts";
import { type Named, oneTenant } from "./tasks.ts";

const HOLD = /(?:先|暂时)?(?:别|不要|不用)(?:再)?催(?:缴|款|费|了)?|(?:暂停|暂缓|停止)催(?:缴|款|费)?|先不催/;
const LIFT = /^(?:请)?(?:恢复|继续|重新)催(?:缴|款|费)?/;
/** Whoever the conversation is about. */
const THIS_ONE = /^(?:请|把|对)?(?:这一?[户家个]|这个租户|该租户|他们?家?|它)?$/;
const REASON = /^(?:原因|理由|因为|由于)[是为：:，,\s]*/;
const UNTIL =
  /(?:一直)?(?:截止)?[到至]?\s*(?:\d{4}-\d{1,2}-\d{1,2}|(?:\d{4}年)?\d{1,2}月(?:\d{1,2}[日号]?|底)|\d{1,2}[日号]|(?:这|本|下)?个?(?:周|星期|礼拜)[一二三四五六日天]|(?:这|本|下)?个?月底|明天|后天)(?:之?前|为?止)?/;
const BREAKS = /[，,；;。.!！\s]+/;

/** “二号贸易先别催到9月30日，正在走付款流程”, “恢复催缴二号贸易”. Undefined: something else. */
export function holdCommandOf(text: string): ((context: StaffContext) => Promise<Answer>) | undefined {
  if (LIFT.test(text)) return (context) => lift(context, text.replace(LIFT, "").split(BREAKS).join(""));
  const held = HOLD.exec(text);
  // “华星说别催了，20号付款” is what the tenant said: a note of the task.
  if (!held || /[?？吗]$/.test(text) || /说|表示|要求|希望/.test(text.slice(0, held.index))) return undefined;
  return (context) => hold(context, text.slice(0, held.index), text.slice(held.index + held[0].length));
}

async function hold(context: StaffContext, before: string, after: string): Promise<Answer> {
  const { services, staff, today } = context;
  const [saidUntil] = UNTIL.exec(after) ?? UNTIL.exec(before) ?? [];
  const until = saidUntil === undefined ? undefined : dayIn(saidUntil, today);
  const name = before
    .replace(UNTIL, "")
    .split(BREAKS)
    .join("")
    .replace(/^(?:请|把|对)/, "");
  const said = after
    .replace(UNTIL, "，")
    .split(BREAKS)
    .map((clause) => clause.replace(REASON, ""))
    .filter((clause) => clause !== "");
  // Who is meant stands before the verb, or is the first thing after it.
  const [first] = said;
  const isNamedAfter =
    THIS_ONE.test(name) && first !== undefined && (await services.tenantsNamed(staff, first)).length > 0;
  const tenant = await whom(context, isNamedAfter ? first : name);
  if ("answer" in tenant) return tenant.answer;
  const { tenantId, tenantName } = tenant;
  const reason = said.slice(isNamedAfter ? 1 : 0).join("，");
  if (until === undefined || reason === "") return say(textCard(SAY_REACH.holdNeeds(tenantName)));
  const done = await services.holdDunning(staff, { tenantId, until, reason });
  return say(textCard(done.ok ? SAY_REACH.held(tenantName, formatDate(until), reason) : done.message.zh));
}

async function lift(context: StaffContext, words: string): Promise<Answer> {
  const tenant = await whom(context, words);
  if ("answer" in tenant) return tenant.answer;
  const done = await context.services.liftHold(context.staff, tenant.tenantId);
  if (!done.ok) return say(textCard(done.message.zh));
  return say(textCard(done.lifted ? SAY_REACH.lifted(tenant.tenantName) : SAY_REACH.notHeld(tenant.tenantName)));
}

/** By name; “这户” is the one of the only open task. */
async function whom(context: StaffContext, words: string): Promise<Named> {
  if (!THIS_ONE.test(words)) return oneTenant(context, words);
  const open = await context.services.openTasks(context.staff);
  const tenants = new Map(
    open.flatMap(({ tenantId, tenantName }): [string, string][] => (tenantId === null ? [] : [[tenantId, tenantName]])),
  );
  const [only] = tenants;
  if (only === undefined || tenants.size > 1) return { answer: say(textCard(SAY_TASK.whichTenant)) };
  return { tenantId: only[0], tenantName: only[1] };
}
