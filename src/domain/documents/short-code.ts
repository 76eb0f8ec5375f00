/** Crockford's base 32: no I, L, O, U, so that nobody reads a 1 or a 0 for a letter. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 12;

/** The first 60 bits of a content hash (hex) as twelve characters in three groups: what people type from paper. */
export function shortCodeOf(contentHash: string): string {
  let bits = BigInt(`0x${contentHash.slice(0, 15)}`);
  let text = "";
  for (let index = 0; index < LENGTH; index += 1) {
    text = (ALPHABET[Number(bits & 31n)] ?? "") + text;
    bits >>= 5n;
  }
  return [text.slice(0, 4), text.slice(4, 8), text.slice(8)].join("-");
}

/** What was typed in the form that is stored, with the letters that look like digits read as digits; undefined: no code. */
export function readShortCode(typed: string): string | undefined {
  const plain = typed
    .normalize("NFKC")
    .toUpperCase()
    .replaceAll(/[\s-]/g, "")
    .replaceAll("O", "0")
    .replaceAll(/[IL]/g, "1");
  if (plain.length !== LENGTH || [...plain].some((one) => !ALPHABET.includes(one))) return undefined;
  return [plain.slice(0, 4), plain.slice(4, 8), plain.slice(8)].join("-");
}
