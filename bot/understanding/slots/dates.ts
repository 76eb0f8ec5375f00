import {
  addDays,
  addMonths,
  type CivilDate,
  civilDateAt,
  dayOfMonth,
  daysInMonth,
  isCivilDate,
  lastDayOf,
  type Month,
  monthOf,
  parseCivilDate,
  shiftMonth,
  toDayNumber,
} from "../../../src/domain/time/civil-date.ts";
import { HAN_DIGIT, parseNumber } from "../numerals.ts";
import type { Direction, MentionRule } from "./mention.ts";

/** The business day in Shanghai of an ISO instant or date. Throws RangeError on anything else. */
export function businessDay(now: string): CivilDate {
  if (isCivilDate(now)) return now;
  // A time without an offset is Shanghai's own.
  if (/^\d{4}-\d{2}-\d{2}T[\d:.]+$/.test(now)) return parseCivilDate(now.slice(0, 10));
  const epochMs = Date.parse(now);
  if (Number.isNaN(epochMs)) throw new RangeError(`not an ISO instant or date: ${JSON.stringify(now)}`);
  return civilDateAt(epochMs);
}

/** 1 = Monday … 7 = Sunday (1970-01-01 was a Thursday). */
export const weekdayOf = (date: CivilDate): number => ((toDayNumber(date) + 3) % 7) + 1;
export const mondayOf = (date: CivilDate): CivilDate => addDays(date, 1 - weekdayOf(date));

export const NUMBER = `(?:(?<![\\d.])\\d{1,2}|[${HAN_DIGIT}十]{1,3})`;
export const numberOf = (text: string | undefined): number =>
  text === undefined ? Number.NaN : (parseNumber(text) ?? Number.NaN);

export const dayIn = (month: Month, day: number): CivilDate | undefined =>
  day >= 1 && day <= daysInMonth(month) ? dayOfMonth(month, day) : undefined;

/** The month of that number which is the latest up to today's, or the first from today's on. */
export function bareMonth(number: number, today: CivilDate, direction: Direction): Month | undefined {
  if (!(number >= 1 && number <= 12)) return undefined;
  const current = monthOf(today);
  const candidate = `${today.slice(0, 4)}-${String(number).padStart(2, "0")}` as Month;
  if (direction === "past") return candidate > current ? shiftMonth(candidate, -12) : candidate;
  return candidate < current ? shiftMonth(candidate, 12) : candidate;
}

/** 去年, 今年 … as a number; also 2026年 and 26年. */
export function yearOf(word: string | undefined, today: CivilDate): number | undefined {
  if (word === undefined || word === "") return undefined;
  const year = Number(today.slice(0, 4));
  const relative: Readonly<Record<string, number>> = {
    前年: -2,
    去年: -1,
    上年: -1,
    今年: 0,
    本年: 0,
    本年度: 0,
    明年: 1,
    后年: 2,
  };
  const shift = relative[word.replace(/的$/, "")];
  if (shift !== undefined) return year + shift;
  const digits = [...word.replace(/年.*$/, "")].map((character) => parseNumber(character) ?? character).join("");
  if (!/^\d+$/.test(digits)) return undefined;
  const number = Number(digits);
  return digits.length === 2 ? 2000 + number : number;
}
export const YEAR = `(?:(?:前年|去年|上年|今年|本年|明年|后年)的?|(?:20\\d{2}|2\\d|二[零〇][${HAN_DIGIT}]{2})年度?的?)`;

const WEEKDAYS: Readonly<Record<string, number>> = { 一: 1, 二: 2, 三: 3, 四: 4, 五: 5, 六: 6, 日: 7, 天: 7, 末: 6 };
const weekdayNumber = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : (WEEKDAYS[text] ?? (/^[1-7]$/.test(text) ? Number(text) : undefined));
const WEEK = "(?:周|星期|礼拜)";
const DAY_MARK = "[号日](?!楼|厂|铺|仓|电|水|表|机|线|车|门|馆|店|院|库|口|房(?!租|费|钱)|栋|座|单元|码|文|志|商|公)";

const RELATIVE_DAYS: Readonly<Record<string, number>> = {
  大前天: -3,
  前天: -2,
  前日: -2,
  昨天: -1,
  昨日: -1,
  昨晚: -1,
  昨儿: -1,
  昨夜: -1,
  今早: 0,
  今晨: 0,
  今天: 0,
  今日: 0,
  今儿: 0,
  今晚: 0,
  明天: 1,
  明日: 1,
  明早: 1,
  明儿: 1,
  明晚: 1,
  后天: 2,
  后日: 2,
  大后天: 3,
};

export const MONTH_SHIFT: Readonly<Record<string, number>> = { 上上: -2, 上: -1, 这: 0, 本: 0, 当: 0, 下: 1, 下下: 2 };

/**
 * Days said with their month. `direction` decides the year of a month without one: "10月8号" is the last one (today
 * included) or the next.
 */
