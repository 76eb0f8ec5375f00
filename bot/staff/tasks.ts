import type { CardAction } from "../../cards/action.ts";
import { type Card, type CardButton, textCard } from "../../cards/card.ts";
import { TASK_CARD_TEXT } from "../../cards/dunning-text.zh-CN.ts";
import { formatYuan } from "../../src/domain/money/fen.ts";
import { formatDate } from "../../src/domain/time/civil-date.ts";
import { unreachedLabel } from "../../src/usecases/dunning/advance-chain.ts";
import type { DunningEvent } from "../../src/usecases/tasks/arrears.ts";
import type { TaskNote } from "../../src/usecases/tasks/note-task.ts";
import type { StewardTask } from "../../src/usecases/tasks/task.ts";
import { type Answer, say } from "../context.ts";
import { startTaskNote } from "../dialogs/task-note.ts";
import { dayIn } from "../dialogs/words.ts";
import { SAY_PHOTO } from "../text/photos.zh-CN.ts";
import { SAY_TASK } from "../text/task.zh-CN.ts";
import type { StaffActionHandlers, StaffContext, StaffWish } from "./context.ts";
import { answerNoted } from "./task-answers.ts";

/** 待办任务: what this colleague has to do. */
export async function listTasks({ services, staff }: StaffContext): Promise<Answer> {
  const tasks = await services.openTasks(staff);
  if (tasks.length === 0) return say(textCard(SAY_TASK.noTasks));
  return say(services.taskList("own", byAmount(tasks)));
}

const byAmount = (tasks: readonly StewardTask[]): StewardTask[] =>
  [...tasks].sort((a, b) => (a.overdueFen < b.overdueFen ? 1 : a.overdueFen > b.overdueFen ? -1 : 0));

/** 欠费名单: who is overdue, the largest sum first; “某某的欠费” one tenant. */
export async function listArrears(context: StaffContext, wish: StaffWish): Promise<Answer> {
  const { services, staff } = context;
  const { tenant, building, minDaysOverdue, limit } = wish.slots;
  if (tenant !== undefined) return showArrears(context, wish);
  const found = await services.arrears(staff, { building, minDaysOverdue });
  if (found.length === 0) return say(textCard(SAY_TASK.arrearsNone));
  const shown = found.slice(0, limit ?? MOST_ARREARS);
  const left = found.length - shown.length;
  return say({
    ...textCard(...(left > 0 ? [SAY_TASK.more(left)] : [])),
    title: SAY_TASK.arrearsTitle(found.length),
    emphasis: { value: formatYuan(found.reduce((sum, one) => sum + one.overdueFen, 0n)), label: SAY_TASK.sum },
    items: shown.map((one) => ({
      label: `${one.tenantName} ${one.daysOverdue}天`,
      value: formatYuan(one.overdueFen),
    })),
  });
}

const MOST_ARREARS = 20;

/** “华星欠多少”: one tenant, by a part of the name, the code or the unit. */
export async function showArrears(context: StaffContext, wish: StaffWish): Promise<Answer> {
  const { tenant, unit } = wish.slots;
  const named = await oneTenant(context, unit ?? tenant);
  if ("answer" in named) return named.answer;
  const { tenantId, tenantName } = named;
  const [owed] = await context.services.arrears(context.staff, { tenantIds: [tenantId] });
  if (!owed) return say(textCard(SAY_TASK.notOverdue(tenantName)));
  const tasks = await context.services.openTasksOfTenant(context.staff, tenantId);
  const words = SAY_TASK.arrearsOf(tenantName, owed.overdueFen, owed.daysOverdue, owed.disputedFen);
  return say({
    ...textCard(words),
    buttons: tasks.slice(0, 3).map(({ number }) => ({
      kind: "action",
      label: TASK_CARD_TEXT.show(number),
      action: { type: "task.show", number },
    })),
  });
}

