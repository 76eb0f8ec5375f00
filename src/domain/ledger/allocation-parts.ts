import type { PlannedAllocation } from "../allocation/receipt-allocation.ts";
import type { Fen } from "../money/fen.ts";
import type { LineMoneyPart, MoneyPart } from "./money-events.ts";

/**
 * What the money of planned allocations is for, with the dimensions of their lines. Late fees and principal are both
 * claims on 1122; deposit lines go to 2241.01. `sign` −1n makes the counter-entry.
 */
export function linePartsOf(
  allocations: readonly Pick<PlannedAllocation, "line" | "amountFen">[],
  sign: 1n | -1n = 1n,
): LineMoneyPart[] {
  return allocations.map(({ line, amountFen }) => ({
    purpose: line.kind === "deposit" ? "deposit" : "receivable",
    amountFen: amountFen * sign,
    project: line.project,
    lease: line.lease,
    lineId: line.lineId,
    servicePeriod: line.period,
  }));
}

/** Allocations and the rest of one receipt, as moneyReceived and unclaimedMoneyClaimed book them. */
export function moneyPartsOf(
  allocations: readonly Pick<PlannedAllocation, "line" | "amountFen">[],
  prepaymentFen: Fen,
  sign: 1n | -1n = 1n,
): MoneyPart[] {
  return [...linePartsOf(allocations, sign), { purpose: "prepayment", amountFen: prepaymentFen * sign }];
}
