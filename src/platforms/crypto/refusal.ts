/**
 * Why a callback is turned away. Every code has one HTTP status, so that a route answers without thinking and an
 * unauthenticated caller never causes a 500 (reference/platforms.md section 1.1).
 */
export const REFUSAL_STATUS = {
  /** A query parameter is missing, repeated or not in the documented form. */
  MISSING_PARAMETER: 400,
  /** The body is larger than any message of the platform. */
  TOO_LARGE: 413,
  /** The body has no ciphertext: plain mode, which anybody can alter, is not accepted. */
  NOT_ENCRYPTED: 400,
  /** Not UTF-8, not well formed, or with a DTD or another declaration. */
  BAD_XML: 400,
  /** Not UTF-8, or not a JSON object. */
  BAD_JSON: 400,
  /** Our own key is not 43 characters of [A-Za-z0-9]. */
  BAD_KEY: 400,
  BAD_SIGNATURE: 401,
  /** The signed timestamp is too far from our wire clock. */
  STALE: 401,
  /** The ciphertext is not Base64 of whole AES blocks. */
  BAD_CIPHERTEXT: 400,
  BAD_PADDING: 400,
  /** The length inside the plaintext points outside of it. */
  BAD_LENGTH: 400,
  /** The plaintext is not UTF-8. */
  BAD_TEXT: 400,
  /** Sealed for another app than ours. */
  WRONG_RECEIVER: 403,
  /** A button that we did not make, or not for the person who presses it. */
  BAD_PROOF: 403,
  /** Genuine, but without the fields that every message has. */
  BAD_MESSAGE: 400,
} as const;

export type RefusalCode = keyof typeof REFUSAL_STATUS;

export interface Refusal {
  readonly ok: false;
  readonly code: RefusalCode;
  readonly httpStatus: number;
  /** For the log: the likely cause in English. Holds no secret, no id and no text of the message. */
  readonly reason: string;
}

export const refuse = (code: RefusalCode, reason: string): Refusal => ({
  ok: false,
  code,
  httpStatus: REFUSAL_STATUS[code],
  reason,
});
