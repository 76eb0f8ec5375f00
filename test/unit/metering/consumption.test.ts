import { describe, expect, it } from "vitest";
import {
  type ConsumptionResult,
  checkRegisterSum,
  consumptionBetween,
} from "../../../src/domain/metering/consumption.ts";
import { readingOn } from "../../../src/domain/metering/reading-index.ts";
import { formatRatio } from "../../../src/domain/money/ratio.ts";
import type { Meter, Reading } from "../../../src/domain/world/property.ts";
import { day, indexed, meterOf, readingOf } from "./meter-fixtures.ts";

const SINGLE = meterOf(["total"]);

function between(meter: Meter, rows: readonly Reading[], from = "2026-07-31", to = "2026-08-31"): ConsumptionResult {
  const readings = indexed(meter, rows);
  const opening = readingOn(readings, day(from));
  const closing = readingOn(readings, day(to));
  if (!opening || !closing) throw new Error("the case lacks its opening or closing reading");
  return consumptionBetween(meter, readings, opening, closing);
}

const usageOf = (result: ConsumptionResult): string =>
  result.ok ? formatRatio(result.consumption.usage) : result.code;

describe("consumption of a single register", () => {
  const cases: readonly [name: string, rows: readonly Reading[], usage: string, meter?: Meter][] = [
    ["closing less opening", [readingOf("2026-07-31", "100.5"), readingOf("2026-08-31", "160")], "59.5"],
    [
      "a reading in between changes nothing: 20 + 39.5",
      [readingOf("2026-07-31", "100.5"), readingOf("2026-08-10", "120.5"), readingOf("2026-08-31", "160")],
      "59.5",
    ],
    [
      "times the multiplier: 59.5 × 40",
      [readingOf("2026-07-31", "100.5"), readingOf("2026-08-31", "160")],
      "2380",
      meterOf(["total"], { multiplier: "40" }),
    ],
    // At the start of 1 August is the end of 31 July.
    [
      "a reading at the start of a day stands on the day before",
      [readingOf("2026-08-01", "100", { at: "start", standsOn: day("2026-07-31") }), readingOf("2026-08-31", "130")],
      "30",
    ],
    // Old meter 100 → 150 (50), new one 7 → 27 (20).
    [
      "a replacement ends at its final and goes on from its new start",
      [
        readingOf("2026-07-31", "100"),
        readingOf("2026-08-12", "7", { kind: "replacement", final: { total: "150" } }),
        readingOf("2026-08-31", "27"),
      ],
      "70",
    ],
    // 50 × 1 + 20 × 30.
    [
      "a replacement's multiplier holds from there on",
      [
        readingOf("2026-07-31", "100"),
        readingOf("2026-08-12", "0", { kind: "replacement", final: { total: "150" }, multiplier: "30" }),
        readingOf("2026-08-31", "20"),
      ],
      "650",
    ],
    // 10 × 1 + 5 × 30 + 4 × 30: the second replacement names no multiplier.
    [
      "a second replacement without a multiplier keeps that of the first",
      [
        readingOf("2026-07-31", "0"),
        readingOf("2026-08-05", "0", { kind: "replacement", final: { total: "10" }, multiplier: "30" }),
        readingOf("2026-08-15", "0", { kind: "replacement", final: { total: "5" } }),
        readingOf("2026-08-31", "4"),
      ],
      "280",
    ],
    // 9990 → 10 on four digits: −9980 + 10^4.
    [
      "a rollover adds 10^digits",
      [readingOf("2026-07-31", "9990"), readingOf("2026-08-31", "10", { rollover: true })],
      "20",
    ],
    [
      "rollover on a step that did not go below adds nothing",
      [readingOf("2026-07-31", "100"), readingOf("2026-08-31", "130", { rollover: true })],
      "30",
    ],
    // 9990 → final 5 rolls over on four digits (15); the new meter has six: 999990 → 10 (20).
    [
      "digits are those of the counter that ran",
      [
        readingOf("2026-07-31", "9990"),
        readingOf("2026-08-12", "999990", { kind: "replacement", final: { total: "5" }, rollover: true, digits: 6 }),
        readingOf("2026-08-31", "10", { rollover: true }),
      ],
      "35",
    ],
    [
      "a step that goes back is refused",
      [readingOf("2026-07-31", "100"), readingOf("2026-08-31", "99.9")],
      "READING_WENT_BACK",
    ],
    [
      "what 10^digits does not lift above zero is refused: 20000 → 10 on four digits",
      [readingOf("2026-07-31", "20000"), readingOf("2026-08-31", "10", { rollover: true })],
      "READING_WENT_BACK",
    ],
    [
      "after an estimate the step may be below zero",
      [readingOf("2026-07-31", "150", { kind: "estimated" }), readingOf("2026-08-31", "140")],
      "-10",
    ],
    // "Any other step below zero gets 10^digits": after an estimate it is a credit, flag or not.
    [
      "after an estimate a rollover flag changes nothing",
      [readingOf("2026-07-31", "150", { kind: "estimated" }), readingOf("2026-08-31", "140", { rollover: true })],
      "-10",
    ],
    [
      "an estimate that lies below the reading before it is refused",
      [readingOf("2026-07-31", "150"), readingOf("2026-08-31", "140", { kind: "estimated" })],
      "READING_WENT_BACK",
    ],
    // Estimate 120 in between: 20 and −5, together what was really used.
    [
      "estimate and true-up in one month sum to the real consumption",
      [
        readingOf("2026-07-31", "100"),
        readingOf("2026-08-15", "120", { kind: "estimated" }),
        readingOf("2026-08-31", "115"),
      ],
      "15",
    ],
    [
      "the highest revision of a day stands, wherever it is in the file",
      [
        readingOf("2026-08-31", "140", { revision: 2, corrects: "typo again" }),
        readingOf("2026-07-31", "100"),
        readingOf("2026-08-31", "410"),
        readingOf("2026-08-31", "141", { revision: 1, corrects: "typo" }),
      ],
      "40",
    ],
    [
      "a reading without its register is missing",
      [readingOf("2026-07-31", "100"), readingOf("2026-08-31", {})],
      "READING_MISSING",
    ],
  ];
  it.each(cases)("%s", (_name, rows, usage, meter = SINGLE) => {
    expect(usageOf(between(meter, rows))).toBe(usage);
  });

  it("names meter, day and values when a reading went back", () => {
    const result = between(SINGLE, [readingOf("2026-07-31", "100"), readingOf("2026-08-31", "99")]);
    expect(result).toMatchObject({ ok: false, message: expect.stringMatching(/M1.*2026年8月31日.*99.*100/) });
  });

  it("says whether there is a credit and whether the closing is an estimate", () => {
    const credit = between(SINGLE, [readingOf("2026-07-31", "9", { kind: "estimated" }), readingOf("2026-08-31", "5")]);
    expect(credit).toMatchObject({ ok: true, consumption: { hasCredit: true, estimated: false } });
    const estimate = between(SINGLE, [
      readingOf("2026-07-31", "5"),
      readingOf("2026-08-31", "9", { kind: "estimated" }),
    ]);
    expect(estimate).toMatchObject({ ok: true, consumption: { hasCredit: false, estimated: true } });
  });
});

