import { computeMeteredCharge } from "../../metering/metered-charge.ts";
import { type MeteredInputs, restoreMeteredInput } from "../../metering/metered-inputs.ts";
import { computeDiscount, type DiscountInputs } from "../discounts.ts";
import type { JsonValue, LineComputation } from "../line.ts";
import { computeTimeBased, type TimeBasedInputs } from "../time-based.ts";
import { computeUsageFormula, restoreUsageFormulaInput, type UsageFormulaInputs } from "../usage-formula.ts";

/**
 * Computes a line again from nothing but the inputs stored with it (I14): amount and derivation must come out the same.
 * Undefined for lines that are not computed from inputs of their own: shares of a pool (their month's document is), the
 * deposit and corrections, whose derivation alone tells the figure.
 */
export function replayLine(inputs: JsonValue): LineComputation | undefined {
  switch (typeOf(inputs)) {
    case "time-based":
      return computeTimeBased(inputs as unknown as TimeBasedInputs);
    case "discount":
      return computeDiscount(inputs as unknown as DiscountInputs);
    case "metered":
      return computeMeteredCharge(restoreMeteredInput(inputs as unknown as MeteredInputs));
    case "usage-formula":
      return computeUsageFormula(restoreUsageFormulaInput(inputs as unknown as UsageFormulaInputs));
    default:
      return undefined;
  }
}

const typeOf = (inputs: JsonValue): JsonValue | undefined =>
  typeof inputs === "object" && inputs !== null && "type" in inputs ? inputs.type : undefined;
