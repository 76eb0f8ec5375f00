import { type Month, shiftMonth } from "../../time/civil-date.ts";
import { compareCodes } from "../code-order.ts";
import { type BillingIndex, indexFacts } from "./billing-index.ts";
import type { BillingFacts, PlanOptions } from "./facts.ts";
import type { Certificate, LeasePlan, PlannedBill, RunPlan } from "./plan.ts";
import { planLease } from "./plan-lease.ts";
import { computePoolMonths, operatorSharesOf, type PoolMonths, poolsBalanced } from "./pool-months.ts";

/**
 * The plan of a billing run for a month (money-rules 2, interfaces.md 3): what preview shows and issue writes. Pure: the
 * same facts and options give the same plan, byte for byte.
 */
export function planBillingRun(facts: BillingFacts, period: Month, options: PlanOptions): RunPlan {
  const index = indexFacts(facts);
  const poolMonths = computePoolMonths(index, period);
  const plans: LeasePlan[] = [];
  for (const lease of facts.leases) {
    if (options.project !== undefined && lease.project !== options.project) continue;
    plans.push(planLease(index, lease, period, poolMonths, options));
  }
  return assembleRunPlan(index, period, poolMonths, plans, options);
}

/** Puts the plans of all leases together, in whatever order workers finished them. */
export function assembleRunPlan(
  index: BillingIndex,
  period: Month,
  poolMonths: PoolMonths,
  plans: readonly LeasePlan[],
  options: PlanOptions,
): RunPlan {
  const byLease = <Row extends { readonly lease: string }>(rows: readonly Row[]): readonly Row[] =>
    [...rows].sort((a, b) => compareCodes(a.lease, b.lease));
  const bills = byLease(plans.flatMap((plan) => plan.bills));
  return {
    period,
    bills,
    parked: byLease(plans.flatMap((plan) => plan.parked)),
    anomalies: byLease(plans.flatMap((plan) => plan.anomalies)),
    operatorShares: operatorSharesOf(index, poolMonths, shiftMonth(period, -1), options.project),
    certificate: certificateOf(bills, poolsBalanced(poolMonths)),
  };
}

/**
 * Certifies a set of bills: all that a preview shows, or those that an issue wrote (without held and shadow ones). The
 * ledger moves by everything but deposits (money-rules 2).
 */
export function certificateOf(bills: readonly PlannedBill[], balanced: boolean): Certificate {
  let lines = 0;
  let totalFen = 0n;
  let ledgerDeltaFen = 0n;
  for (const bill of bills) {
    lines += bill.lines.length;
    for (const line of bill.lines) {
      totalFen += line.amountFen;
      if (line.role !== "deposit") ledgerDeltaFen += line.amountFen;
    }
  }
  return { lines, totalFen, ledgerDeltaFen, poolsBalanced: balanced };
}
