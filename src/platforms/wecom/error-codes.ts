import type { SendOutcome } from "../../ports/messenger.ts";

/**
 * What an error code of WeCom means for the message (reference/platforms.md sections 3.6 and 4):
 * - `token`: the token is used up or was revoked; renew it and call once more.
 * - `code-spent`: the response code was used before or is too old; another one of the copy may do.
 * - `recipient-gone`: this person is no member any more, or the app is not for them.
 * - `later`: the limit or the trouble passes, or it is our configuration that is wrong and not the message.
 * - `refused`: the same message would be refused again.
 */
export type ErrorMeaning = "token" | "code-spent" | "recipient-gone" | "later" | "refused";

const MEANINGS: Readonly<Record<number, { readonly meaning: ErrorMeaning; readonly retryAfterMs?: number }>> = {
  [-1]: { meaning: "later", retryAfterMs: 5_000 }, // busy
  40014: { meaning: "token" }, // illegal access_token
  42001: { meaning: "token" }, // access_token expired
  42015: { meaning: "code-spent" }, // response code of another app
  42016: { meaning: "code-spent" }, // no such task_id
  42022: { meaning: "code-spent" }, // response code used
  42052: { meaning: "code-spent" }, // too old
  40003: { meaning: "recipient-gone" }, // invalid userid
  60111: { meaning: "recipient-gone" }, // no such member
  60011: { meaning: "recipient-gone" }, // the member is out of the app's range
  81013: { meaning: "recipient-gone" }, // all receivers invalid
  43004: { meaning: "recipient-gone" }, // does not follow
  45009: { meaning: "later", retryAfterMs: 60_000 }, // calls of the minute or hour used up
  45033: { meaning: "later", retryAfterMs: 10_000 }, // too many at once
  // Our own configuration: the message is right, and goes out when the configuration is.
  40001: { meaning: "later", retryAfterMs: 300_000 }, // secret
  40013: { meaning: "later", retryAfterMs: 300_000 }, // corpid
  40091: { meaning: "later", retryAfterMs: 300_000 }, // secret
  40056: { meaning: "later", retryAfterMs: 300_000 }, // agentid
  301002: { meaning: "later", retryAfterMs: 300_000 }, // not our app
  43012: { meaning: "later", retryAfterMs: 300_000 }, // no callback URL, which cards with buttons need
  48002: { meaning: "later", retryAfterMs: 300_000 }, // the app may not use this API
  60020: { meaning: "later", retryAfterMs: 300_000 }, // our address is not among the trusted IPs
};

export const meaningOf = (errorCode: number): ErrorMeaning => MEANINGS[errorCode]?.meaning ?? "refused";

/** The outcome of a call that the vendor answered with an error, when nothing else is left to try. */
export function failureOutcome(errorCode: number, message: string): SendOutcome {
  const code = String(errorCode);
  const reason = `wecom error ${code}: ${message}`;
  const meaning = meaningOf(errorCode);
  switch (meaning) {
    case "token":
    case "later":
      return { state: "later", code, reason, retryAfterMs: MEANINGS[errorCode]?.retryAfterMs ?? 30_000 };
    case "recipient-gone":
      return { state: "refused", code, reason, recipientGone: true };
    case "code-spent":
      return { state: "refused", code, reason, recipientGone: false, responseCodeSpent: true };
    case "refused":
      return { state: "refused", code, reason, recipientGone: false };
    default:
      return meaning satisfies never;
  }
}
