import type { Database } from "../../db/client.ts";
import type { EmailContent } from "../../db/outbox/enqueue.ts";
import type { StoredDocument } from "../../ports/document-store.ts";
import type { SendOutcome } from "../../ports/messenger.ts";
import { mailboxOf } from "./mailbox.ts";
import type { DueMessage, RelayContext } from "./relay-messages.ts";

/** The address is read at the last moment: an outbox row names the person, never the mailbox. */
export async function sendEmail(db: Database, due: DueMessage, context: RelayContext): Promise<SendOutcome> {
  if (!context.email) return refused("CHANNEL_OFF", "e-mail is not configured");
  const { subject, text, fileIds, documentIds = [] } = due.message as EmailContent;
  const to = await mailboxOf(db, due.recipient);
  if (to === undefined) return refused("NO_EMAIL", "the person has no e-mail address");
  const attachments: StoredDocument[] = [];
  const printed: string[] = [];
  for (const documentId of documentIds) {
    const fileId = await context.printPaper?.(documentId);
    if (fileId === undefined) return refused("NO_DOCUMENT", "the paper cannot be printed");
    printed.push(fileId);
  }
  for (const id of [...fileIds, ...printed]) {
    const file = await context.documents?.read(id);
    if (file === undefined) return refused("NO_DOCUMENT", "the file is not kept any more");
    attachments.push(file);
  }
  return context.email.send({ to, subject, text, attachments, dedupeKey: due.dedupe_key });
}

const refused = (code: string, reason: string): SendOutcome => ({
  state: "refused",
  code,
  reason,
  recipientGone: false,
});
