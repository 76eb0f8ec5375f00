import {
  addDays,
  type CivilDate,
  type Month,
  monthOf,
  parseMonth,
  shiftMonth,
} from "../../../src/domain/time/civil-date.ts";
import { HAN_DIGIT } from "../numerals.ts";
import {
  bareMonth,
  exactDayRules,
  MONTH_SHIFT,
  mondayOf,
  NUMBER,
  numberOf,
  relativeDayRules,
  YEAR,
  yearOf,
} from "./dates.ts";
import { type Direction, findMentions, keepLast, type Mention, type MentionRule } from "./mention.ts";

/** Months or days, both ends included; one month or day when they are equal. */
export interface Span {
  readonly from: Month | CivilDate;
  readonly to: Month | CivilDate;
  /** A saying that only makes sense ahead of today (下个月, 未来三个月). */
  readonly ahead?: true;
}

const one = (at: Month | CivilDate | undefined): Span | undefined =>
  at === undefined ? undefined : { from: at, to: at };
const months = (from: Month, to: Month): Span => (from <= to ? { from, to } : { from: to, to: from });
const monthNumbered = (year: number, month: number): Month | undefined =>
  month >= 1 && month <= 12 && year >= 1990 && year <= 2100
    ? parseMonth(`${year}-${String(month).padStart(2, "0")}`)
    : undefined;
const yearSpan = (year: number | undefined): Span | undefined =>
  year === undefined || year < 1990 || year > 2100
    ? undefined
    : months(parseMonth(`${year}-01`), parseMonth(`${year}-12`));
const quarterSpan = (year: number, quarter: number): Span | undefined => {
  const first = monthNumbered(year, quarter * 3 - 2);
  return first && quarter <= 4 ? months(first, shiftMonth(first, 2)) : undefined;
};

const TO = "(?:到|至|-|~|—)";
const AND = "(?:和|跟|与|、|及|还有|加)";
const SMALL = `(?:\\d{1,2}|[${HAN_DIGIT}十]{1,3}|半)`;

