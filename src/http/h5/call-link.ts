import { createHmac, timingSafeEqual } from "node:crypto";

/*
 * The link that dials. A number stands in no message and no card: the page behind this link opens it at the moment of the
 * call, for those who have the link, and the link ends by itself.
 */

const VERSION = 1;
const BODY_BYTES = 1 + 16 + 5;
const MAC_BYTES = 16;
const LINK_LIFE_MS = 7 * 86_400_000;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The address of the page that dials a person's number. `linkKey` is `deriveLinkKey`'s. */
export function callUrl(
  context: { readonly publicUrl: string; readonly linkKey: Uint8Array; readonly businessClock: { nowMs(): number } },
  personId: string,
): string {
  if (!UUID.test(personId)) throw new RangeError("a call names its person by UUID");
  const body = Buffer.alloc(BODY_BYTES);
  body.writeUInt8(VERSION, 0);
  Buffer.from(personId.replaceAll("-", ""), "hex").copy(body, 1);
  body.writeUIntBE(Math.floor((context.businessClock.nowMs() + LINK_LIFE_MS) / 1000), 17, 5);
  const token = Buffer.concat([body, macOf(context.linkKey, body)]).toString("base64url");
  return `${context.publicUrl.replace(/\/+$/, "")}/h5/call?t=${token}`;
}

/** Whose number a token signed with any of the keys opens now. */
export function openCallLink(
  keys: readonly Uint8Array[],
  token: string,
  nowMs: number,
): { readonly ok: true; readonly personId: string } | { readonly ok: false; readonly refusal: "tampered" | "expired" } {
  const bytes = Buffer.from(token, "base64url");
  // base64url decoding ignores what it does not know, so two texts could open as one link.
  if (bytes.length !== BODY_BYTES + MAC_BYTES || bytes.toString("base64url") !== token) return tampered;
  const body = bytes.subarray(0, BODY_BYTES);
  const mac = bytes.subarray(BODY_BYTES);
  if (!keys.some((key) => timingSafeEqual(macOf(key, body), mac)) || body.readUInt8(0) !== VERSION) return tampered;
  if (body.readUIntBE(17, 5) * 1000 <= nowMs) return { ok: false, refusal: "expired" };
  const hex = body.toString("hex", 1, 17);
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
  return { ok: true, personId: parts.join("-") };
}

const tampered = { ok: false, refusal: "tampered" } as const;

const macOf = (key: Uint8Array, body: Buffer): Buffer =>
  createHmac("sha256", key).update("call\n").update(body).digest().subarray(0, MAC_BYTES);
