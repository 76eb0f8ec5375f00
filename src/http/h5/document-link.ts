import { createHmac, timingSafeEqual } from "node:crypto";

/*
 * The link to a paper: which document, until when, signed. Whoever has it may read the paper, as whoever holds the paper
 * may, so it ends by itself and is only given to members of the tenant.
 */

const VERSION = 1;
const BODY_BYTES = 1 + 16 + 5;
const MAC_BYTES = 16;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export type OpenedDocumentLink =
  | { readonly ok: true; readonly documentId: string }
  | { readonly ok: false; readonly refusal: "tampered" | "expired" };

/** 51 characters of base64url. `key` is `deriveLinkKey`'s. Throws RangeError for an id that is no UUID. */
export function signDocumentLink(key: Uint8Array, documentId: string, expiresAtMs: number): string {
  if (!UUID.test(documentId)) throw new RangeError("a link names its document by UUID");
  const body = Buffer.alloc(BODY_BYTES);
  body.writeUInt8(VERSION, 0);
  Buffer.from(documentId.replaceAll("-", ""), "hex").copy(body, 1);
  body.writeUIntBE(Math.floor(expiresAtMs / 1000), 17, 5);
  return Buffer.concat([body, macOf(key, body)]).toString("base64url");
}

/** Opens a token signed with any of the keys, the current one first. */
export function openDocumentLink(keys: readonly Uint8Array[], token: string, nowMs: number): OpenedDocumentLink {
  const bytes = Buffer.from(token, "base64url");
  // base64url decoding ignores what it does not know, so two texts could open as one link.
  if (bytes.length !== BODY_BYTES + MAC_BYTES || bytes.toString("base64url") !== token) return tampered;
  const body = bytes.subarray(0, BODY_BYTES);
  const mac = bytes.subarray(BODY_BYTES);
  if (!keys.some((key) => timingSafeEqual(macOf(key, body), mac)) || body.readUInt8(0) !== VERSION) return tampered;
  if (body.readUIntBE(17, 5) * 1000 <= nowMs) return { ok: false, refusal: "expired" };
  const hex = body.toString("hex", 1, 17);
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
  return { ok: true, documentId: parts.join("-") };
}

const tampered: OpenedDocumentLink = { ok: false, refusal: "tampered" };

const macOf = (key: Uint8Array, body: Buffer): Buffer =>
  createHmac("sha256", key).update("document\n").update(body).digest().subarray(0, MAC_BYTES);

/** Long enough for the month in which somebody files it. */
const LINK_LIFE_MS = 30 * 86_400_000;

/** The address of a document for those who may have it, and until when it works. */
export function documentLink(
  context: { readonly publicUrl: string; readonly linkKey: Uint8Array; readonly businessClock: { nowMs(): number } },
  documentId: string,
): { readonly url: string; readonly expiresAtMs: number } {
  const expiresAtMs = Math.floor((context.businessClock.nowMs() + LINK_LIFE_MS) / 1000) * 1000;
  const token = signDocumentLink(context.linkKey, documentId, expiresAtMs);
  return { url: `${context.publicUrl.replace(/\/+$/, "")}/h5/document/${token}`, expiresAtMs };
}
