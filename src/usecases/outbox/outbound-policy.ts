import { Prisma } from "../../../generated/prisma/client.ts";
import type { FieldEncryption } from "../../db/field-encryption.ts";
import type { SmsContent } from "../../db/outbox/enqueue.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Platform } from "../../ports/messenger.ts";

/**
 * Who may be written to: a pilot on real data messages nobody by accident (interfaces.md section 7, OUTBOUND). It rules
 * what we say of our own accord; the answer within a person's own request is not of our own accord and always given.
 */
export interface OutboundPolicy {
  readonly mode: "live" | "allowlist" | "off";
  /** Openids and user ids, phone numbers of people, codes of tenants: whoever is one of them or belongs to one. */
  readonly allowlist: ReadonlySet<string>;
}

/** To whom a message of the outbox goes. */
export interface Addressee {
  readonly channel: Platform | "sms" | "email";
  readonly app_id: string;
  /** For SMS and e-mail the person's id. */
  readonly recipient: string;
  readonly person_id: string | null;
  readonly message: unknown;
}

/** Whether the policy lets this message out. An SMS counts by the number that it goes to, not by the person's others. */
export async function mayHear(
  tx: Transaction,
  to: Addressee,
  policy: OutboundPolicy,
  encryption: FieldEncryption,
): Promise<boolean> {
  if (policy.mode !== "allowlist") return policy.mode === "live";
  const { allowlist } = policy;
  if (allowlist.has(to.recipient)) return true;
  const personId = await personOf(tx, to);
  if (personId === undefined) return false;
  const phones =
    to.channel === "sms" ? [await phoneForSms(tx, to, encryption)] : await phonesOf(tx, personId, encryption);
  if (phones.some((phone) => phone !== undefined && allowlist.has(phone))) return true;
  const tenants = await rows<{ code: string }>(
    tx,
    Prisma.sql`SELECT t.code FROM tenant_member m JOIN tenant t ON t.id = m.tenant_id
      WHERE m.person_id = ${personId}::uuid AND m.revoked_at IS NULL`,
  );
  return tenants.some(({ code }) => allowlist.has(code));
}

/** The number that an SMS goes to: the one it names, else the person's first. */
export async function phoneForSms(
  tx: Transaction,
  to: Pick<Addressee, "recipient" | "message">,
  encryption: FieldEncryption,
): Promise<string | undefined> {
  const { phoneHash } = to.message as SmsContent;
  const [phone] = await phonesOf(tx, to.recipient, encryption, phoneHash);
  return phone;
}

async function phonesOf(
  tx: Transaction,
  personId: string,
  encryption: FieldEncryption,
  phoneHash = "",
): Promise<string[]> {
  const found = await rows<{ phone_cipher: Uint8Array; phone_key_id: string }>(
    tx,
    Prisma.sql`SELECT phone_cipher, phone_key_id FROM person_phone WHERE person_id = ${personId}::uuid
      AND (${phoneHash} = '' OR phone_hash = decode(${phoneHash}, 'hex')) ORDER BY phone_hash`,
  );
  return found.map((row) => encryption.decrypt(row.phone_cipher, row.phone_key_id));
}

/** A reply names no person, but its identity may be bound to one. */
async function personOf(tx: Transaction, to: Addressee): Promise<string | undefined> {
  if (to.channel === "sms" || to.channel === "email") return to.recipient;
  if (to.person_id !== null) return to.person_id;
  const [bound] = await rows<{ person_id: string }>(
    tx,
    Prisma.sql`SELECT person_id FROM channel_identity
      WHERE platform = ${to.channel} AND app_id = ${to.app_id} AND external_id = ${to.recipient}`,
  );
  return bound?.person_id;
}
