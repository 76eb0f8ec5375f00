import { fromDayNumber, type Month, monthOf, toDayNumber } from "../../time/civil-date.ts";
import type { ChargeTerms, DecimalText, LineKind } from "../../world/lease.ts";
import { cutOffPeriods, duePeriods, periodBeginning } from "../billing-stretch.ts";
import { computeCorrection } from "../corrections.ts";
import { type DaySpan, toDateRange, toDaySpan } from "../days.ts";
import type { Derivation } from "../derivation.ts";
import { type ChargeTimeline, termsOn } from "../lease-timeline.ts";
import { type ComputedLine, ENGINE_VERSION, type JsonValue, type LineComputation } from "../line.ts";
import type { TimeBasedInputs } from "../time-based.ts";
import type { IssuedLine, LineIdentity, ParkedRetry } from "./facts.ts";
import { type ChargeWork, computeDiscounts, linesOfPeriod, type PeriodLines } from "./period-lines.ts";
import type { ParkedCharge } from "./plan.ts";
import { poolMonthKey } from "./pool-months.ts";

/** A line of a charge before the bill it goes on, and with it issue date and tax, is known. */
export interface DraftLine extends LineIdentity {
  /** Place of the charge in the lease. */
  readonly position: number;
  readonly kind: LineKind;
  readonly entity: string;
  readonly dueDay: number | undefined;
  /** Whose tax rate row counts where no rate is fixed. */
  readonly taxKind: ChargeTerms["kind"];
  /** The charge's own, or that of the line it corrects. */
  readonly fixedTaxRate: DecimalText | undefined;
  readonly amountFen: bigint;
  readonly estimated: boolean;
  readonly inputs: JsonValue;
  readonly inputHash: string;
  readonly derivation: Derivation;
  /** New charge lines: what the anomalies look at. */
  readonly computed?: ComputedLine;
  readonly days?: DaySpan;
}

export interface ChargeDraft {
  readonly lines: readonly DraftLine[];
  readonly parked: readonly ParkedCharge[];
}

interface ChargeRun {
  readonly work: ChargeWork;
  readonly issued: readonly IssuedLine[];
  readonly hash: (text: string) => string;
  readonly lines: DraftLine[];
  readonly parked: ParkedCharge[];
}

/**
 * The lines of one charge in a run for the last of `months` that catches up with the earlier ones: new lines of its due
 * periods and of parked ones, missing discounts, and corrections of issued lines whose inputs changed (money-rules 2). A
 * period that has been issued is found by the day on which it begins; nothing is billed twice.
 */
export function draftCharge(
  work: ChargeWork,
  months: readonly Month[],
  issued: readonly IssuedLine[],
  retries: readonly ParkedRetry[],
  hash: (text: string) => string,
): ChargeDraft {
  const run: ChargeRun = { work, issued, hash, lines: [], parked: [] };
  const issuedDays = new Set(issued.map((line) => toDayNumber(line.period.from)));
  const done = new Set<number>();
  for (const { stretch, billable } of work.stretches) {
    const due = months.flatMap((month) => duePeriods(work.charge, stretch, billable, month));
    const again = retries.flatMap(({ period }) => periodBeginning(stretch, billable, toDayNumber(period.from)) ?? []);
    for (const period of [...due, ...again]) {
      if (issuedDays.has(period.from) || done.has(period.from)) continue;
      done.add(period.from);
      draftNewPeriod(run, linesOfPeriod(work, stretch, period));
    }
  }
  for (const day of issuedDays) draftIssuedPeriod(run, day);
  const last = months.at(-1);
  for (const { stretch, period } of last === undefined ? [] : cutOffByAmendments(run, last)) {
    if (issuedDays.has(period.from) || done.has(period.from)) continue;
    done.add(period.from);
    draftNewPeriod(run, linesOfPeriod(work, stretch, period));
  }
  return run;
}

/**
 * What the corrections of this run give up because an amendment cut it off the issued lines. Only these: of a lease that
 * nothing has changed for not all issued lines are known.
 */
function cutOffByAmendments({ work, lines }: ChargeRun, month: Month) {
  const corrected = lines.filter((line) => line.role === "charge" && line.correction > 0);
  return corrected.flatMap((line) =>
    work.stretches.flatMap(({ stretch, billable }) =>
      cutOffPeriods(work.charge, stretch, billable, toDaySpan(line.period), month).map((period) => ({
        stretch,
        period,
      })),
    ),
  );
}

function draftNewPeriod(run: ChargeRun, lines: PeriodLines): void {
  const computed = lines.source.ok ? lines.source.compute() : lines.source;
  if (!computed.ok) {
    park(run, lines, computed);
    return;
  }
  addNewLine(run, lines, "charge", 0, computed);
  for (const { ordinal, line } of discountsOf(lines, computed)) {
    if (line.ok) addNewLine(run, lines, "discount", ordinal, line);
  }
}

