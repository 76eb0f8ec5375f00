import { LIMITS } from "../../../cards/limits.ts";
import type { SendOutcome } from "../../ports/messenger.ts";
import { type ApiAnswer, type ApiConnection, apiUrl } from "./api.ts";
import { failureOutcome } from "./error-codes.ts";
import { textOf, textsOf } from "./json.ts";
import { type AccessTokens, callWithToken } from "./token.ts";

/** What the robot says, under DingTalk's names (reference/platforms.md section 6.3). */
export type RobotMessage =
  | { readonly msgKey: "sampleText"; readonly content: string }
  | { readonly msgKey: "sampleMarkdown"; readonly title: string; readonly text: string }
  | {
      readonly msgKey: "sampleFile";
      readonly mediaId: string;
      readonly fileName: string;
      readonly fileType: string;
    };

export interface RobotConnection extends ApiConnection {
  readonly robotCode: string;
}

const UNREACHABLE_RETRY_MS = 10_000;

/**
 * Says the same to many colleagues, one to one, and tells for each what became of it: HTTP 200 may hold people whom
 * DingTalk does not know and people who have heard too much (section 6.3). Throws TokenUnavailable.
 */
export async function sendToPeople(
  connection: RobotConnection,
  tokens: AccessTokens,
  userIds: readonly string[],
  message: RobotMessage,
): Promise<ReadonlyMap<string, SendOutcome>> {
  const outcomes = new Map<string, SendOutcome>();
  const everybody = [...new Set(userIds)];
  for (let from = 0; from < everybody.length; from += LIMITS.dingtalk.recipientsPerCallMax) {
    const some = everybody.slice(from, from + LIMITS.dingtalk.recipientsPerCallMax);
    const answer = await callWithToken(connection, tokens, (accessToken) => ({
      method: "POST",
      url: apiUrl(connection, "/v1.0/robot/oToMessages/batchSend"),
      accessToken,
      json: { robotCode: connection.robotCode, userIds: some, ...messageFields(message) },
    }));
    for (const userId of some) outcomes.set(userId, personOutcome(answer, userId, message.msgKey));
  }
  return outcomes;
}

/** Says something in a group in which the robot is. Throws TokenUnavailable. */
export async function sendToGroup(
  connection: RobotConnection,
  tokens: AccessTokens,
  conversationId: string,
  message: RobotMessage,
): Promise<SendOutcome> {
  const answer = await callWithToken(connection, tokens, (accessToken) => ({
    method: "POST",
    url: apiUrl(connection, "/v1.0/robot/groupMessages/send"),
    accessToken,
    json: { robotCode: connection.robotCode, openConversationId: conversationId, ...messageFields(message) },
  }));
  return outcomeOf(answer, message.msgKey);
}

/** `msgParam` is JSON inside of JSON. */
function messageFields({ msgKey, ...parameters }: RobotMessage) {
  return { msgKey, msgParam: JSON.stringify(parameters) };
}

function personOutcome(answer: ApiAnswer, userId: string, channel: string): SendOutcome {
  if (answer.state === "answered" && answer.code === "") {
    if (textsOf(answer.json, "invalidStaffIdList").includes(userId)) return failureOutcome("INVALID_STAFF");
    if (textsOf(answer.json, "flowControlledStaffIdList").includes(userId)) return failureOutcome("FLOW_CONTROLLED");
  }
  return outcomeOf(answer, channel);
}

/** The outcome of a call that says something, by the way that it went. */
export function outcomeOf(answer: ApiAnswer, channel: string): SendOutcome {
  switch (answer.state) {
    case "unreachable":
      return { state: "later", code: "UNREACHABLE", reason: answer.reason, retryAfterMs: UNREACHABLE_RETRY_MS };
    case "unknown":
      return { state: "unknown", reason: answer.reason };
    case "answered": {
      if (answer.code !== "") return failureOutcome(answer.code);
      const vendorId = textOf(answer.json, "processQueryKey");
      return { state: "accepted", channel, ...(vendorId === undefined ? {} : { vendorId }) };
    }
    default:
      return answer satisfies never;
  }
}
