import type { SendOutcome } from "../../ports/messenger.ts";

const MINUTE_MS = 60_000;

/** Beginnings of codes that pass by themselves or once our account is put right. Everything else would be refused again. */
const RETRY_AFTER_MS: readonly (readonly [string, number])[] = [
  ["LimitExceeded.PhoneNumberThirtySecondLimit", MINUTE_MS],
  ["LimitExceeded.PhoneNumberOneHourLimit", 60 * MINUTE_MS],
  ["LimitExceeded", 360 * MINUTE_MS],
  ["RequestLimitExceeded", MINUTE_MS],
  ["InternalError", MINUTE_MS],
  ["FailedOperation.InsufficientBalanceInSmsPackage", 30 * MINUTE_MS],
  ["AuthFailure.SignatureExpire", MINUTE_MS],
  ["AuthFailure", 30 * MINUTE_MS],
  ["ServiceUnavailable", MINUTE_MS],
];

const NUMBER_GONE: ReadonlySet<string> = new Set(["InvalidParameterValue.IncorrectPhoneNumber"]);

/** What a code other than Ok means. The vendor's text is left out of the reason: it may quote the number. */
export function failureOutcome(code: string): SendOutcome {
  const reason = `SMS refused by Tencent Cloud: ${code}`;
  const retry = RETRY_AFTER_MS.find(([beginning]) => code.startsWith(beginning));
  if (retry !== undefined) return { state: "later", code, reason, retryAfterMs: retry[1] };
  return { state: "refused", code, reason, recipientGone: NUMBER_GONE.has(code) };
}
