/*
 * Taxpayer numbers. Since 2015 a company's is its unified social credit code (统一社会信用代码, GB 32100-2015): 18 of 31
 * characters, the last of them a check character. Older registrations still carry 15 characters without one.
 */

/** The 31 characters of GB 32100-2015; I, O, S, V and Z are left out because they are read wrongly. */
const ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY";
/** Weights of the first 17 characters: 3^(place − 1) mod 31. */
const WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28] as const;
const CREDIT_CODE_LENGTH = 18;

export type TaxpayerNumberCheck =
  | { readonly ok: true; readonly number: string; readonly warning?: "LEGACY_FIFTEEN" }
  | {
      readonly ok: false;
      readonly code: "LENGTH" | "CHARACTER" | "CHECK_DIGIT";
      readonly number: string;
      /** Numbers that differ by one commonly confused character and pass; offered, never taken silently. */
      readonly suggestions: readonly string[];
    };

/** Full-width characters, spaces, hyphens and small letters as people type and paste them → plain capitals and digits. */
export const normaliseTaxpayerNumber = (text: string): string =>
  text
    .normalize("NFKC")
    .replace(/[\s\-_.·]/g, "")
    .toUpperCase();

/** Whether a number may stand on an invoice, and what may have been meant if not. */
export function checkTaxpayerNumber(text: string): TaxpayerNumberCheck {
  const number = normaliseTaxpayerNumber(text);
  // Bureaus gave 15 characters before 2015, and 20 to self-employed people (identity number and two digits).
  if (/^[0-9A-Z]{15}$/.test(number)) return { ok: true, number, warning: "LEGACY_FIFTEEN" };
  if (/^\d{17}[\dX]\d{2}$/.test(number)) return { ok: true, number };
  if (number.length !== CREDIT_CODE_LENGTH) return { ok: false, code: "LENGTH", number, suggestions: [] };
  if ([...number].some((character) => !ALPHABET.includes(character))) {
    return { ok: false, code: "CHARACTER", number, suggestions: suggestionsFor(number) };
  }
  return checkCharacterOf(number) === number.at(-1)
    ? { ok: true, number }
    : { ok: false, code: "CHECK_DIGIT", number, suggestions: suggestionsFor(number) };
}

/** The 18th character that belongs to the first 17. Throws RangeError on characters outside of the alphabet. */
export function checkCharacterOf(number: string): string {
  const sum = WEIGHTS.reduce((total, weight, place) => {
    const value = ALPHABET.indexOf(number.charAt(place));
    if (value < 0 || number.charAt(place) === "")
      throw new RangeError(`not a character of GB 32100: place ${place + 1}`);
    return total + weight * value;
  }, 0);
  return ALPHABET.charAt((31 - (sum % 31)) % 31);
}

/** What is read and typed for one another. */
const CONFUSED: Readonly<Record<string, string>> = {
  O: "0",
  "0": "D",
  I: "1",
  "1": "L",
  Z: "2",
  "2": "7",
  S: "5",
  "5": "S",
  V: "U",
  B: "8",
  "8": "B",
  D: "0",
  L: "1",
  Q: "0",
  G: "6",
  "6": "G",
  "7": "1",
};
const MOST_SUGGESTIONS = 3;

/**
 * First every letter that the alphabet does not have is put right (O→0, I→1, Z→2, S→5, V→U), for those are sure mistakes;
 * if that does not pass yet, one more confused character is tried at each place.
 */
function suggestionsFor(number: string): string[] {
  const certain = [...number]
    .map((character) => (ALPHABET.includes(character) ? character : (CONFUSED[character] ?? character)))
    .join("");
  const passes = (candidate: string): boolean =>
    [...candidate].every((character) => ALPHABET.includes(character)) &&
    checkCharacterOf(candidate) === candidate.at(-1);
  if (certain !== number && passes(certain)) return [certain];
  const candidates = [...certain].flatMap((character, place) => {
    const other = CONFUSED[character];
    return other === undefined ? [] : [`${certain.slice(0, place)}${other}${certain.slice(place + 1)}`];
  });
  return [...new Set(candidates)].filter(passes).slice(0, MOST_SUGGESTIONS);
}
