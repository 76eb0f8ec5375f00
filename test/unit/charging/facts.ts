import { createHash } from "node:crypto";
import type { JsonValue } from "../../../src/domain/charging/line.ts";
import type { BillingFacts, IssuedLine, PlanOptions } from "../../../src/domain/charging/run-plan/facts.ts";
import type { PlannedBill, PlannedLine, RunPlan } from "../../../src/domain/charging/run-plan/plan.ts";
import { planBillingRun } from "../../../src/domain/charging/run-plan/plan-billing-run.ts";
import { replayLine } from "../../../src/domain/charging/run-plan/replay.ts";
import type { CivilDate } from "../../../src/domain/time/civil-date.ts";
import { parseMonth } from "../../../src/domain/time/civil-date.ts";
import type { Amendment, ChargeRule, ChargeTerms, LeaseTerms } from "../../../src/domain/world/lease.ts";
import type { Entity, Project, Unit } from "../../../src/domain/world/property.ts";
import { evaluateDerivation } from "./evaluate-derivation.ts";

/* A small world for the tests of charging: one entity, one project, units, and leases as a test states them. */

export const day = (text: string): CivilDate => text as CivilDate;

export const E1: Entity = {
  code: "E1",
  name: "园区公司",
  taxpayer: "general",
  deferAdvance: false,
  taxRates: {},
  merchantAccounts: [],
  bankAccounts: [],
};
export const PROJECT: Project = {
  code: "DG",
  name: "东莞园区",
  entity: "E1",
  mode: "live",
  lateFee: null,
  allocationOrder: ["due-date", "bill", "late-fee", "kind", "position"],
};
export const unit = (code: string, areaSqm?: string, rentSqm?: string): Unit => ({
  code,
  building: "A",
  project: "DG",
  areas: [
    ...(areaSqm === undefined ? [] : [{ kind: "", areaSqm }]),
    ...(rentSqm === undefined ? [] : [{ kind: "rent", areaSqm: rentSqm }]),
  ],
});

export const charge = (rule: ChargeRule, changes: Partial<ChargeTerms> = {}): ChargeTerms => ({
  code: "rent",
  kind: "rent",
  rule,
  proration: "actual",
  periodAnchor: "calendar",
  roundTo: "0.01",
  rentFree: [],
  priceScale: 4,
  escalations: [],
  discounts: [],
  ...changes,
});
export const fixed = (price: string, changes: Partial<ChargeTerms> = {}, quantity = "1"): ChargeTerms =>
  charge({ type: "fixed", price, quantity, per: "month" }, changes);
export const byArea = (price: string, changes: Partial<ChargeTerms> = {}, per: "sqm-month" | "sqm-day" = "sqm-month") =>
  charge({ type: "area", price, per }, changes);
export const formula = (expression: string, changes: Partial<ChargeTerms> = {}, meter?: string): ChargeTerms =>
  charge({ type: "formula", expression, ...(meter === undefined ? {} : { meter }) }, changes);

export const amendment = (effective: string, changes: Partial<Amendment>): Amendment => ({
  effective: day(effective),
  reason: "补充协议",
  charges: [],
  ...changes,
});

export const lease = (charges: readonly ChargeTerms[], changes: Partial<LeaseTerms> = {}): LeaseTerms => ({
  code: "L1",
  tenant: "T1",
  entity: "E1",
  project: "DG",
  units: ["A-1"],
  start: day("2026-01-01"),
  end: day("2027-12-31"),
  goLive: true,
  issueDay: 1,
  dueDays: 10,
  cycleMonths: 1,
  depositFen: 0n,
  inputs: {},
  autoApplyPrepayment: true,
  charges,
  amendments: [],
  ...changes,
});

export const facts = (leases: readonly LeaseTerms[], changes: Partial<BillingFacts> = {}): BillingFacts => ({
  entities: [E1],
  projects: [PROJECT],
  units: [unit("A-1", "100", "130.5"), unit("A-2", "50"), unit("A-3")],
  tariffs: [],
  meters: [],
  readings: [],
  pools: [],
  leases,
  taxRates: [],
  issuedLines: [],
  depositsHeld: [],
  billedThrough: [],
  parkedRetries: [],
  ...changes,
});

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Plans a run and proves every line: derivation, net + tax, and the same again from its stored inputs. */
export function run(world: BillingFacts, month: string, options: Partial<PlanOptions> = {}): RunPlan {
  const plan = planBillingRun(world, parseMonth(month), { hash: sha256, ...options });
  for (const bill of plan.bills) {
    let totalFen = 0n;
    for (const line of bill.lines) {
      totalFen += line.amountFen;
      const proven = evaluateDerivation(line.derivation);
      if (proven.n * 100n !== line.amountFen * proven.d)
        throw new Error(`derivation of ${line.charge} proves another figure`);
      const stored: JsonValue = JSON.parse(JSON.stringify(line.inputs));
      const replayed = replayLine(stored);
      if (replayed && JSON.stringify(replayed.ok && replayed.derivation) !== JSON.stringify(line.derivation)) {
        throw new Error(`I14 broken on ${line.charge}`);
      }
      if (line.netFen + line.taxFen !== line.amountFen) throw new Error(`I2 broken on ${line.charge}`);
    }
    if (totalFen !== bill.totalFen) throw new Error("I1 broken");
  }
  return plan;
}

/** "rent charge/0 2026-01-01..2026-01-31 #0 100.00" for each line of all bills. */
export const shown = (bills: readonly PlannedBill[]): string[] =>
  bills.flatMap((bill) => bill.lines.map((line) => showLine(line)));
export function showLine(line: PlannedLine): string {
  const fen = line.amountFen;
  const magnitude = (fen < 0n ? -fen : fen).toString().padStart(3, "0");
  const yuan = `${fen < 0n ? "-" : ""}${magnitude.slice(0, -2)}.${magnitude.slice(-2)}`;
  const { charge: code, role, ordinal, period, correction } = line;
  return `${code} ${role}/${ordinal} ${period.from}..${period.to} #${correction} ${yuan}`;
}

/** The lines of a run for the month as text: what most tests compare. */
export const linesOf = (world: BillingFacts, month: string): string[] => shown(run(world, month).bills);
/** Only the amounts, in yuan text. */
export const amountsOf = (world: BillingFacts, month: string): string[] =>
  linesOf(world, month).map((text) => text.split(" ").at(-1) ?? "");

/** The bills of a plan as issued lines, as a database would hand them to the next run. */
export const issue = (plan: RunPlan): IssuedLine[] =>
  plan.bills.flatMap((bill) =>
    bill.lines.map((line) => ({
      lease: bill.lease,
      entity: bill.entity,
      charge: line.charge,
      role: line.role,
      ordinal: line.ordinal,
      period: line.period,
      correction: line.correction,
      kind: line.kind,
      amountFen: line.amountFen,
      taxRate: line.taxRate,
      inputHash: line.inputHash,
    })),
  );
