import type { Card, CardRow } from "../../cards/card.ts";
import { type Fen, formatYuan } from "../../src/domain/money/fen.ts";
import { formatDate } from "../../src/domain/time/civil-date.ts";
import type { AccountDay, DaySummary, ShiftOfDay } from "../../src/usecases/month-end/day-summary.ts";
import { SAY } from "../text/zh-CN.ts";

const WORDS = {
  title: "收款日报",
  received: "当日收款",
  unclaimed: "待认领",
  exceptions: "未处理差异",
  exceptionsValue: (count: number, amount: string) => `${count} 条 ${amount}`,
  clearing: { "1012.01": "微信未结算", "1012.02": "POS未结算" } as Readonly<Record<string, string>>,
  account: (day: AccountDay, inAmount: string, outAmount: string) =>
    `入${inAmount} 出${outAmount} 对上${day.matched}/${day.lines} ${STATES[day.state]}`,
  noStatement: "没有流水",
  channel: (name: string, count: number) => `${name} ${count} 笔`,
  shift: ({ closed, differenceFen }: ShiftOfDay) =>
    closed
      ? differenceFen === null || differenceFen === 0n
        ? "已交班，相符"
        : `已交班，差额${formatYuan(differenceFen)}`
      : "未交班",
  hint: "回复“对账”看差异，“导出收款明细”取文件。",
} as const;

const STATES: Readonly<Record<AccountDay["state"], string>> = { closed: "已日结", open: "未日结", none: "没有流水" };

/** 收款日报 of one day: each entity's accounts, ways of payment, what waits, and the shifts. */
export function daySummaryCard(summaries: readonly DaySummary[]): Card {
  const [first] = summaries;
  if (!first) throw new RangeError("a day of no entity");
  const sum = (of: (day: DaySummary) => Fen): Fen => summaries.reduce((total, day) => total + of(day), 0n);
  const count = summaries.reduce((total, day) => total + day.openExceptions, 0);
  const clearing = new Map<string, Fen>();
  for (const { account, amountFen } of summaries.flatMap((day) => day.clearing)) {
    clearing.set(account, (clearing.get(account) ?? 0n) + amountFen);
  }
  return {
    name: "text",
    title: WORDS.title,
    subtitle: formatDate(first.date),
    emphasis: { value: formatYuan(sum((day) => day.receivedFen)), label: WORDS.received },
    rows: [
      { label: WORDS.unclaimed, value: formatYuan(sum((day) => day.unclaimedFen)) },
      ...[...clearing].map(([account, fen]) => ({ label: WORDS.clearing[account] ?? account, value: formatYuan(fen) })),
      { label: WORDS.exceptions, value: WORDS.exceptionsValue(count, formatYuan(sum((day) => day.openExceptionsFen))) },
    ],
    items: summaries.flatMap((day) => itemsOf(day, summaries.length > 1 ? `${day.entity} ` : "")),
    paragraphs: [WORDS.hint],
    buttons: [],
  };
}

const itemsOf = (day: DaySummary, prefix: string): CardRow[] => [
  ...day.channels.map(({ channel, count, amountFen }) => ({
    label: `${prefix}${WORDS.channel(SAY.payments.channels[channel], count)}`,
    value: formatYuan(amountFen),
  })),
  ...day.accounts.map((account) => ({
    label: `${prefix}${account.account}`,
    value:
      account.state === "none"
        ? WORDS.noStatement
        : WORDS.account(account, formatYuan(account.inFen), formatYuan(account.outFen)),
  })),
  ...day.shifts.map((shift) => ({ label: `${prefix}${shift.shiftNo} ${shift.cashier}`, value: WORDS.shift(shift) })),
];
