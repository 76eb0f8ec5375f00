import { Decimal } from "decimal.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitByLargestRemainder } from "../../../src/domain/money/fen.ts";
import {
  add,
  compare,
  divide,
  floor,
  formatRatio,
  integer,
  multiply,
  parseFormattedRatio,
  parseRatio,
  type Ratio,
  ratio,
  roundHalfUp,
  roundToDecimals,
  subtract,
  sum,
} from "../../../src/domain/money/ratio.ts";

/* decimal.js at 40 digits is the outsider that judges: exact for sums and products of decimals with up to 8 places. */
const Wide = Decimal.clone({ precision: 40, rounding: Decimal.ROUND_HALF_UP });

const decimalText = fc
  .tuple(fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }), fc.integer({ min: 0, max: 8 }))
  .map(([digits, scale]) => formatRatio(ratio(digits, 10n ** BigInt(scale))));
const anyRatio: fc.Arbitrary<Ratio> = fc
  .tuple(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), fc.bigInt({ min: 1n, max: 10n ** 15n }))
  .map(([numerator, denominator]) => ratio(numerator, denominator));

describe("exact fractions", () => {
  it("add, subtract and multiply as decimal.js does", () => {
    fc.assert(
      fc.property(decimalText, decimalText, (a, b) => {
        const [x, y] = [parseRatio(a), parseRatio(b)];
        expect(formatRatio(add(x, y))).toBe(new Wide(a).plus(b).toFixed());
        expect(formatRatio(subtract(x, y))).toBe(new Wide(a).minus(b).toFixed());
        expect(formatRatio(multiply(x, y))).toBe(new Wide(a).times(b).toFixed());
        expect(Math.sign(compare(x, y))).toBe(new Wide(a).comparedTo(b));
      }),
    );
  });

  it("round as decimal.js does, halves away from zero", () => {
    fc.assert(
      fc.property(decimalText, fc.integer({ min: 0, max: 6 }), (text, decimals) => {
        expect(roundHalfUp(parseRatio(text)).toString()).toBe(
          new Wide(text).toDecimalPlaces(0).toFixed().replace(/^-0$/, "0"),
        );
        const rounded = formatRatio(roundToDecimals(parseRatio(text), decimals));
        expect(rounded).toBe(new Wide(text).toDecimalPlaces(decimals).toFixed().replace(/^-0$/, "0"));
      }),
    );
  });

  it("floor is the greatest integer not above", () => {
    fc.assert(
      fc.property(anyRatio, (value) => {
        const whole = integer(floor(value));
        expect(compare(whole, value)).toBeLessThanOrEqual(0);
        expect(compare(add(whole, integer(1)), value)).toBeGreaterThan(0);
      }),
    );
  });

  it("dividing and multiplying back is the same value, and its text reads back", () => {
    fc.assert(
      fc.property(anyRatio, anyRatio, (a, b) => {
        fc.pre(b.numerator !== 0n);
        expect(compare(multiply(divide(a, b), b), a)).toBe(0);
        expect(compare(parseFormattedRatio(formatRatio(a)), a)).toBe(0);
      }),
    );
  });
});

describe("splitting conserves", () => {
  it("parts sum to the whole, each within one fen of its exact share", () => {
    const weights = fc.array(
      anyRatio.map((value) => (value.numerator < 0n ? ratio(-value.numerator, value.denominator) : value)),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 10n), max: 10n ** 10n }), weights, (totalFen, shares) => {
        const weightSum = sum(shares);
        fc.pre(weightSum.numerator > 0n);
        const parts = splitByLargestRemainder(totalFen, shares);
        expect(parts.reduce((total, part) => total + part, 0n)).toBe(totalFen);
        parts.forEach((part, index) => {
          const exact = divide(multiply(integer(totalFen), shares[index] ?? integer(0)), weightSum);
          const difference = subtract(integer(part), exact);
          expect(compare(difference, integer(-1))).toBeGreaterThan(0);
          expect(compare(difference, integer(1))).toBeLessThan(0);
        });
      }),
    );
  });
});
