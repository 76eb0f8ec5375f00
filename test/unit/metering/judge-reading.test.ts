import { describe, expect, it } from "vitest";
import { judgeReading, type OfferedReading } from "../../../src/domain/metering/judge-reading.ts";
import { day, indexed, meterOf, readingOf } from "./meter-fixtures.ts";

/* A meter of four digits with 100 kWh each month. */
const METER = meterOf(["total"]);
const READINGS = indexed(METER, [
  readingOf("2026-05-31", "100"),
  readingOf("2026-06-30", "200"),
  readingOf("2026-07-31", "300"),
]);
const TODAY = day("2026-09-05");

const offered = (standsOn: string, total: string, more: Partial<OfferedReading> = {}): OfferedReading => ({
  meter: "M1",
  standsOn: day(standsOn),
  values: { total },
  kind: "periodic",
  rollover: false,
  ...more,
});
const judge = (reading: OfferedReading) => judgeReading(METER, READINGS, reading, TODAY);

describe("a reading that is offered", () => {
  it("enters when it goes on from the latest, with what was used since", () => {
    // 390 − 300 = 90; the months before used 100 each, and three times that is 300.
    expect(judge(offered("2026-08-31", "390"))).toEqual({
      state: "take",
      usage: { since: "2026-07-31", usage: "90", monthMedian: "100", unusual: false },
    });
  });

  it("enters as the first of its meter", () => {
    expect(judgeReading(METER, [], offered("2026-08-31", "5"), TODAY)).toEqual({ state: "take" });
  });

  it("is known when the same value stands on that day, however it is written", () => {
    expect(judge(offered("2026-07-31", "0300.00"))).toEqual({ state: "known" });
  });

  it.each([
    ["610", false],
    ["610.01", true],
  ])("is unusual above three times the median for so many days: %s", (total, unusual) => {
    // The median month is 100; 31 days are 31/30 of one, so the limit is 310 above 300.
    expect(judge(offered("2026-08-31", total))).toMatchObject({ state: "take", usage: { unusual } });
  });

  it.each([
    ["another value on a day that has one", offered("2026-07-31", "301"), "READING_DUPLICATE", /已有读数 300.*301/],
    ["a day before the latest reading", offered("2026-07-15", "250"), "READING_OUT_OF_ORDER", /2026年7月31日.*更早/],
    ["a counter that went back", offered("2026-08-31", "299"), "READING_WENT_BACK", /小于前一读数 300.*归零.*换过表/],
    ["tomorrow", offered("2026-09-06", "400"), "READING_IN_FUTURE", /在今天之后/],
    ["more digits than the meter has", offered("2026-08-31", "10300"), "READING_BEYOND_DIGITS", /4 位整数/],
    ["what is no number", offered("2026-08-31", "3OO"), "READING_MALFORMED", /不是数字/],
    ["a missing register", offered("2026-08-31", "", { values: {} }), "REGISTER_MISSING", /缺少总表码/],
    [
      "a register of another meter",
      offered("2026-08-31", "", { values: { total: "400", peak: "1" } }),
      "REGISTER_NOT_ON_METER",
      /没有峰段/,
    ],
  ] as const)("waits for a person: %s", (_case, reading, code, sentence) => {
    const verdict = judge(reading);
    expect(verdict).toMatchObject({ state: "doubt", code });
    expect(verdict.state === "doubt" ? verdict.message : "").toMatch(sentence);
  });

  it("enters below the latest when its counter has rolled over", () => {
    // From 9990 over 9999 to 15: 15 − 9990 + 10000 = 25.
    const nearTheEnd = indexed(METER, [readingOf("2026-07-31", "9990")]);
    expect(judgeReading(METER, nearTheEnd, offered("2026-08-31", "15", { rollover: true }), TODAY)).toMatchObject({
      state: "take",
      usage: { usage: "25" },
    });
  });

  it("of a meter that nobody registered waits for a person", () => {
    expect(judgeReading(undefined, [], offered("2026-08-31", "1"), TODAY)).toMatchObject({ code: "METER_UNKNOWN" });
  });
});
