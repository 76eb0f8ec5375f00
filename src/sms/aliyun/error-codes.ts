import type { SendOutcome } from "../../ports/messenger.ts";

const MINUTE_MS = 60_000;

/** Codes that pass by themselves or once our account is put right. Everything else would be refused again. */
const RETRY_AFTER_MS: Readonly<Record<string, number>> = {
  // One a minute, five an hour, ten a day for one number; the answer does not say which of them was hit.
  "isv.BUSINESS_LIMIT_CONTROL": 10 * MINUTE_MS,
  "isv.DAY_LIMIT_CONTROL": 360 * MINUTE_MS,
  "isv.MONTH_LIMIT_CONTROL": 1440 * MINUTE_MS,
  "isv.OUT_OF_SERVICE": 30 * MINUTE_MS,
  "isv.AMOUNT_NOT_ENOUGH": 30 * MINUTE_MS,
  "isp.SYSTEM_ERROR": MINUTE_MS,
  "isp.RAM_PERMISSION_DENY": 30 * MINUTE_MS,
  SignatureDoesNotMatch: 30 * MINUTE_MS,
  "InvalidAccessKeyId.NotFound": 30 * MINUTE_MS,
  "InvalidTimeStamp.Expired": MINUTE_MS,
  SignatureNonceUsed: 1_000,
  ServiceUnavailable: MINUTE_MS,
  InternalError: MINUTE_MS,
};

const NUMBER_GONE = new Set(["isv.MOBILE_NUMBER_ILLEGAL"]);

/** What a code other than OK means. The vendor's text is left out of the reason: it may quote the number. */
export function failureOutcome(code: string): SendOutcome {
  const reason = `SMS refused by Aliyun: ${code}`;
  const retryAfterMs = code.startsWith("Throttling")
    ? MINUTE_MS
    : Object.hasOwn(RETRY_AFTER_MS, code)
      ? RETRY_AFTER_MS[code]
      : undefined;
  if (retryAfterMs !== undefined) return { state: "later", code, reason, retryAfterMs };
  return { state: "refused", code, reason, recipientGone: NUMBER_GONE.has(code) };
}
