import { formatYuan } from "../money/fen.ts";
import { floor, formatRatio, integer, isNegative, multiply, negate, type Ratio, roundHalfUp } from "../money/ratio.ts";

/* How figures read in an explanation: exact where that is short, else to four decimals and marked 约. */

const DECIMALS_SHOWN = 4;
const DECIMALS_EXACT_MAX = 8;

/** 1234.5 → "1,234.5", 1/3 → "约0.3333". */
export function formatNumber(value: Ratio): string {
  const exact = formatRatio(value);
  const decimals = exact.split(".")[1]?.length ?? 0;
  if (!exact.includes("/") && decimals <= DECIMALS_EXACT_MAX) return grouped(exact);
  const scale = 10n ** BigInt(DECIMALS_SHOWN);
  return `约${grouped(formatRatio({ numerator: roundHalfUp(multiply(value, integer(scale))), denominator: scale }))}`;
}

/** Like formatNumber, with two decimals at least: prices and areas, as contracts print them. */
export function formatMeasure(value: Ratio): string {
  const text = formatNumber(value);
  const [whole = "", decimals = ""] = text.split(".");
  return decimals.length < 2 ? `${whole}.${decimals.padEnd(2, "0")}` : text;
}

/** Whole fen as money is always shown; what is not yet rounded with its further decimals: "¥1,706.9355". */
export function formatExactYuan(yuan: Ratio): string {
  const fen = multiply(yuan, integer(100));
  if (fen.numerator % fen.denominator === 0n) return formatYuan(floor(fen));
  const text = formatNumber(isNegative(yuan) ? negate(yuan) : yuan);
  const sign = isNegative(yuan) ? "-" : "";
  return text.startsWith("约") ? `约${sign}¥${text.slice(1)}` : `${sign}¥${text}`;
}

function grouped(decimal: string): string {
  const [whole = "", decimals] = decimal.split(".");
  const digits = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return decimals === undefined ? digits : `${digits}.${decimals}`;
}