/** One tenant, or what is said because it is not clear which. */
export type Named = { readonly tenantId: string; readonly tenantName: string } | { readonly answer: Answer };

/** Of the portfolio, by a part of the name, the code or the unit. */
export async function oneTenant({ services, staff }: StaffContext, words: string | undefined): Promise<Named> {
  if (words === undefined) return { answer: say(textCard(SAY_TASK.whichTenant)) };
  const found = await services.tenantsNamed(staff, words);
  const [first] = found;
  if (!first) return { answer: say(textCard(SAY_TASK.tenantUnknown(words))) };
  const exact = found.find(({ tenantName, tenantCode }) => tenantName === words || tenantCode === words.toUpperCase());
  if (exact) return exact;
  if (found.length > 1) return { answer: say(textCard(SAY_TASK.tenantsMany(found.map((one) => one.tenantName)))) };
  return first;
}

/** “华星联系不上”, “华星说20号付款”: the result of a task in words. */
export async function noteByWords(context: StaffContext, wish: StaffWish): Promise<Answer> {
  const { services, staff } = context;
  const { tenant, unit } = wish.slots;
  let task: StewardTask | undefined;
  if (tenant === undefined && unit === undefined) {
    const open = await services.openTasks(staff);
    if (open.length !== 1) return say(textCard(open.length === 0 ? SAY_TASK.noTasks : SAY_TASK.whichTenant));
    [task] = open;
  } else {
    const named = await oneTenant(context, unit ?? tenant);
    if ("answer" in named) return named.answer;
    [task] = await services.openTasksOfTenant(staff, named.tenantId);
    if (!task) return say(textCard(SAY_TASK.noTaskOf(named.tenantName)));
  }
  return task ? noteOf(context, task, wish) : say(textCard(SAY_TASK.noTasks));
}

async function noteOf(context: StaffContext, task: StewardTask, wish: StaffWish): Promise<Answer> {
  const { services, staff } = context;
  const { words } = wish;
  const personId = staff.personId;
  if (/联系不上|打不通|没人接|不接电话|无人接听|关机|停机/.test(words)) {
    return take(context, task, { result: "unreachable", words });
  }
  // 二号贸易 has no second of the month in it.
  const rest = words.replaceAll(task.tenantName, "").replaceAll(wish.slots.tenant ?? task.tenantName, "");
  const until = dayIn(rest, context.today);
  if (until !== undefined && /付|交|缴|转|打款|还|承诺|答应/.test(rest)) {
    return take(context, task, { result: "promised", until, words });
  }
  if (/不对|有误|争议|异议|不认/.test(words)) return startTaskNote(context, { personId, task, result: "disputed" });
  if (/承诺|答应|过几天付/.test(words)) return startTaskNote(context, { personId, task, result: "promised" });
  if (/上门|拜访|去过|到现场/.test(words)) return take(context, task, { result: "visited", words });
  if (/已付|付了|付过|已经付|交了|转了/.test(words)) return take(context, task, { result: "paid", words });
  return say(...answerNoted(await services.noteTask(staff, task.number, { result: "note", words }), "note"));
}

async function take({ services, staff }: StaffContext, task: StewardTask, note: TaskNote): Promise<Answer> {
  const result = await services.noteTask(staff, task.number, note);
  const replies = answerNoted(result, note.result);
  return result.ok ? { replies, replacement: services.taskCard(result.task) } : { replies };
}

/** 收款码: a code for each entity, to be held out to who pays. */
export async function collectByWords(context: StaffContext, wish: StaffWish): Promise<Answer> {
  const { tenant, unit } = wish.slots;
  const named = await oneTenant(context, unit ?? tenant);
  return "answer" in named ? named.answer : collect(context, named.tenantId, named.tenantName);
}

