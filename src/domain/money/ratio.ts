/**
 * Exact rational numbers. Money-rules 1 wants the value before rounding to be exact ("multiply first and divide last, or
 * carry fractions"); a fraction of two integers is exact by construction, so no precision has to be argued about.
 */
export interface Ratio {
  readonly numerator: bigint;
  /** Always greater than zero. */
  readonly denominator: bigint;
}

export const ZERO: Ratio = { numerator: 0n, denominator: 1n };
export const ONE: Ratio = { numerator: 1n, denominator: 1n };

const DECIMAL = /^([+-]?)(\d+)(?:\.(\d+))?$/;

/** Reads a plain decimal such as "58.00" or "-0.125". Throws RangeError on anything else (no exponents, no spaces). */
export function parseRatio(text: string): Ratio {
  const match = DECIMAL.exec(text);
  if (!match) throw new RangeError(`not a decimal number: ${JSON.stringify(text)}`);
  const [, sign, whole = "0", decimals = ""] = match;
  const magnitude = BigInt(whole + decimals);
  return ratio(sign === "-" ? -magnitude : magnitude, 10n ** BigInt(decimals.length));
}

export function ratio(numerator: bigint, denominator = 1n): Ratio {
  if (denominator === 0n) throw new RangeError("division by zero");
  return denominator < 0n ? { numerator: -numerator, denominator: -denominator } : { numerator, denominator };
}

export const integer = (value: number | bigint): Ratio => ({ numerator: BigInt(value), denominator: 1n });

export const add = (a: Ratio, b: Ratio): Ratio =>
  a.denominator === b.denominator
    ? { numerator: a.numerator + b.numerator, denominator: a.denominator }
    : carry(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator);

export const negate = (a: Ratio): Ratio => ({ numerator: -a.numerator, denominator: a.denominator });
export const subtract = (a: Ratio, b: Ratio): Ratio => add(a, negate(b));
export const multiply = (a: Ratio, b: Ratio): Ratio => carry(a.numerator * b.numerator, a.denominator * b.denominator);

/** Throws RangeError("division by zero"). */
export const divide = (a: Ratio, b: Ratio): Ratio => {
  if (b.numerator === 0n) throw new RangeError("division by zero");
  const quotient = ratio(a.numerator * b.denominator, a.denominator * b.numerator);
  return carry(quotient.numerator, quotient.denominator);
};

export const sum = (values: Iterable<Ratio>): Ratio => {
  let total = ZERO;
  for (const value of values) total = add(total, value);
  return total;
};

/** Negative, zero or positive as a is less than, equal to or greater than b. */
export const compare = (a: Ratio, b: Ratio): number => {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
};
export const isNegative = (a: Ratio): boolean => a.numerator < 0n;
export const isZero = (a: Ratio): boolean => a.numerator === 0n;
export const min = (a: Ratio, b: Ratio): Ratio => (compare(a, b) <= 0 ? a : b);
export const max = (a: Ratio, b: Ratio): Ratio => (compare(a, b) >= 0 ? a : b);

/** The greatest integer not above the value. */
export function floor(a: Ratio): bigint {
  const quotient = a.numerator / a.denominator;
  return a.numerator < 0n && quotient * a.denominator !== a.numerator ? quotient - 1n : quotient;
}

/** To the nearest integer, halves away from zero (四舍五入, money-rules 1). */
export function roundHalfUp(a: Ratio): bigint {
  const magnitude = a.numerator < 0n ? -a.numerator : a.numerator;
  const rounded = (2n * magnitude + a.denominator) / (2n * a.denominator);
  return a.numerator < 0n ? -rounded : rounded;
}

/** HALF_UP to a number of decimals, staying exact afterwards. Used for prices after an escalation step (money-rules 3.3). */
export function roundToDecimals(a: Ratio, decimals: number): Ratio {
  const scale = 10n ** BigInt(decimals);
  return { numerator: roundHalfUp(multiply(a, integer(scale))), denominator: scale };
}

/** The shortest decimal text when the value is a finite decimal, else "numerator/denominator". */
export function formatRatio(a: Ratio): string {
  const { numerator, denominator } = lowestTerms(a.numerator, a.denominator);
  let scale = 0;
  let rest = denominator;
  for (const prime of [2n, 5n]) {
    let power = 0;
    while (rest % prime === 0n) {
      rest /= prime;
      power += 1;
    }
    scale = Math.max(scale, power);
  }
  if (rest !== 1n) return `${numerator}/${denominator}`;
  const magnitude = ((numerator < 0n ? -numerator : numerator) * 10n ** BigInt(scale)) / denominator;
  const digits = magnitude.toString().padStart(scale + 1, "0");
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return numerator < 0n ? `-${text}` : text;
}

/** Reads back what formatRatio wrote. Throws RangeError on anything else. */
export function parseFormattedRatio(text: string): Ratio {
  const [numerator, denominator] = text.split("/");
  if (numerator !== undefined && denominator !== undefined) return ratio(BigInt(numerator), BigInt(denominator));
  return parseRatio(text);
}

/** Arithmetic leaves small denominators alone: reducing costs more than it saves, and comparison does not need it. */
const carry = (numerator: bigint, denominator: bigint): Ratio =>
  denominator < 1_000_000_000_000n ? { numerator, denominator } : lowestTerms(numerator, denominator);

function lowestTerms(numerator: bigint, denominator: bigint): Ratio {
  let a = numerator < 0n ? -numerator : numerator;
  let b = denominator;
  while (b > 0n) [a, b] = [b, a % b];
  return a > 1n ? { numerator: numerator / a, denominator: denominator / a } : { numerator, denominator };
}
