import { expect } from "vitest";
import { computeMeteredCharge, type MeteredChargeInput } from "../../../src/domain/metering/metered-charge.ts";
import { parseMonth } from "../../../src/domain/time/civil-date.ts";
import type { Meter, Reading, Tariff } from "../../../src/domain/world/property.ts";
import { provenFen } from "./derivation-check.ts";
import { day, days, indexed, meterOf } from "./meter-fixtures.ts";

export interface Case {
  readonly readings: readonly Reading[];
  readonly tariff: Tariff;
  readonly month?: string;
  readonly run?: readonly [string, string];
  readonly meter?: Meter;
  readonly roundTo?: MeteredChargeInput["roundTo"];
}

export function inputOf({
  readings,
  tariff,
  month = "2026-08",
  run = ["2024-01-01", "2029-12-31"],
  meter = meterOf(["total"]),
  roundTo = "0.01",
}: Case): MeteredChargeInput {
  return {
    month: parseMonth(month),
    run: days(...run),
    leaseEnd: day(run[1]),
    meter,
    readings: indexed(meter, readings),
    tariffs: [{ tariff }],
    roundTo,
  };
}

/** The amount in fen, or the parked code; every amount is proven again from the leaves of its derivation. */
export function amountOf(given: Case): bigint | string {
  const line = computeMeteredCharge(inputOf(given));
  if (!line.ok) return line.code;
  expect(provenFen(line.derivation)).toBe(line.amountFen);
  return line.amountFen;
}
