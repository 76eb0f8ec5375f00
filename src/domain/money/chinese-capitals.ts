import type { Fen } from "./fen.ts";

const DIGITS = ["零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"] as const;
const PLACES = ["", "拾", "佰", "仟"] as const;
/** Of groups of four digits, from the right. */
const GROUPS = ["", "万", "亿", "万亿"] as const;
const LARGEST_YUAN = 10_000_000_000_000_000n;

/**
 * An amount in 人民币大写 by 中国人民银行《正确填写票据和结算凭证的基本规定》: "壹仟肆佰零玖元伍角整". Several zeros in a row
 * are said once; a zero before 角 is said where the yuan end in one (1,680.32 is 壹仟陆佰捌拾元零叁角贰分); amounts without
 * 分 end with 整; below zero begins with 负. Throws RangeError from 一万万亿 on.
 */
export function toChineseCapitals(amountFen: Fen): string {
  const sign = amountFen < 0n ? "负" : "";
  const magnitude = amountFen < 0n ? -amountFen : amountFen;
  const yuan = magnitude / 100n;
  if (yuan >= LARGEST_YUAN) throw new RangeError("an amount too large for words");
  const jiao = Number((magnitude / 10n) % 10n);
  const fen = Number(magnitude % 10n);
  if (magnitude === 0n) return "零元整";
  const whole = yuan === 0n ? "" : `${yuanInWords(yuan)}元`;
  if (jiao === 0 && fen === 0) return `${sign}${whole}整`;
  const needsZero = yuan > 0n && (jiao === 0 || yuan % 10n === 0n);
  const tenths = jiao === 0 ? "" : `${digit(jiao)}角`;
  const cents = fen === 0 ? "整" : `${digit(fen)}分`;
  return `${sign}${whole}${needsZero ? "零" : ""}${tenths}${cents}`;
}

function yuanInWords(yuan: bigint): string {
  let words = "";
  let rest = yuan;
  const groups: number[] = [];
  while (rest > 0n) {
    groups.push(Number(rest % 10_000n));
    rest /= 10_000n;
  }
  let skippedGroup = false;
  for (let index = groups.length - 1; index >= 0; index -= 1) {
    const group = groups[index] ?? 0;
    if (group === 0) {
      skippedGroup = words !== "";
      continue;
    }
    // A zero stands for everything left out between the digits said so far and the first of this group.
    if (words !== "" && (skippedGroup || group < 1_000)) words += "零";
    words += groupInWords(group) + (GROUPS[index] ?? "");
    skippedGroup = false;
  }
  return words;
}

/** 1 to 9999, without zeros before and after. */
function groupInWords(group: number): string {
  let words = "";
  let skipped = false;
  for (let place = 3; place >= 0; place -= 1) {
    const value = Math.floor(group / 10 ** place) % 10;
    if (value === 0) {
      skipped = words !== "";
      continue;
    }
    words += `${skipped ? "零" : ""}${digit(value)}${PLACES[place] ?? ""}`;
    skipped = false;
  }
  return words;
}

const digit = (value: number): string => DIGITS[value] ?? "";
