import type { Card } from "../../../cards/card.ts";
import type { Database } from "../../db/client.ts";
import type { FileMessage, OutboxContent } from "../../db/outbox/content.ts";
import type { Messenger, OutgoingMessage, Recipient, SendOutcome } from "../../ports/messenger.ts";
import { sendCardUpdate } from "../cards/send-card-update.ts";
import { sendWithinReach } from "../reach/send-within-reach.ts";
import type { DueMessage, RelayContext } from "./relay-messages.ts";

/** Hands one message of the outbox to its platform, whatever kind it is. */
export async function sendContent(
  db: Database,
  messenger: Messenger,
  due: DueMessage,
  context: RelayContext,
): Promise<SendOutcome> {
  const content = due.message as OutboxContent;
  const recipient: Recipient = { kind: due.recipient_kind, externalId: due.recipient };
  const dedupeKey = due.undelivered === 0 ? due.dedupe_key : `${due.dedupe_key}|${due.undelivered}`;
  // A platform that drops the second of two equal messages must see them equal, until an operator sends one anew.
  const isRemarked = (card: Card): boolean =>
    due.resent && (messenger.dropsRepeats?.(recipient, card) !== true || due.earlier_attempts > 0);
  const say = (card: Card): Promise<SendOutcome> => {
    const message: OutgoingMessage = {
      occasion: due.occasion,
      // A template has no room for the remark; there the platform itself drops the second of two equal messages.
      card: isRemarked(card) ? context.markResent(card) : card,
      dedupeKey,
      taskId: due.id,
    };
    return sendWithinReach(db, messenger, recipient, message, context.businessNowMs());
  };
  if (!("kind" in content)) return say(content);
  switch (content.kind) {
    case "subject-card":
      return say(content.card);
    case "card-update":
      return sendCardUpdate(
        db,
        messenger,
        { recipient, update: content, dedupeKey, taskId: due.id },
        context.wireNowMs(),
      );
    case "file":
      return sendFile(messenger, recipient, content, dedupeKey, context, say);
    case "new-group":
      return messenger.createGroup === undefined
        ? refused("NO_GROUPS", "groups are not made on this platform")
        : messenger.createGroup({
            externalId: recipient.externalId,
            name: content.name,
            ownerId: content.ownerId,
            memberIds: content.memberIds,
          });
    default:
      return content satisfies never;
  }
}

async function sendFile(
  messenger: Messenger,
  recipient: Recipient,
  { documentId, fallback }: FileMessage,
  dedupeKey: string,
  context: RelayContext,
  say: (card: Card) => Promise<SendOutcome>,
): Promise<SendOutcome> {
  if (messenger.sendFile === undefined) return say(fallback);
  const document = await context.documents?.read(documentId);
  if (document === undefined) return refused("NO_DOCUMENT", "the file is not kept any more");
  return messenger.sendFile(recipient, { ...document, dedupeKey });
}

const refused = (code: string, reason: string): SendOutcome => ({
  state: "refused",
  code,
  reason,
  recipientGone: false,
});
