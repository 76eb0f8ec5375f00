import type { Database } from "../../db/client.ts";
import { inTransaction } from "../../db/transaction.ts";
import type { Messenger, OutgoingMessage, Recipient, SendOutcome } from "../../ports/messenger.ts";
import { closeReachWindows, giveBackToReachWindow, isKnownOutOfReach, takeFromReachWindow } from "./reach-windows.ts";

/** Why a message that no window and no template can carry is given up; `outbox list --undelivered` shows it. */
export const OUT_OF_REACH = "OUT_OF_REACH";

/**
 * Sends a message by a way that the platform allows now (reference/platforms.md section 5.1). A reply goes into the
 * conversation as long as a window has room, else by template. A notice goes by its own template, so that it spends
 * nothing of what answers may need; without one into the conversation; else by the general template. What has no
 * template is tried in the conversation all the same, unless we know that it is closed. A platform that keeps no windows is simply called.
 */
export async function sendWithinReach(
  db: Database,
  messenger: Messenger,
  recipient: Recipient,
  message: OutgoingMessage,
  nowMs: number,
): Promise<SendOutcome> {
  const template = messenger.templateFor?.(message.card);
  if (template === undefined) return messenger.send(recipient, message);
  const byTemplate = () => messenger.send(recipient, { ...message, via: "template" });
  if (message.occasion === "notice" && template === "own") return byTemplate();
  const said = await sendIntoConversation(db, messenger, recipient, message, nowMs, template !== "none");
  if (said.state !== "refused" || (said.code !== OUT_OF_REACH && said.windowClosed !== true)) return said;
  if (template !== "none") return byTemplate();
  return said;
}

/** Refused with OUT_OF_REACH, or with the platform's own code, when no window has room. */
async function sendIntoConversation(
  db: Database,
  messenger: Messenger,
  recipient: Recipient,
  message: OutgoingMessage,
  nowMs: number,
  hasTemplate: boolean,
): Promise<SendOutcome> {
  const person = { appId: messenger.appId, externalId: recipient.externalId };
  const windowId = await inTransaction(db, (tx) => takeFromReachWindow(tx, person, nowMs));
  if (windowId === undefined) {
    // Without a template for it, the platform's own count is asked before the message is given up.
    const isTried = !hasTemplate && !(await inTransaction(db, (tx) => isKnownOutOfReach(tx, person, nowMs)));
    if (!isTried) return outOfReach;
    const tried = await messenger.send(recipient, { ...message, via: "conversation" });
    if (tried.state === "refused" && tried.windowClosed) {
      await inTransaction(db, (tx) => closeReachWindows(tx, person, nowMs));
    }
    return tried;
  }
  const outcome = await messenger.send(recipient, { ...message, via: "conversation" });
  switch (outcome.state) {
    case "accepted":
    // It may have arrived, and then it was counted.
    case "unknown":
      return outcome;
    case "later":
      await inTransaction(db, (tx) => giveBackToReachWindow(tx, windowId));
      return outcome;
    case "refused":
      // The platform's count is the one that counts; whoever has left has no window either.
      if (outcome.windowClosed || outcome.recipientGone) {
        await inTransaction(db, (tx) => closeReachWindows(tx, person, nowMs));
      } else {
        await inTransaction(db, (tx) => giveBackToReachWindow(tx, windowId));
      }
      return outcome;
    default:
      return outcome satisfies never;
  }
}

const outOfReach: SendOutcome = {
  state: "refused",
  code: OUT_OF_REACH,
  reason: "no window is open and no template can carry it",
  recipientGone: false,
};
