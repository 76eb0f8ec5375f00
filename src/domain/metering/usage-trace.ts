import { constant, differenceOf, productOf, sumOf, type Traced } from "../charging/derivation.ts";
import { compare, ONE, parseRatio } from "../money/ratio.ts";
import { formatDate } from "../time/civil-date.ts";
import type { DecimalText } from "../world/lease.ts";
import type { Reading, Register } from "../world/property.ts";
import type { Consumption } from "./consumption.ts";

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
    spansOf(consumption, register).map((span) => spanUsage(register, span)),
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

/** One or more steps of a register that telescope: nothing but periodic readings of one counter lies between its ends. */
interface UsageSpan {
  readonly from: Reading;
  readonly to: Reading;
  readonly start: DecimalText;
  readonly end: DecimalText;
  readonly rollover: bigint | undefined;
  readonly multiplier: DecimalText;
}

/** A year of plain readings is one difference, last less first; estimates, replacements and rollovers stay visible. */
function spansOf(consumption: Consumption, register: Register): readonly UsageSpan[] {
  const spans: UsageSpan[] = [];
  for (const { from, to, multiplier, registers } of consumption.steps) {
    const row = registers.find((step) => step.register === register);
    if (!row) continue;
    const span = { from, to, start: row.start, end: row.end, rollover: row.rollover, multiplier };
    const before = spans.at(-1);
    const plain = from.kind === "periodic" && before?.rollover === undefined && row.rollover === undefined;
    if (before && plain) spans[spans.length - 1] = { ...span, from: before.from, start: before.start };
    else spans.push(span);
  }
  return spans;
}

function spanUsage(register: Register, { from, to, start, end, rollover, multiplier }: UsageSpan): Traced {
  const name = REGISTER_NAMES[register];
  const difference = differenceOf(
    `${name}读数差`,
    constant(`${formatDate(to.standsOn)}${to.kind === "replacement" ? "旧表" : ""}${name}止码`, end),
    constant(`${formatDate(from.standsOn)}${name}起码`, start),
  );
  const counted =
    rollover === undefined
      ? difference
      : sumOf(`${name}归零后读数差`, [difference, constant("表计量程", rollover.toString())]);
  return compare(parseRatio(multiplier), ONE) === 0
    ? counted
    : productOf(`${name}用量`, counted, constant("倍率", multiplier));
}
