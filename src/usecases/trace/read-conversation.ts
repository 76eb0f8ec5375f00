import type { InboundEvent } from "../../../bot/events.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { TraceSubjects } from "./find-subjects.ts";
import { maskId, maskText } from "./masking.ts";
import type { TraceEntry } from "./trace.ts";

/** What was said to us, what we said because of it or about it, and what became of that. */
export async function conversationEntries(tx: Transaction, subjects: TraceSubjects): Promise<TraceEntry[]> {
  const outboxIds = await findOutbox(tx, subjects);
  return [
    ...(await inboxEntries(tx, subjects.inboxIds)),
    ...(await outboxEntries(tx, outboxIds)),
    ...(await deliveryEntries(tx, outboxIds)),
  ];
}

/** Answers to the messages, and notices whose dedupe key names a bill, order or receipt ("receipt|<id>|<person>"). */
async function findOutbox(tx: Transaction, subjects: TraceSubjects): Promise<string[]> {
  const ids = [...subjects.billIds, ...subjects.orderIds, ...subjects.receiptIds];
  const found = await rows<{ id: string }>(
    tx,
    Prisma.sql`SELECT id FROM outbox WHERE inbox_event_id = ANY (${[...subjects.inboxIds]}::uuid[])
      OR split_part(dedupe_key, '|', 2) = ANY (${ids}::text[])
      OR id IN (SELECT outbox_id FROM card_instance WHERE subject_id = ANY (${ids}::uuid[]))`,
  );
  return found.map((one) => one.id);
}

async function inboxEntries(tx: Transaction, inboxIds: readonly string[]): Promise<TraceEntry[]> {
  const found = await rows<{
    received_at: Date;
    handled_at: Date | null;
    platform: string;
    external_key: string;
    event: InboundEvent;
    state: string;
    attempts: number;
    failure: string | null;
  }>(
    tx,
    Prisma.sql`SELECT received_at, handled_at, platform, external_key, event, state, attempts, failure
      FROM inbox_event WHERE id = ANY (${[...inboxIds]}::uuid[])`,
  );
  return found.map((inbox) => ({
    at: inbox.received_at.toISOString(),
    what: "inbox",
    subject: maskText(inbox.external_key),
    detail: [
      `${inbox.platform} ${maskId(inbox.event.senderId)} ${said(inbox.event)}`,
      inbox.handled_at ? `handled ${inbox.handled_at.toISOString()}` : inbox.state,
      ...(inbox.failure === null ? [] : [`failed ${inbox.attempts}×: ${maskText(inbox.failure)}`]),
    ].join("; "),
  }));
}

function said(event: InboundEvent): string {
  switch (event.kind) {
    case "text":
      return `text “${maskText(event.text)}”`;
    case "menu":
      return `menu ${event.key}`;
    case "action":
      return `action ${event.action.type}`;
    default:
      return event.kind;
  }
}

async function outboxEntries(tx: Transaction, outboxIds: readonly string[]): Promise<TraceEntry[]> {
  const found = await rows<{
    id: string;
    created_at: Date;
    channel: string;
    recipient: string;
    occasion: string;
    state: string;
    attempts: number;
    resent: boolean;
  }>(
    tx,
    Prisma.sql`SELECT id, created_at, channel, recipient, occasion, state, attempts, resent
      FROM outbox WHERE id = ANY (${[...outboxIds]}::uuid[])`,
  );
  return found.map((out) => ({
    at: out.created_at.toISOString(),
    what: "outbox",
    subject: out.id,
    detail: `${out.occasion} to ${maskId(out.recipient)} by ${out.channel}: ${out.state}, ${out.attempts} tries${out.resent ? ", resent" : ""}`,
  }));
}

async function deliveryEntries(tx: Transaction, outboxIds: readonly string[]): Promise<TraceEntry[]> {
  const found = await rows<{
    recorded_at: Date;
    outbox_id: string;
    attempt: number;
    via: string;
    vendor_id: string;
    state: string;
    detail: string;
  }>(
    tx,
    Prisma.sql`SELECT recorded_at, outbox_id, attempt, via, vendor_id, state, detail
      FROM delivery WHERE outbox_id = ANY (${[...outboxIds]}::uuid[])`,
  );
  return found.map((delivery) => ({
    at: delivery.recorded_at.toISOString(),
    what: "delivery",
    subject: delivery.outbox_id,
    detail: [
      `try ${delivery.attempt} via ${delivery.via}: ${delivery.state}`,
      ...(delivery.vendor_id === "" ? [] : [`vendor id ${delivery.vendor_id}`]),
      ...(delivery.detail === "" ? [] : [maskText(delivery.detail)]),
    ].join("; "),
  }));
}
