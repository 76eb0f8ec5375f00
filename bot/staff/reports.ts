import { type Card, type CardRow, textCard } from "../../cards/card.ts";
import { groupBy } from "../../src/domain/group-by.ts";
import { type Fen, formatYuan } from "../../src/domain/money/fen.ts";
import { formatMonth, monthOf } from "../../src/domain/time/civil-date.ts";
import { agedTotal } from "../../src/usecases/reports/aging.ts";
import { type CollectionRow, rateOf } from "../../src/usecases/reports/collection.ts";
import { forecastSums } from "../../src/usecases/reports/forecast.ts";
import type { ReportPlace } from "../../src/usecases/reports/place.ts";
import { ACTION_OF_LIST, type ChatList } from "../../src/usecases/reports/report-lists.ts";
import { may } from "../../src/usecases/staff/permissions.ts";
import { type Answer, say } from "../context.ts";
import { type MonthRange, monthsOf, periodName } from "../period.ts";
import { REPORT_SAY as SAY } from "../text/reports.zh-CN.ts";
import { STAFF_SAY } from "../text/staff.zh-CN.ts";
import type { StaffContext, StaffHandler, StaffWish } from "./context.ts";

const MOST_TENANTS = 10;
const MOST_PLACES = 12;

interface Asked {
  readonly place: ReportPlace;
  readonly months: MonthRange;
  readonly limit: number | undefined;
}

/** Checks the role, finds the place in the portfolio, and hands over to the file when the words ask for one. */
const report =
  (
    list: Exclude<ChatList, "arrears" | "receipts">,
    show: (context: StaffContext, asked: Asked) => Promise<Card>,
  ): StaffHandler =>
  async (context, { slots, words }) => {
    const { project, building, period, limit } = slots;
    const asked = await ask(context, list, { project, building, period });
    if ("answer" in asked) return asked.answer;
    return /导出|excel|xlsx|表格/i.test(words)
      ? sendFile(context, list, asked)
      : say(await show(context, { ...asked, limit }));
  };

async function ask(
  context: StaffContext,
  list: ChatList,
  words: {
    readonly project?: string | undefined;
    readonly building?: string | undefined;
    readonly period?: string | undefined;
  },
): Promise<Omit<Asked, "limit"> | { readonly answer: Answer }> {
  const { desk, staff, today } = context;
  if (!may(staff, ACTION_OF_LIST[list])) return { answer: say(textCard(STAFF_SAY.notAllowed(SAY.names[list]))) };
  const place = await desk.reportPlace(staff, words);
  if (!place.ok) return { answer: say(textCard(place.message.zh)) };
  return { place, months: monthsOf(words.period ?? monthOf(today)) };
}

async function sendFile(
  context: StaffContext,
  list: ChatList,
  { place, months }: Omit<Asked, "limit">,
): Promise<Answer> {
  const { rows } = await context.desk.sendList(context.staff, list, place, months);
  return say(textCard(rows === 0 ? SAY.exportedNone(SAY.names[list]) : SAY.exported(SAY.names[list], rows)));
}

function cardOf(
  list: ChatList,
  { place, months }: Asked,
  shown: {
    readonly monthsNamed: boolean;
    readonly emphasis: { readonly value: string; readonly label: string };
    readonly rows: readonly CardRow[];
    readonly items: readonly CardRow[];
    readonly paragraphs: readonly string[];
  },
): Card {
  return {
    name: "text",
    title: SAY.title(SAY.names[list], place.name, shown.monthsNamed ? periodName(months) : ""),
    emphasis: shown.emphasis,
    rows: shown.rows,
    items: shown.items,
    paragraphs: [
      ...shown.paragraphs,
      SAY.export(`${place.name.replaceAll(" ", "")}${shown.monthsNamed ? periodName(months) : ""}${SAY.names[list]}`),
    ],
    buttons: [],
  };
}

const sumOf = (rows: readonly CollectionRow[], of: (row: CollectionRow) => Fen): Fen =>
  rows.reduce((total, row) => total + of(row), 0n);

