/** Cutting text to what a platform takes, at what a person sees as one character: never inside an emoji. */

const ELLIPSIS = "…";
const characters = new Intl.Segmenter("zh-CN", { granularity: "grapheme" });

export const byteLength = (text: string): number => Buffer.byteLength(text, "utf8");

/** The text, or its beginning with "…", within a number of UTF-8 bytes (at least 3). */
export const fitBytes = (text: string, maxBytes: number): string => cut(text, maxBytes, byteLength);

/** The text, or its beginning with "…", within a number of characters as people count them. */
export const fitCharacters = (text: string, maxCharacters: number): string => cut(text, maxCharacters, countCharacters);

const countCharacters = (text: string): number => [...characters.segment(text)].length;

function cut(text: string, max: number, measure: (text: string) => number): string {
  if (measure(text) <= max) return text;
  const room = max - measure(ELLIPSIS);
  let used = 0;
  let kept = "";
  for (const { segment } of characters.segment(text)) {
    used += measure(segment);
    if (used > room) break;
    kept += segment;
  }
  return kept + ELLIPSIS;
}

/** Unicode code points: what platforms count. An emoji of a family is one character to people and seven to them. */
export const codePoints = (text: string): number => [...text].length;

/** Digits and what holds them together: amounts, dates, numbers of bills, percentages. */
const FIGURE = /[\d.,，¥￥%‰年月日时分:：/~+\-A-Za-z]/;

/**
 * The text, or its beginning with "…", within a number of code points. A figure is shown whole or not at all: "¥1,2…"
 * would be another amount.
 */
export function fitFigures(text: string, maxCodePoints: number): string {
  if (codePoints(text) <= maxCodePoints) return text;
  const kept: string[] = [];
  let used = 1;
  let next = "";
  for (const { segment } of characters.segment(text)) {
    next = segment;
    if (used + codePoints(segment) > maxCodePoints) break;
    used += codePoints(segment);
    kept.push(segment);
  }
  if (FIGURE.test(next)) while (FIGURE.test(kept.at(-1) ?? "")) kept.pop();
  return kept.join("") + ELLIPSIS;
}
