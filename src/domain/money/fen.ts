import {
  compare,
  floor,
  integer,
  isNegative,
  multiply,
  parseRatio,
  type Ratio,
  ratio,
  roundHalfUp,
  subtract,
  sum,
} from "./ratio.ts";

/** An amount of CNY in fen (money-rules 1). JSON carries it as an integer named `...Fen`. */
export type Fen = bigint;

/** The smaller of two amounts; Math.min does not take bigint. */
export function smallerFen(a: Fen, b: Fen): Fen {
  if (a < b) return a;
  return b;
}

/** "5000", "5000.5" or "-5000.00" yuan → fen. Throws RangeError on anything else, also on a third decimal. */
export function parseYuan(text: string): Fen {
  const fen = multiply(parseRatio(text), integer(100));
  if (fen.numerator % fen.denominator !== 0n) throw new RangeError(`more than two decimals in an amount: ${text}`);
  return fen.numerator / fen.denominator;
}

/** 123450n → "1234.50": the form of JSON and files. */
export function toYuanText(amountFen: Fen): string {
  const digits = (amountFen < 0n ? -amountFen : amountFen).toString().padStart(3, "0");
  return `${amountFen < 0n ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** 123450n → "¥1,234.50", -5n → "-¥0.05": the one form in which people see money. */
export function formatYuan(amountFen: Fen): string {
  const text = toYuanText(amountFen < 0n ? -amountFen : amountFen);
  const [whole = "0", decimals = "00"] = text.split(".");
  return `${amountFen < 0n ? "-" : ""}¥${whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",")}.${decimals}`;
}

/** JSON integers are safe up to 90 trillion yuan; more than that is a broken figure, so it throws RangeError. */
export function toJsonInteger(amountFen: Fen): number {
  const value = Number(amountFen);
  if (!Number.isSafeInteger(value)) throw new RangeError(`amount beyond the JSON integers: ${amountFen}`);
  return value;
}

/** An exact amount of yuan rounded once, HALF_UP, to a step of `stepFen` (1 = fen, 10 = jiao, 100 = yuan). */
export function roundYuanToFen(yuan: Ratio, stepFen: Fen = 1n): Fen {
  return roundHalfUp(multiply(yuan, ratio(100n, stepFen))) * stepFen;
}

/**
 * Splits a total by weights with the largest remainder (money-rules 1): every share is floored to the fen, the fen left
 * over go one by one to the largest fractional parts; on a tie the earlier entry wins, so callers sort by the tie rule
 * first. The parts always sum to the total. Throws RangeError when the weights sum to zero or one is negative.
 */
export function splitByLargestRemainder(totalFen: Fen, weights: readonly Ratio[]): Fen[] {
  if (weights.some(isNegative)) throw new RangeError("a weight is negative");
  const weightSum = sum(weights);
  if (weightSum.numerator === 0n) throw new RangeError("the weights sum to zero");
  const shares = weights.map((weight, index) => {
    const exact = ratio(totalFen * weight.numerator * weightSum.denominator, weight.denominator * weightSum.numerator);
    const floored = floor(exact);
    return { index, floored, rest: subtract(exact, integer(floored)) };
  });
  let leftOver = totalFen - shares.reduce((total, share) => total + share.floored, 0n);
  const byRest = [...shares].sort((a, b) => compare(b.rest, a.rest) || a.index - b.index);
  const result = shares.map((share) => share.floored);
  for (const share of byRest) {
    if (leftOver === 0n) break;
    result[share.index] = share.floored + 1n;
    leftOver -= 1n;
  }
  return result;
}
