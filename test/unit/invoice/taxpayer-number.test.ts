import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkCharacterOf, checkTaxpayerNumber } from "../../../src/domain/invoice/taxpayer-number.ts";

describe("a unified social credit code", () => {
  it.each([
    ["the standard's example", "91350100M000100Y43"],
    ["typed small, with spaces", "9135 0100 m000 100y 43"],
    ["pasted full-width", "９１３５０１００Ｍ０００１００Ｙ４３"],
  ])("passes: %s", (_name, text) => {
    expect(checkTaxpayerNumber(text)).toEqual({ ok: true, number: "91350100M000100Y43" });
  });

  it("has the check character that the standard's formula gives, by hand", () => {
    // 91350100M000100Y: values 9 1 3 5 0 1 0 0 21 0 0 0 1 0 0 30 4 × 1 3 9 27 19 26 16 17 20 29 25 13 8 24 10 30 28
    // = 9+3+27+135+0+26+0+0+420+0+0+0+8+0+0+900+112 = 1640; 1640 mod 31 = 28; 31 − 28 = 3 → "3".
    expect(checkCharacterOf("91350100M000100Y4")).toBe("3");
  });

  it.each([
    ["the letter O for a zero", "9135O100M000100Y43"],
    ["a small l seen as I for a one", "9I350100M000100Y43"],
    ["both at once", "9I35O100M000100Y43"],
    ["S for 5", "913S0100M000100Y43"],
  ])("is offered corrected: %s", (_name, text) => {
    expect(checkTaxpayerNumber(text)).toMatchObject({ ok: false, suggestions: ["91350100M000100Y43"] });
  });

  it("is refused when a digit is wrong or two are swapped", () => {
    expect(checkTaxpayerNumber("91350100M000100Y44")).toMatchObject({ ok: false, code: "CHECK_DIGIT" });
    expect(checkTaxpayerNumber("93150100M000100Y43")).toMatchObject({ ok: false, code: "CHECK_DIGIT" });
    expect(checkTaxpayerNumber("91350100M000100Y4")).toEqual({
      ok: false,
      code: "LENGTH",
      number: "91350100M000100Y4",
      suggestions: [],
    });
  });

  it("never passes with one character changed, and every suggestion passes", () => {
    const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    const body = fc.string({ unit: fc.constantFrom(...alphabet), minLength: 17, maxLength: 17 });
    fc.assert(
      fc.property(body, fc.nat(17), fc.constantFrom(...alphabet), (first, place, other) => {
        const number = first + checkCharacterOf(first);
        const changed = number.slice(0, place) + other + number.slice(place + 1);
        const check = checkTaxpayerNumber(changed);
        expect(check.ok).toBe(changed === number);
        if (!check.ok)
          for (const one of check.suggestions) expect(checkTaxpayerNumber(one)).toEqual({ ok: true, number: one });
      }),
    );
  });
});

describe("an older number", () => {
  it("of 15 characters is taken with a warning, one of 20 for the self-employed without", () => {
    expect(checkTaxpayerNumber("440301 103112345")).toEqual({
      ok: true,
      number: "440301103112345",
      warning: "LEGACY_FIFTEEN",
    });
    expect(checkTaxpayerNumber("11010119900307123X00")).toEqual({ ok: true, number: "11010119900307123X00" });
  });
});
