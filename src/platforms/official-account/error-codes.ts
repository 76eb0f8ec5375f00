import type { SendOutcome } from "../../ports/messenger.ts";

/**
 * What an error code of the official account means for the message (reference/platforms.md sections 4 and 5):
 * - `token`: the token is used up or was replaced; renew it and call once more.
 * - `window-closed`: no customer-service message to this person now; a template message still may go.
 * - `recipient-gone`: this person does not follow us any more.
 * - `later`: the limit or the trouble passes.
 * - `refused`: the same message would be refused again.
 */
export type ErrorMeaning = "token" | "window-closed" | "recipient-gone" | "later" | "refused";

const MEANINGS: Readonly<Record<number, { readonly meaning: ErrorMeaning; readonly retryAfterMs?: number }>> = {
  [-1]: { meaning: "later", retryAfterMs: 5_000 }, // busy
  40001: { meaning: "token" }, // invalid credential
  40014: { meaning: "token" }, // illegal access_token
  42001: { meaning: "token" }, // access_token expired
  45015: { meaning: "window-closed" }, // no message from the person in 48 hours
  45047: { meaning: "window-closed" }, // messages of the window used up
  43004: { meaning: "recipient-gone" }, // not a follower
  45009: { meaning: "later", retryAfterMs: 600_000 }, // calls of the day used up
  45011: { meaning: "later", retryAfterMs: 60_000 }, // calls of the minute used up
  45033: { meaning: "later", retryAfterMs: 10_000 }, // too many at once
  // Our own configuration: the message is right, and goes out when the configuration is.
  40013: { meaning: "later", retryAfterMs: 300_000 }, // appid
  40125: { meaning: "later", retryAfterMs: 300_000 }, // secret
  40164: { meaning: "later", retryAfterMs: 300_000 }, // our address is not in the IP allow-list
  50002: { meaning: "later", retryAfterMs: 600_000 }, // the account is restricted
};

export const meaningOf = (errorCode: number): ErrorMeaning => MEANINGS[errorCode]?.meaning ?? "refused";

/** The outcome of a send that the vendor answered with an error, when nothing else is left to try. */
export function failureOutcome(errorCode: number, message: string): SendOutcome {
  const code = String(errorCode);
  const reason = `official account error ${code}: ${message}`;
  const meaning = meaningOf(errorCode);
  switch (meaning) {
    case "token":
    case "later":
      return { state: "later", code, reason, retryAfterMs: MEANINGS[errorCode]?.retryAfterMs ?? 30_000 };
    case "recipient-gone":
      return { state: "refused", code, reason, recipientGone: true };
    case "window-closed":
      return { state: "refused", code, reason, recipientGone: false, windowClosed: true };
    case "refused":
      return { state: "refused", code, reason, recipientGone: false };
    default:
      return meaning satisfies never;
  }
}
