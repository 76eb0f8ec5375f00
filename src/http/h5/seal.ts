import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { LinkedPage } from "./page-link.ts";

/** What a sealed text is for; a text of one purpose never passes as another. */
export type SealPurpose = LinkedPage | "session" | "oauth-state" | "form";

/** Text that the browser keeps for us and cannot change: base64url, a dot, 32 characters of HMAC-SHA256. */
export function seal(key: Uint8Array, purpose: SealPurpose, fields: readonly string[]): string {
  const body = Buffer.from(JSON.stringify(fields), "utf8").toString("base64url");
  return `${body}.${macOf(key, purpose, body).toString("base64url")}`;
}

/** The fields, or undefined when any key of the ring did not seal exactly this text for exactly this purpose. */
export function unseal(keys: readonly Uint8Array[], purpose: SealPurpose, sealed: string): string[] | undefined {
  const [body = "", mac = "", ...more] = sealed.split(".");
  const given = Buffer.from(mac, "base64url");
  if (more.length > 0 || given.length !== 24 || given.toString("base64url") !== mac) return undefined;
  if (!keys.some((key) => timingSafeEqual(macOf(key, purpose, body), given))) return undefined;
  return JSON.parse(Buffer.from(body, "base64url").toString("utf8")) as string[];
}

const macOf = (key: Uint8Array, purpose: SealPurpose, body: string): Buffer =>
  createHmac("sha256", key).update(`${purpose}\n${body}`).digest().subarray(0, 24);

/** Names a link in cookies and form tokens without repeating it. */
export const fingerprintOf = (token: string): string =>
  createHash("sha256").update(token).digest("base64url").slice(0, 22);
