import { describe, expect, it } from "vitest";
import { compare, parseRatio, ratio, roundToDecimals } from "../../../src/domain/money/ratio.ts";

describe("a fraction", () => {
  it.each([
    ["one over minus two", ratio(1n, -2n), { numerator: -1n, denominator: 2n }],
    ["minus one over minus two", ratio(-1n, -2n), { numerator: 1n, denominator: 2n }],
    ["minus one over two", ratio(-1n, 2n), { numerator: -1n, denominator: 2n }],
    ["nothing over minus two", ratio(0n, -2n), { numerator: 0n, denominator: 2n }],
  ])("has its sign in the numerator: %s", (_name, made, expected) => {
    expect(made).toEqual(expected);
  });

  it("is compared and rounded by its value, wherever the minus was written", () => {
    expect(compare(ratio(1n, -2n), parseRatio("0"))).toBeLessThan(0);
    expect(compare(ratio(1n, -2n), parseRatio("-0.5"))).toBe(0);
    // −0.005 is half a fen below zero: away from zero (money-rules 1).
    expect(roundToDecimals(ratio(5n, -1000n), 2)).toEqual(roundToDecimals(parseRatio("-0.01"), 2));
  });

  it("has no denominator of zero", () => {
    expect(() => ratio(1n, 0n)).toThrow(RangeError);
  });
});
