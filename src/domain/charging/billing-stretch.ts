import type { Month } from "../time/civil-date.ts";
import type { ChargeMode, ChargeTerms } from "../world/lease.ts";
import { clip, type DaySpan, hull, joinAdjacent } from "./days.ts";
import {
  type ChargeTimeline,
  isUsageFormula,
  type LeaseTimeline,
  type TermSegment,
  termsOn,
} from "./lease-timeline.ts";
import { monthIndexOf, monthIndexOfDay, spanOfIndex } from "./month-index.ts";
import { cutPeriod, type PeriodGrid, periodHolding, periodsTouching } from "./periods.ts";

export type ChargeFamily = "time-based" | "metered" | "pool" | "usage-formula";

/**
 * Days on which a charge is billed in one and the same way. An amendment that changes what a line or its grid is made of
 * (the sort of rule, its meter or pool; of time-based charges cycle, anchor, kind, entity, tax rate) begins a new
 * stretch, and periods are cut there; a change of price, quantity, area or discount does not, it only splits the month.
 */
export interface BillingStretch extends DaySpan {
  readonly family: ChargeFamily;
  readonly grid: PeriodGrid;
  readonly segments: readonly TermSegment[];
  /** The days on which the charge runs in this stretch. */
  readonly runDays: readonly DaySpan[];
}

export function buildStretches(lease: LeaseTimeline, charge: ChargeTimeline): readonly BillingStretch[] {
  const stretches: BillingStretch[] = [];
  let lastKey: string | undefined;
  for (const segment of charge.segments) {
    const runDays = clip(charge.runDays, segment);
    const { family, key } = natureOf(lease, segment.terms);
    const last = stretches.at(-1);
    if (last && key === lastKey) {
      const span = { from: last.from, to: segment.to };
      const segments = [...last.segments, segment];
      stretches[stretches.length - 1] = { ...last, ...span, segments, runDays: clip(charge.runDays, span) };
    } else {
      const { periodAnchor, cycleMonths = lease.terms.cycleMonths } = segment.terms;
      const grid: PeriodGrid = { anchor: periodAnchor, cycleMonths, leaseStart: lease.start };
      stretches.push({ from: segment.from, to: segment.to, family, grid, segments: [segment], runDays });
    }
    lastKey = key;
  }
  return stretches.filter((stretch) => stretch.runDays.length > 0);
}

/**
 * A service month is one line whatever else is amended inside it: its meter's first day, its readings and its ladder go
 * on. So of what is billed by usage only the meter or pool counts.
 */
function natureOf(lease: LeaseTimeline, terms: ChargeTerms): { family: ChargeFamily; key: string } {
  const { rule, kind, entity = lease.terms.entity, taxRate } = terms;
  if (rule.type === "metered") return { family: "metered", key: JSON.stringify(["metered", rule.meter]) };
  if (rule.type === "pool") return { family: "pool", key: JSON.stringify(["pool", rule.pool]) };
  if (isUsageFormula(terms) && rule.type === "formula") {
    return { family: "usage-formula", key: JSON.stringify(["usage-formula", rule.meter]) };
  }
  const { cycleMonths = lease.terms.cycleMonths, periodAnchor } = terms;
  const key = JSON.stringify(["time-based", cycleMonths, periodAnchor, kind, entity, taxRate]);
  return { family: "time-based", key };
}

/** Money-rules 2 "Mode": metered, pool and usage are arrears, everything else advance unless the charge says otherwise. */
const modeOn = (charge: ChargeTimeline, stretch: BillingStretch, day: number): ChargeMode =>
  stretch.family === "time-based" ? (termsOn(charge, day)?.mode ?? "advance") : "arrears";

/**
 * The (cut) periods of a stretch that a run for `month` bills (money-rules 2 "A run for month P"): advance periods that
 * begin in it; metered, pool and usage months before it; other arrears periods that end in the month before it.
 * `billable` are the run days that are ours to bill.
 */
