import { describe, expect, it } from "vitest";
import { computeMeteredCharge } from "../../../src/domain/metering/metered-charge.ts";
import { type MeteredInputs, restoreMeteredInput } from "../../../src/domain/metering/metered-inputs.ts";
import { formatRatio } from "../../../src/domain/money/ratio.ts";
import type { Reading, RegisterValues, Tariff } from "../../../src/domain/world/property.ts";
import { day, flatTariff, meterOf, readingOf, tieredTariff } from "./meter-fixtures.ts";
import { amountOf, type Case, inputOf } from "./metered-case.ts";

const AUGUST = [readingOf("2026-07-31", "100"), readingOf("2026-08-31", "350.5")];
const touTariff = (prices: RegisterValues, from = "2026-01-01"): Tariff => ({
  code: "TOU",
  kind: "tou",
  basis: "month",
  prices: [{ from: day(from), kind: "tou", prices }],
});

describe("flat prices", () => {
  const cases: readonly [name: string, given: Case, amount: bigint | string][] = [
    // 250.5 × 3.45 = 864.225 → 864.23, half away from zero.
    ["usage × price, rounded once", { readings: AUGUST, tariff: flatTariff(["2026-01-01", "3.45"]) }, 86423n],
    ["rounded to jiao", { readings: AUGUST, tariff: flatTariff(["2026-01-01", "3.45"]), roundTo: "0.1" }, 86420n],
    ["rounded to yuan", { readings: AUGUST, tariff: flatTariff(["2026-01-01", "3.45"]), roundTo: "1" }, 86400n],
    // 10.01 + 20.02 + 30.03 = 60.06 × 0.5 = 30.03; rounding each register would give 5.01 + 10.01 + 15.02 = 30.04.
    [
      "all registers together at one price",
      {
        meter: meterOf(["peak", "flat", "valley"]),
        readings: [
          readingOf("2026-07-31", { peak: "0", flat: "0", valley: "0" }),
          readingOf("2026-08-31", { peak: "10.01", flat: "20.02", valley: "30.03" }),
        ],
        tariff: flatTariff(["2026-01-01", "0.5"]),
      },
      3003n,
    ],
    [
      "no usage is a line of 0 fen",
      {
        readings: [readingOf("2026-07-31", "5"), readingOf("2026-08-31", "5")],
        tariff: flatTariff(["2026-01-01", "3.45"]),
      },
      0n,
    ],
    [
      "no row in force on the first covered day",
      { readings: AUGUST, tariff: flatTariff(["2026-08-02", "3.45"]) },
      "TARIFF_MISSING",
    ],
    ["a missing reading comes before a missing price", { readings: [], tariff: flatTariff() }, "READING_MISSING"],
    // 50 − 80 = −30 × 3.45 = −103.50.
    [
      "the credit after an estimate is a negative line",
      {
        readings: [readingOf("2026-07-31", "80", { kind: "estimated" }), readingOf("2026-08-31", "50")],
        tariff: flatTariff(["2026-01-01", "3.45"]),
      },
      -10350n,
    ],
    // −0.01 × 0.5 = −0.005 yuan: half a fen rounds away from zero.
    [
      "a credit of half a fen",
      {
        readings: [readingOf("2026-07-31", "80", { kind: "estimated" }), readingOf("2026-08-31", "79.99")],
        tariff: flatTariff(["2026-01-01", "0.5"]),
      },
      -1n,
    ],
  ];
  it.each(cases)("%s", (_name, given, amount) => {
    expect(amountOf(given)).toBe(amount);
  });

  it("marks the line of an estimated closing reading, and not that of the true-up", () => {
    const readings = [
      readingOf("2026-07-31", "0"),
      readingOf("2026-08-31", "90", { kind: "estimated" }),
      readingOf("2026-09-30", "120"),
    ];
    const of = (month: string) =>
      computeMeteredCharge(inputOf({ readings, tariff: flatTariff(["2026-01-01", "1"]), month }));
    expect(of("2026-08")).toMatchObject({ amountFen: 9000n, estimated: true });
    expect(of("2026-09")).toMatchObject({ amountFen: 3000n, estimated: false });
  });

  it("keeps the exact amount and the facts that anomalies look at", () => {
    const line = computeMeteredCharge(
      inputOf({
        readings: [readingOf("2026-07-28", "100"), readingOf("2026-08-31", "350.5")],
        tariff: flatTariff(["2026-01-01", "3.45"]),
      }),
    );
    if (!line.ok) throw new Error(line.message);
    expect(formatRatio(line.exactYuan)).toBe("864.225");
    expect(line.metered).toEqual({ meter: "M1", usage: "250.5", openingStandsOn: "2026-07-28" });
  });
});

