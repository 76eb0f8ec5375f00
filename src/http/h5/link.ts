import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";

/** What a link opens: the cashier or the read-only page of its bills; the cashier for any amount ahead, without bills. */
export type LinkPurpose = "pay" | "bill" | "prepay";

/** What a link says. It names documents, never a person: who has opened it is for OAuth to tell (design.md section 1). */
export interface LinkClaims {
  readonly purpose: LinkPurpose;
  readonly tenantId: string;
  readonly entityId: string;
  readonly billNos: readonly string[];
  /** Whole seconds count; milliseconds since 1970 of the business clock. */
  readonly expiresAtMs: number;
}

export type OpenedLink =
  | { readonly ok: true; readonly claims: LinkClaims }
  | { readonly ok: false; readonly refusal: "tampered" | "expired" };

const VERSION = 1;
const PURPOSES: readonly LinkPurpose[] = ["pay", "bill", "prepay"];
const MAC_BYTES = 16;
const HEAD_BYTES = 1 + 1 + 5 + 16 + 16;
const MAX_BILLS = 100;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The key of links, sessions and form tokens, derived from a 32-byte key of FIELD_ENCRYPTION_KEY. */
export const deriveLinkKey = (fieldKey: Uint8Array): Buffer =>
  Buffer.from(hkdfSync("sha256", fieldKey, "parkledger", "h5-link", 32));

/**
 * A signed link token in base64url: about 100 characters for one bill and 12 for each further one, because bill numbers
 * share their beginnings. Throws RangeError for no bill, more than 100, or ids that are not UUIDs.
 */
export function signLink(key: Uint8Array, claims: LinkClaims): string {
  const { billNos } = claims;
  if ((billNos.length === 0) !== (claims.purpose === "prepay") || billNos.length > MAX_BILLS) {
    throw new RangeError("a link names 1 to 100 bills, or none to pay ahead");
  }
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt8(VERSION, 0);
  head.writeUInt8(PURPOSES.indexOf(claims.purpose), 1);
  head.writeUIntBE(Math.floor(claims.expiresAtMs / 1000), 2, 5);
  uuidBytes(claims.tenantId).copy(head, 7);
  uuidBytes(claims.entityId).copy(head, 23);
  const body = Buffer.concat([head, frontCode(billNos)]);
  return Buffer.concat([body, macOf(key, body)]).toString("base64url");
}

/**
 * Opens a token signed with any of the keys (the current one first, older ones until they are dropped). A single changed
 * character, a foreign key or trailing bytes are `tampered`.
 */
export function openLink(keys: readonly Uint8Array[], token: string, nowMs: number): OpenedLink {
  const bytes = Buffer.from(token, "base64url");
  // base64url decoding ignores what it does not know, so two texts could open as one link.
  if (bytes.toString("base64url") !== token || bytes.length < HEAD_BYTES + MAC_BYTES) return tampered;
  const body = bytes.subarray(0, bytes.length - MAC_BYTES);
  const mac = bytes.subarray(bytes.length - MAC_BYTES);
  if (!keys.some((key) => timingSafeEqual(macOf(key, body), mac))) return tampered;
  const purpose = PURPOSES[body.readUInt8(1)];
  const billNos = readFrontCoded(body.subarray(HEAD_BYTES));
  if (body.readUInt8(0) !== VERSION || purpose === undefined || billNos === undefined) return tampered;
  if ((billNos.length === 0) !== (purpose === "prepay")) return tampered;
  const expiresAtMs = body.readUIntBE(2, 5) * 1000;
  if (expiresAtMs <= nowMs) return { ok: false, refusal: "expired" };
  const tenantId = uuidText(body.subarray(7, 23));
  const entityId = uuidText(body.subarray(23, 39));
  return { ok: true, claims: { purpose, tenantId, entityId, billNos, expiresAtMs } };
}

const tampered: OpenedLink = { ok: false, refusal: "tampered" };

const macOf = (key: Uint8Array, body: Buffer): Buffer =>
  createHmac("sha256", key).update("link\n").update(body).digest().subarray(0, MAC_BYTES);

function uuidBytes(id: string): Buffer {
  if (!UUID.test(id)) throw new RangeError("a link names its tenant and entity by UUID");
  return Buffer.from(id.replaceAll("-", ""), "hex");
}

function uuidText(bytes: Buffer): string {
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** Each number as: bytes shared with the one before, bytes that follow, those bytes. */
function frontCode(texts: readonly string[]): Buffer {
  const parts: Buffer[] = [];
  let previous = Buffer.alloc(0);
  for (const text of texts) {
    const bytes = Buffer.from(text, "utf8");
    if (bytes.length === 0 || bytes.length > 64) throw new RangeError("a bill number has 1 to 64 bytes");
    let shared = 0;
    while (shared < previous.length && shared < bytes.length && previous[shared] === bytes[shared]) shared += 1;
    parts.push(Buffer.from([shared, bytes.length - shared]), bytes.subarray(shared));
    previous = bytes;
  }
  return Buffer.concat(parts);
}

function readFrontCoded(bytes: Buffer): string[] | undefined {
  const texts: string[] = [];
  let previous = Buffer.alloc(0);
  let at = 0;
  while (at < bytes.length) {
    const shared = bytes[at] ?? 0;
    const rest = bytes[at + 1] ?? 0;
    const end = at + 2 + rest;
    if (shared > previous.length || end > bytes.length) return undefined;
    previous = Buffer.concat([previous.subarray(0, shared), bytes.subarray(at + 2, end)]);
    texts.push(previous.toString("utf8"));
    at = end;
  }
  return texts;
}