export function duePeriods(
  charge: ChargeTimeline,
  stretch: BillingStretch,
  billable: readonly DaySpan[],
  month: Month,
): readonly DaySpan[] {
  const current = spanOfIndex(monthIndexOf(month));
  const before = spanOfIndex(monthIndexOf(month) - 1);
  if (stretch.family !== "time-based") {
    const cut = cutPeriod(before, billable);
    return cut ? [cut] : [];
  }
  const due: DaySpan[] = [];
  for (const cut of cutPeriodsTouching(stretch, billable, before)) {
    const ends = before.from <= cut.to && cut.to <= before.to;
    if (ends && modeOn(charge, stretch, cut.from) === "arrears") due.push(cut);
  }
  for (const cut of cutPeriodsTouching(stretch, billable, current)) {
    const begins = current.from <= cut.from && cut.from <= current.to;
    if (begins && modeOn(charge, stretch, cut.from) === "advance") due.push(cut);
  }
  return due;
}

function cutPeriodsTouching(stretch: BillingStretch, billable: readonly DaySpan[], days: DaySpan): readonly DaySpan[] {
  const touched = hull(clip(billable, days));
  if (!touched) return [];
  return periodsTouching(stretch.grid, touched).flatMap((period) => cutPeriod(period, billable) ?? []);
}

/**
 * The periods of a stretch that begins inside an issued period, as far as their own run lies before `month`: an amendment
 * that came after the issue cut them off the issued line, and no later run bills them by itself.
 */
export function cutOffPeriods(
  charge: ChargeTimeline,
  stretch: BillingStretch,
  billable: readonly DaySpan[],
  issued: DaySpan,
  month: Month,
): readonly DaySpan[] {
  if (stretch.family !== "time-based" || stretch.from <= issued.from || stretch.from > issued.to) return [];
  const current = spanOfIndex(monthIndexOf(month));
  const before = spanOfIndex(monthIndexOf(month) - 1);
  return cutPeriodsTouching(stretch, billable, { from: stretch.from, to: issued.to }).filter((cut) =>
    modeOn(charge, stretch, cut.from) === "advance" ? cut.from < current.from : cut.to < before.from,
  );
}

/** The (cut) period that begins on the day, or undefined: how issued and parked lines find what is right today. */
export function periodBeginning(
  stretch: BillingStretch,
  billable: readonly DaySpan[],
  day: number,
): DaySpan | undefined {
  if (day < stretch.from || day > stretch.to) return undefined;
  const period = stretch.family === "time-based" ? periodHolding(stretch.grid, day) : spanOfIndex(monthIndexOfDay(day));
  const cut = cutPeriod(period, billable);
  return cut?.from === day ? cut : undefined;
}

/**
 * The run days that are ours to bill after an opening position (money-rules 2, interfaces.md 2 `billedThrough`): nothing
 * is billed for days up to `through`, whatever the anchor. A period that holds that day is cut to the days behind it, as
 * by a charge that begins then; its price, grid and months stay as they are. A pool's month has no such part: it is ours
 * unless `through` reaches its end.
 */
export function billableDays(stretch: BillingStretch, through: number | undefined): readonly DaySpan[] {
  if (through === undefined) return stretch.runDays;
  const month = spanOfIndex(monthIndexOfDay(through));
  const from = stretch.family === "pool" && through < month.to ? month.from : through + 1;
  return clip(stretch.runDays, { from, to: Number.POSITIVE_INFINITY });
}

/**
 * The days on which the charge bills the same months as this stretch does: its own and those of the stretches beside it
 * that count months alike. A month that an amendment cuts in two lines is still one month.
 */
export function billedByMonths(
  stretches: readonly { readonly stretch: BillingStretch; readonly billable: readonly DaySpan[] }[],
  own: BillingStretch,
): readonly DaySpan[] {
  const alike = stretches.filter(
    ({ stretch }) => stretch.family === own.family && stretch.grid.anchor === own.grid.anchor,
  );
  return joinAdjacent(alike.flatMap(({ billable }) => billable));
}
