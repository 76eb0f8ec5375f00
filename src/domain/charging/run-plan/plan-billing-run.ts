import { type Month, shiftMonth } from "../../time/civil-date.ts";
import { compareCodes } from "../code-order.ts";
import { indexFacts } from "./billing-index.ts";
import type { BillingFacts, PlanOptions } from "./facts.ts";
import type { Certificate, PlannedBill, RunPlan } from "./plan.ts";
import { planLease } from "./plan-lease.ts";
import { computePoolMonths, homesOfPools, operatorSharesOf, poolsBalanced } from "./pool-months.ts";

/**
 * The plan of a billing run for a month (money-rules 2, interfaces.md 3): what preview shows and issue writes. Pure: the
 * same facts and options give the same plan, byte for byte. Previews and issues plan the same lease by lease.
 */
export function planBillingRun(facts: BillingFacts, period: Month, options: PlanOptions): RunPlan {
  const index = indexFacts(facts);
  const poolMonths = computePoolMonths(index, period);
  const leases = facts.leases.filter(({ project }) => options.project === undefined || project === options.project);
  const plans = leases
    .sort((a, b) => compareCodes(a.code, b.code))
    .map((lease) => planLease(index, lease, period, poolMonths, options));
  const bills = plans.flatMap((plan) => plan.bills);
  const pools = { homes: homesOfPools(index), projects: facts.projects };
  return {
    period,
    bills,
    parked: plans.flatMap((plan) => plan.parked),
    anomalies: plans.flatMap((plan) => plan.anomalies),
    operatorShares: operatorSharesOf(poolMonths, pools, shiftMonth(period, -1), options.project),
    certificate: certificateOf(bills, poolsBalanced(poolMonths)),
  };
}

/** Certifies a set of bills on top of what is certified. The ledger moves by everything but deposits (money-rules 2). */
export function certificateOf(
  bills: readonly PlannedBill[],
  poolsAreBalanced: boolean,
  before?: Certificate,
): Certificate {
  let { lines, totalFen, ledgerDeltaFen } = before ?? { lines: 0, totalFen: 0n, ledgerDeltaFen: 0n };
  for (const bill of bills) {
    lines += bill.lines.length;
    for (const line of bill.lines) {
      totalFen += line.amountFen;
      if (line.role !== "deposit") ledgerDeltaFen += line.amountFen;
    }
  }
  return { lines, totalFen, ledgerDeltaFen, poolsBalanced: poolsAreBalanced };
}
