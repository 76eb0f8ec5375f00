import { describe, expect, it } from "vitest";
import {
  compareWithLastMonths,
  median,
  meterMonthConsumption,
  openingAge,
} from "../../../src/domain/metering/usage-statistics.ts";
import { usageVariables } from "../../../src/domain/metering/usage-trace.ts";
import { formatRatio, parseRatio } from "../../../src/domain/money/ratio.ts";
import { parseMonth } from "../../../src/domain/time/civil-date.ts";
import { recompute } from "./derivation-check.ts";
import { day, indexed, meterOf, readingOf } from "./meter-fixtures.ts";

const METER = meterOf(["total"]);

describe("consumption of a meter that no lease bounds", () => {
  const readings = indexed(METER, [
    readingOf("2026-06-29", "0"),
    readingOf("2026-07-30", "10"),
    readingOf("2026-09-30", "40"),
  ]);
  const usage = (month: string) => {
    const result = meterMonthConsumption(METER, readings, parseMonth(month));
    return result.ok ? formatRatio(result.consumption.usage) : result.code;
  };
  it("goes from the latest reading of the month before to the latest of the month", () =>
    expect(usage("2026-07")).toBe("10"));
  it("is missing for a month without a reading, and for the next", () => {
    expect([usage("2026-08"), usage("2026-09")]).toEqual(["READING_MISSING", "READING_MISSING"]);
  });
});

describe("unusual usage", () => {
  // Readings 0, 10, 30, 60, 100 at the month ends of March to July: usages 10, 20, 30, 40, median 25, limit 75.
  const readings = indexed(METER, [
    readingOf("2026-03-31", "0"),
    readingOf("2026-04-30", "10"),
    readingOf("2026-05-31", "30"),
    readingOf("2026-06-30", "60"),
    readingOf("2026-07-31", "100"),
  ]);
  const august = (usage: string) => compareWithLastMonths(METER, readings, parseMonth("2026-08"), parseRatio(usage));

  it("is above 3 × the median of the months before", () => {
    expect(august("75")).toMatchObject({ monthsCompared: 4, unusual: false });
    expect(august("75.01")).toMatchObject({ unusual: true });
  });

  it("looks 12 months back and no further", () => {
    // From April 2027 all four months still count (median 25); from May 2027 only 20, 30, 40 (median 30).
    const later = compareWithLastMonths(METER, readings, parseMonth("2027-04"), parseRatio("89"));
    expect(later).toMatchObject({ monthsCompared: 4, unusual: true });
    const after = compareWithLastMonths(METER, readings, parseMonth("2027-05"), parseRatio("89"));
    expect(after).toMatchObject({ monthsCompared: 3, unusual: false });
  });

  it("does not exist without an earlier month", () => {
    const first = compareWithLastMonths(METER, readings, parseMonth("2026-04"), parseRatio("9999"));
    expect(first).toMatchObject({ median: undefined, unusual: false });
  });

  it.each([
    [["5"], "5"],
    [["9", "1", "5"], "5"],
    [["4", "1", "2", "9"], "3"],
  ] as const)("the median of %j is %s", (values, middle) => {
    const found = median(values.map(parseRatio));
    expect(found && formatRatio(found)).toBe(middle);
  });
});

describe("the age of an opening reading", () => {
  const readings = indexed(METER, [readingOf("2026-07-30", "0"), readingOf("2026-08-31", "10")]);
  const result = meterMonthConsumption(METER, readings, parseMonth("2026-08"));
  if (!result.ok) throw new Error(result.message);

  it("is old when it stands before the day before the first covered day", () => {
    expect(openingAge(result.consumption, day("2026-08-01"))).toEqual({
      standsOn: "2026-07-30",
      expectedOn: "2026-07-31",
      old: true,
    });
    expect(openingAge(result.consumption, day("2026-07-31"))).toMatchObject({ old: false });
  });
});

describe("the variables of a usage formula", () => {
  it("are usage and each register, with their proof", () => {
    const meter = meterOf(["total", "peak", "valley"], { multiplier: "2" });
    const readings = indexed(meter, [
      readingOf("2026-07-31", { total: "0", peak: "0", valley: "0" }),
      readingOf("2026-08-31", { total: "30", peak: "10", valley: "20" }),
    ]);
    const result = meterMonthConsumption(meter, readings, parseMonth("2026-08"));
    if (!result.ok) throw new Error(result.message);
    const variables = usageVariables(result.consumption);
    for (const { node } of variables.values()) recompute(node);
    expect([...variables].map(([name, { ratio }]) => [name, formatRatio(ratio)])).toEqual([
      ["usage", "60"],
      ["usage.total", "60"],
      ["usage.peak", "20"],
      ["usage.valley", "40"],
    ]);
  });
});
