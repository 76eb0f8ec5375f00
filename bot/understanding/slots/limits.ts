import { HAN_DIGIT, parseNumber } from "../numerals.ts";

const NUMBER = `(?:\\d{1,3}|[${HAN_DIGIT}十百]{1,4})`;
const OVERDUE_DAYS = [
  `(?:逾期|超过|超|拖欠|拖|欠|超出|过期|过了|达到?|满|大于|>|晚)(?:了|费|款|租|账|交|付|期|已|已经|时间|天数)*(?:超过|达到?|满|大于|>|有|在)?(${NUMBER}|半)(?:个)?(天|日|(?<=个)月|周|星期|礼拜|年)(?!份|底|初|租|\\d)`,
  `(?<!最近|近)(${NUMBER}|半)个?(天|日|(?<=个)月|周|星期|礼拜|年)(?:以上|及以上|还没|都没|没交|没付|未交|未付|多没|的?逾期)`,
].map((source) => new RegExp(source));
const DAYS_OF: Readonly<Record<string, number>> = { 天: 1, 日: 1, 月: 30, 周: 7, 星期: 7, 礼拜: 7, 年: 365 };

// 拖了一个半月
const AND_A_HALF = `(${NUMBER})个半月`;
const MONTHS_AND_A_HALF = [
  new RegExp(`(?:逾期|超过|超|拖欠|拖|欠|过期|过了|满|大于|晚)(?:了|费|款|租|交|付|已|已经)*(?:超过|满)?${AND_A_HALF}`),
  new RegExp(`${AND_A_HALF}(?:以上|还没|都没|没交|没付|未交|未付|的?逾期)`),
];

/** "逾期超过30天", "欠了两个月以上": days, a month counts 30. */
export function findMinDaysOverdue(plain: string): number | undefined {
  for (const pattern of MONTHS_AND_A_HALF) {
    const months = parseNumber(pattern.exec(plain)?.[1] ?? "");
    if (months !== undefined && months > 0) return Math.round(months * 30 + 15);
  }
  for (const pattern of OVERDUE_DAYS) {
    const [, number, unit] = pattern.exec(plain) ?? [];
    if (number === undefined || unit === undefined) continue;
    const count = number === "半" ? 0.5 : parseNumber(number);
    if (count !== undefined && count > 0)
      return number === "半" && unit === "年" ? 180 : Math.round(count * (DAYS_OF[unit] ?? 1));
  }
  return undefined;
}

const ENTRY = "(?:笔|条|名|家|户|个(?!月|季|星期|礼拜|周|年)|位|(?<!一)次|张|项|单|大|强)";
const LIMITS = [
  `(?:最近|近|前|头|最新|最后(?!一)|(?<!最)后)(?:的)?(${NUMBER})(?:${ENTRY}|(?=，|？|$|欠|逾期|的))`,
  `(?:top|top )(${NUMBER})`,
  `(?:最|得最)(?:多|大|久|高|长|严重|近|狠|惨|厉害|晚)的?(?:那|前)?(${NUMBER})${ENTRY}`,
  `(${NUMBER})${ENTRY}(?:最(?:多|大|久|高|近|新))`,
].map((source) => new RegExp(source));

/** "前10", "最近5笔". */
export function findLimit(plain: string): number | undefined {
  for (const pattern of LIMITS) {
    const number = pattern.exec(plain)?.[1];
    const count = number === undefined ? undefined : parseNumber(number);
    if (count !== undefined && count > 0) return count;
  }
  return undefined;
}