async function collect({ services, staff }: StaffContext, tenantId: string, tenantName: string): Promise<Answer> {
  const codes = await services.collect(staff, tenantId);
  if (codes.length === 0) return say(textCard(SAY_TASK.collectNone(tenantName)));
  return say({
    ...textCard(SAY_TASK.collect),
    title: SAY_TASK.collectTitle(tenantName),
    buttons: codes.map(({ entityName, amountFen, url }) => ({
      kind: "link",
      label: SAY_TASK.collectTo(entityName, amountFen),
      url,
      style: "primary",
    })),
  });
}

/** Buttons of the cards of tasks; person, place and state are checked by the use case. */
export const TASK_ACTIONS: StaffActionHandlers = {
  "task.show": (context, { number }) => showTask(context, number),
  "task.result": takeResult,
  "task.collect": async (context, { number }) => {
    const task = await context.services.task(context.staff, number);
    if (!task || task.tenantId === null) return say(textCard(SAY_TASK.unknown(number)));
    return collect(context, task.tenantId, task.tenantName);
  },
};

async function showTask({ services, staff }: StaffContext, number: string): Promise<Answer> {
  const task = await services.task(staff, number);
  return say(task ? services.taskCard(task) : textCard(SAY_TASK.unknown(number)));
}

async function takeResult(
  context: StaffContext,
  { number, result }: Omit<Extract<CardAction, { type: "task.result" }>, "type">,
): Promise<Answer> {
  const { services, staff } = context;
  const task = await services.task(staff, number);
  if (!task) return say(textCard(SAY_TASK.unknown(number)));
  switch (result) {
    case "unreachable":
    case "paid":
      return take(context, task, { result });
    case "promised":
    case "disputed":
    case "visited":
      if (task.state === "done") return take(context, task, { result: "note" });
      return startTaskNote(context, { personId: staff.personId, task, result });
    default:
      return result satisfies never;
  }
}

const NUMBER = "(RW\\d{4}-\\d{5,})";
const SHOW = new RegExp(`^(?:查|看)?(?:任务)?\\s*${NUMBER}(?:\\s*(联系不上|承诺付款|有争议|已上门|已付款))?$`, "i");
const COLLECT = new RegExp(`^收款码\\s*${NUMBER}$`, "i");
const REASSIGN = new RegExp(`^转派\\s*${NUMBER}\\s*(?:给)?\\s*([A-Z]+\\d+)$`, "i");
const FINISH = new RegExp(`^完成\\s*${NUMBER}(?:[\\s，,：:]+(.+))?$`, "i");
const HISTORY = /^(?:请?(?:查|看)(?:一下|看)?)?\s*(.{1,30}?)的?催缴(?:记录|历史|情况|过程)$/;
const UNREACHED = /^(?:查|看)?(?:催缴)?(?:未送达|没送到|没有送达|没送达)(?:名单|列表|的租户|的)?$/;

const RESULTS = new Map(
  (["unreachable", "promised", "disputed", "visited", "paid"] as const).map((result) => [
    TASK_CARD_TEXT.results[result] as string,
    result,
  ]),
);

/** Fixed phrases: the buttons of the cards typed, 转派, 完成, 催缴记录, 未送达名单. */
export function taskCommandOf(text: string): ((context: StaffContext) => Promise<Answer>) | undefined {
  const shown = SHOW.exec(text);
  if (shown) {
    const number = (shown[1] ?? "").toUpperCase();
    const result = RESULTS.get(shown[2] ?? "");
    return (context) => (result === undefined ? showTask(context, number) : takeResult(context, { number, result }));
  }
  const collected = COLLECT.exec(text);
  if (collected) return (context) => pressed(context, (collected[1] ?? "").toUpperCase());
  const reassigned = REASSIGN.exec(text);
  if (reassigned) {
    const [, number = "", to = ""] = reassigned;
    return async ({ services, staff }) => {
      const given = await services.reassignTask(staff, number.toUpperCase(), to);
      return say(
        textCard(given.ok ? SAY_TASK.reassigned(given.task.number, given.task.assigneeName ?? to) : given.message.zh),
      );
    };
  }
  const finished = FINISH.exec(text);
  if (finished) {
    const [, number = "", words = ""] = finished;
    return async ({ services, staff }) => {
      const done = await services.finishTask(staff, number.toUpperCase(), words);
      return say(textCard(done.ok ? SAY_TASK.finished(done.task.number) : done.message.zh));
    };
  }
  if (UNREACHED.test(text)) return showUnreached;
  const history = HISTORY.exec(text);
  return history ? (context) => showHistory(context, history[1] ?? "") : undefined;
}

