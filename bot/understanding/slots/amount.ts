import { HAN_NUMBER, parseNumber } from "../numerals.ts";
import { findMentions, type Mention, type MentionRule } from "./mention.ts";

const DIGITS = "(?:\\d{1,3}(?:,\\d{3})+|\\d{1,15})(?:\\.\\d+)?";
const HAN = `[${HAN_NUMBER}]`;
// 三千, 1万2, 3千5, 8.6w, 一万二千五
const SCALED = `${DIGITS}(?:[万千百]|[kw](?![a-z]))(?:[${HAN_NUMBER}]|\\d(?!\\d)){0,8}|${HAN}{1,12}`;
const CURRENCY = "(?:元整|整(?!个|栋|月|年|层|租|理)|元|圆|块钱|块|人民币|rmb|cny|yuan)";
// 大概五千, 几千, 八千多: no amount anyone could act on.
const ROUGHLY_BEFORE =
  "(?<!(?:大概|大约|差不多)[付交充转]|大概|大约|约|差不多|将近|接近|快|好几|几|不到|不超过|第|\\d|\\.|,)";
const NOT_ROUGHLY = "(?!\\d|\\.\\d|多|来块|来元|几|左右|上下|出头|以上下|倍|%|分之)";
const MEASURES =
  "[月号日年期笔个度吨方栋座幢室楼天层台张条份次平户家名点位岁人间套块区成折米字倍]|立方|季度|千瓦|kwh|公斤|小时|分钟|星期|周|多|来|几|左右|%|㎡|m2|m3|m|：|:|-\\d|/|铺|房|单元|表|备注|记|、";
const MONEY_VERB =
  "(?:电费|水费|房租|租金|物业费|管理费|停车费|押金|滞纳金|先付|先交|预存|充值|支付|转账|汇款|打款|实付|实收|付款|金额|价税合计|总额|合计|总共|共计|[多少涨贵高差][了出]|[这那]笔|(?<!记)一笔|[付交充存转汇打加还扣收退开补欠给划差要算是变到])";
const AFTER_VERB =
  "(?:了|错|重|多|过|过去|过来|个|一下|上|款|账|进去|我|你们|你|他们|下|成|只|着，?|出去|出|掉|来|走|够|满|钱|的|电费|水费|水电|房租|租金|物业费|管理费|停车费|押金|费|一笔|笔)*(?:是|为|:|：)?";

const yuan = (value: number | undefined): string | undefined =>
  value === undefined || !(value > 0) || value >= 1e12 ? undefined : (Math.round(value * 100) / 100).toFixed(2);

/** A numeral in Chinese must begin with a digit and hold a unit: 千万 (by all means) and 万一 are words. */
function scaled(text: string | undefined): number | undefined {
  if (text === undefined || /^[百佰千仟万拾]/.test(text)) return undefined;
  return parseNumber(text);
}

const RULES: readonly MentionRule<string>[] = [
  // 12块5, 三块五毛, 5元8角
  {
    pattern: new RegExp(
      `${ROUGHLY_BEFORE}(${DIGITS}|${HAN}{1,12})[块元]([\\d一二三四五六七八九])(?:[毛角])?(?![\\d万千百十])`,
      "g",
    ),
    read: ([, whole, tenth]) => {
      const value = scaled(whole);
      return value === undefined ? undefined : yuan(value + (parseNumber(tenth ?? "") ?? 0) / 10);
    },
  },
  {
    pattern: new RegExp(
      `${ROUGHLY_BEFORE}(${SCALED}|${DIGITS})(?![\\d.]*多)${CURRENCY}(?!/|每|一(?:平|度|吨|方|个月))`,
      "g",
    ),
    // 一块交: together.
    read: ([all, number]) => (all === "一块" ? undefined : yuan(scaled(number))),
  },
  { pattern: new RegExp(`(?:¥|￥|rmb|cny)(${SCALED}|${DIGITS})`, "g"), read: ([, number]) => yuan(scaled(number)) },
  {
    pattern: new RegExp(
      `${ROUGHLY_BEFORE}(${DIGITS}(?:[万千百]|[kw](?![a-z]))(?:[${HAN_NUMBER}]|\\d(?!\\d)){0,8}|(?<!${HAN})${HAN}{0,8}[百佰千仟万]${HAN}{0,8})${NOT_ROUGHLY}(?!${HAN}|(?!备注|记)(?:${MEASURES}))`,
      "g",
    ),
    read: ([, number]) => yuan(scaled(number)),
  },
  {
    pattern: new RegExp(
      `(?<=${MONEY_VERB}${AFTER_VERB})(?<![\\d.a-z-])(${DIGITS})${NOT_ROUGHLY}(?!${MEASURES}|[a-z])`,
      "g",
    ),
    read: ([, number]) => ((parseNumber(number ?? "") ?? 0) >= 10 ? yuan(parseNumber(number ?? "")) : undefined),
  },
  {
    // 转过去了，8000房租: the sum, not a room, stands before what it was sent for.
    pattern: new RegExp(
      `(?<=(?:转|打|汇|付|交|存|充)[^？]{0,8}(?:过去了?|过来了?|了|好了|，))(${DIGITS})(?=的?(?:房租|租金|电费|水费|物业费|管理费|停车费|押金))`,
      "g",
    ),
    read: ([, number]) => ((parseNumber(number ?? "") ?? 0) >= 10 ? yuan(parseNumber(number ?? "")) : undefined),
  },
  {
    pattern: new RegExp(
      `(?<![\\d.a-z-]|单元|室|号|栋|座|楼)(${DIGITS})(?=过去|的(?:增值税)?(?:专用|普通|电子)?(?:专票|普票|发票|票|款)|到账|已(?:经|从)?(?:对公|公账|公户|网银|银行)?(?:转|付|汇|打)|押金)(?!${MEASURES})`,
      "g",
    ),
    read: ([, number]) => yuan(parseNumber(number ?? "")),
  },
];

/** Amounts of money in yuan with two decimals, from left to right; rough ones ("八千多") are left out. */
export const findAmounts = (plain: string): Mention<string>[] => findMentions(plain, RULES);
