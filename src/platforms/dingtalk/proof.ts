import { createHmac, timingSafeEqual } from "node:crypto";

/**
 * The proof that goes into a button of a card beside its action: that we made this button, on this card, for this person.
 * No signature of DingTalk covers the body of a card's callback (reference/platforms.md section 1.5), so whoever saw one
 * pair of headers could put any body under it. 22 characters.
 */
export function proveButton(secret: string, outTrackId: string, userId: string, action: string): string {
  return createHmac("sha256", `dingtalk card button\n${secret}`)
    .update([outTrackId, userId, action].map((part) => `${part.length}:${part}`).join(""))
    .digest("base64url")
    .slice(0, 22);
}

/** Whether a button of ours was pressed by the person for whom it was made. Takes constant time. */
export function isButtonProof(
  secret: string,
  proof: string,
  outTrackId: string,
  userId: string,
  action: string,
): boolean {
  const expected = Buffer.from(proveButton(secret, outTrackId, userId, action));
  const given = Buffer.from(proof);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
