import { randomInt } from "node:crypto";
import type { FieldEncryption } from "../../db/field-encryption.ts";

/** No 0, O, 1, I, L: codes are read aloud and typed on phones. */
const LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ";
const DIGITS = "23456789";
const CODE_LENGTH = 6;

/** Six letters and digits, at least one of each, so that a code is neither a word nor an SMS code: 8·10⁸ of them. */
export function newJoiningCode(): string {
  for (;;) {
    const code = Array.from({ length: CODE_LENGTH }, () => (LETTERS + DIGITS)[randomInt(31)] ?? "").join("");
    if (/[A-Z]/.test(code) && /\d/.test(code)) return code;
  }
}

/** The code in what somebody typed, whatever its case; undefined when there is none. */
export function findJoiningCode(text: string): string | undefined {
  for (const [word] of text
    .normalize("NFKC")
    .toUpperCase()
    .matchAll(/(?<![A-Z0-9-])[A-HJKMNP-Z2-9]{6}(?![A-Z0-9-])/g)) {
    if (/[A-Z]/.test(word) && /\d/.test(word)) return word;
  }
  return undefined;
}

/** Keyed: a leaked table tells no code. */
export const joiningCodeHash = (encryption: FieldEncryption, code: string): Buffer =>
  encryption.hash(`joining-code|${code}`);
