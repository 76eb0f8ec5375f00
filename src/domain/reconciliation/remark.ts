/**
 * What a payer wrote beside a transfer (附言), made comparable: full-width to half-width, upper case. Separators stay: they
 * tell a bill number that is followed by a date from a longer number.
 */
export const normaliseRemark = (text: string): string => text.normalize("NFKC").toUpperCase();

/** Letters, digits and characters only: the form in which two codes are the same code. */
export const compactCode = (text: string): string => normaliseRemark(text).replace(/[^0-9A-Z\p{Script=Han}]/gu, "");

/** A company's or person's name as banks cut and decorate it: brackets of both widths, spaces and dots mean nothing. */
export const compactName = (text: string): string => compactCode(text);

/** What people put into a number or leave in it: spaces, and every dash that a keyboard or a bank makes of a hyphen. */
const GAP = String.raw`[\s\p{Pd}\u2212_.·/]*`;

/** "PK" and ten characters of the alphabet of paymentCodeOf, also where the payer put spaces or hyphens in between. */
const PAYMENT_CODE = new RegExp(`(?<![0-9A-Z])P${GAP}K((?:${GAP}[34679ACDEFGHJKMNPQRTUVWXY]){10})(?![0-9A-Z])`, "gu");

/** The payment codes in a remark, each once. */
export function paymentCodesIn(remark: string): string[] {
  const found = [...normaliseRemark(remark).matchAll(PAYMENT_CODE)].map(([, tail = ""]) => `PK${compactCode(tail)}`);
  return [...new Set(found)];
}

/** Digits of month and number of a bill: "202609" and five or more. */
const BILL_TAIL = new RegExp(`(\\d{6})${GAP}(\\d{5,})(?!\\d)`, "gu");
/** No prefix is longer; a whole sentence in front of a number is not tried letter by letter. */
const LONGEST_PREFIX = 24;

/**
 * Texts in a remark that may be bill numbers, compacted ("DG20260900001"), the longest prefix first: the caller looks them
 * up among the compacted numbers of its bills. Characters glued to the front ("付DG-202609-00001") are tried without.
 */
export function billNumbersIn(remark: string): string[] {
  const text = normaliseRemark(remark);
  const found = new Set<string>();
  for (const match of text.matchAll(BILL_TAIL)) {
    const [, month = "", number = ""] = match;
    // "DG-" or "DG-OPEN-": how many parts belong to the number, only the caller's numbers can say.
    const prefix = compactCode(text.slice(0, match.index)).slice(-LONGEST_PREFIX);
    for (let from = 0; from < prefix.length; from += 1) found.add(`${prefix.slice(from)}${month}${number}`);
  }
  return [...found];
}
