/**
 * What a payer wrote beside a transfer (附言), made comparable: full-width to half-width, upper case. Separators stay: they
 * tell a bill number that is followed by a date from a longer number.
 */
export const normaliseRemark = (text: string): string => text.normalize("NFKC").toUpperCase();

/** Letters, digits and characters only: the form in which two codes are the same code. */
export const compactCode = (text: string): string => normaliseRemark(text).replace(/[^0-9A-Z\p{Script=Han}]/gu, "");

/** A company's or person's name as banks cut and decorate it: brackets of both widths, spaces and dots mean nothing. */
export const compactName = (text: string): string => compactCode(text);

/** "PK" and ten characters of the alphabet of paymentCodeOf, also where the payer put spaces or hyphens in between. */
const PAYMENT_CODE = /(?<![0-9A-Z])P[\s\-_.]*K((?:[\s\-_.]*[34679ACDEFGHJKMNPQRTUVWXY]){10})(?![0-9A-Z])/g;

/** The payment codes in a remark, each once. */
export function paymentCodesIn(remark: string): string[] {
  const found = [...normaliseRemark(remark).matchAll(PAYMENT_CODE)].map(([, tail = ""]) => `PK${compactCode(tail)}`);
  return [...new Set(found)];
}

/** Digits of month and number of a bill: "202609" and five or more. */
const BILL_TAIL = /(\d{6})[\s\-_.]*(\d{5,})(?!\d)/g;
const BEFORE_TAIL = /([0-9A-Z\p{Script=Han}]+)[\s\-_.]*$/u;

/**
 * Texts in a remark that may be bill numbers, compacted ("DG20260900001"), the longest prefix first: the caller looks them
 * up among the compacted numbers of its bills. Characters glued to the front ("付DG-202609-00001") are tried without.
 */
export function billNumbersIn(remark: string): string[] {
  const text = normaliseRemark(remark);
  const found = new Set<string>();
  for (const match of text.matchAll(BILL_TAIL)) {
    const [, month = "", number = ""] = match;
    const [, prefix = ""] = BEFORE_TAIL.exec(text.slice(0, match.index)) ?? [];
    for (let from = 0; from < prefix.length; from += 1) found.add(`${prefix.slice(from)}${month}${number}`);
  }
  return [...found];
}
