import { expect, it } from "vitest";
import { computeTimeBased, type TimeBasedInputs } from "../../../src/domain/charging/time-based.ts";
import { computeMeteredCharge } from "../../../src/domain/metering/metered-charge.ts";
import { parseMonth } from "../../../src/domain/time/civil-date.ts";
import type { Tariff } from "../../../src/domain/world/property.ts";
import { day, days, flatTariff, indexed, meterOf, readingOf, tieredTariff } from "./meter-fixtures.ts";

/* The sentences with which a line is parked for want of a price, and what a line without an estimate says. */

const METER = meterOf(["peak", "valley"]);
const TOTAL = meterOf(["total"]);
const compute = (tariffs: readonly Tariff[], meter = TOTAL) =>
  computeMeteredCharge({
    month: parseMonth("2026-08"),
    run: days("2026-01-01", "2026-12-31"),
    leaseEnd: day("2026-12-31"),
    meter,
    readings: indexed(meter, [
      readingOf("2026-07-31", meter === TOTAL ? "100" : { peak: "1", valley: "1" }),
      readingOf("2026-08-31", meter === TOTAL ? "600" : { peak: "2", valley: "3" }),
    ]),
    tariffs: tariffs.map((tariff) => ({ tariff })),
    roundTo: "0.01",
  });
const PEAK_ONLY: Tariff = {
  code: "TOU",
  kind: "tou",
  basis: "month",
  prices: [{ from: day("2026-01-01"), kind: "tou", prices: { peak: "1" } }],
};

it.each([
  [
    "a price that begins later",
    compute([flatTariff(["2026-09-01", "1"])]),
    "截至2026年8月31日的用量没有生效的价格，请补录价格（FLAT）",
  ],
  ["no price of a register", compute([PEAK_ONLY], METER), "价格 TOU 没有谷（valley）时段的单价，请补录价格"],
  [
    "a ladder that ends below",
    compute([tieredTariff("month", ["2026-01-01", "200:0.6", "400:0.7"])]),
    "价格 TIER 的阶梯没有覆盖累计用量 500，请补录价格",
  ],
])("%s is told in words", (_case, line, sentence) => {
  expect(line).toMatchObject({ ok: false, code: "TARIFF_MISSING" });
  expect(line.ok ? "" : line.message).toBe(sentence);
});

const area = (units: TimeBasedInputs["rates"][number]["quantity"], base: TimeBasedInputs["rates"][number]["base"]) =>
  computeTimeBased({
    type: "time-based",
    charge: "rent",
    period: { from: day("2026-08-01"), to: day("2026-08-31") },
    roundTo: "0.01",
    rates: [{ per: "month", base, steps: [], quantity: units }],
    cells: [{ cell: "2026-08", cellDays: 31, proration: "actual", coveredDays: 31, parts: [{ days: 31, rate: 0 }] }],
  });

it("a line of days and area is no estimate", () => {
  const price = { price: "2.00", since: day("2026-01-01") };
  expect(area({ units: [{ unit: "A-1", areaSqm: "10" }] }, price)).toMatchObject({
    ok: true,
    estimated: false,
    amountFen: 2000n,
  });
});

it("a formula that can't be evaluated says why", () => {
  const bad = area(null, { formula: "1 / 0", variables: {} });
  expect(bad).toMatchObject({ ok: false, code: "FORMULA_ERROR" });
  expect(bad.ok ? "" : bad.message).not.toBe("");
  const below = area(null, { formula: "0 - 5", variables: {} });
  expect(below).toMatchObject({ ok: false, code: "NEGATIVE_RESULT" });
  expect(below.ok ? "" : below.message).toMatch(/rent.*小于零|rent/);
});
