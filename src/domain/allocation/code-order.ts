/**
 * Codes compare as UTF-8 bytes (money-rules 1). UTF-8 keeps the order of code points; plain `<` on strings does not,
 * because surrogates sort below the last characters of the basic plane.
 */
export function compareCodes(a: string, b: string): number {
  if (a === b) return 0;
  const left = Array.from(a);
  const right = Array.from(b);
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    const difference = (left[index]?.codePointAt(0) ?? 0) - (right[index]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
