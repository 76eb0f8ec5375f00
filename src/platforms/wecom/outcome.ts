import type { SendOutcome } from "../../ports/messenger.ts";
import { type ApiAnswer, errorCodeOf, errorMessageOf } from "../wechat-api/api.ts";
import { failureOutcome } from "./error-codes.ts";

const UNREACHABLE_RETRY_MS = 10_000;

/** What a call came to, for calls that concern nobody in particular. */
export function outcomeOf(answer: ApiAnswer, channel: string): SendOutcome {
  switch (answer.state) {
    case "unreachable":
      return unreachable(answer.reason);
    case "unknown":
      return { state: "unknown", reason: answer.reason };
    case "answered": {
      const errorCode = errorCodeOf(answer.json);
      if (errorCode !== 0) return failureOutcome(errorCode, errorMessageOf(answer.json));
      const { msgid, response_code: responseCode } = answer.json;
      return {
        state: "accepted",
        channel,
        ...(typeof msgid === "string" && msgid !== "" ? { vendorId: msgid } : {}),
        ...(typeof responseCode === "string" && responseCode !== "" ? { responseCode } : {}),
      };
    }
    default:
      return answer satisfies never;
  }
}

/**
 * "errcode 0 with a non-empty invaliduser is partial failure" (section 4): to one person it is the whole failure. The ids
 * are compared as the vendor compares them, without case.
 */
export function sendingOutcomeOf(answer: ApiAnswer, userId: string, channel: string): SendOutcome {
  const outcome = outcomeOf(answer, channel);
  if (outcome.state !== "accepted" || answer.state !== "answered") return outcome;
  if (names(answer.json.invaliduser, userId)) {
    return {
      state: "refused",
      code: "INVALID_USER",
      reason: "no member, or out of the app's range",
      recipientGone: true,
    };
  }
  if (names(answer.json.unlicenseduser, userId)) {
    return {
      state: "refused",
      code: "UNLICENSED_USER",
      reason: "the member has no licence for the API",
      recipientGone: false,
    };
  }
  return outcome;
}

/** `invaliduser` is text with bars, or, of card updates, a list. */
function names(list: unknown, userId: string): boolean {
  const ids: readonly unknown[] = typeof list === "string" ? list.split("|") : Array.isArray(list) ? list : [];
  return ids.some((id) => typeof id === "string" && id.toLowerCase() === userId.toLowerCase());
}

export const unreachable = (reason: string): SendOutcome => ({
  state: "later",
  code: "UNREACHABLE",
  reason,
  retryAfterMs: UNREACHABLE_RETRY_MS,
});

export const refusal = (code: string, reason: string): SendOutcome => ({
  state: "refused",
  code,
  reason,
  recipientGone: false,
});
