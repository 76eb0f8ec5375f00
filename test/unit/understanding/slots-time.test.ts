import { describe, expect, it } from "vitest";
import { normalise } from "../../../bot/understanding/normalise.ts";
import { businessDay } from "../../../bot/understanding/slots/dates.ts";
import { findPeriods, periodText } from "../../../bot/understanding/slots/period.ts";
import { findPromiseDates } from "../../../bot/understanding/slots/promise-date.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";

/** A Thursday. */
const TODAY = parseCivilDate("2026-10-15");
const plainOf = (text: string) => normalise(text).plain;

describe("a period", () => {
  const first = (text: string, direction: "past" | "future" = "past") => {
    const found = findPeriods(plainOf(text), TODAY, direction)[0];
    return found === undefined ? undefined : periodText(found.value);
  };

  it.each([
    ["本期账单", "2026-10"],
    ["这个月电费", "2026-10"],
    ["本月租金", "2026-10"],
    ["上个月的", "2026-09"],
    ["上上个月", "2026-08"],
    ["上期", "2026-09"],
    ["下个月", "2026-11"],
    ["9月租金", "2026-09"],
    ["九月份", "2026-09"],
    ["十二月的", "2025-12"],
    ["去年12月", "2025-12"],
    ["2026年9月", "2026-09"],
    ["二〇二六年九月", "2026-09"],
    ["2026-09 账单", "2026-09"],
    ["202609电费", "2026-09"],
    ["元月份", "2026-01"],
    ["今年", "2026-01..2026-12"],
    ["去年全年", "2025-01..2025-12"],
    ["上半年", "2026-01..2026-06"],
    ["去年下半年", "2025-07..2025-12"],
    ["第三季度", "2026-07..2026-09"],
    ["三季度", "2026-07..2026-09"],
    ["Q3", "2026-07..2026-09"],
    ["去年四季度", "2025-10..2025-12"],
    ["上季度", "2026-07..2026-09"],
    ["今年前三季度", "2026-01..2026-09"],
    ["今年一到三季度", "2026-01..2026-09"],
    ["去年第2到第4季度", "2025-04..2025-12"],
    ["近三个月", "2026-08..2026-10"],
    ["最近半年", "2026-05..2026-10"],
    ["8月到10月", "2026-08..2026-10"],
    ["8-10月", "2026-08..2026-10"],
    ["从8月到现在", "2026-08..2026-10"],
    ["8月和9月", "2026-08..2026-09"],
    ["八九月", "2026-08..2026-09"],
    ["11月到1月", "2025-11..2026-01"],
    ["昨天", "2026-10-14"],
    ["9月5号", "2026-09-05"],
    ["12号转的", "2026-10-12"],
    ["20号转的", "2026-09-20"],
    ["上周", "2026-10-05..2026-10-11"],
    ["上周一共收到", "2026-10-05..2026-10-11"],
    ["上周五", "2026-10-09"],
    ["10月1号到10月15号", "2026-10-01..2026-10-15"],
    ["最近三天", "2026-10-13..2026-10-15"],
  ])("%s is %s", (text, period) => {
    expect(first(text)).toBe(period);
  });

  it.each([
    ["12月能收多少", "2026-12"],
    ["3月预计", "2027-03"],
    ["未来三个月", "2026-11..2027-01"],
    ["一季度", "2027-01..2027-03"],
  ])("ahead of us, %s is %s", (text, period) => {
    expect(first(text, "future")).toBe(period);
  });

  it.each(["最近", "5号楼", "13个月大", "3号电表", "月租多少", "13月", "比8月高"])("is not said in %s", (text) => {
    expect(first(text)).toBeUndefined();
  });

  it("is the month asked about, not the one it is compared with", () => {
    expect(first("9月比8月贵")).toBe("2026-09");
    expect(first("为什么比上个月高")).toBeUndefined();
    expect(first("上个月才两千多这个月怎么翻倍了")).toBe("2026-10");
  });
});

describe("a promised day", () => {
  it.each([
    ["明天付", "2026-10-16"],
    ["后天", "2026-10-17"],
    ["周五", "2026-10-16"],
    ["周一交", "2026-10-19"],
    ["下周五", "2026-10-23"],
    ["礼拜天", "2026-10-18"],
    ["月底", "2026-10-31"],
    ["下个月底", "2026-11-30"],
    ["年底", "2026-12-31"],
    ["20号", "2026-10-20"],
    ["20号之前", "2026-10-20"],
    ["15号", "2026-11-15"],
    ["5号", "2026-11-05"],
    ["下个月5号", "2026-11-05"],
    ["11.5之前付", "2026-11-05"],
    ["三天后", "2026-10-18"],
    ["再给我三天", "2026-10-18"],
    ["两周后", "2026-10-29"],
    ["半个月后", "2026-10-30"],
    ["1月3号", "2027-01-03"],
  ])("%s is %s", (text, date) => {
    expect(findPromiseDates(plainOf(text), TODAY)[0]?.value).toBe(date);
  });

  it.each(["过几天", "过两天", "下个月", "发工资", "月初", "超过15天"])("is not said in %s", (text) => {
    expect(findPromiseDates(plainOf(text), TODAY)).toEqual([]);
  });
});

describe("the business day", () => {
  it.each([
    ["2026-10-15", "2026-10-15"],
    ["2026-10-15T00:30:00+08:00", "2026-10-15"],
    // Half past midnight in Shanghai is still the day before in UTC.
    ["2026-10-14T16:30:00Z", "2026-10-15"],
    ["2026-10-15T23:00:00", "2026-10-15"],
  ])("of %s is %s", (now, day) => {
    expect(businessDay(now)).toBe(day);
  });

  it("is refused when it is no time", () => {
    expect(() => businessDay("tomorrow")).toThrow(RangeError);
  });
});
