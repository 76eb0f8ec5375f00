import { evaluateFormula } from "../formula/evaluate.ts";
import { parseFormula } from "../formula/formula.ts";
import { type MeasuredMonthInput, measureServiceMonth, meteredFacts } from "../metering/metered-charge.ts";
import {
  type MeterInputs,
  meterInputs,
  type ReadingInputs,
  readingInputs,
  restoreMeteredInput,
} from "../metering/metered-inputs.ts";
import { usageVariables } from "../metering/usage-trace.ts";
import { integer, isNegative } from "../money/ratio.ts";
import type { CivilDate, Month } from "../time/civil-date.ts";
import type { ChargeTerms, DecimalText } from "../world/lease.ts";
import { constant, fenOf, productOf, quotientOf, roundedTo, sumOf, type Traced } from "./derivation.ts";
import { type LineComputation, type ParkedLine, parked } from "./line.ts";
import type { UnitAreas } from "./time-based.ts";

/** The formula on days on which neither it nor the leased area changes. */
export type UsageFormulaPart = {
  readonly days: number;
  readonly expression: string;
  readonly variables: { readonly [name: string]: DecimalText };
  readonly units?: UnitAreas;
};

export interface UsageFormulaInput extends MeasuredMonthInput {
  readonly charge: string;
  readonly roundTo: ChargeTerms["roundTo"];
  readonly parts: readonly UsageFormulaPart[];
}

export type UsageFormulaInputs = {
  readonly type: "usage-formula";
  readonly charge: string;
  readonly month: Month;
  readonly run: { readonly from: CivilDate; readonly to: CivilDate };
  readonly leaseEnd: CivilDate;
  readonly roundTo: ChargeTerms["roundTo"];
  readonly meter: MeterInputs;
  readonly readings: readonly ReadingInputs[];
  readonly parts: readonly UsageFormulaPart[];
};

/**
 * A formula that names `usage` (money-rules 3.5): the amount of the service month as it stands. Where the area changes
 * inside the month it is evaluated for each part, which counts its days ÷ the covered days. Below zero only as the credit
 * after an estimate (4), else NEGATIVE_RESULT. A name that nothing stands for is FORMULA_ERROR after the readings.
 */
export function computeUsageFormula(input: UsageFormulaInput): LineComputation {
  const measured = measureServiceMonth(input);
  if (!measured.ok) return measured;
  const { consumption, opening } = measured;
  const usage = usageVariables(consumption);
  const days = input.parts.reduce((total, part) => total + part.days, 0);
  const amounts: Traced[] = [];
  for (const part of input.parts) {
    const amount = amountOf(part, usage);
    if ("ok" in amount) return amount;
    const share = quotientOf("天数占比", constant("天数", integer(part.days)), constant("计费天数", integer(days)));
    amounts.push(input.parts.length === 1 ? amount : productOf("分段金额", amount, share));
  }
  const exact = sumOf("各段合计（元）", amounts);
  if (isNegative(exact.ratio) && !consumption.hasCredit) {
    return parked("NEGATIVE_RESULT", `费用 ${input.charge} 的公式结果小于零，请检查公式`);
  }
  const rounded = roundedTo("round", "应收金额（元）", exact, input.roundTo);
  const { charge, month, run, leaseEnd, roundTo, meter, parts } = input;
  const inputs: UsageFormulaInputs = {
    type: "usage-formula",
    charge,
    month,
    run: { from: run.from, to: run.to },
    leaseEnd,
    roundTo,
    meter: meterInputs(meter, opening),
    readings: consumption.readings.map(readingInputs),
    parts,
  };
  return {
    ok: true,
    exactYuan: exact.ratio,
    amountFen: fenOf(rounded.ratio),
    estimated: consumption.estimated,
    inputs,
    derivation: rounded.node,
    metered: meteredFacts(meter, consumption),
  };
}

function amountOf(part: UsageFormulaPart, usage: ReadonlyMap<string, Traced>): Traced | ParkedLine {
  const parsed = parseFormula(part.expression);
  if (!parsed.ok) return parked("FORMULA_ERROR", parsed.message);
  const values = new Map(usage);
  for (const [name, value] of Object.entries(part.variables)) values.set(name, constant(name, value));
  if (part.units) {
    values.set(
      "area",
      sumOf(
        "计费面积（㎡）",
        part.units.map(({ unit, areaSqm }) => constant(`${unit}面积`, areaSqm)),
      ),
    );
  }
  const evaluation = evaluateFormula(parsed.formula, values);
  return evaluation.ok ? evaluation.result : parked("FORMULA_ERROR", evaluation.message);
}

/** The input of computeUsageFormula that the stored one stands for. */
export function restoreUsageFormulaInput(stored: UsageFormulaInputs): UsageFormulaInput {
  const { month, run, leaseEnd, roundTo, meter, readings, charge, parts } = stored;
  const measured = restoreMeteredInput({
    type: "metered",
    month,
    run,
    leaseEnd,
    roundTo,
    meter,
    readings,
    tariffs: [],
  });
  return { ...measured, charge, parts };
}
