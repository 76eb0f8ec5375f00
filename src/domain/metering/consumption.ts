import {
  add,
  compare,
  formatRatio,
  integer,
  isNegative,
  max,
  multiply,
  negate,
  parseRatio,
  type Ratio,
  ratio,
  subtract,
  sum,
} from "../money/ratio.ts";
import { formatDate } from "../time/civil-date.ts";
import type { DecimalText } from "../world/lease.ts";
import type { Meter, Reading, Register, RegisterValues } from "../world/property.ts";
import { type MeterReadings, readingsBetween, type StandingReading } from "./reading-index.ts";
import { REGISTER_NAMES } from "./usage-trace.ts";

/** What one register counted from one reading to the next, before the multiplier. */
export interface RegisterStep {
  readonly register: Register;
  readonly start: DecimalText;
  readonly end: DecimalText;
  /** 10^digits where the counter rolled over. */
  readonly rollover?: bigint;
  readonly counted: Ratio;
}

/** One step from a reading to the next. */
export interface ConsumptionStep {
  readonly from: Reading;
  readonly to: Reading;
  readonly multiplier: DecimalText;
  readonly registers: readonly RegisterStep[];
}

/** What a meter measured between two readings (money-rules 4). Quantities in the meter's unit (kWh, m³), exact. */
export interface Consumption {
  readonly opening: Reading;
  readonly closing: Reading;
  /** From the opening to the closing, both included. */
  readonly readings: MeterReadings;
  readonly steps: readonly ConsumptionStep[];
  /** By register, after the multiplier; every register of the meter. */
  readonly quantities: ReadonlyMap<Register, Ratio>;
  /** The registers that are priced: all but `total`, or `total` when the meter has no other. */
  readonly pricedRegisters: readonly Register[];
  /** Σ of the priced registers: what formulas call `usage`. */
  readonly usage: Ratio;
  /** A register went below zero after an estimate: a credit of this month, so the line may be negative. */
  readonly hasCredit: boolean;
  /** The closing reading is an estimate; the next real one trues it up by itself. */
  readonly estimated: boolean;
}

export type ConsumptionFailure = {
  readonly ok: false;
  readonly code: "READING_MISSING" | "READING_WENT_BACK" | "REGISTER_SUM_MISMATCH";
  readonly message: string;
};
export type ConsumptionResult = { readonly ok: true; readonly consumption: Consumption } | ConsumptionFailure;

/** 0.01 for each priced register: how far their sum may be off the total register (money-rules 4). */
const SUM_TOLERANCE_PER_REGISTER = ratio(1n, 100n);

/** Priced are the registers, never the total beside them (money-rules 4). */
export function pricedRegistersOf(meter: Meter): readonly Register[] {
  const others = meter.registers.filter((register) => register !== "total");
  return others.length > 0 ? others : meter.registers;
}

/**
 * Consumption from one reading (exclusive) to a later one (inclusive) or the same one, step by step (money-rules 4):
 * replacements, rollover, estimates and the multiplier of each step. Does not compare the registers with the total; that
 * belongs to a month (checkRegisterSum).
 */
export function consumptionBetween(
  meter: Meter,
  readings: MeterReadings,
  opening: StandingReading,
  closing: StandingReading,
): ConsumptionResult {
  const steps: ConsumptionStep[] = [];
  const quantities = new Map<Register, Ratio>();
  for (const register of meter.registers) quantities.set(register, integer(0));
  let hasCredit = false;
  let from: StandingReading | undefined;
  const between = readingsBetween(readings, opening.reading, closing.reading);
  for (const to of between) {
    if (from) {
      const step = stepBetween(meter, from, to.reading);
      if ("code" in step) return step;
      const multiplier = parseRatio(step.multiplier);
      for (const { register, counted } of step.registers) {
        quantities.set(register, add(quantities.get(register) ?? integer(0), multiply(counted, multiplier)));
        hasCredit ||= isNegative(counted);
      }
      steps.push(step);
    }
    from = to;
  }
  const pricedRegisters = pricedRegistersOf(meter);
  return {
    ok: true,
    consumption: {
      opening: opening.reading,
      closing: closing.reading,
      readings: between,
      steps,
      quantities,
      pricedRegisters,
      usage: sum(pricedRegisters.map((register) => quantities.get(register) ?? integer(0))),
      hasCredit,
      estimated: closing.reading.kind === "estimated",
    },
  };
}

/**
 * REGISTER_SUM_MISMATCH when the priced registers of a meter with `total` are further off it than 0.01 for each of them,
 * over the whole of what is given and before the multiplier (money-rules 4); else undefined.
 */
export function checkRegisterSum(meter: Meter, consumption: Consumption): ConsumptionFailure | undefined {
  const { pricedRegisters } = consumption;
  if (!meter.registers.includes("total") || pricedRegisters.includes("total")) return undefined;
  const counted = (wanted: (register: Register) => boolean): Ratio =>
    sum(consumption.steps.flatMap((step) => step.registers.filter((r) => wanted(r.register)).map((r) => r.counted)));
  const registers = counted((register) => register !== "total");
  const total = counted((register) => register === "total");
  const difference = subtract(registers, total);
  const tolerance = multiply(SUM_TOLERANCE_PER_REGISTER, integer(pricedRegisters.length));
  if (compare(max(difference, negate(difference)), tolerance) <= 0) return undefined;
  return {
    ok: false,
    code: "REGISTER_SUM_MISMATCH",
    message:
      `表计 ${meter.code} 分时合计 ${formatRatio(registers)} 与总表码 ${formatRatio(total)} ` +
      `相差超过 ${formatRatio(tolerance)}，请核对读数`,
  };
}

function stepBetween(meter: Meter, from: StandingReading, to: Reading): ConsumptionStep | ConsumptionFailure {
  const startValues = from.reading.values;
  const endValues: RegisterValues = to.kind === "replacement" ? (to.final ?? {}) : to.values;
  const registers: RegisterStep[] = [];
  for (const register of meter.registers) {
    const start = startValues[register];
    const end = endValues[register];
    if (start === undefined || end === undefined) {
      const day = formatDate(start === undefined ? from.reading.standsOn : to.standsOn);
      return failure("READING_MISSING", `表计 ${meter.code} 在${day}缺少${REGISTER_NAMES[register]}示数，请补录`);
    }
    const difference = subtract(parseRatio(end), parseRatio(start));
    if (!isNegative(difference) || from.reading.kind === "estimated") {
      registers.push({ register, start, end, counted: difference });
      continue;
    }
    const rollover = 10n ** BigInt(from.digits);
    const counted = add(difference, integer(rollover));
    if (!to.rollover || isNegative(counted)) {
      const what = `表计 ${meter.code} 的${REGISTER_NAMES[register]}示数在${formatDate(to.standsOn)}为 ${end}，小于前一读数 ${start}`;
      return failure("READING_WENT_BACK", `${what}，请核对或确认表计归零`);
    }
    registers.push({ register, start, end, rollover, counted });
  }
  return { from: from.reading, to, multiplier: from.multiplier, registers };
}

const failure = (code: ConsumptionFailure["code"], message: string): ConsumptionFailure => ({
  ok: false,
  code,
  message,
});
