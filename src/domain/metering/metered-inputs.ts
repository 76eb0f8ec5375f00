import type { CivilDate, DateRange, Month } from "../time/civil-date.ts";
import type { ChargeTerms, DecimalText } from "../world/lease.ts";
import {
  type Meter,
  REGISTERS,
  type Reading,
  type Register,
  type RegisterValues,
  type Tariff,
  type TariffPrice,
  type Utility,
} from "../world/property.ts";
import type { MeteredChargeInput } from "./metered-charge.ts";
import { indexReadings, type MeterReadings, readingsBetween, type StandingReading } from "./reading-index.ts";
import { type TariffSpan, tariffChangesIn, tariffRowOn } from "./tariff-rows.ts";

/*
 * What a metered line was computed from, in the form in which it is stored with the line. Computing from it again gives
 * the same line (I14). Keys always stand in the order in which they are written here.
 */

export type MeterInputs = {
  readonly code: string;
  readonly utility: Utility;
  readonly registers: readonly Register[];
  /** As they were at the first reading. */
  readonly multiplier: DecimalText;
  readonly digits: number;
};

export type ReadingInputs = {
  readonly standsOn: CivilDate;
  readonly kind: Reading["kind"];
  readonly values: RegisterValues;
  readonly final?: RegisterValues | undefined;
  readonly multiplier?: DecimalText | undefined;
  readonly digits?: number | undefined;
  readonly rollover: boolean;
  readonly revision: number;
};

export type TariffRowInputs = {
  /** Day inside the month from which the row holds; null: from its first covered day. */
  readonly from: CivilDate | null;
  readonly tariff: string;
  readonly kind: Tariff["kind"];
  readonly basis: Tariff["basis"];
  /** Null: no price was in force. */
  readonly price: PriceInputs | null;
};

export type PriceInputs =
  | { readonly from: CivilDate; readonly kind: "flat"; readonly price: DecimalText }
  | { readonly from: CivilDate; readonly kind: "tou"; readonly prices: RegisterValues }
  | {
      readonly from: CivilDate;
      readonly kind: "tiered";
      readonly tiers: readonly { readonly upTo?: DecimalText | undefined; readonly price: DecimalText }[];
    };

export type MeteredInputs = {
  readonly type: "metered";
  readonly month: Month;
  readonly run: { readonly from: CivilDate; readonly to: CivilDate };
  readonly leaseEnd: CivilDate;
  readonly roundTo: ChargeTerms["roundTo"];
  readonly meter: MeterInputs;
  /** From the first one that counts (of the ladder's year, else the opening) to the closing one. */
  readonly readings: readonly ReadingInputs[];
  readonly tariffs: readonly TariffRowInputs[];
};

export function meteredInputs(
  input: MeteredChargeInput,
  covered: DateRange,
  first: StandingReading,
  closing: StandingReading,
): MeteredInputs {
  const { month, run, leaseEnd, roundTo, meter, readings, tariffs } = input;
  return {
    type: "metered",
    month,
    run: { from: run.from, to: run.to },
    leaseEnd,
    roundTo,
    meter: meterInputs(meter, first),
    readings: readingsBetween(readings, first.reading, closing.reading).map(readingInputs),
    tariffs: [covered.from, ...tariffChangesIn(tariffs, covered)].map((day, index) =>
      rowInputs(tariffs, day, index === 0 ? null : day),
    ),
  };
}

/** The input of computeMeteredCharge that the stored one stands for. */
export function restoreMeteredInput(stored: MeteredInputs): MeteredChargeInput {
  const { month, run, leaseEnd, roundTo } = stored;
  const meter: Meter = stored.meter;
  return {
    month,
    run,
    leaseEnd,
    roundTo,
    meter,
    readings: restoreReadings(meter, stored.readings),
    tariffs: stored.tariffs.map(restoreSpan),
  };
}

export const restoreReadings = (meter: Meter, rows: readonly ReadingInputs[]): MeterReadings =>
  indexReadings(
    [meter],
    rows.map((row) => restoreReading(meter.code, row)),
  ).get(meter.code) ?? [];

/** A meter as it was at a reading. */
export const meterInputs = (meter: Meter, first: StandingReading): MeterInputs => ({
  code: meter.code,
  utility: meter.utility,
  registers: meter.registers,
  multiplier: first.multiplier,
  digits: first.digits,
});

export const readingInputs = ({ reading }: StandingReading): ReadingInputs => ({
  standsOn: reading.standsOn,
  kind: reading.kind,
  values: inRegisterOrder(reading.values),
  final: reading.final && inRegisterOrder(reading.final),
  multiplier: reading.multiplier,
  digits: reading.digits,
  rollover: reading.rollover,
  revision: reading.revision,
});

export function priceInputs(price: TariffPrice): PriceInputs {
  const { from } = price;
  switch (price.kind) {
    case "flat":
      return { from, kind: "flat", price: price.price };
    case "tou":
      return { from, kind: "tou", prices: inRegisterOrder(price.prices) };
    case "tiered":
      return { from, kind: "tiered", tiers: price.tiers.map((tier) => ({ upTo: tier.upTo, price: tier.price })) };
    default:
      return price satisfies never;
  }
}

function rowInputs(tariffs: readonly TariffSpan[], day: CivilDate, from: CivilDate | null): TariffRowInputs {
  const row = tariffRowOn(tariffs, day);
  if (!row) throw new RangeError(`a line was priced without a tariff on ${day}`);
  const { code, kind, basis } = row.tariff;
  return { from, tariff: code, kind, basis, price: row.price ? priceInputs(row.price) : null };
}

const inRegisterOrder = (values: RegisterValues): RegisterValues =>
  Object.fromEntries(
    REGISTERS.flatMap((register) => (values[register] === undefined ? [] : [[register, values[register]]])),
  );

function restoreReading(meter: string, row: ReadingInputs): Reading {
  const { standsOn, kind, values, final, multiplier, digits, rollover, revision } = row;
  return {
    meter,
    date: standsOn,
    at: "end",
    standsOn,
    kind,
    values,
    ...(final && { final }),
    ...(multiplier !== undefined && { multiplier }),
    ...(digits !== undefined && { digits }),
    rollover,
    revision,
  };
}

function restoreSpan({ from, tariff, kind, basis, price }: TariffRowInputs): TariffSpan {
  return {
    ...(from && { from }),
    tariff: { code: tariff, kind, basis, prices: price ? [restorePrice(price)] : [] },
  };
}

export function restorePrice(price: PriceInputs): TariffPrice {
  if (price.kind !== "tiered") return price;
  const tiers = price.tiers.map((tier) => ({
    ...(tier.upTo !== undefined && { upTo: tier.upTo }),
    price: tier.price,
  }));
  return { from: price.from, kind: "tiered", tiers };
}