/** Sayings that mean months or days, the more exact before those they contain. */
function periodRules(today: CivilDate, direction: Direction): MentionRule<Span>[] {
  const current = monthOf(today);
  const year = Number(today.slice(0, 4));
  const bare = (text: string | undefined, yearWord?: string) => {
    const named = yearOf(yearWord, today);
    return named === undefined ? bareMonth(numberOf(text), today, direction) : monthNumbered(named, numberOf(text));
  };
  /** From a month to a later one: the end decides the year, the beginning is the latest such month before it. */
  const stretch = (from: string | undefined, to: string | undefined, fromYear?: string, toYear?: string) => {
    const end = bare(to, toYear ?? fromYear);
    const start = bare(from, fromYear);
    if (end === undefined || start === undefined) return undefined;
    return months(start > end && fromYear === undefined ? shiftMonth(start, -12) : start, end);
  };
  const shifted = (word: string | undefined) => shiftMonth(current, MONTH_SHIFT[word ?? ""] ?? 0);
  const count = (text: string | undefined) => (text === "半" ? 0.5 : numberOf(text));
  return [
    ...dayStretches(today, direction),
    {
      pattern: new RegExp(`(20\\d{2})[-/.年](\\d{1,2})月?${TO}(20\\d{2})[-/.年](\\d{1,2})月?`, "g"),
      read: ([, y1, m1, y2, m2]) => {
        const from = monthNumbered(Number(y1), Number(m1));
        const to = monthNumbered(Number(y2), Number(m2));
        return from && to && months(from, to);
      },
    },
    ...exactDayRules(today, direction).map(({ pattern, read }) => ({
      pattern,
      read: (match: RegExpMatchArray) => one(read(match)),
    })),
    {
      pattern: new RegExp(`(${YEAR})?(${NUMBER})(?:月份?)?的?${TO}(${YEAR})?(${NUMBER})月份?`, "g"),
      read: ([, y1, from, y2, to]) => stretch(from, to, y1, y2),
    },
    {
      pattern: new RegExp(
        `(${YEAR})?从?(${NUMBER})月份?(?:(?:${TO}|以来到?)(?:现在|目前|今天|如今|这个月|本月|这期)|以来|至今|开始到现在)`,
        "g",
      ),
      read: ([, y1, from]) => {
        const start = bare(from, y1);
        return start && months(start, current);
      },
    },
    {
      // 7、8、9月
      pattern: new RegExp(`(${NUMBER})月?、(?:${NUMBER}月?、)+(${NUMBER})月份?`, "g"),
      read: ([, from, to]) => stretch(from, to),
    },
    {
      pattern: new RegExp(`(${YEAR})?(${NUMBER})(?:月份?)?的?${AND}(${YEAR})?(${NUMBER})月份?`, "g"),
      read: ([, y1, from, y2, to]) => neighbours(stretch(from, to, y1, y2)),
    },
    {
      pattern: /(?<![十\d])([一二三四五六七八九])([二三四五六七八九])(?:两个)?月份?(?!\d)/g,
      read: ([, from, to]) => (numberOf(to) === numberOf(from) + 1 ? stretch(from, to) : undefined),
    },
    {
      pattern: /(20\d{2})[-/.](\d{1,2})(?![\d.]|月?[-/.]\d)月?/g,
      read: ([, y, m]) => one(monthNumbered(Number(y), Number(m))),
    },
    {
      pattern: /(?<![\d.])(20[2-3]\d)(0[1-9]|1[0-2])(?!\d)/g,
      read: ([, y, m]) => one(monthNumbered(Number(y), Number(m))),
    },
    { pattern: new RegExp(`(${YEAR})(${NUMBER})月份?`, "g"), read: ([, y, m]) => one(bare(m, y)) },
    {
      pattern: new RegExp(`(${YEAR})?前([二两三2-3])个?季度`, "g"),
      read: ([, y, count]) => {
        const of = yearOf(y, today) ?? year;
        const last = monthNumbered(of, 3 * numberOf(count));
        return last && months(parseMonth(`${of}-01`), last);
      },
    },
    {
      pattern: new RegExp(`(${YEAR})?的?第?([一二三1-3])(?:季度?)?${TO}第?([二三四2-4])个?季度`, "g"),
      read: ([, y, first, last]) => {
        const of = yearOf(y, today) ?? latestQuarterYear(today, numberOf(last), direction);
        const [from, to] = [numberOf(first), numberOf(last)];
        const [start, end] = [monthNumbered(of, 3 * from - 2), monthNumbered(of, 3 * to)];
        return from < to && start && end ? months(start, end) : undefined;
      },
    },
    {
      pattern: new RegExp(`(${YEAR})?(?:第([一二三四1-4])个?季度|([一二三四1-4])季度)`, "g"),
      read: ([, y, ordinal, bareQuarter]) => {
        const quarter = numberOf(ordinal ?? bareQuarter);
        return quarterSpan(yearOf(y, today) ?? latestQuarterYear(today, quarter, direction), quarter);
      },
    },
    {
      pattern: new RegExp(`(${YEAR})?(?<![a-z])q([1-4])(?![a-z\\d])`, "g"),
      read: ([, y, quarter]) =>
        quarterSpan(yearOf(y, today) ?? latestQuarterYear(today, Number(quarter), direction), Number(quarter)),
    },
    {
      pattern: /(上上|上|这|本|当|下)(?:一)?个?(?:季度|季(?!节))/g,
      read: ([, which]) => {
        const index = Math.floor((Number(today.slice(5, 7)) - 1) / 3) + (MONTH_SHIFT[which ?? ""] ?? 0);
        return quarterSpan(year + Math.floor(index / 4), (((index % 4) + 4) % 4) + 1);
      },
    },
    {
      pattern: new RegExp(`(${YEAR})?(上|前|下|后)半年`, "g"),
      read: ([, y, half]) => {
        const of = yearOf(y, today) ?? year;
        return half === "上" || half === "前"
          ? months(parseMonth(`${of}-01`), parseMonth(`${of}-06`))
          : months(parseMonth(`${of}-07`), parseMonth(`${of}-12`));
      },
    },
    {
      pattern: /今年(?:以来|到现在|至今|到目前|开始到现在|截至目前|截止目前)|年初(?:以来|到现在|至今|到目前)/g,
      read: () => months(parseMonth(`${year}-01`), current),
    },
    {
      pattern: new RegExp(`(?:最近|近|过去|这)(?:的)?(${SMALL})个(?:多)?月`, "g"),
      read: ([, n]) => lastMonths(current, n === "半" ? Number.NaN : count(n)),
    },
    { pattern: /(?:最近|近|过去)半年/g, read: () => lastMonths(current, 6) },
    { pattern: /(?:最近|近|过去)(?:一|1)年|(?:最近|近|过去)(?:12|十二)个月/g, read: () => lastMonths(current, 12) },
    { pattern: /(?:最近|近|过去)(?:两|二|2)年/g, read: () => lastMonths(current, 24) },
    { pattern: new RegExp(`(?:前|上)(${NUMBER})个月`, "g"), read: ([, n]) => before(current, numberOf(n)) },
    {
      pattern: new RegExp(`(?:未来|接下来|接下去|今后|往后|后面|后|下|之后)(?:的)?(${NUMBER})个月`, "g"),
      read: ([, n]) => ahead(current, numberOf(n)),
    },
    { pattern: /(?:未来|接下来|今后|往后)半年/g, read: () => ahead(current, 6) },
    { pattern: /(?:未来|接下来|今后|往后)一年/g, read: () => ahead(current, 12) },
    { pattern: /(?:上上)(?:一)?(?:个月|月|期)/g, read: () => one(shifted("上上")) },
    {
      pattern: /(?:下下)(?:一)?(?:个月|月|期)/g,
      read: () => ({ ...months(shifted("下下"), shifted("下下")), ahead: true }),
    },
    { pattern: /上(?:一)?(?:个月|月份|月(?!租(?!金)|卡)|期|个账期)/g, read: () => one(shifted("上")) },
    {
      pattern: /下(?:一)?(?:个月|月份|月(?!租(?!金)|卡)|期|个账期)/g,
      read: () => ({ ...months(shifted("下"), shifted("下")), ahead: true }),
    },
    {
      pattern: /(?:这|本|当|今)(?:一)?(?:个月|月份|月(?!租(?!金)|卡|亮)|期|个账期)|当前(?:月|期|账期)|这次账期/g,
      read: () => one(current),
    },
    ...weekRules(today),
    ...relativeDayRules(today, direction).map(({ pattern, read }) => ({
      pattern,
      read: (match: RegExpMatchArray) => one(read(match)),
    })),
    {
      pattern: new RegExp(`(?<!${AND}|第)(${NUMBER})月份?(?!租(?!金)|卡|亮|饼|结)`, "g"),
      read: ([, m]) => one(bare(m)),
    },
    {
      pattern: new RegExp(`(?:${YEAR.replaceAll("的?", "")})(?:全年|一年|整年|一整年|年度)?`, "g"),
      read: ([word]) => yearSpan(yearOf(word?.replace(/全年|一年|整年|一整年|年度/, ""), today)),
    },
    { pattern: /(?:本|这一|当)年度?|这一整年|(?<![\d一二两三四五六七八九])全年/g, read: () => yearSpan(year) },
  ];
}

