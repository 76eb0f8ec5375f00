import { createHash, randomBytes } from "node:crypto";
import { Prisma } from "../../../generated/prisma/client.ts";
import { execute } from "../../db/rows.ts";
import type { H5Context } from "./context.ts";
import { fingerprintOf, seal, unseal } from "./seal.ts";

const LIFE_MS = 60 * 60_000;

/** A hidden field that makes a form work once, for this link and this person (interfaces.md section 6). */
export function newFormToken(context: H5Context, linkToken: string, openId: string | undefined): string {
  const expiresAtMs = context.payments.wireClock.nowMs() + LIFE_MS;
  const nonce = randomBytes(12).toString("base64url");
  return seal(context.linkKeys[0], "form", [fingerprintOf(linkToken), openId ?? "", String(expiresAtMs), nonce]);
}

/** `spent`: the form was sent before, a double tap for instance. `refused`: not a form of ours for this link and person. */
export async function spendFormToken(
  context: H5Context,
  linkToken: string,
  openId: string | undefined,
  formToken: string,
): Promise<"fresh" | "spent" | "refused"> {
  const [fingerprint, boundTo, expires] = unseal(context.linkKeys, "form", formToken) ?? [];
  const expiresAtMs = Number(expires);
  if (fingerprint !== fingerprintOf(linkToken) || boundTo !== (openId ?? "")) return "refused";
  if (!(expiresAtMs > context.payments.wireClock.nowMs())) return "refused";
  const inserted = await execute(
    context.db,
    Prisma.sql`INSERT INTO spent_token (token_hash, purpose, expires_at)
      VALUES (${createHash("sha256").update(formToken).digest()}, 'h5-form', ${new Date(expiresAtMs).toISOString()}::timestamptz)
      ON CONFLICT (token_hash) DO NOTHING`,
  );
  return inserted === 1 ? "fresh" : "spent";
}
