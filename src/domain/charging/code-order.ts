/**
 * Orders codes as their UTF-8 bytes do (money-rules 1). That is the order of code points, which JavaScript's own order of
 * UTF-16 units leaves only where a surrogate meets a unit above the surrogates.
 */
export function compareCodes(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const unitA = a.charCodeAt(index);
    const unitB = b.charCodeAt(index);
    if (unitA !== unitB) return rank(unitA) - rank(unitB);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above all others, so they are lifted over U+E000–U+FFFF. */
const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x2800 : unit);