const rulesOf = keepLast(periodRules);

const lastMonths = (current: Month, count: number): Span | undefined =>
  count >= 1 && count <= 60 ? months(shiftMonth(current, 1 - count), current) : undefined;
const before = (current: Month, count: number): Span | undefined =>
  count >= 1 && count <= 60 ? months(shiftMonth(current, -count), shiftMonth(current, -1)) : undefined;
const ahead = (current: Month, count: number): Span | undefined =>
  count >= 1 && count <= 60
    ? { ...months(shiftMonth(current, 1), shiftMonth(current, count)), ahead: true }
    : undefined;
/** Two months named with 和 are one stretch only when they follow each other. */
const neighbours = (span: Span | undefined): Span | undefined =>
  span !== undefined && shiftMonth(span.from as Month, 1) === span.to ? span : undefined;

function latestQuarterYear(today: CivilDate, quarter: number, direction: Direction): number {
  const year = Number(today.slice(0, 4));
  const now = Math.floor((Number(today.slice(5, 7)) - 1) / 3) + 1;
  if (direction === "past") return quarter > now ? year - 1 : year;
  return quarter < now ? year + 1 : year;
}

function weekRules(today: CivilDate): MentionRule<Span>[] {
  const week = (weeks: number): Span => {
    const monday = addDays(mondayOf(today), 7 * weeks);
    return { from: monday, to: addDays(monday, 6) };
  };
  const lastDays = (days: number): Span | undefined =>
    days >= 1 && days <= 400 ? { from: addDays(today, 1 - days), to: today } : undefined;
  return [
    {
      pattern:
        /(上上|上|下下|下|这|本)(?:一)?个?(?:周|星期|礼拜)(?!(?:[一二三四五六日天末1-7])(?!共|起|直|次|个|笔|样|般))/g,
      read: ([, which]) => week(MONTH_SHIFT[which ?? ""] ?? 0),
    },
    {
      pattern: new RegExp(`(?:最近|近|过去)(?:的)?(${NUMBER})天(?!了)`, "g"),
      read: ([, days]) => lastDays(numberOf(days)),
    },
    {
      pattern: new RegExp(`(?:最近|近|过去)(?:的)?(${NUMBER})个?(?:周|星期|礼拜)`, "g"),
      read: ([, weeks]) => lastDays(7 * numberOf(weeks)),
    },
    { pattern: /(?:最近|近|过去)半个月/g, read: () => lastDays(15) },
  ];
}

