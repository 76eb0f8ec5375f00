const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/**
 * The merchant's order number of a payment order: "PL" and its id as 26 characters of base 32, 28 in all, within WeChat
 * Pay's 6–32 of `[0-9A-Za-z_-]`. Made from the id, so that it exists before the first call and names one order for ever.
 */
export function outTradeNoOf(orderId: string): string {
  let rest = BigInt(`0x${orderId.replaceAll("-", "")}`);
  let text = "";
  for (let index = 0; index < 26; index += 1) {
    text = `${ALPHABET[Number(rest & 31n)]}${text}`;
    rest >>= 5n;
  }
  return `PL${text}`;
}
