import { formatYuan } from "../money/fen.ts";
import { formatMonth, type Month } from "../time/civil-date.ts";
import type { MonthComparison } from "./compare-months.ts";

/** A comparison in words for the tenant: both amounts, each effect, and the difference that they sum to. */
export function tellComparison(
  name: string,
  months: { readonly before: Month; readonly after: Month },
  { beforeFen, afterFen, differenceFen, effects }: MonthComparison,
): readonly string[] {
  const amounts = [
    `${formatMonth(months.before)}账单的${name}：${formatYuan(beforeFen)}`,
    `${formatMonth(months.after)}账单的${name}：${formatYuan(afterFen)}`,
  ];
  if (differenceFen === 0n && effects.length === 0) return [...amounts, "两个月金额相同。"];
  const signed = (fen: bigint) => `${fen > 0n ? "+" : ""}${formatYuan(fen)}`;
  const word = differenceFen > 0n ? "多" : differenceFen < 0n ? "少" : "相差";
  const size = differenceFen < 0n ? -differenceFen : differenceFen;
  return [
    ...amounts,
    ...effects.map(({ label, amountFen }) => `${label}：${signed(amountFen)}`),
    `合计${word} ${formatYuan(size)}`,
  ];
}
