import type { SendOutcome } from "../../ports/messenger.ts";

/**
 * What an error code of DingTalk means for the message:
 * - `token`: the token is used up or was replaced; renew it and call once more.
 * - `recipient-gone`: no such colleague, or the robot is not in the group (any more).
 * - `card-known`: this copy of the card exists: an earlier try arrived.
 * - `card-unusable`: the template or its data do not fit; words may still be said.
 * - `later`: the limit or the trouble passes, or our own configuration is wrong.
 * - `refused`: the same message would be refused again.
 */
export type ErrorMeaning = "token" | "recipient-gone" | "card-known" | "card-unusable" | "later" | "refused";

interface Meaning {
  readonly meaning: ErrorMeaning;
  readonly retryAfterMs?: number;
}

/**
 * New API: open.dingtalk.com, 全局错误码 and the tables of createAndDeliver, oToMessages and groupMessages; older API:
 * numbers.
 */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  InvalidAuthentication: { meaning: "token" },
  "Forbidden.AccessDenied.InvalidAccessToken": { meaning: "token" },
  "40014": { meaning: "token" },
  "42001": { meaning: "token" },
  "88": { meaning: "token" },

  "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi": { meaning: "later", retryAfterMs: 2_000 },
  "Forbidden.AccessDenied.QpsLimitForApi": { meaning: "later", retryAfterMs: 2_000 },
  "90002": { meaning: "later", retryAfterMs: 2_000 },
  "90018": { meaning: "later", retryAfterMs: 2_000 },
  // More than 20 a minute into one group: throttled for ten minutes.
  "130101": { meaning: "later", retryAfterMs: 600_000 },
  FLOW_CONTROLLED: { meaning: "later", retryAfterMs: 60_000 },
  "system.busy": { meaning: "later", retryAfterMs: 5_000 },
  "system.error": { meaning: "later", retryAfterMs: 5_000 },
  systemBusy: { meaning: "later", retryAfterMs: 5_000 },
  systemError: { meaning: "later", retryAfterMs: 5_000 },
  ServiceUnavailable: { meaning: "later", retryAfterMs: 10_000 },
  // Our own configuration: the message is right, and goes out when the configuration is.
  invalidClientIdOrSecret: { meaning: "later", retryAfterMs: 300_000 },
  "Forbidden.AccessDenied.AccessTokenPermissionDenied": { meaning: "later", retryAfterMs: 300_000 },
  "Forbidden.AccessDenied.IpNotInWhiteList": { meaning: "later", retryAfterMs: 300_000 },
  "invalid.robotCode": { meaning: "later", retryAfterMs: 300_000 },
  "chatbot.notFound": { meaning: "later", retryAfterMs: 300_000 },
  "resource.not.found": { meaning: "later", retryAfterMs: 300_000 },

  INVALID_STAFF: { meaning: "recipient-gone" },
  "invalid.user": { meaning: "recipient-gone" },
  "staffId.notExisted": { meaning: "recipient-gone" },
  "invalidParameter.userIds.invalid": { meaning: "recipient-gone" },
  "invalid.openConversationId": { meaning: "recipient-gone" },
  "invalidParameter.openConversationId.invalid": { meaning: "recipient-gone" },
  "group.disbanded": { meaning: "recipient-gone" },

  "param.cardAlreadyExist": { meaning: "card-known" },
  "param.templateNotExist": { meaning: "card-unusable" },
  "param.templateUnpublished": { meaning: "card-unusable" },
  "param.cardTemplateIdEmpty": { meaning: "card-unusable" },
  "param.cardTemplateIdInvalid": { meaning: "card-unusable" },
  "param.contentUnsafe": { meaning: "card-unusable" },
  // One of those who should see the buttons has left the organisation, and no answer says which.
  "param.userIdNotExist": { meaning: "card-unusable" },
};

export const meaningOf = (code: string): ErrorMeaning =>
  Object.hasOwn(MEANINGS, code) ? (MEANINGS[code]?.meaning ?? "refused") : "refused";

/** The outcome of a call that DingTalk answered with an error, when nothing else is left to try. */
export function failureOutcome(code: string): SendOutcome {
  // DingTalk's own words quote ids and addresses; the code says what there is to know.
  const reason = `DingTalk error ${code}`;
  const meaning = meaningOf(code);
  switch (meaning) {
    case "token":
    case "later":
      return { state: "later", code, reason, retryAfterMs: MEANINGS[code]?.retryAfterMs ?? 30_000 };
    case "recipient-gone":
      return { state: "refused", code, reason, recipientGone: true };
    case "card-known":
    case "card-unusable":
    case "refused":
      return { state: "refused", code, reason, recipientGone: false };
    default:
      return meaning satisfies never;
  }
}

/** How long to wait where the code says so. */
export const retryAfterMsOf = (code: string): number | undefined => MEANINGS[code]?.retryAfterMs;