/** Compares what is right today with what was issued for the period that begins on the day. */
function draftIssuedPeriod(run: ChargeRun, day: number): void {
  const issued = run.issued.filter((line) => toDayNumber(line.period.from) === day);
  const today = linesBeginning(run.work, day);
  if (today === "unknown") return;
  if (today && !today.source.ok) {
    park(run, today, today.source);
    return;
  }
  const chargeFamily = familyOf(issued, "charge", 0);
  if (!today) {
    for (const family of families(issued)) addCorrection(run, family, undefined, dueDayOf(run.work.charge, day));
    return;
  }
  const { source } = today;
  if (!source.ok) return;
  const unchanged = chargeFamily.at(-1)?.inputHash === hashOf(run, source.inputs);
  const hasDiscounts = today.discounts.length > 0 || issued.some((line) => line.role === "discount");
  if (unchanged && !hasDiscounts) return;
  const computed = source.compute();
  if (!computed.ok) {
    park(run, today, computed);
    return;
  }
  if (chargeFamily.length === 0) addNewLine(run, today, "charge", 0, computed);
  else if (!unchanged) addCorrection(run, chargeFamily, computed, today.terms.dueDay);
  const discounts = discountsOf(today, computed);
  for (const { ordinal, line } of discounts) {
    if (!line.ok) continue;
    const family = familyOf(issued, "discount", ordinal);
    if (family.length === 0) addNewLine(run, today, "discount", ordinal, line, chargeFamily[0]);
    else addCorrection(run, family, line, today.terms.dueDay);
  }
  for (const family of families(issued)) {
    const [first] = family;
    if (first?.role !== "discount" || discounts.some(({ ordinal }) => ordinal === first.ordinal)) continue;
    addCorrection(run, family, undefined, today.terms.dueDay);
  }
}

/** Of a charge that may have ended before the day: then the last that was agreed. */
const dueDayOf = (charge: ChargeTimeline, day: number): number | undefined =>
  (termsOn(charge, day) ?? charge.segments.at(-1)?.terms)?.dueDay;

/** "unknown": a pool month that was not computed with this run, so nothing can be said about its lines. */
function linesBeginning(work: ChargeWork, day: number): PeriodLines | "unknown" | undefined {
  for (const { stretch, billable } of work.stretches) {
    const period = periodBeginning(stretch, billable, day);
    if (!period) continue;
    const rule = termsOn(work.charge, day)?.rule;
    const key = rule?.type === "pool" ? poolMonthKey(rule.pool, monthOf(fromDayNumber(day))) : undefined;
    if (key !== undefined && !work.poolMonths.has(key)) return "unknown";
    return linesOfPeriod(work, stretch, period);
  }
  return undefined;
}

const discountsOf = (
  lines: PeriodLines,
  computed: ComputedLine,
): readonly { readonly ordinal: number; readonly line: LineComputation }[] =>
  lines.discounts.length === 0 || !lines.source.ok
    ? []
    : computeDiscounts(lines, lines.source.inputs as TimeBasedInputs, computed.amountFen);

function park({ work, parked }: ChargeRun, lines: PeriodLines, why: Extract<LineComputation, { ok: false }>): void {
  const { code, message } = why;
  parked.push({
    lease: work.lease.terms.code,
    charge: work.charge.code,
    period: toDateRange(lines.period),
    code,
    message,
  });
}

function addNewLine(
  run: ChargeRun,
  { period, terms }: PeriodLines,
  role: "charge" | "discount",
  ordinal: number,
  computed: ComputedLine,
  original?: IssuedLine,
): void {
  run.lines.push({
    charge: run.work.charge.code,
    role,
    ordinal,
    period: original?.period ?? toDateRange(period),
    correction: 0,
    position: run.work.charge.position,
    kind: role === "discount" ? "discount" : terms.kind,
    entity: original?.entity ?? terms.entity ?? run.work.lease.terms.entity,
    dueDay: terms.dueDay,
    taxKind: terms.kind,
    fixedTaxRate: original?.taxRate ?? terms.taxRate,
    amountFen: computed.amountFen,
    estimated: computed.estimated,
    inputs: computed.inputs,
    inputHash: hashOf(run, computed.inputs),
    derivation: computed.derivation,
    ...(role === "charge" ? { computed, days: period } : {}),
  });
}

/** Amount = what is right today (0 if nothing remains) − Σ issued; no line where nothing is to be moved. */
function addCorrection(
  run: ChargeRun,
  family: readonly IssuedLine[],
  right: ComputedLine | undefined,
  dueDay: number | undefined,
): void {
  const [original] = family;
  const latest = family.at(-1);
  if (!original || !latest) return;
  const correction = computeCorrection(
    right,
    family.map((line) => line.amountFen),
  );
  if (correction.amountFen === 0n) return;
  const { role, ordinal, period, kind, entity, taxRate } = original;
  run.lines.push({
    charge: run.work.charge.code,
    role,
    ordinal,
    period,
    correction: latest.correction + 1,
    position: run.work.charge.position,
    kind,
    entity,
    dueDay,
    taxKind: "other",
    fixedTaxRate: taxRate,
    amountFen: correction.amountFen,
    estimated: right?.estimated ?? false,
    inputs: correction.inputs,
    inputHash: hashOf(run, right?.inputs ?? null),
    derivation: correction.derivation,
  });
}

/**
 * Of the inputs of what is right today, also for a correction: so the next run sees whether anything changed since.
 * Inputs are built with their keys in one order, so plain JSON is canonical here.
 */
const hashOf = (run: ChargeRun, inputs: JsonValue): string => run.hash(`${ENGINE_VERSION}\n${JSON.stringify(inputs)}`);

/** The lines issued for a role and ordinal, original first. */
const familyOf = (issued: readonly IssuedLine[], role: string, ordinal: number): readonly IssuedLine[] =>
  issued.filter((line) => line.role === role && line.ordinal === ordinal).sort((a, b) => a.correction - b.correction);

function families(issued: readonly IssuedLine[]): readonly (readonly IssuedLine[])[] {
  const keys = new Map(issued.map((line) => [`${line.role}|${line.ordinal}`, line]));
  return [...keys.values()].map((line) => familyOf(issued, line.role, line.ordinal));
}