export function exactDayRules(today: CivilDate, direction: Direction): MentionRule<CivilDate>[] {
  const current = monthOf(today);
  const monthAhead = (number: number, day: number): CivilDate | undefined => {
    const month = bareMonth(number, today, direction);
    const date = month && dayIn(month, day);
    if (month === undefined || date === undefined) return undefined;
    if (direction === "future" && date < today) return dayIn(shiftMonth(month, 12), day);
    return direction === "past" && date > today ? dayIn(shiftMonth(month, -12), day) : date;
  };
  return [
    {
      pattern: /(20\d{2})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)/g,
      read: ([, year, month, day]) => existing(Number(year), Number(month), Number(day)),
    },
    {
      pattern: new RegExp(`(${YEAR})(${NUMBER})月份?的?(${NUMBER})(?:[号日]|(?=，|？|$))`, "g"),
      read: ([, year, month, day]) => existing(yearOf(year, today) ?? 0, numberOf(month), numberOf(day)),
    },
    {
      pattern: new RegExp(`(${NUMBER})月份?(\\d{1,2}|${NUMBER})(?:[号日]|(?=前|之前|付|交|转|，|？|$))`, "g"),
      read: ([, month, day]) => monthAhead(numberOf(month), numberOf(day)),
    },
    {
      pattern: /(?<![\d.])(\d{1,2})[./](\d{1,2})(?=日|号|之?前|付|交)/g,
      read: ([, month, day]) => monthAhead(Number(month), Number(day)),
    },
    {
      pattern: new RegExp(`(下下|下|上上|上|这|本|当)个?月的?(${NUMBER})(?:${DAY_MARK}|(?=前|之前|，|？|$))`, "g"),
      read: ([, which, day]) => dayIn(shiftMonth(current, MONTH_SHIFT[which ?? ""] ?? 0), numberOf(day)),
    },
  ];
}

/** 月底, 3月底, 年底: the last day. */
export function lastDayRules(today: CivilDate, direction: Direction): MentionRule<CivilDate>[] {
  return [
    {
      pattern: new RegExp(`(?<!个)(${NUMBER})月份?(?:底|末)`, "g"),
      read: ([, number]) => {
        const month = bareMonth(numberOf(number), today, direction);
        return month && lastDayOf(month);
      },
    },
    {
      pattern: /(下下|下|这|本|当)?个?(?:月(?:底|末)|月份?最后一天)/g,
      read: ([, which]) => lastDayOf(shiftMonth(monthOf(today), MONTH_SHIFT[which ?? ""] ?? 0)),
    },
    { pattern: /(?:今年)?年底|年末/g, read: () => `${today.slice(0, 4)}-12-31` as CivilDate },
  ];
}

/** 昨天, 下周五, 周五, 20号: days told by the distance from today. */
export function relativeDayRules(today: CivilDate, direction: Direction): MentionRule<CivilDate>[] {
  return [
    {
      pattern: new RegExp(
        Object.keys(RELATIVE_DAYS)
          .sort((a, b) => b.length - a.length)
          .join("|"),
        "g",
      ),
      read: ([word]) => addDays(today, RELATIVE_DAYS[word ?? ""] ?? 0),
    },
    {
      pattern: new RegExp(`(上上|上|下下|下|这|本)个?${WEEK}([一二三四五六日天1-7])(?!共|起|直|次|个|笔|样|般)`, "g"),
      read: ([, which, day]) => weekdayIn(today, MONTH_SHIFT[which ?? ""] ?? 0, weekdayNumber(day)),
    },
    {
      pattern: new RegExp(
        `(?<![一二两三四五六七八九十\\d个每])${WEEK}([一二三四五六日天1-7])(?!天|共|起|直|次|个|笔|样|般)`,
        "g",
      ),
      read: ([, day]) => nearestWeekday(today, weekdayNumber(day), direction),
    },
    {
      pattern: new RegExp(`(?<![\\d.]|每个?月的?)(${NUMBER})${DAY_MARK}`, "g"),
      read: ([, day]) => bareDay(today, numberOf(day), direction),
    },
  ];
}

/** 三天后, 过两周, 一个月后: days told by the time that passes until then. */
export function passingDayRules(today: CivilDate): MentionRule<CivilDate>[] {
  return [
    {
      pattern: new RegExp(
        `(?:再?过|等)?(${NUMBER})(?:天|日)(?:之后|以后|后|之?内|以内)|再?(?:(?<!超)过|等|给我|宽限|缓|晚|迟)个?(?!两天)(${NUMBER})天`,
        "g",
      ),
      read: ([, after, passing]) => addDays(today, numberOf(after ?? passing)),
    },
    {
      pattern: new RegExp(`再?过?(${NUMBER})个?${WEEK}(?:之后|以后|后|之?内)|再?过(${NUMBER})个?${WEEK}`, "g"),
      read: ([, after, passing]) => addDays(today, 7 * numberOf(after ?? passing)),
    },
    { pattern: /半个月(?:之后|以后|后|内)/g, read: () => addDays(today, 15) },
    {
      pattern: new RegExp(`(${NUMBER})个月(?:之后|以后|后)`, "g"),
      read: ([, count]) => addMonths(today, numberOf(count)),
    },
  ];
}

export function existing(year: number, month: number, day: number): CivilDate | undefined {
  const text = `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
  return isCivilDate(text) ? text : undefined;
}

function weekdayIn(today: CivilDate, weeks: number, weekday: number | undefined): CivilDate | undefined {
  return weekday === undefined ? undefined : addDays(mondayOf(today), 7 * weeks + weekday - 1);
}

function nearestWeekday(today: CivilDate, weekday: number | undefined, direction: Direction): CivilDate | undefined {
  const date = weekdayIn(today, 0, weekday);
  if (date === undefined) return undefined;
  if (direction === "future") return date < today ? addDays(date, 7) : date;
  return date > today ? addDays(date, -7) : date;
}

function bareDay(today: CivilDate, day: number, direction: Direction): CivilDate | undefined {
  const current = monthOf(today);
  for (const shift of direction === "future" ? [0, 1, 2] : [0, -1, -2]) {
    const date = dayIn(shiftMonth(current, shift), day);
    if (date !== undefined && (direction === "future" ? date > today : date <= today)) return date;
  }
  return undefined;
}
