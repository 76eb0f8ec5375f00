import { constant, differenceOf, productOf, sumOf, type Traced } from "../charging/derivation.ts";
import { compare, ONE, parseRatio } from "../money/ratio.ts";
import { formatDate } from "../time/civil-date.ts";
import type { Register } from "../world/property.ts";
import type { Consumption, ConsumptionStep, RegisterStep } from "./consumption.ts";

/** 尖峰平谷: how people call the registers. */
export const REGISTER_NAMES: Readonly<Record<Register, string>> = {
  total: "总",
  sharp: "尖",
  peak: "峰",
  flat: "平",
  valley: "谷",
  deep: "深谷",
};

/** A register's consumption with its proof from the readings up. Zero for a register that the meter has not. */
export const registerUsage = (consumption: Consumption, register: Register): Traced =>
  sumOf(
    `${REGISTER_NAMES[register]}用量`,
    consumption.steps.flatMap((step) =>
      step.registers.filter((row) => row.register === register).map((row) => stepUsage(step, row)),
    ),
  );

/** Σ of the priced registers with its proof: what is priced, what formulas call `usage`. */
export const totalUsage = (consumption: Consumption): Traced =>
  sumOf(
    "用量",
    consumption.pricedRegisters.map((register) => registerUsage(consumption, register)),
  );

/** The variables that a formula may name for its meter: `usage` and `usage.<register>` (money-rules 3.5). */
export function usageVariables(consumption: Consumption): ReadonlyMap<string, Traced> {
  const variables = new Map<string, Traced>([["usage", totalUsage(consumption)]]);
  for (const register of consumption.quantities.keys()) {
    variables.set(`usage.${register}`, registerUsage(consumption, register));
  }
  return variables;
}

function stepUsage(step: ConsumptionStep, row: RegisterStep): Traced {
  const name = REGISTER_NAMES[row.register];
  const difference = differenceOf(
    `${name}读数差`,
    constant(`${formatDate(step.to.standsOn)}${step.to.kind === "replacement" ? "旧表" : ""}${name}止码`, row.end),
    constant(`${formatDate(step.from.standsOn)}${name}起码`, row.start),
  );
  const counted =
    row.rollover === undefined
      ? difference
      : sumOf(`${name}归零后读数差`, [difference, constant("表计量程", row.rollover.toString())]);
  return compare(parseRatio(step.multiplier), ONE) === 0
    ? counted
    : productOf(`${name}用量`, counted, constant("倍率", step.multiplier));
}
