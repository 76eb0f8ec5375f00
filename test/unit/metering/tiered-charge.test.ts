import { describe, expect, it } from "vitest";
import { meterOf, readingOf, tieredTariff } from "./meter-fixtures.ts";
import { amountOf, type Case } from "./metered-case.ts";

describe("tiered prices", () => {
  const month = tieredTariff("month", ["2026-01-01", "200:0.60", "400:0.65", ":0.90"]);
  const year = tieredTariff("year", ["2025-01-01", "200:0.60", "400:0.65", ":0.90"]);
  const used = (usage: string) => [readingOf("2026-07-31", "0"), readingOf("2026-08-31", usage)];
  const cases: readonly [name: string, given: Case, amount: bigint | string][] = [
    // 200 × 0.60.
    ["the end of a tier belongs to it", { readings: used("200"), tariff: month }, 12000n],
    // 120 + 0.5 × 0.65 = 120.325.
    ["above it the next begins", { readings: used("200.5"), tariff: month }, 12033n],
    // 120 + 130 + 50 × 0.90 = 295.
    ["all three", { readings: used("450"), tariff: month }, 29500n],
    ["no usage", { readings: used("0"), tariff: month }, 0n],
    // One covered day: tiers are not prorated.
    [
      "never prorated",
      {
        readings: [readingOf("2026-08-30", "0"), readingOf("2026-08-31", "200")],
        tariff: month,
        run: ["2026-08-31", "2029-12-31"],
      },
      12000n,
    ],
    [
      "up to the end of a last tier with upTo",
      { readings: used("400"), tariff: tieredTariff("month", ["2026-01-01", "200:0.60", "400:0.65"]) },
      25000n,
    ],
    [
      "above a last tier with upTo",
      { readings: used("400.01"), tariff: tieredTariff("month", ["2026-01-01", "200:0.60", "400:0.65"]) },
      "TARIFF_MISSING",
    ],
    // Old row to 150: 150 × 0.60 = 90. New row goes on at 150: 50 × 0.50 + 100 × 0.70 = 25 + 70.
    [
      "a split part goes on at the position reached, at its own row",
      {
        readings: [readingOf("2026-07-31", "0"), readingOf("2026-08-10", "150"), readingOf("2026-08-31", "300")],
        tariff: tieredTariff(
          "month",
          ["2026-01-01", "200:0.60", "400:0.65", ":0.90"],
          ["2026-08-11", "200:0.50", ":0.70"],
        ),
      },
      18500n,
    ],
    // After an estimate: −10 in the lowest tier.
    [
      "a credit is worth the lowest tier",
      {
        readings: [readingOf("2026-07-31", "80", { kind: "estimated" }), readingOf("2026-08-31", "70")],
        tariff: month,
      },
      -600n,
    ],
    // Year so far 150 (31 December → 31 July): 50 × 0.60 + 100 × 0.65.
    [
      "a year's ladder goes on where July left it",
      {
        readings: [readingOf("2025-12-31", "0"), readingOf("2026-07-31", "150"), readingOf("2026-08-31", "300")],
        tariff: year,
      },
      9500n,
    ],
    [
      "January begins at zero",
      {
        readings: [readingOf("2025-11-30", "0"), readingOf("2025-12-31", "900"), readingOf("2026-01-31", "1000")],
        tariff: year,
        month: "2026-01",
      },
      6000n,
    ],
    [
      "December still counts from January",
      {
        readings: [readingOf("2025-12-31", "0"), readingOf("2026-11-30", "390"), readingOf("2026-12-31", "410")],
        tariff: year,
        month: "2026-12",
      },
      1550n,
    ],
    [
      "the reading at which the year begins is missing",
      {
        readings: [readingOf("2026-06-30", "0"), readingOf("2026-07-31", "150"), readingOf("2026-08-31", "300")],
        tariff: year,
      },
      "READING_MISSING",
    ],
    // The charge began on 10 June: 9 June is where its year begins; 180 so far, 20 × 0.60 + 10 × 0.65.
    [
      "a charge that began inside the year counts from its first day",
      {
        readings: [
          readingOf("2025-12-31", "0"),
          readingOf("2026-06-09", "500"),
          readingOf("2026-07-31", "680"),
          readingOf("2026-08-31", "710"),
        ],
        tariff: year,
        run: ["2026-06-10", "2029-12-31"],
      },
      1850n,
    ],
    // Year so far 390 (multiplier 1 up to the replacement, then 2): 10 × 0.65 + 30 × 0.90.
    [
      "a meter replaced inside the year",
      {
        readings: [
          readingOf("2025-12-31", "100"),
          readingOf("2026-03-10", "0", { kind: "replacement", final: { total: "300" }, multiplier: "2" }),
          readingOf("2026-07-31", "95"),
          readingOf("2026-08-31", "115"),
        ],
        tariff: year,
      },
      3350n,
    ],
    // July estimated at 250 (150 used before): the true-up to 220 takes 30 back, all of it from the second tier: −30 × 0.65.
    [
      "a credit climbs the ladder down",
      {
        readings: [
          readingOf("2025-12-31", "0"),
          readingOf("2026-07-31", "250", { kind: "estimated" }),
          readingOf("2026-08-31", "220"),
        ],
        tariff: year,
      },
      -1950n,
    ],
    // From 210 down to 190: −10 × 0.65 − 10 × 0.60.
    [
      "also across the end of a tier",
      {
        readings: [
          readingOf("2025-12-31", "0"),
          readingOf("2026-07-31", "210", { kind: "estimated" }),
          readingOf("2026-08-31", "190"),
        ],
        tariff: year,
      },
      -1250n,
    ],
    // Split at 11 August with the year at 150: 100 more at the old row (50 × 0.60 + 50 × 0.65), then from 250 at the new one.
    [
      "a year's ladder, split: 62.50 + 50 × 0.70",
      {
        readings: [
          readingOf("2025-12-31", "0"),
          readingOf("2026-07-31", "150"),
          readingOf("2026-08-10", "250"),
          readingOf("2026-08-31", "300"),
        ],
        tariff: tieredTariff(
          "year",
          ["2025-01-01", "200:0.60", "400:0.65", ":0.90"],
          ["2026-08-11", "200:0.50", ":0.70"],
        ),
      },
      9750n,
    ],
    [
      "a step back earlier in the year parks the month",
      {
        readings: [
          readingOf("2025-12-31", "100"),
          readingOf("2026-05-31", "90"),
          readingOf("2026-07-31", "150"),
          readingOf("2026-08-31", "300"),
        ],
        tariff: year,
      },
      "READING_WENT_BACK",
    ],
    // Both hold: the year went back in May, August's registers miss its total by 1. Money-rules 2 names the step back first.
    [
      "a step back earlier in the year comes before a register sum that is off",
      {
        meter: meterOf(["total", "peak", "valley"]),
        readings: [
          readingOf("2025-12-31", { total: "100", peak: "50", valley: "50" }),
          readingOf("2026-05-31", { total: "90", peak: "40", valley: "50" }),
          readingOf("2026-07-31", { total: "150", peak: "70", valley: "80" }),
          readingOf("2026-08-31", { total: "301", peak: "170", valley: "130" }),
        ],
        tariff: year,
      },
      "READING_WENT_BACK",
    ],
  ];
  it.each(cases)("%s", (_name, given, amount) => {
    expect(amountOf(given)).toBe(amount);
  });
});