describe("tariff changes", () => {
  const change = flatTariff(["2026-01-01", "1"], ["2026-08-11", "2"], ["2026-08-21", "3"]);
  const read = (...values: readonly [string, string][]) => values.map(([date, value]) => readingOf(date, value));
  const cases: readonly [name: string, given: Case, amount: bigint][] = [
    // No reading on 10 or 20 August: 60 × 1.
    [
      "inside the month without a reading: the first covered day's row holds",
      { readings: read(["2026-07-31", "0"], ["2026-08-31", "60"]), tariff: change },
      6000n,
    ],
    [
      "a reading on the day of the change does not split",
      { readings: read(["2026-07-31", "0"], ["2026-08-11", "20"], ["2026-08-31", "60"]), tariff: change },
      6000n,
    ],
    // 20 × 1 + 40 × 2: the change of 21 August has no reading and passes by.
    [
      "a reading on its eve splits",
      { readings: read(["2026-07-31", "0"], ["2026-08-10", "20"], ["2026-08-31", "60"]), tariff: change },
      10000n,
    ],
    // 50 × 1 + 10 × 3: the change of 11 August passes by.
    [
      "only the second has a reading on its eve",
      { readings: read(["2026-07-31", "0"], ["2026-08-20", "50"], ["2026-08-31", "60"]), tariff: change },
      8000n,
    ],
    // 20 × 1 + 30 × 2 + 10 × 3.
    [
      "both",
      {
        readings: read(["2026-07-31", "0"], ["2026-08-10", "20"], ["2026-08-20", "50"], ["2026-08-31", "60"]),
        tariff: change,
      },
      11000n,
    ],
    [
      "the closing on the eve leaves nothing for the new row",
      { readings: read(["2026-07-31", "0"], ["2026-08-10", "20"]), tariff: change },
      2000n,
    ],
    // Opening on the eve of the month's first row: 60 × 2, nothing of it at 1.
    [
      "a change on the first covered day is its row",
      {
        readings: read(["2026-07-31", "0"], ["2026-08-31", "60"]),
        tariff: flatTariff(["2026-01-01", "1"], ["2026-08-01", "2"]),
      },
      12000n,
    ],
    // Opening of 28 July, change on 1 August: all of it at the row of the first covered day.
    [
      "an old opening is priced at the first covered day's row too",
      {
        readings: read(["2026-07-28", "0"], ["2026-08-31", "60"]),
        tariff: flatTariff(["2026-01-01", "1"], ["2026-08-01", "2"]),
      },
      12000n,
    ],
    // The charge begins on 15 August; the change of 11 August is before it, that of 21 August inside: 10 × 2 + 20 × 3.
    [
      "covered days decide",
      {
        readings: read(["2026-08-14", "0"], ["2026-08-20", "10"], ["2026-08-31", "30"]),
        tariff: change,
        run: ["2026-08-15", "2029-12-31"],
      },
      8000n,
    ],
    // 1 × 0.125 + 1 × 0.125 = 0.25; rounding each part would give 0.13 + 0.13 = 0.26.
    [
      "the parts are summed, then rounded once",
      {
        readings: read(["2026-07-31", "0"], ["2026-08-10", "1"], ["2026-08-31", "2"]),
        tariff: flatTariff(["2026-01-01", "0.125"], ["2026-08-11", "0.125"]),
      },
      25n,
    ],
  ];
  it.each(cases)("%s", (_name, given, amount) => {
    expect(amountOf(given)).toBe(amount);
  });

  it("follows another tariff from the day of an amendment on, split where a reading stands on its eve", () => {
    const tariffs = [
      { tariff: flatTariff(["2026-01-01", "1"]) },
      { from: day("2026-08-11"), tariff: flatTariff(["2025-01-01", "4"]) },
    ];
    const amount = (readings: readonly Reading[]) => {
      const line = computeMeteredCharge({ ...inputOf({ readings, tariff: flatTariff() }), tariffs });
      return line.ok ? line.amountFen : line.code;
    };
    expect(amount(read(["2026-07-31", "0"], ["2026-08-31", "60"]))).toBe(6000n);
    expect(amount(read(["2026-07-31", "0"], ["2026-08-10", "20"], ["2026-08-31", "60"]))).toBe(18000n);
  });
});

