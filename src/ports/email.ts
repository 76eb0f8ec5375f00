import type { StoredDocument } from "./document-store.ts";
import type { SendOutcome } from "./messenger.ts";

export interface EmailMessage {
  /** An address as people give it. Never logged. */
  readonly to: string;
  readonly subject: string;
  /** Plain text; lines are kept. */
  readonly text: string;
  readonly attachments: readonly StoredDocument[];
  /** Same value = same Message-ID, so that a mailbox shows a message that was sent twice once. */
  readonly dedupeKey: string;
}

/** Never throws for what the mail server answers; see SendOutcome. */
export interface EmailSender {
  send(message: EmailMessage): Promise<SendOutcome>;
}
