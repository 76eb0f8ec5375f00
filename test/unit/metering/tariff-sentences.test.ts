import { expect, it } from "vitest";
import { computeTimeBased, type TimeBasedInputs } from "../../../src/domain/charging/time-based.ts";
import { computeMeteredCharge } from "../../../src/domain/metering/metered-charge.ts";
import { parseMonth } from "../../../src/domain/time/civil-date.ts";
import type { Meter, Tariff } from "../../../src/domain/world/property.ts";
import { day, days, flatTariff, indexed, meterOf, readingOf, tieredTariff } from "./meter-fixtures.ts";
import { amountOf, inputOf } from "./metered-case.ts";

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

/* Computed inside the tests: what is computed while the file loads can't be told apart by mutation testing. */
const SENTENCES: readonly [name: string, tariffs: readonly Tariff[], meter: Meter, sentence: string][] = [
  ["no price at all", [], TOTAL, "截至2026年8月31日的用量没有生效的价格，请补录价格"],
  [
    "a price that begins later",
    [flatTariff(["2026-09-01", "1"])],
    TOTAL,
    "截至2026年8月31日的用量没有生效的价格，请补录价格（FLAT）",
  ],
  ["no price of a register", [PEAK_ONLY], METER, "价格 TOU 没有谷（valley）时段的单价，请补录价格"],
  [
    "a ladder that ends below",
    [tieredTariff("month", ["2026-01-01", "200:0.6", "400:0.7"])],
    TOTAL,
    "价格 TIER 的阶梯没有覆盖累计用量 500，请补录价格",
  ],
];

it.each(SENTENCES)("%s is told in words", (_case, tariffs, meter, sentence) => {
  const line = compute(tariffs, meter);
  expect(line).toMatchObject({ ok: false, code: "TARIFF_MISSING" });
  expect(line.ok ? "" : line.message).toBe(sentence);
});

it("a ladder without rungs is no price, even for nothing used", () => {
  const nothing = [readingOf("2026-07-31", "100"), readingOf("2026-08-31", "100")];
  const given = (...tiers: string[]) => ({
    readings: nothing,
    tariff: tieredTariff("month", ["2026-01-01", ...tiers]),
  });
  expect(amountOf(given())).toBe("TARIFF_MISSING");
  expect(amountOf(given(":0.6"))).toBe(0n);
});

it("nothing used on a ladder is proven as nothing times no price", () => {
  const line = computeMeteredCharge(
    inputOf({
      readings: [readingOf("2026-07-31", "100"), readingOf("2026-08-31", "100")],
      tariff: tieredTariff("month", ["2026-01-01", "200:0.6", ":0.7"]),
    }),
  );
  const proof = JSON.stringify(line.ok ? line.derivation : line);
  expect(proof).toContain("阶梯金额");
  expect(proof).toContain('"单价"');
  // No rung was climbed.
  expect(proof).not.toContain("档");
});

it("a later part of a ladder's month says where it began", () => {
  // 100 × 0.60 = 60; from 100 on 50 × 0.50 = 25; from 100 + 50 on 50 × 0.40 + 100 × 0.80 = 100.
  const line = computeMeteredCharge(
    inputOf({
      readings: [
        readingOf("2026-07-31", "0"),
        readingOf("2026-08-10", "100"),
        readingOf("2026-08-20", "150"),
        readingOf("2026-08-31", "300"),
      ],
      tariff: tieredTariff(
        "month",
        ["2026-01-01", "200:0.60", ":0.65"],
        ["2026-08-11", "200:0.50", ":0.70"],
        ["2026-08-21", "200:0.40", ":0.80"],
      ),
    }),
  );
  expect(line.ok && line.amountFen).toBe(18500n);
  const proof = JSON.stringify(line.ok ? line.derivation : line);
  for (const label of ["各段合计", "期初累计用量", "期末累计用量", "第1档用量", "第2档单价（2026年8月21日起）"]) {
    expect(proof).toContain(label);
  }
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