async function pressed(context: StaffContext, number: string): Promise<Answer> {
  const task = await context.services.task(context.staff, number);
  if (!task || task.tenantId === null) return say(textCard(SAY_TASK.unknown(number)));
  return collect(context, task.tenantId, task.tenantName);
}

/** 未送达名单. */
async function showUnreached({ services, staff }: StaffContext): Promise<Answer> {
  const unreached = await services.unreached(staff);
  if (unreached.length === 0) return say(textCard(SAY_TASK.unreachedNone));
  return say({
    ...textCard(),
    title: SAY_TASK.unreachedTitle(unreached.length),
    items: unreached.map((one) => ({
      label: unreachedLabel(one),
      value: `${formatYuan(one.openFen)} ${one.tried.length === 0 ? SAY_TASK.noWays : one.tried.map((way) => SAY_TASK.history.ways[way] ?? way).join("、")}`,
    })),
  });
}

/** “查华星的催缴记录”: everything said, done and promised, the oldest first. */
async function showHistory(context: StaffContext, words: string): Promise<Answer> {
  const named = await oneTenant(context, words);
  if ("answer" in named) return named.answer;
  const events = await context.services.dunningHistory(context.staff, named.tenantId);
  if (events.length === 0) return say(textCard(SAY_TASK.historyNone(named.tenantName)));
  const card: Card = {
    ...textCard(),
    title: SAY_TASK.historyTitle(named.tenantName),
    items: events.map((event) => ({ label: formatDate(event.on), value: eventText(event) })),
    buttons: photoLinks(context, events),
  };
  return say(card);
}

/** As many as every platform shows, the latest. */
const MOST_PHOTOS = 3;

const photoLinks = ({ services }: StaffContext, events: readonly DunningEvent[]): CardButton[] =>
  events
    .flatMap((event) => (event.kind === "note" && event.photoId !== null ? [{ on: event.on, id: event.photoId }] : []))
    .slice(-MOST_PHOTOS)
    .map(({ on, id }) => ({ kind: "link", label: SAY_PHOTO.openOn(formatDate(on)), url: services.photoLink(id) }));

function eventText(event: DunningEvent): string {
  const TEXT = SAY_TASK.history;
  switch (event.kind) {
    case "said": {
      const ways = event.ways.map((way) => TEXT.ways[way] ?? way).join("、");
      const fate = event.fate === null ? "" : (TEXT.fates[event.fate] ?? event.fate);
      return `${TEXT.said[event.action]} ${formatYuan(event.openFen)} ${ways === "" ? TEXT.noWay : ways} ${fate}`.trim();
    }
    case "task":
      return TEXT.task(event.title, event.number, event.who);
    case "note": {
      const until = event.until === null ? "" : ` ${formatDate(event.until)}`;
      return `${TASK_CARD_TEXT.results[event.result]}${until} ${event.words}${event.hasPhoto ? TEXT.photo : ""}（${event.who}）`;
    }
    case "promise":
      return TEXT.promise(formatDate(event.until));
    case "hold":
      return event.until === null
        ? TEXT.lifted(event.who)
        : TEXT.held(formatDate(event.until), event.reason, event.who);
    case "closed":
      return TEXT.closed(event.number, event.reason);
    default:
      return event satisfies never;
  }
}
