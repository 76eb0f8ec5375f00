import { canonicalJson } from "../../canonical-json.ts";
import { splitTax } from "../../tax/net-and-tax.ts";
import { taxRateOn } from "../../tax/tax-rate.ts";
import { addDays, type CivilDate, dayOfMonth, later, type Month, shiftMonth } from "../../time/civil-date.ts";
import type { DecimalText, LeaseTerms } from "../../world/lease.ts";
import { compareCodes } from "../code-order.ts";
import { computeDeposit } from "../deposit.ts";
import { ENGINE_VERSION } from "../line.ts";
import { anomaliesOfLine, firstBillAnomaly } from "./anomalies.ts";
import type { BillingIndex } from "./billing-index.ts";
import type { IssuedLine, PlanOptions } from "./facts.ts";
import { type DraftLine, draftCharge } from "./lease-lines.ts";
import { prepareCharge } from "./period-lines.ts";
import type { Anomaly, LeasePlan, ParkedCharge, PlannedBill, PlannedLine } from "./plan.ts";
import type { PoolMonths } from "./pool-months.ts";

const DEPOSIT = "deposit";
/** A due date is never before the issue date plus this (money-rules 2 "Dates"). */
const SHORTEST_TERM_DAYS = 3;
const NOTHING: LeasePlan = { bills: [], parked: [], anomalies: [] };

/**
 * What a run for `month` does with one lease, whatever the other leases are: any worker may take any lease, and the same
 * facts give the same plan. Pool months are computed before, over all leases. Throws RangeError where facts contradict
 * each other in a way that import refuses.
 */
export function planLease(
  index: BillingIndex,
  terms: LeaseTerms,
  month: Month,
  poolMonths: PoolMonths,
  options: PlanOptions,
): LeasePlan {
  const mode = index.projects.get(terms.project)?.mode ?? "live";
  if (mode === "off") return NOTHING;
  const lease = index.timelineOf(terms);
  const issuedOfLease = index.issuedByLease.get(terms.code) ?? [];
  const retriesOfLease = index.retriesByLease.get(terms.code) ?? [];
  const months = monthsThrough(options.since ?? month, month);
  const drafts: DraftLine[] = [];
  const parked: ParkedCharge[] = [];
  const anomalies: Anomaly[] = [];
  for (const charge of lease.charges) {
    const issued = issuedOfLease.filter(
      (line) => line.charge === charge.code && (line.role === "charge" || line.role === "discount"),
    );
    const retries = retriesOfLease.filter((line) => line.charge === charge.code);
    const work = prepareCharge(index, poolMonths, lease, charge);
    const draft = draftCharge(work, months, issued, retries, options.hash);
    drafts.push(...draft.lines);
    parked.push(...draft.parked);
    for (const line of draft.lines) {
      if (line.computed) anomalies.push(...anomaliesOfLine(work, line, issued, options.hash));
    }
  }
  parked.sort((a, b) => compareCodes(a.charge, b.charge) || compareText(a.period.from, b.period.from));
  if (drafts.length === 0 && parked.length === 0) return NOTHING;
  const deposit = depositDraft(index, terms, issuedOfLease, options.hash);
  if (drafts.length === 0 && !deposit) return { ...NOTHING, parked };
  if (issuedOfLease.length === 0 && !terms.goLive) anomalies.push(firstBillAnomaly(terms.code, month, options.hash));
  const dates = datesOf(terms, month, options);
  const lines = [...drafts.sort(compareLines), ...(deposit ? [deposit] : [])];
  return { bills: billsOf(index, terms, lines, dates, anomalies, options, mode === "shadow"), parked, anomalies };
}

/** From one month to another, both included; the last alone where the first comes after it. */
function monthsThrough(first: Month, last: Month): readonly Month[] {
  const months = [last];
  for (let month = last; month > first; ) {
    month = shiftMonth(month, -1);
    months.unshift(month);
  }
  return months;
}

interface BillDates {
  readonly issueDate: CivilDate;
  readonly dueDateOf: (dueDay: number | undefined) => CivilDate;
}

function datesOf(terms: LeaseTerms, month: Month, { publishedOn, issuedOn }: PlanOptions): BillDates {
  const planned = dayOfMonth(month, terms.issueDay);
  const issueDate = issuedOn ?? (publishedOn === undefined ? planned : later(planned, publishedOn));
  const earliest = addDays(issueDate, SHORTEST_TERM_DAYS);
  const byDefault = later(addDays(issueDate, terms.dueDays), earliest);
  return {
    issueDate,
    dueDateOf: (dueDay) =>
      dueDay === undefined || issuedOn !== undefined ? byDefault : later(dayOfMonth(month, dueDay), earliest),
  };
}

