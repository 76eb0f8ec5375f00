import { type Card, textCard } from "../../../cards/card.ts";
import { markResent } from "../../../cards/resent.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../../src/db/client.ts";
import { createFieldEncryption } from "../../../src/db/field-encryption.ts";
import { newId } from "../../../src/db/ids.ts";
import { enqueueMessages, type OutboxMessage } from "../../../src/db/outbox/enqueue.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import type { Messenger, OutgoingMessage, SendOutcome } from "../../../src/ports/messenger.ts";
import type { SmsMessage } from "../../../src/ports/sms.ts";
import type { OutboundPolicy } from "../../../src/usecases/outbox/outbound-policy.ts";
import { type RelayContext, relayMessages } from "../../../src/usecases/outbox/relay-messages.ts";

export const ACCEPTED: SendOutcome = { state: "accepted", channel: "custom", vendorId: "" };
export const NO_ANSWER: SendOutcome = { state: "unknown", reason: "no answer in 10 s" };
export const LIVE: OutboundPolicy = { mode: "live", allowlist: new Set() };
export const encryption = createFieldEncryption([Buffer.alloc(32, 7)]);

type Answer = (to: string, message: OutgoingMessage) => Promise<SendOutcome> | SendOutcome;

/** A pretend vendor on the official account, a pretend SMS gateway, and a wire clock that the test moves. */
export function relayWorld(database: { readonly db: Database }) {
  const sent: string[] = [];
  const smsSent: SmsMessage[] = [];
  let answer: Answer = () => ACCEPTED;
  let wireMs = Date.now();
  const messenger: Messenger = {
    platform: "official-account",
    appId: "wx1",
    async send(recipient, message) {
      sent.push(`${recipient.externalId}: ${message.card.paragraphs.at(-1)}`);
      return answer(recipient.externalId, message);
    },
  };
  const context = (worker: string, outbound: OutboundPolicy): RelayContext => ({
    messengers: new Map([["official-account|wx1", messenger]]),
    sms: {
      async send(message) {
        smsSent.push(message);
        return ACCEPTED;
      },
    },
    encryption,
    outbound,
    worker,
    wireNowMs: () => wireMs,
    businessNowMs: () => wireMs,
    markResent,
  });
  return {
    sent,
    smsSent,
    vendorAnswers(next: Answer) {
      answer = next;
    },
    wait(seconds: number) {
      wireMs += seconds * 1_000;
    },
    relayOnce: (worker = "relay-1", outbound = LIVE) => relayMessages(database.db, context(worker, outbound)),
    /** Round after round until nothing is due. */
    async relayAll(worker = "relay-1", outbound = LIVE) {
      while ((await relayMessages(database.db, context(worker, outbound))) > 0);
    },
  };
}

let people = 0;
export const newOpenId = (): string => {
  people += 1;
  return `o-${people}`;
};

/** What earlier tests left behind is out of the way. */
export const clearOutbox = (db: Database): Promise<number> =>
  db.$executeRaw(Prisma.sql`UPDATE outbox SET state = 'dead' WHERE state IN ('pending', 'claimed')`);

export const notice = (recipient: string, words: string): OutboxMessage & { readonly message: Card } => ({
  channel: "official-account",
  appId: "wx1",
  recipient,
  occasion: "notice",
  message: textCard(words),
  dedupeKey: `${recipient}|${words}`,
});

export const enqueue = (db: Database, ...messages: OutboxMessage[]): Promise<void> =>
  inTransaction(db, (tx) => enqueueMessages(tx, messages));

/** A person with a phone, and perhaps an identity on the official account. */
export async function newPerson(db: Database, options: { phone?: string; openId?: string }): Promise<string> {
  const id = newId();
  await db.$executeRaw(Prisma.sql`INSERT INTO person (id, name) VALUES (${id}::uuid, '张三')`);
  if (options.phone !== undefined) {
    const { cipher, keyId, hash } = encryption.encrypt(options.phone);
    await db.$executeRaw(Prisma.sql`INSERT INTO person_phone (phone_hash, person_id, phone_cipher, phone_key_id)
      VALUES (${hash}, ${id}::uuid, ${cipher}, ${keyId})`);
  }
  if (options.openId !== undefined) {
    await db.$executeRaw(Prisma.sql`INSERT INTO channel_identity (id, person_id, platform, app_id, external_id)
      VALUES (${newId()}::uuid, ${id}::uuid, 'official-account', 'wx1', ${options.openId})`);
  }
  return id;
}

export interface OutboxRow {
  readonly state: string;
  readonly attempts: number;
  readonly resent: boolean;
  readonly failure: string | null;
}
export const outboxOf = (db: Database, recipient: string): Promise<OutboxRow[]> =>
  db.$queryRaw<OutboxRow[]>(Prisma.sql`SELECT state, attempts, resent, failure FROM outbox
    WHERE recipient = ${recipient} ORDER BY stream_seq`);

export const deliveriesOf = (db: Database, recipient: string): Promise<{ attempt: number; state: string }[]> =>
  db.$queryRaw(Prisma.sql`SELECT d.attempt, d.state FROM delivery d WHERE d.recipient = ${recipient}
    ORDER BY d.recorded_at, d.attempt`);
