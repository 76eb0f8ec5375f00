import { type CivilDate, type DateRange, fromDayNumber, toDayNumber } from "../time/civil-date.ts";

/** A range of days as day numbers (days since 1970-01-01), both ends included: the cheap form for counting. */
export interface DaySpan {
  readonly from: number;
  readonly to: number;
}

export const toDaySpan = (range: DateRange): DaySpan => ({ from: toDayNumber(range.from), to: toDayNumber(range.to) });
export const toDateRange = (span: DaySpan): { from: CivilDate; to: CivilDate } => ({
  from: fromDayNumber(span.from),
  to: fromDayNumber(span.to),
});

export const daysIn = (span: DaySpan): number => span.to - span.from + 1;
export const countDays = (spans: readonly DaySpan[]): number => spans.reduce((total, span) => total + daysIn(span), 0);

/** The parts of the spans that lie in `within`. Spans are ascending and apart from each other, as is the result. */
export function clip(spans: readonly DaySpan[], within: DaySpan): readonly DaySpan[] {
  const result: DaySpan[] = [];
  for (const span of spans) {
    const from = Math.max(span.from, within.from);
    const to = Math.min(span.to, within.to);
    if (from <= to) result.push(from === span.from && to === span.to ? span : { from, to });
  }
  return result;
}

/** The spans without the days of `removed`. */
export function remove(spans: readonly DaySpan[], removed: DaySpan): readonly DaySpan[] {
  const result: DaySpan[] = [];
  for (const span of spans) {
    if (removed.to < span.from || removed.from > span.to) {
      result.push(span);
      continue;
    }
    if (span.from < removed.from) result.push({ from: span.from, to: removed.from - 1 });
    if (span.to > removed.to) result.push({ from: removed.to + 1, to: span.to });
  }
  return result;
}

/** From the first to the last day of all spans, or undefined when there is none. */
export function hull(spans: readonly DaySpan[]): DaySpan | undefined {
  const first = spans[0];
  const last = spans.at(-1);
  return first && last ? { from: first.from, to: last.to } : undefined;
}

/** Joins spans of which one begins on the day after the other ends. */
export function joinAdjacent(spans: readonly DaySpan[]): readonly DaySpan[] {
  const result: DaySpan[] = [];
  for (const span of spans) {
    const last = result.at(-1);
    if (last && last.to + 1 === span.from) result[result.length - 1] = { from: last.from, to: span.to };
    else result.push(span);
  }
  return result;
}
