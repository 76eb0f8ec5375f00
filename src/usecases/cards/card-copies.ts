import type { InboundEvent } from "../../../bot/events.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { CardSubject } from "../../db/outbox/content.ts";
import { execute, row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";

/** One copy of a card about a subject. */
export interface CardCopy {
  /** As it was when the copy was written: a click on an older version than the subject's is stale. */
  readonly subject: CardSubject;
  /** Whom it was sent to: a click of anybody else on a person's copy was forwarded. */
  readonly recipient: string;
  readonly recipientKind: "person" | "group";
}

/** The copy that a click names (`event.cardTaskId`); undefined for a card about nothing that changes. */
export async function findCardCopy(tx: Transaction, taskId: string): Promise<CardCopy | undefined> {
  const found = await row<{
    subject_kind: string;
    subject_id: string;
    subject_version: number;
    recipient: string;
    recipient_kind: "person" | "group";
  }>(
    tx,
    Prisma.sql`SELECT c.subject_kind, c.subject_id, c.subject_version, c.recipient, o.recipient_kind
      FROM card_instance c JOIN outbox o ON o.id = c.outbox_id WHERE c.task_id = ${taskId}`,
  );
  return (
    found && {
      subject: { kind: found.subject_kind, id: found.subject_id, version: found.subject_version },
      recipient: found.recipient,
      recipientKind: found.recipient_kind,
    }
  );
}

/** A click brings a fresh code for the copy that was clicked (reference/platforms.md section 3.5). */
export async function recordClickCode(tx: Transaction, event: InboundEvent): Promise<void> {
  if (event.kind !== "action" || event.cardTaskId === undefined || event.responseCode === undefined) return;
  await recordResponseCode(tx, event.cardTaskId, event.responseCode);
}

/** Keeps a code for a later update; copies that nobody keeps have none. `receivedAtMs`: wire clock; default now. */
export async function recordResponseCode(
  tx: Transaction,
  taskId: string,
  code: string,
  receivedAtMs?: number,
): Promise<void> {
  const receivedAt = receivedAtMs === undefined ? null : new Date(receivedAtMs).toISOString();
  await execute(
    tx,
    Prisma.sql`INSERT INTO card_response_code (code, task_id, received_at)
      SELECT ${code}, task_id, coalesce(${receivedAt}::timestamptz, now()) FROM card_instance
      WHERE task_id = ${taskId} ON CONFLICT (code) DO NOTHING`,
  );
}
