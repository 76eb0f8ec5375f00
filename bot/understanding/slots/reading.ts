import { HAN_DIGIT, HAN_NUMBER, parseNumber } from "../numerals.ts";
import type { Mention } from "./mention.ts";

const VALUE = `((?:\\d{1,3}(?:,\\d{3})+|\\d+)(?:\\.\\d+)?|[${HAN_NUMBER}]{3,12}(?:点[${HAN_DIGIT}]{1,4})?)`;
const NOT_A_READING = "(?!\\d|\\.\\d|[月号日年栋座室楼元块多]|个|单元|毛|号楼)";
const PATTERNS = [
  // 读数12345.6, 电表走到8000, 现在是 4567度
  `(?:读数|示数|度数|表数|表底|数字|底数|止码|止度|行码|字数|抄表|走到|走了|报|表显|表上|显示|抄到|抄的|抄得|是|到|为|[:：])[^\\d${HAN_NUMBER}，、？]{0,6}?(?<![a-z-])${VALUE}${NOT_A_READING}`,
  `(?:电表|水表|气表|燃气表|煤气表|分表|总表|表)[^\\d，？]{0,8}?(?<![a-z-])${VALUE}${NOT_A_READING}`,
  `(?<![\\d.a-z-])${VALUE}(?:度|吨|立方|方|字|kwh)`,
  `(?:[电水气]|燃气)(?<![a-z-])${VALUE}${NOT_A_READING}`,
  `(?<![\\d.a-z-])(\\d{3,}(?:\\.\\d+)?|[${HAN_NUMBER}]{3,12})${NOT_A_READING}$`,
].map((source) => new RegExp(source, "g"));

interface Extent {
  readonly from: number;
  readonly to: number;
}

/** What a meter shows, as digits without separators: "12,345.6" and "一万二千三百四十五" alike; never a number of `places`. */
export function findReading(plain: string, places: readonly Extent[]): Mention<string> | undefined {
  for (const pattern of PATTERNS) {
    pattern.lastIndex = 0;
    for (let match = pattern.exec(plain); match !== null; match = pattern.exec(plain)) {
      const written = match[1] ?? "";
      const from = match.index + match[0].lastIndexOf(written);
      const to = from + written.length;
      const place = places.find((one) => from < one.to && one.from < to);
      const value = place === undefined ? digits(written) : undefined;
      if (value !== undefined) return { from, to, value };
      // The number belongs to a place (水表 B座801 抄数332): the reading may begin within what was matched after it.
      pattern.lastIndex = Math.max(match.index + 1, place?.to ?? 0);
    }
  }
  return undefined;
}

function digits(written: string): string | undefined {
  if (/^\d/.test(written)) return written.replaceAll(",", "");
  const [whole = "", decimals] = written.split("点");
  const value = parseNumber(whole);
  if (value === undefined || !Number.isInteger(value)) return undefined;
  return decimals === undefined
    ? String(value)
    : `${value}.${[...decimals].map((digit) => parseNumber(digit)).join("")}`;
}
