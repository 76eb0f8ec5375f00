import { computeMeteredCharge } from "../../metering/metered-charge.ts";
import { type MeteredInputs, restoreMeteredInput } from "../../metering/metered-inputs.ts";
import { ratio } from "../../money/ratio.ts";
import type { PoolInputs } from "../../pools/pool-inputs.ts";
import { replayPoolLine } from "../../pools/pool-line.ts";
import { type CorrectionInputs, computeCorrection } from "../corrections.ts";
import { computeDeposit, type DepositInputs } from "../deposit.ts";
import { computeDiscount, type DiscountInputs } from "../discounts.ts";
import type { JsonValue, LineComputation } from "../line.ts";
import { computeOneOff, type OneOffInputs } from "../one-off.ts";
import { computeTimeBased, type TimeBasedInputs } from "../time-based.ts";
import { computeUsageFormula, restoreUsageFormulaInput, type UsageFormulaInputs } from "../usage-formula.ts";

/**
 * Computes a line again from nothing but the inputs stored with it (I14): amount and derivation must come out the same.
 * Undefined for inputs that this engine never wrote. The shares of a pool hold what their month's split gave them.
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
    case "pool":
      return replayPoolLine(inputs as unknown as PoolInputs);
    case "deposit": {
      const { depositFen, heldFen } = inputs as unknown as DepositInputs;
      return computeDeposit(BigInt(depositFen), BigInt(heldFen));
    }
    case "one-off":
      return computeOneOff(BigInt((inputs as unknown as OneOffInputs).amountFen));
    case "correction":
      return replayCorrection(inputs as unknown as CorrectionInputs);
    default:
      return undefined;
  }
}

function replayCorrection({ right: stored, issuedFen }: CorrectionInputs): LineComputation | undefined {
  const right = stored === null ? undefined : replayLine(stored);
  if (stored !== null && !right?.ok) return right;
  const line = computeCorrection(right?.ok ? right : undefined, issuedFen.map(BigInt));
  return { ok: true, ...line, exactYuan: ratio(line.amountFen, 100n), estimated: right?.ok ? right.estimated : false };
}

const typeOf = (inputs: JsonValue): JsonValue | undefined =>
  typeof inputs === "object" && inputs !== null && "type" in inputs ? inputs.type : undefined;
