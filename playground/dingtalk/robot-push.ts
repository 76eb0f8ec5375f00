import { randomBytes } from "node:crypto";
import { call } from "../http/call.ts";
import type { Group } from "./group.ts";
import type { Member } from "./member.ts";
import { robotHeaders } from "./signatures.ts";

/** Something that a member says to the robot. */
export interface RobotPush {
  readonly member: Member;
  readonly group?: Group;
  readonly content: Readonly<Record<string, unknown>>;
  /** `msgId`; the same when the push is repeated. */
  readonly messageId: string;
}

export interface RobotChannel {
  readonly clientSecret: string;
  readonly robotCode: string;
  readonly corpId: string;
  readonly callbackUrl: string;
  readonly nowMs: () => number;
  readonly wireNowMs: () => number;
  /** How long DingTalk waits for an answer, which it does not use. */
  readonly timeoutMs: number;
}

const SESSION_LIFE_MS = 5_400_000;

export const newMessageId = (): string => `msg${randomBytes(16).toString("base64")}`;

/** Pushes one message; DingTalk does not repeat it on its own (reference/platforms.md section 2). */
export async function pushMessage(channel: RobotChannel, push: RobotPush): Promise<"answered" | "failed"> {
  const result = await call({
    method: "POST",
    url: channel.callbackUrl,
    headers: {
      "Content-Type": "application/json; charset=utf-8",
      ...robotHeaders(channel.clientSecret, channel.wireNowMs()),
    },
    body: JSON.stringify(bodyOf(channel, push)),
    timeoutMs: channel.timeoutMs,
  });
  return result.state === "answered" && result.status === 200 ? "answered" : "failed";
}

function bodyOf(channel: RobotChannel, { member, group, content, messageId }: RobotPush): unknown {
  const robotUserId = `$:LWCP_v1:$${channel.robotCode}`;
  const now = channel.nowMs();
  return {
    conversationId: group?.conversationId ?? `cid${member.unionId}==`,
    chatbotCorpId: channel.corpId,
    chatbotUserId: robotUserId,
    msgId: messageId,
    senderNick: member.name,
    isAdmin: false,
    senderStaffId: member.userId,
    sessionWebhookExpiredTime: now + SESSION_LIFE_MS,
    createAt: now,
    senderCorpId: channel.corpId,
    conversationType: group === undefined ? "1" : "2",
    senderId: `$:LWCP_v1:$${member.unionId}`,
    sessionWebhook: `https://oapi.dingtalk.com/robot/sendBySession?session=${randomBytes(16).toString("hex")}`,
    robotCode: channel.robotCode,
    ...(group === undefined
      ? {}
      : { conversationTitle: group.title, isInAtList: true, atUsers: [{ dingtalkId: robotUserId }] }),
    ...content,
  };
}