describe("consumption of several registers", () => {
  const TIMED = meterOf(["total", "peak", "flat", "valley"]);
  const PEAK_VALLEY = meterOf(["peak", "valley"]);

  it("rolls over only the registers that went below", () => {
    // peak 9995 → 5 (10), valley 100 → 130 (30).
    const result = between(PEAK_VALLEY, [
      readingOf("2026-07-31", { peak: "9995", valley: "100" }),
      readingOf("2026-08-31", { peak: "5", valley: "130" }, { rollover: true }),
    ]);
    expect(usageOf(result)).toBe("40");
  });

  it("prices the registers and never the total beside them", () => {
    const result = between(TIMED, [
      readingOf("2026-07-31", { total: "0", peak: "0", flat: "0", valley: "0" }),
      readingOf("2026-08-31", { total: "60", peak: "10", flat: "20", valley: "30" }),
    ]);
    expect(usageOf(result)).toBe("60");
    expect(result).toMatchObject({ consumption: { pricedRegisters: ["peak", "flat", "valley"] } });
  });

  const sums: readonly [name: string, total: string, code: string | undefined, multiplier?: string][] = [
    ["within 0.01 for each of three registers", "60.03", undefined],
    ["the other way round", "59.97", undefined],
    ["more than that", "60.031", "REGISTER_SUM_MISMATCH"],
    ["less than that", "59.969", "REGISTER_SUM_MISMATCH"],
    ["compared before the multiplier", "60.03", undefined, "200"],
  ];
  it.each(sums)("register sum of 60 against the total: %s", (_name, total, code, multiplier = "1") => {
    const meter = { ...TIMED, multiplier };
    const result = between(meter, [
      readingOf("2026-07-31", { total: "0", peak: "0", flat: "0", valley: "0" }),
      readingOf("2026-08-31", { total, peak: "10", flat: "20", valley: "30" }),
    ]);
    if (!result.ok) throw new Error(result.message);
    expect(checkRegisterSum(meter, result.consumption)?.code).toBe(code);
  });

  it("compares the month, not its steps: one step 0.05 over and one 0.05 under are right together", () => {
    const result = between(TIMED, [
      readingOf("2026-07-31", { total: "0", peak: "0", flat: "0", valley: "0" }),
      readingOf("2026-08-10", { total: "30.05", peak: "10", flat: "10", valley: "10" }),
      readingOf("2026-08-31", { total: "60", peak: "20", flat: "20", valley: "20" }),
    ]);
    if (!result.ok) throw new Error(result.message);
    expect(checkRegisterSum(TIMED, result.consumption)).toBeUndefined();
  });

  it("has nothing to compare without a total, or with a total alone", () => {
    for (const meter of [PEAK_VALLEY, SINGLE]) {
      const values = (value: string) => ({ total: value, peak: value, valley: value });
      const result = between(meter, [readingOf("2026-07-31", values("1")), readingOf("2026-08-31", values("9"))]);
      if (!result.ok) throw new Error(result.message);
      expect(checkRegisterSum(meter, result.consumption)).toBeUndefined();
    }
  });
});