function dayStretches(today: CivilDate, direction: Direction): MentionRule<Span>[] {
  const day = (month: string | undefined, text: string | undefined): CivilDate | undefined => {
    const of = month === undefined ? monthOf(today) : bareMonth(numberOf(month), today, direction);
    const number = numberOf(text);
    return of === undefined || !(number >= 1 && number <= 31)
      ? undefined
      : (`${of}-${String(number).padStart(2, "0")}` as CivilDate);
  };
  return [
    {
      pattern: new RegExp(`(?:(${NUMBER})月)?(${NUMBER})[号日]?${TO}(?:(${NUMBER})月)?(${NUMBER})[号日]`, "g"),
      read: ([, m1, d1, m2, d2]) => {
        const from = day(m1, d1);
        const to = day(m2 ?? m1, d2);
        return from && to && from <= to ? { from, to } : undefined;
      },
    },
  ];
}

/** "2026-10", "2026-10-05" or "2026-01..2026-03". */
export const periodText = ({ from, to }: Span): string => (from === to ? from : `${from}..${to}`);

// 比8月, 跟上个月相比: what is compared with, not what is asked about.
const COMPARED = "(?:比起?|较|相比|对比)$";
const WITH = "(?:跟|和|与|同)$";
const COMPARED_AFTER = "^(?:的|份)?(?:比|相比|差|不一样|一样|一比)";

// 上个月才两千: said only to measure another month by.
const UP_TO = /(?:到|截至|截止)$/;
const BASELINE = /^(?:的|份)?[^，？]{0,3}(?:才|只有|只要|才用)/;

/** The periods spoken of, in their order, without those that only serve as comparison; neighbours joined by 和 are one. */
export function findPeriods(plain: string, today: CivilDate, direction: Direction): Mention<Span>[] {
  const mentions = findMentions(plain, rulesOf(today, direction)).filter(({ from, to }) => {
    const head = plain.slice(Math.max(0, from - 3), from);
    return !(
      BASELINE.test(plain.slice(to, to + 6)) ||
      (UP_TO.test(head) && plain.slice(from, to).startsWith("今")) ||
      new RegExp(COMPARED).test(head) ||
      (new RegExp(WITH).test(head) && new RegExp(COMPARED_AFTER).test(plain.slice(to, to + 4)))
    );
  });
  const joined: Mention<Span>[] = [];
  for (const mention of mentions) {
    const previous = joined.at(-1);
    const both = previous && joinedSpan(plain, previous, mention);
    if (both) joined[joined.length - 1] = both;
    else joined.push(mention);
  }
  return joined;
}

const CONJUNCTION = /^(?:的|份)?(?:和|跟|与|、|及|还有|加上?|到|至|-|~)?$/;

function joinedSpan(plain: string, left: Mention<Span>, right: Mention<Span>): Mention<Span> | undefined {
  const between = plain.slice(left.to, right.from);
  if (!CONJUNCTION.test(between) || left.value.from.length !== right.value.from.length) return undefined;
  const until = /[到至~-]$/.test(between);
  // 9月和8月: said the other way round, but not as a stretch from … to.
  const [first, last] = !until && left.value.from > right.value.from ? [right, left] : [left, right];
  const span = { from: first.value.from, to: last.value.to };
  if (span.from > span.to) return undefined;
  const adjacent = span.from.length === 7 && shiftMonth(first.value.to as Month, 1) === last.value.from;
  return until || adjacent ? { from: left.from, to: right.to, value: span } : undefined;
}