describe("a tariff of another basis from an amendment on", () => {
  it("climbs each ladder from its own beginning", () => {
    const tariffs = [
      { tariff: tieredTariff("month", ["2025-01-01", "200:0.60", ":0.65"]) },
      { from: day("2026-08-11"), tariff: tieredTariff("year", ["2025-01-01", "200:0.60", ":0.70"]) },
    ];
    const readings = [
      readingOf("2025-12-31", "0"),
      readingOf("2026-07-31", "150"),
      readingOf("2026-08-10", "250"),
      readingOf("2026-08-31", "300"),
    ];
    // The month's own 100 × 0.60, then from 250 of the year 50 × 0.70.
    const line = computeMeteredCharge({ ...inputOf({ readings, tariff: flatTariff() }), tariffs });
    expect(line).toMatchObject({ ok: true, amountFen: 9500n });
  });
});

describe("time-of-use prices", () => {
  const meter = meterOf(["sharp", "peak", "flat", "valley"], { multiplier: "40" });
  const prices = { sharp: "1.2538", peak: "1.0187", flat: "0.6123", valley: "0.2456" };
  const readings = [
    readingOf("2026-07-31", { sharp: "120.5", peak: "300", flat: "410.25", valley: "80" }),
    readingOf("2026-08-31", { sharp: "122.75", peak: "310.5", flat: "430", valley: "95.5" }),
  ];

  it("each register at its own price", () => {
    // ×40: sharp 90, peak 420, flat 790, valley 620 kWh.
    // 112.842 + 427.854 + 483.717 + 152.272 = 1176.685 → 1176.69.
    expect(amountOf({ meter, readings, tariff: touTariff(prices) })).toBe(117669n);
  });

  it("a register without a price parks the line, also with no usage in it", () => {
    const { valley: _valley, ...others } = prices;
    const still = [readings[0], readingOf("2026-08-31", { sharp: "122.75", peak: "310.5", flat: "430", valley: "80" })];
    expect(amountOf({ meter, readings: still.filter((row) => row !== undefined), tariff: touTariff(others) })).toBe(
      "TARIFF_MISSING",
    );
  });

  it("a total beside the registers needs no price and is not priced", () => {
    const withTotal = meterOf(["total", "peak", "valley"]);
    const rows = [
      readingOf("2026-07-31", { total: "0", peak: "0", valley: "0" }),
      readingOf("2026-08-31", { total: "30", peak: "10", valley: "20" }),
    ];
    // 10 × 1 + 20 × 0.5.
    expect(amountOf({ meter: withTotal, readings: rows, tariff: touTariff({ peak: "1", valley: "0.5" }) })).toBe(2000n);
  });

  it("a total that the registers do not reach parks the line", () => {
    const withTotal = meterOf(["total", "peak", "valley"]);
    const rows = [
      readingOf("2026-07-31", { total: "0", peak: "0", valley: "0" }),
      readingOf("2026-08-31", { total: "30.03", peak: "10", valley: "20" }),
    ];
    expect(amountOf({ meter: withTotal, readings: rows, tariff: touTariff({ peak: "1", valley: "0.5" }) })).toBe(
      "REGISTER_SUM_MISMATCH",
    );
  });
});

describe("the stored inputs of a line", () => {
  it("give the same line again, through JSON", () => {
    const meter = meterOf(["total", "peak", "valley"], { multiplier: "3" });
    const both = (peak: string, valley: string, total: string) => ({ total, peak, valley });
    const readings = [
      readingOf("2025-12-31", both("1", "2", "3")),
      readingOf("2026-03-31", both("0", "0", "0"), {
        kind: "replacement",
        final: both("5", "5", "10"),
        multiplier: "7",
        digits: 5,
      }),
      readingOf("2026-07-31", both("10", "20", "30")),
      readingOf("2026-08-10", both("20", "30", "50")),
      readingOf("2026-08-31", both("25", "40", "66"), { revision: 0 }),
      readingOf("2026-08-31", both("25", "40", "65"), { revision: 1, corrects: "typo" }),
    ];
    const tariff = tieredTariff("year", ["2025-01-01", "200:0.60", ":0.90"], ["2026-08-11", "200:0.50", ":0.70"]);
    const line = computeMeteredCharge(inputOf({ meter, readings, tariff }));
    if (!line.ok) throw new Error(line.message);
    const stored: MeteredInputs = JSON.parse(JSON.stringify(line.inputs));
    const again = computeMeteredCharge(restoreMeteredInput(stored));
    expect(again).toEqual(line);
    expect(JSON.stringify(again.ok && [again.inputs, again.derivation])).toBe(
      JSON.stringify([line.inputs, line.derivation]),
    );
  });
});
