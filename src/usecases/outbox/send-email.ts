import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import type { EmailContent } from "../../db/outbox/enqueue.ts";
import { row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { StoredDocument } from "../../ports/document-store.ts";
import type { SendOutcome } from "../../ports/messenger.ts";
import type { DueMessage, RelayContext } from "./relay-messages.ts";

/** The address is read at the last moment: an outbox row names the person, never the mailbox. */
export async function sendEmail(db: Database, due: DueMessage, context: RelayContext): Promise<SendOutcome> {
  if (!context.email) return refused("CHANNEL_OFF", "e-mail is not configured");
  const { subject, text, fileIds } = due.message as EmailContent;
  const to = await emailOf(db, due.recipient);
  if (to === undefined) return refused("NO_EMAIL", "the person has no e-mail address");
  const attachments: StoredDocument[] = [];
  for (const id of fileIds) {
    const file = await context.documents?.read(id);
    if (file === undefined) return refused("NO_DOCUMENT", "the file is not kept any more");
    attachments.push(file);
  }
  return context.email.send({ to, subject, text, attachments, dedupeKey: due.dedupe_key });
}

async function emailOf(tx: Transaction, personId: string): Promise<string | undefined> {
  const person = await row<{ email: string | null }>(
    tx,
    Prisma.sql`SELECT email FROM person WHERE id = ${personId}::uuid AND forgotten_at IS NULL`,
  );
  return person?.email ?? undefined;
}

const refused = (code: string, reason: string): SendOutcome => ({
  state: "refused",
  code,
  reason,
  recipientGone: false,
});
