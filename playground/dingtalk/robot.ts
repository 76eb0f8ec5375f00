import { randomBytes } from "node:crypto";
import { isRecord, jsonResponse, type PlainResponse } from "../http/server.ts";
import type { ChatMessage } from "./chat.ts";
import { errorResponse } from "./errors.ts";
import type { Group } from "./group.ts";
import type { Member } from "./member.ts";

/** What the robot's APIs look into. */
export interface RobotWorld {
  readonly robotCode: string;
  findMember(userId: string): Member | undefined;
  findGroup(conversationId: string): Group | undefined;
  /** An uploaded file. */
  findFile(mediaId: string): Buffer | undefined;
}

type Body = Readonly<Record<string, unknown>>;

/** POST /v1.0/robot/oToMessages/batchSend: up to 20 people; who is unknown or has heard too much is listed. */
export function sendToPeople(body: Body, world: RobotWorld): PlainResponse {
  if (body.robotCode !== world.robotCode) return errorResponse("invalid.robotCode");
  const userIds: unknown = body.userIds;
  if (!Array.isArray(userIds) || userIds.length === 0) return errorResponse("invalidParameter.userIds.empty");
  if (userIds.length > 20 || !userIds.every((id): id is string => typeof id === "string")) {
    return errorResponse("invalidParameter.userIds.invalid");
  }
  const message = messageOf(body, world);
  if ("refusal" in message) return errorResponse(message.refusal);
  const invalidStaffIdList: string[] = [];
  const flowControlledStaffIdList: string[] = [];
  for (const userId of userIds) {
    const member = world.findMember(userId);
    if (member === undefined || member.hasLeft) invalidStaffIdList.push(userId);
    else if (member.isFlowControlled) flowControlledStaffIdList.push(userId);
    else member.chat.receive(message.message);
  }
  // Somebody among many is listed; nobody at all is an error.
  if (invalidStaffIdList.length === userIds.length) return errorResponse("staffId.notExisted");
  return jsonResponse(200, { processQueryKey: queryKey(), invalidStaffIdList, flowControlledStaffIdList });
}

/** POST /v1.0/robot/groupMessages/send: only into groups in which the robot is. */
export function sendToGroup(body: Body, world: RobotWorld): PlainResponse {
  if (body.robotCode !== world.robotCode) return errorResponse("invalid.robotCode");
  const group = typeof body.openConversationId === "string" ? world.findGroup(body.openConversationId) : undefined;
  if (group === undefined || !group.hasRobot) return errorResponse("invalid.openConversationId");
  const message = messageOf(body, world);
  if ("refusal" in message) return errorResponse(message.refusal);
  group.chat.receive(message.message);
  return jsonResponse(200, { processQueryKey: queryKey() });
}

export const queryKey = (): string => `${randomBytes(33).toString("base64")}=`;

type Parsed =
  | { readonly message: ChatMessage }
  | { readonly refusal: "invalidParameter.msgKey.invalid" | "invalidParameter.msgParam.invalid" };

/** `msgParam` is a string of JSON whose fields depend on `msgKey`. */
function messageOf(body: Body, world: RobotWorld): Parsed {
  const parameters = typeof body.msgParam === "string" ? parse(body.msgParam) : undefined;
  const invalid = { refusal: "invalidParameter.msgParam.invalid" } as const;
  if (parameters === undefined) return invalid;
  const { content, title, text, mediaId, fileName, fileType } = parameters;
  switch (body.msgKey) {
    case "sampleText":
      return isText(content) ? { message: { kind: "text", text: content } } : invalid;
    case "sampleMarkdown":
      return isText(title) && isText(text) ? { message: { kind: "markdown", title, text } } : invalid;
    case "sampleFile": {
      const bytes = isText(mediaId) ? world.findFile(mediaId) : undefined;
      return bytes !== undefined && isText(fileName) && isText(fileType)
        ? { message: { kind: "file", fileName, fileType, bytes } }
        : invalid;
    }
    default:
      return { refusal: "invalidParameter.msgKey.invalid" };
  }
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
