import { describe, expect, it } from "vitest";
import { openingOfLadderYear, serviceMonthOf } from "../../../src/domain/metering/service-month.ts";
import { parseMonth } from "../../../src/domain/time/civil-date.ts";
import { day, days, indexed, meterOf, readingOf } from "./meter-fixtures.ts";

const METER = meterOf(["total"]);

/** "opening..closing" of the month, or the code. */
function span(month: string, run: readonly [string, string], leaseEnd: string, readingDays: readonly string[]): string {
  const readings = indexed(
    METER,
    readingDays.map((date, index) => readingOf(date, `${index}`)),
  );
  const found = serviceMonthOf("M1", readings, parseMonth(month), { run: days(...run), leaseEnd: day(leaseEnd) });
  return found.ok ? `${found.opening.reading.standsOn}..${found.closing.reading.standsOn}` : found.code;
}

describe("between which readings a service month is measured", () => {
  const cases: readonly [string, string, readonly [string, string], string, readonly string[], string][] = [
    [
      "month ends",
      "2026-08",
      ["2026-03-15", "2029-03-14"],
      "2029-03-14",
      ["2026-07-31", "2026-08-31"],
      "2026-07-31..2026-08-31",
    ],
    [
      "the latest reading of each month",
      "2026-08",
      ["2026-03-15", "2029-03-14"],
      "2029-03-14",
      ["2026-07-03", "2026-07-28", "2026-08-02", "2026-08-27", "2026-09-01"],
      "2026-07-28..2026-08-27",
    ],
    [
      "no reading in the month",
      "2026-08",
      ["2026-03-15", "2029-03-14"],
      "2029-03-14",
      ["2026-07-31", "2026-09-30"],
      "READING_MISSING",
    ],
    [
      "no reading in the month before",
      "2026-08",
      ["2026-03-15", "2029-03-14"],
      "2029-03-14",
      ["2026-06-30", "2026-08-31"],
      "READING_MISSING",
    ],
    [
      "first month opens on the day before the first covered day",
      "2026-08",
      ["2026-08-15", "2029-03-14"],
      "2029-03-14",
      ["2026-08-10", "2026-08-14", "2026-08-31"],
      "2026-08-14..2026-08-31",
    ],
    [
      "an older reading does not open the first month",
      "2026-08",
      ["2026-08-15", "2029-03-14"],
      "2029-03-14",
      ["2026-08-10", "2026-08-31"],
      "READING_MISSING",
    ],
    [
      "a first month from the 1st opens on the last day of the month before",
      "2026-08",
      ["2026-08-01", "2029-03-14"],
      "2029-03-14",
      ["2026-07-30", "2026-08-31"],
      "READING_MISSING",
    ],
    [
      "the second month opens with a closing inside the days of the first",
      "2026-09",
      ["2026-08-15", "2029-03-14"],
      "2029-03-14",
      ["2026-08-14", "2026-09-30"],
      "READING_MISSING",
    ],
    [
      "the lease's last month closes on its last day",
      "2026-08",
      ["2026-01-01", "2026-08-20"],
      "2026-08-20",
      ["2026-07-31", "2026-08-20", "2026-08-31"],
      "2026-07-31..2026-08-20",
    ],
    [
      "and on no other",
      "2026-08",
      ["2026-01-01", "2026-08-20"],
      "2026-08-20",
      ["2026-07-31", "2026-08-19", "2026-08-31"],
      "READING_MISSING",
    ],
    [
      "also where it is the month's end",
      "2026-08",
      ["2026-01-01", "2026-08-31"],
      "2026-08-31",
      ["2026-07-31", "2026-08-30"],
      "READING_MISSING",
    ],
    [
      "a charge that ends before its lease closes on its latest reading",
      "2026-08",
      ["2026-01-01", "2026-08-20"],
      "2026-12-31",
      ["2026-07-31", "2026-08-19", "2026-08-31"],
      "2026-07-31..2026-08-19",
    ],
    [
      "also inside the lease's last month",
      "2026-08",
      ["2026-01-01", "2026-08-20"],
      "2026-08-25",
      ["2026-07-31", "2026-08-18"],
      "2026-07-31..2026-08-18",
    ],
    [
      "the month before the last needs no reading on its last day",
      "2026-07",
      ["2026-01-01", "2026-08-20"],
      "2026-08-20",
      ["2026-06-30", "2026-07-29"],
      "2026-06-30..2026-07-29",
    ],
    [
      "a lease of one day",
      "2026-08",
      ["2026-08-15", "2026-08-15"],
      "2026-08-15",
      ["2026-08-14", "2026-08-15"],
      "2026-08-14..2026-08-15",
    ],
  ];
  it.each(cases)("%s", (_name, month, run, leaseEnd, readingDays, found) => {
    expect(span(month, run, leaseEnd, readingDays)).toBe(found);
  });

  it("is never asked for a month in which the charge does not run", () => {
    expect(() => span("2026-02", ["2026-03-15", "2026-12-31"], "2026-12-31", [])).toThrow(RangeError);
  });

  it("says which reading is missing", () => {
    const missing = serviceMonthOf("M1", indexed(METER, [readingOf("2026-07-31", "1")]), parseMonth("2026-08"), {
      run: days("2026-01-01", "2026-08-20"),
      leaseEnd: day("2026-08-20"),
    });
    expect(missing).toMatchObject({ message: expect.stringContaining("2026年8月20日（租约最后一天）") });
  });
});

describe("where a yearly ladder begins", () => {
  const readings = indexed(METER, [
    readingOf("2025-12-28", "1"),
    readingOf("2026-05-09", "2"),
    readingOf("2026-05-31", "3"),
  ]);
  const begins = (from: string, month: string) =>
    openingOfLadderYear(readings, parseMonth(month), { run: days(from, "2029-12-31"), leaseEnd: day("2029-12-31") })
      ?.reading.standsOn;

  it("at the closing of December", () => expect(begins("2024-03-01", "2026-06")).toBe("2025-12-28"));
  it("on the day before a charge that began inside the year", () =>
    expect(begins("2026-05-10", "2026-07")).toBe("2026-05-09"));
  it("nowhere without such a reading", () => {
    expect(begins("2026-05-11", "2026-07")).toBeUndefined();
    expect(begins("2026-01-01", "2026-06")).toBeUndefined();
    expect(begins("2024-03-01", "2027-02")).toBeUndefined();
  });
});
