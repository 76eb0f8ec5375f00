import { describe, expect, it } from "vitest";
import {
  addDays,
  addMonths,
  civilDateAt,
  dayOfMonth,
  daysInMonth,
  formatDate,
  formatMonth,
  intersect,
  lastDayOf,
  parseCivilDate,
  parseMonth,
  shiftMonth,
} from "../../../src/domain/time/civil-date.ts";

const date = parseCivilDate;

describe("civil dates in Shanghai", () => {
  it.each(["2026-02-29", "2026-13-01", "2026-1-1", "2026-01-01T00:00", "26-01-01", ""])("refuses %j", (text) => {
    expect(() => parseCivilDate(text)).toThrow(RangeError);
  });
  it("knows leap years", () => {
    expect(date("2028-02-29")).toBe("2028-02-29");
    expect(daysInMonth(parseMonth("2100-02"))).toBe(28);
    expect(lastDayOf(parseMonth("2028-02"))).toBe("2028-02-29");
  });
  it.each([
    ["2026-01-31", 1, "2026-02-28"],
    ["2027-12-31", 2, "2028-02-29"],
    ["2026-03-31", -1, "2026-02-28"],
    ["2026-08-15", 12, "2027-08-15"],
  ])("%s and %i months is %s: clipped to the month's end", (from, months, to) => {
    expect(addMonths(date(from), months)).toBe(to);
  });
  it("crosses years by days and months", () => {
    expect(addDays(date("2026-12-31"), 1)).toBe("2027-01-01");
    expect(shiftMonth(parseMonth("2026-01"), -1)).toBe("2025-12");
    expect(shiftMonth(parseMonth("2026-11"), 3)).toBe("2027-02");
    expect(dayOfMonth(parseMonth("2026-02"), 31)).toBe("2026-02-28");
  });
  it("ranges include both ends", () => {
    const march = { from: date("2026-03-01"), to: date("2026-03-31") };
    expect(intersect(march, { from: date("2026-03-31"), to: date("2026-04-30") })).toEqual({
      from: "2026-03-31",
      to: "2026-03-31",
    });
    expect(intersect(march, { from: date("2026-04-01"), to: date("2026-04-30") })).toBeUndefined();
  });
  it("the day begins at midnight in Shanghai, eight hours before UTC", () => {
    expect(civilDateAt(Date.parse("2026-08-14T16:00:00Z"))).toBe("2026-08-15");
    expect(civilDateAt(Date.parse("2026-08-14T15:59:59Z"))).toBe("2026-08-14");
  });
  it("people read 2026年8月15日", () => {
    expect(formatDate(date("2026-08-05"))).toBe("2026年8月5日");
    expect(formatMonth(parseMonth("2026-08"))).toBe("2026年8月");
  });
});
