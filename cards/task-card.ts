import { type Fen, formatYuan } from "../src/domain/money/fen.ts";
import { type CivilDate, formatDate } from "../src/domain/time/civil-date.ts";
import type { Card, CardButton, CardRow } from "./card.ts";
import { textCard } from "./card.ts";
import { TASK_CARD_TEXT as TEXT } from "./dunning-text.zh-CN.ts";

/** A task as somebody with a phone in one hand reads it. */
export interface TaskView {
  readonly number: string;
  readonly kind: "dunning" | "formal-notice" | "escalation" | "dispute" | "reminder";
  readonly state: "open" | "done";
  readonly title: string;
  readonly tenantName: string;
  /** "东莞园区 A栋 A-301" */
  readonly place: string;
  readonly overdueFen: Fen;
  readonly disputedFen: Fen;
  readonly daysOverdue: number;
  readonly contactName: string | null;
  readonly assigneeName: string | null;
  readonly lastNote: {
    readonly result: keyof typeof TEXT.results;
    readonly words: string;
    readonly on: CivilDate;
  } | null;
  readonly promisedUntil: CivilDate | null;
  readonly closedReason: "paid" | "done" | "settled" | null;
  /** A page that dials; the number itself stays encrypted. */
  readonly callUrl?: string | undefined;
  readonly mapUrl?: string | undefined;
}

export const TASK_RESULTS = ["unreachable", "promised", "disputed", "visited", "paid"] as const;
export type TaskResultName = (typeof TASK_RESULTS)[number];

/** Who, how much, how long, last contact, what to say; results as buttons, call and navigate as links. */
export function taskCard(view: TaskView, note?: string): Card {
  const isOpen = view.state === "open";
  return {
    name: "task",
    title: `${view.title} ${view.tenantName}`.trim(),
    subtitle: view.number,
    ...(view.overdueFen > 0n ? { emphasis: { value: formatYuan(view.overdueFen), label: TEXT.amount } } : {}),
    rows: rowsOf(view),
    paragraphs: [
      ...(note === undefined ? [] : [note]),
      ...(view.disputedFen > 0n ? [TEXT.disputed(formatYuan(view.disputedFen))] : []),
      ...(isOpen && view.kind !== "reminder" ? [TEXT.suggested + suggestionOf(view)] : []),
      ...(isOpen && view.callUrl !== undefined ? [TEXT.tapToCall] : []),
    ],
    buttons: isOpen ? buttonsOf(view) : [],
    ...(isOpen ? {} : { outcome: TEXT.outcomes[view.closedReason ?? "done"] }),
    // WeCom has six buttons and the results take them all: a tap on the card itself calls and navigates.
    ...linkOf(view.callUrl ?? view.mapUrl),
  };
}

const linkOf = (link: string | undefined): { readonly link?: string } => (link === undefined ? {} : { link });

function rowsOf(view: TaskView): CardRow[] {
  const last = view.lastNote;
  return [
    { label: TEXT.place, value: view.place },
    ...(view.daysOverdue > 0 ? [{ label: TEXT.overdue, value: TEXT.days(view.daysOverdue) }] : []),
    ...(view.contactName === null ? [] : [{ label: TEXT.contact, value: view.contactName }]),
    {
      label: TEXT.last,
      value: last === null ? TEXT.none : `${formatDate(last.on)} ${TEXT.results[last.result]} ${last.words}`.trim(),
    },
    ...(view.promisedUntil === null ? [] : [{ label: TEXT.promised, value: formatDate(view.promisedUntil) }]),
    ...(view.assigneeName === null ? [] : [{ label: TEXT.assignee, value: view.assigneeName }]),
  ];
}

function suggestionOf({ kind, tenantName, overdueFen, daysOverdue }: TaskView): string {
  const amount = formatYuan(overdueFen);
  switch (kind) {
    case "dunning":
      return daysOverdue < 15
        ? TEXT.words.first(tenantName, amount, daysOverdue)
        : TEXT.words.late(tenantName, amount, daysOverdue);
    case "formal-notice":
      return TEXT.words.letter(amount);
    case "escalation":
      return TEXT.words.manager(amount, daysOverdue);
    case "dispute":
      return TEXT.words.dispute;
    case "reminder":
      return "";
    default:
      return kind satisfies never;
  }
}

function buttonsOf(view: TaskView): CardButton[] {
  const { number } = view;
  const links: CardButton[] = [
    ...(view.callUrl === undefined ? [] : [{ kind: "link" as const, label: TEXT.call, url: view.callUrl }]),
    ...(view.mapUrl === undefined ? [] : [{ kind: "link" as const, label: TEXT.navigate, url: view.mapUrl }]),
  ];
  const isOfMoney = view.kind !== "dispute" && view.kind !== "reminder";
  const results: readonly TaskResultName[] = isOfMoney ? TASK_RESULTS : ["unreachable", "visited"];
  return [
    ...results.map(
      (result): CardButton => ({
        kind: "action",
        label: TEXT.results[result],
        action: { type: "task.result", number, result },
      }),
    ),
    ...(isOfMoney
      ? [
          {
            kind: "action" as const,
            label: TEXT.qr,
            action: { type: "task.collect" as const, number },
            style: "primary" as const,
          },
        ]
      : []),
    ...links,
  ];
}

/** As many tasks as every platform shows as buttons. */
const MOST_SHOWN = 5;

/** Many tasks: one line each, the first as buttons. */
export function taskListCard(kind: keyof typeof TEXT.list, tasks: readonly TaskView[]): Card {
  const totalFen = tasks.reduce((sum, task) => sum + task.overdueFen, 0n);
  return {
    name: "task-list",
    title: TEXT.list[kind](tasks.length),
    ...(totalFen > 0n ? { emphasis: { value: formatYuan(totalFen), label: TEXT.sum } } : {}),
    rows: [],
    items: tasks.map((task) => ({
      label: `${task.number} ${task.tenantName} ${task.title}`,
      value: task.overdueFen > 0n ? `${formatYuan(task.overdueFen)} ${TEXT.days(task.daysOverdue)}` : "",
    })),
    paragraphs: [kind === "late" ? TEXT.lateHint : TEXT.listHint],
    buttons: tasks.slice(0, MOST_SHOWN).map(({ number }) => ({
      kind: "action",
      label: TEXT.show(number),
      action: { type: "task.show", number },
    })),
  };
}

/** To who has the task: a part came, the rest is still to be fetched. */
export const taskPartPaidCard = ({ number, tenantName, overdueFen }: TaskView, amountFen: Fen): Card => ({
  ...textCard(TEXT.partPaid(tenantName, formatYuan(amountFen), formatYuan(overdueFen))),
  title: `${TEXT.partPaidTitle} ${number}`,
  buttons: [{ kind: "action", label: TEXT.show(number), action: { type: "task.show", number } }],
});

/** To who had the task: the money came, nothing is left to do. */
export const taskClosedCard = ({ number, tenantName, closedReason }: TaskView): Card => ({
  ...textCard(closedReason === "paid" ? TEXT.closed(tenantName) : TEXT.settled(tenantName)),
  title: `${TEXT.closedTitle} ${number}`,
});
