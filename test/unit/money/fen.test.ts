import { describe, expect, it } from "vitest";
import {
  formatYuan,
  parseYuan,
  roundYuanToFen,
  splitByLargestRemainder,
  toJsonInteger,
  toYuanText,
} from "../../../src/domain/money/fen.ts";
import { divide, integer, multiply, parseRatio } from "../../../src/domain/money/ratio.ts";

describe("amounts in fen (money-rules 1)", () => {
  it.each([
    ["0", 0n],
    ["5000", 500_000n],
    ["5000.5", 500_050n],
    ["1234567.89", 123_456_789n],
    ["-0.05", -5n],
    ["1.100", 110n],
  ])("reads %s yuan", (text, fen) => {
    expect(parseYuan(text)).toBe(fen);
  });

  it.each(["", "1.005", "1,000", "¥5", "1e3", " 1", "1.", ".5", "0x10", "NaN"])("refuses %j", (text) => {
    expect(() => parseYuan(text)).toThrow(RangeError);
  });

  it.each([
    [0n, "¥0.00", "0.00"],
    [5n, "¥0.05", "0.05"],
    [-5n, "-¥0.05", "-0.05"],
    [123_450n, "¥1,234.50", "1234.50"],
    [100_000_000_000n, "¥1,000,000,000.00", "1000000000.00"],
  ])("shows %s fen to people and to files", (fen, shown, text) => {
    expect(formatYuan(fen)).toBe(shown);
    expect(toYuanText(fen)).toBe(text);
  });

  it("never lets a figure into JSON that a float would bend", () => {
    expect(toJsonInteger(9_007_199_254_740_991n)).toBe(9_007_199_254_740_991);
    expect(() => toJsonInteger(9_007_199_254_740_992n)).toThrow(RangeError);
  });

  it("rounds the exact value once: 3.015 × 10 ÷ 30 is 1.005 and becomes 1.01", () => {
    const exact = divide(multiply(parseRatio("3.015"), integer(10)), integer(30));
    expect(roundYuanToFen(exact)).toBe(101n);
  });

  it("rounds halves away from zero, to fen, jiao or yuan", () => {
    expect(roundYuanToFen(parseRatio("-0.005"))).toBe(-1n);
    expect(roundYuanToFen(parseRatio("12.35"), 10n)).toBe(1_240n);
    expect(roundYuanToFen(parseRatio("12.50"), 100n)).toBe(1_300n);
  });
});

describe("splitting by largest remainder", () => {
  it("gives left-over fen to the largest fractional parts", () => {
    // 100 × (1, 2, 4) ÷ 7 = 14.29, 28.57, 57.14: the one fen over goes to the second
    expect(splitByLargestRemainder(100n, [1, 2, 4].map(integer))).toEqual([14n, 29n, 57n]);
  });

  it("gives ties to the earlier entry", () => {
    expect(splitByLargestRemainder(100n, [1, 1, 1].map(integer))).toEqual([34n, 33n, 33n]);
  });

  it("refuses weights that are negative or sum to zero", () => {
    expect(() => splitByLargestRemainder(1n, [integer(-1), integer(2)])).toThrow(RangeError);
    expect(() => splitByLargestRemainder(1n, [integer(0)])).toThrow(RangeError);
  });
});
