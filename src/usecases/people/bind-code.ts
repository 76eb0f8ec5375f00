import { randomBytes, randomInt, timingSafeEqual } from "node:crypto";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { FieldEncryption } from "../../db/field-encryption.ts";
import { newId } from "../../db/ids.ts";
import { enqueueMessages } from "../../db/outbox/enqueue.ts";
import { execute, row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { type Allowance, takeAllowances } from "./allowance.ts";
import { bindIdentity, type ChannelIdentity } from "./channel-identity.ts";

/** Who asks, where and when. `nowMs` is the business clock, like the dialog that the code belongs to. */
export interface BindingContext {
  readonly identity: ChannelIdentity;
  readonly conversationKey: string;
  readonly encryption: FieldEncryption;
  readonly nowMs: number;
  readonly today: CivilDate;
}

/**
 * `sent-if-known` never says whether the phone is known: a stranger must not find out who rents here. `too-soon`: wait a
 * minute; `too-many`: wait an hour.
 */
export type CodeRequest =
  | { readonly state: "sent-if-known"; readonly codeId: string }
  | { readonly state: "too-soon" }
  | { readonly state: "too-many" };

export type CodeConfirmation =
  | { readonly state: "bound"; readonly personId: string }
  | { readonly state: "wrong-code"; readonly attemptsLeft: number }
  | { readonly state: "expired" };

const CODE_LIFE_MS = 5 * 60_000;
const MAX_ATTEMPTS = 5;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const CODES_PER_HOUR = 5;

/**
 * Sends a six-digit code to the person of a phone. An unknown phone gets a code as well, one that nobody can know: limits,
 * attempts and answers are the same for both.
 */
export const requestBindCode = (tx: Transaction, context: BindingContext, phone: string): Promise<CodeRequest> =>
  issueCode(tx, context, context.encryption.hash(phone));

/** A new code to the phone of an earlier one, which is void from then on; undefined when there was none. */
export async function resendBindCode(
  tx: Transaction,
  context: BindingContext,
  codeId: string,
): Promise<CodeRequest | undefined> {
  const earlier = await row<{ phone_hash: Uint8Array }>(
    tx,
    Prisma.sql`SELECT phone_hash FROM bind_code
      WHERE id = ${codeId}::uuid AND conversation_key = ${context.conversationKey}`,
  );
  return earlier && issueCode(tx, context, Buffer.from(earlier.phone_hash));
}

/**
 * Tries a code. Every try counts, also a right one, and the sixth finds nothing; a code works once and only in the
 * conversation that asked for it. On success the identity is bound to the person whose phone received the code.
 */
export async function confirmBindCode(
  tx: Transaction,
  context: BindingContext,
  codeId: string,
  code: string,
): Promise<CodeConfirmation> {
  // One statement counts and reads: of two tries at once none is free.
  const stored = await row<{ code_hash: Uint8Array; phone_hash: Uint8Array; attempts: number }>(
    tx,
    Prisma.sql`UPDATE bind_code SET attempts = attempts + 1
      WHERE id = ${codeId}::uuid AND conversation_key = ${context.conversationKey} AND used_at IS NULL
        AND attempts < ${MAX_ATTEMPTS} AND expires_at > ${isoOf(context.nowMs)}::timestamptz
      RETURNING code_hash, phone_hash, attempts`,
  );
  if (!stored) return { state: "expired" };
  if (!timingSafeEqual(stored.code_hash, codeHash(context, codeId, code))) {
    const attemptsLeft = MAX_ATTEMPTS - stored.attempts;
    return attemptsLeft > 0 ? { state: "wrong-code", attemptsLeft } : { state: "expired" };
  }
  await execute(
    tx,
    Prisma.sql`UPDATE bind_code SET used_at = ${isoOf(context.nowMs)}::timestamptz WHERE id = ${codeId}::uuid`,
  );
  const personId = await personOfPhone(tx, Buffer.from(stored.phone_hash));
  if (personId === undefined) return { state: "expired" };
  await bindIdentity(tx, context.identity, personId, context.today);
  return { state: "bound", personId };
}

async function issueCode(tx: Transaction, context: BindingContext, phoneHash: Buffer): Promise<CodeRequest> {
  const usedUp = await takeAllowances(tx, allowancesOf(context, phoneHash), context.nowMs);
  if (usedUp) return { state: usedUp.windowMs === MINUTE_MS ? "too-soon" : "too-many" };

  const codeId = newId();
  const personId = await personOfPhone(tx, phoneHash);
  const code = randomInt(1_000_000).toString().padStart(6, "0");
  const hash = personId === undefined ? randomBytes(32) : codeHash(context, codeId, code);
  await execute(
    tx,
    Prisma.sql`INSERT INTO bind_code (id, phone_hash, conversation_key, code_hash, expires_at, created_at)
      VALUES (${codeId}::uuid, ${phoneHash}, ${context.conversationKey}, ${hash},
        ${isoOf(context.nowMs + CODE_LIFE_MS)}::timestamptz, ${isoOf(context.nowMs)}::timestamptz)`,
  );
  if (personId !== undefined) {
    await enqueueMessages(tx, [
      {
        channel: "sms",
        appId: "sms",
        recipient: personId,
        personId,
        occasion: "notice",
        message: { template: "bind-code", parameters: { code }, phoneHash: phoneHash.toString("hex") },
        dedupeKey: `bind-code|${codeId}`,
      },
    ]);
  }
  return { state: "sent-if-known", codeId };
}

function allowancesOf(context: BindingContext, phoneHash: Buffer): Allowance[] {
  const keys = [`bind-code|phone|${phoneHash.toString("hex")}`, `bind-code|conversation|${context.conversationKey}`];
  return keys.flatMap((key) => [
    { key, limit: CODES_PER_HOUR, windowMs: HOUR_MS },
    { key, limit: 1, windowMs: MINUTE_MS },
  ]);
}

async function personOfPhone(tx: Transaction, phoneHash: Buffer): Promise<string | undefined> {
  const found = await row<{ person_id: string }>(
    tx,
    Prisma.sql`SELECT h.person_id FROM person_phone h JOIN person p ON p.id = h.person_id AND p.forgotten_at IS NULL
      WHERE h.phone_hash = ${phoneHash}`,
  );
  return found?.person_id;
}

/** Keyed, and bound to its row: a leaked table tells no code, and equal codes look different. */
const codeHash = (context: BindingContext, codeId: string, code: string): Buffer =>
  context.encryption.hash(`bind-code|${codeId}|${code}`);

const isoOf = (ms: number): string => new Date(ms).toISOString();
