import { Prisma } from "../../../generated/prisma/client.ts";
import type { Occasion, Platform } from "../../ports/messenger.ts";
import type { SmsMessage } from "../../ports/sms.ts";
import { newId } from "../ids.ts";
import { toRecordset } from "../recordset.ts";
import { rows } from "../rows.ts";
import type { Transaction } from "../transaction.ts";
import type { OutboxContent } from "./content.ts";

/** A message that must be said because of what this transaction makes true. */
export type OutboxMessage =
  | (OutboxAddress & { readonly channel: Platform; readonly message: OutboxContent })
  | (OutboxAddress & { readonly channel: "sms"; readonly message: SmsContent })
  | (OutboxAddress & { readonly channel: "email"; readonly message: EmailContent });

/** An e-mail before its address is read and its files are fetched. `appId` is "email", the recipient the person's id. */
export interface EmailContent {
  readonly subject: string;
  readonly text: string;
  /** Of stored files: DocumentStore. */
  readonly fileIds: readonly string[];
  /** Papers that are printed when the mail leaves. */
  readonly documentIds?: readonly string[] | undefined;
}

/** An SMS before its number is read. `phoneHash` (hex) says which of a person's phones is meant; absent: any. */
export type SmsContent = Omit<SmsMessage, "phone" | "dedupeKey"> & { readonly phoneHash?: string | undefined };

interface OutboxAddress {
  readonly appId: string;
  /** Openid, userid; for SMS the id of the person whose phone it goes to (the number itself stays encrypted). */
  readonly recipient: string;
  /** Default: a person. */
  readonly recipientKind?: "person" | "group" | undefined;
  readonly personId?: string | undefined;
  readonly occasion: Occasion;
  /** The business identity of the message: "receipt:<id>:<person>". A second enqueue of it changes nothing. */
  readonly dedupeKey: string;
  /** Messages of one stream leave in order; default: one stream per channel, app and recipient. */
  readonly streamKey?: string | undefined;
  /** Milliseconds since 1970; a reply waits until the open request can no longer carry it. */
  readonly notBeforeMs?: number | undefined;
  readonly inboxEventId?: string | undefined;
}

/** Adds messages to the outbox, in the given order within each stream. Known dedupe keys are passed over. */
export async function enqueueMessages(tx: Transaction, messages: readonly OutboxMessage[]): Promise<void> {
  if (messages.length === 0) return;
  const byStream = new Map<string, OutboxMessage[]>();
  for (const message of messages) {
    const key = message.streamKey ?? `${message.channel}|${message.appId}|${message.recipient}`;
    const stream = byStream.get(key);
    if (stream) stream.push(message);
    else byStream.set(key, [message]);
  }
  const streams = [...byStream.keys()].sort().map((key) => ({ key, count: byStream.get(key)?.length ?? 0 }));
  const taken = await rows<{ key: string; last_seq: bigint }>(
    tx,
    Prisma.sql`INSERT INTO outbox_stream (key, last_seq)
      SELECT key, count FROM jsonb_to_recordset(${toRecordset(streams)}::jsonb) AS t(key text, count bigint)
      ON CONFLICT (key) DO UPDATE SET last_seq = outbox_stream.last_seq + EXCLUDED.last_seq
      RETURNING key, last_seq`,
  );
  const lastByStream = new Map(taken.map((row) => [row.key, row.last_seq]));
  const values = [...byStream].flatMap(([key, stream]) =>
    stream.map((message, index) => ({
      id: newId(),
      stream_key: key,
      stream_seq: (lastByStream.get(key) ?? 0n) - BigInt(stream.length - 1 - index),
      dedupe_key: message.dedupeKey,
      channel: message.channel,
      app_id: message.appId,
      recipient: message.recipient,
      recipient_kind: message.recipientKind ?? "person",
      person_id: message.personId ?? null,
      occasion: message.occasion,
      message: message.message,
      inbox_event_id: message.inboxEventId ?? null,
      not_before: new Date(message.notBeforeMs ?? 0).toISOString(),
    })),
  );
  await tx.$executeRaw(Prisma.sql`
    INSERT INTO outbox (id, stream_key, stream_seq, dedupe_key, channel, app_id, recipient, recipient_kind, person_id,
      occasion, message, inbox_event_id, not_before, state)
    SELECT t.*, 'pending' FROM jsonb_to_recordset(${toRecordset(values)}::jsonb) AS t(
      id uuid, stream_key text, stream_seq bigint, dedupe_key text, channel text, app_id text, recipient text,
      recipient_kind text, person_id uuid, occasion text, message jsonb, inbox_event_id uuid, not_before timestamptz)
    ON CONFLICT (dedupe_key) DO NOTHING`);
  await rememberCopies(tx, messages, values);
}

/** With the message, not when it leaves: a change in the meantime must find the copy that is still waiting. */
async function rememberCopies(
  tx: Transaction,
  messages: readonly OutboxMessage[],
  values: readonly { readonly id: string }[],
): Promise<void> {
  if (!messages.some(({ message }) => "kind" in message && message.kind === "subject-card")) return;
  const ids = values.map(({ id }) => id);
  await tx.$executeRaw(Prisma.sql`
    INSERT INTO card_instance (task_id, outbox_id, subject_kind, subject_id, subject_version, recipient)
    SELECT o.id::text, o.id, o.message->'subject'->>'kind', (o.message->'subject'->>'id')::uuid,
      (o.message->'subject'->>'version')::integer, o.recipient
    FROM outbox o WHERE o.id = ANY (${ids}::uuid[]) AND o.message->>'kind' = 'subject-card'
    ON CONFLICT (task_id) DO NOTHING`);
}