/** 收缴率: of the months that were said, else of this one; by month, project or building, whichever there are several of. */
export const reportCollection = report("collection", async (context, asked) => {
  const rows = await context.desk.collection(asked.place, asked.months);
  const TEXT = SAY.collection;
  if (rows.length === 0) return textCard(TEXT.none(periodName(asked.months)));
  const billedFen = sumOf(rows, (row) => row.billedFen);
  const receivedFen = sumOf(rows, (row) => row.receivedFen);
  const relievedFen = sumOf(rows, (row) => row.relievedFen);
  const row = (label: string, amountFen: Fen): CardRow => ({ label, value: formatYuan(amountFen) });
  const parts = partsOf(rows);
  return cardOf("collection", asked, {
    monthsNamed: true,
    emphasis: { value: rateOf(receivedFen, billedFen) ?? "—", label: TEXT.rate },
    rows: [
      row(TEXT.billed, billedFen),
      row(TEXT.received, receivedFen),
      ...(relievedFen === 0n ? [] : [row(TEXT.relieved, relievedFen)]),
      row(
        TEXT.open,
        sumOf(rows, (one) => one.openFen),
      ),
    ],
    items: parts.slice(0, asked.limit ?? MOST_PLACES).map(([label, own]) => ({
      label,
      value: TEXT.value(
        rateOf(
          sumOf(own, (one) => one.receivedFen),
          sumOf(own, (one) => one.billedFen),
        ) ?? "—",
        formatYuan(sumOf(own, (one) => one.openFen)),
      ),
    })),
    paragraphs: [TEXT.note],
  });
});

/** One screen: the first of month, project, building of which there are several. */
function partsOf(rows: readonly CollectionRow[]): (readonly [string, readonly CollectionRow[]])[] {
  const ways: readonly ((row: CollectionRow) => string)[] = [
    (row) => formatMonth(row.month),
    (row) => row.projectName,
    (row) => row.buildingName,
  ];
  for (const way of ways) {
    const parts = [...groupBy(rows, way)];
    if (parts.length > 1) return parts;
  }
  return [];
}

/** 账龄: totals by age, and the tenants with the largest overdue sums. */
export const reportAging = report("aging", async (context, asked) => {
  const tenants = await context.desk.aging(asked.place);
  const TEXT = SAY.aging;
  if (tenants.length === 0) return textCard(TEXT.none);
  const total = agedTotal(tenants);
  const row = (label: string, amountFen: Fen): CardRow => ({ label, value: formatYuan(amountFen) });
  const overdue = tenants.filter((one) => one.totalFen - one.notDueFen > 0n);
  const shown = overdue.slice(0, asked.limit ?? MOST_TENANTS);
  return cardOf("aging", asked, {
    monthsNamed: false,
    emphasis: { value: formatYuan(total.totalFen), label: TEXT.total },
    rows: [
      row(TEXT.notDue, total.notDueFen),
      row(TEXT.days30, total.days30Fen),
      row(TEXT.days60, total.days60Fen),
      row(TEXT.days90, total.days90Fen),
      row(TEXT.older, total.olderFen),
    ],
    items: shown.map((one) => ({ label: one.tenantName, value: TEXT.value(formatYuan(one.totalFen - one.notDueFen)) })),
    paragraphs: [...(overdue.length > shown.length ? [TEXT.more(overdue.length - shown.length)] : []), TEXT.note],
  });
});

/** 回款预测: cash of the next 90 days, and how it was computed. */
export const reportForecast = report("forecast", async (context, asked) => {
  const forecast = await context.desk.forecast(asked.place);
  const TEXT = SAY.forecast;
  if (forecast.length === 0) return textCard(TEXT.none);
  const sums = forecastSums(forecast, context.today);
  const row = (label: string, amountFen: Fen): CardRow => ({ label, value: formatYuan(amountFen) });
  return cardOf("forecast", asked, {
    monthsNamed: false,
    emphasis: { value: formatYuan(sums.totalFen), label: TEXT.total },
    rows: [
      row(TEXT.days30, sums.days30Fen),
      row(TEXT.days60, sums.days60Fen),
      row(TEXT.days90, sums.days90Fen),
      row(TEXT.promised, sums.promisedFen),
      row(TEXT.notBilled, sums.notBilledFen),
      row(TEXT.late, sums.lateFen),
    ],
    items: [],
    paragraphs: [TEXT.how],
  });
});

/** “导出欠费清单”, “导出9月收款明细”, “导出账龄”: names of lists, which are keys. */
const LISTS: readonly (readonly [RegExp, ChatList])[] = [
  [/欠费|应收明细/, "arrears"],
  [/收款(?:明细|清单|流水)/, "receipts"],
  [/账龄/, "aging"],
  [/收缴率/, "collection"],
  [/(?:回款|收款|现金).{0,4}预测/, "forecast"],
];

/** For the router: what “导出…” means before the words are understood; undefined: no list of ours. */
export function listMeant(words: string): ChatList | undefined {
  if (!/导出|下载|excel|xlsx/i.test(words)) return undefined;
  return LISTS.find(([pattern]) => pattern.test(words))?.[1];
}

/** Any list as a file; slots say of what. */
export async function exportList(context: StaffContext, wish: StaffWish, list: ChatList): Promise<Answer> {
  const { project, building, period } = wish.slots;
  const asked = await ask(context, list, { project, building, period });
  return "answer" in asked ? asked.answer : sendFile(context, list, asked);
}