/** Charge by charge: by period, each charge line with its discounts and then its corrections (interfaces.md 3). */
function compareLines(a: DraftLine, b: DraftLine): number {
  return (
    a.position - b.position ||
    compareText(a.period.from, b.period.from) ||
    Math.min(a.correction, 1) - Math.min(b.correction, 1) ||
    compareText(a.role, b.role) ||
    a.ordinal - b.ordinal ||
    a.correction - b.correction
  );
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Money-rules 2 "Deposit": once, in the first run that bills the lease, that is, in which one of its lines is due, be it
 * parked; less what the opening position holds.
 */
function depositDraft(
  index: BillingIndex,
  terms: LeaseTerms,
  issued: readonly IssuedLine[],
  hash: (text: string) => string,
): DraftLine | undefined {
  const heldFen = index.depositHeldFen.get(terms.code) ?? 0n;
  if (terms.depositFen <= heldFen || issued.some((line) => line.role === DEPOSIT)) return undefined;
  const { amountFen: dueFen, inputs, derivation } = computeDeposit(terms.depositFen, heldFen);
  return {
    charge: DEPOSIT,
    role: DEPOSIT,
    ordinal: 0,
    period: { from: terms.start, to: terms.start },
    correction: 0,
    position: Number.POSITIVE_INFINITY,
    kind: DEPOSIT,
    entity: terms.entity,
    dueDay: undefined,
    taxKind: "other",
    fixedTaxRate: "0",
    amountFen: dueFen,
    estimated: false,
    inputs,
    inputHash: hash(`${ENGINE_VERSION}\n${canonicalJson(inputs)}`),
    derivation,
  };
}

function billsOf(
  index: BillingIndex,
  terms: LeaseTerms,
  drafts: readonly DraftLine[],
  dates: BillDates,
  anomalies: readonly Anomaly[],
  { acknowledged }: PlanOptions,
  shadow: boolean,
): readonly PlannedBill[] {
  const open = anomalies.filter(({ id }) => acknowledged !== "all" && !acknowledged?.has(id));
  const groups = new Map<string, { entity: string; dueDate: CivilDate; drafts: DraftLine[] }>();
  for (const draft of drafts) {
    const dueDate = dates.dueDateOf(draft.dueDay);
    const key = `${dueDate}|${draft.entity}`;
    const group = groups.get(key);
    if (group) group.drafts.push(draft);
    else groups.set(key, { entity: draft.entity, dueDate, drafts: [draft] });
  }
  return [...groups.values()]
    .sort((a, b) => compareText(a.dueDate, b.dueDate) || compareCodes(a.entity, b.entity))
    .map(({ entity, dueDate, drafts: own }) => {
      const lines = own.map((draft) => plannedLine(index, draft, dates.issueDate));
      return {
        lease: terms.code,
        tenant: terms.tenant,
        entity,
        project: terms.project,
        issueDate: dates.issueDate,
        dueDate,
        totalFen: lines.reduce((total, line) => total + line.amountFen, 0n),
        lines,
        held: open.some((anomaly) => concerns(anomaly, own)),
        shadow,
      };
    });
}

const concerns = (anomaly: Anomaly, drafts: readonly DraftLine[]): boolean =>
  anomaly.charge === undefined ||
  drafts.some((line) => line.computed && line.charge === anomaly.charge && line.period.from === anomaly.period?.from);

function plannedLine(index: BillingIndex, draft: DraftLine, issueDate: CivilDate): PlannedLine {
  const { charge, role, ordinal, period, correction, kind, amountFen, estimated, inputs, inputHash, derivation } =
    draft;
  const taxRate = taxRateOfDraft(index, draft, issueDate);
  return {
    charge,
    role,
    ordinal,
    period,
    correction,
    kind,
    amountFen,
    ...splitTax(amountFen, taxRate),
    taxRate,
    estimated,
    engineVersion: ENGINE_VERSION,
    inputs,
    inputHash,
    derivation,
  };
}

function taxRateOfDraft(index: BillingIndex, draft: DraftLine, issueDate: CivilDate): DecimalText {
  if (draft.fixedTaxRate !== undefined) return draft.fixedTaxRate;
  const entity = index.entities.get(draft.entity);
  if (!entity) throw new RangeError(`entity ${draft.entity} does not exist`);
  return taxRateOn(entity, draft.taxKind, issueDate, index.taxRates);
}
