import { createHash } from "node:crypto";
import type { InboundContent, InboundEvent } from "../../../bot/events.ts";
import { decodeAction } from "../../../cards/action.ts";
import { type Refusal, refuse } from "../crypto/refusal.ts";
import { childText, parseXml, type XmlElement } from "../crypto/xml.ts";
import type { WecomKeys } from "./verify.ts";

/** Long enough for every ordinary key, short enough for an index row. */
const EXTERNAL_KEY_MAX_LENGTH = 200;

/**
 * The event in the XML that `openPush` has opened. Refuses what lacks the fields that every message has, and what was sent
 * for another app of the company, which may share token and key; a kind that we do not use becomes `other`.
 */
export function parsePush(
  keys: Pick<WecomKeys, "corpId" | "agentId">,
  xml: string,
): { readonly ok: true; readonly event: InboundEvent } | Refusal {
  const parsed = parseXml(xml);
  if (!parsed.ok) return parsed;
  const message = parsed.root;
  const receiverId = childText(message, "ToUserName");
  const createTime = childText(message, "CreateTime");
  const type = childText(message, "MsgType");
  // Changes in the address book come from nobody: their sender is "sys".
  const senderId = childText(message, "FromUserName");
  if (!senderId || !receiverId || !type || !createTime || !/^\d{1,12}$/.test(createTime)) {
    return refuse("BAD_MESSAGE", "FromUserName, ToUserName, CreateTime or MsgType is missing");
  }
  const agentId = childText(message, "AgentID");
  if (agentId !== undefined && agentId !== String(keys.agentId)) {
    return refuse("WRONG_RECEIVER", "sent for another app of the company than the configured one");
  }
  const base = {
    platform: "wecom",
    appId: keys.corpId,
    externalKey: externalKey(message),
    senderId,
    conversationId: senderId,
    receiverId,
    sentAtMs: Number(createTime) * 1000,
  } as const;
  return { ok: true, event: { ...base, ...contentOf(message, type) } };
}

/**
 * What a repeated push has in common: MsgId for messages. Events have none, and the documented FromUserName + CreateTime
 * is too weak, since two clicks in one second collide: the key holds all that tells events apart (section 2).
 */
function externalKey(message: XmlElement): string {
  const agent = childText(message, "AgentID") ?? "";
  const messageId = childText(message, "MsgId");
  if (messageId) return `message:${agent}:${messageId}`;
  const names = ["FromUserName", "CreateTime", "MsgType", "Event", "EventKey", "TaskId", "ResponseCode", "ChangeType"];
  const key = `event:${agent}|${names.map((name) => childText(message, name) ?? "").join("|")}`;
  return key.length <= EXTERNAL_KEY_MAX_LENGTH ? key : `event:${createHash("sha256").update(key).digest("hex")}`;
}

function contentOf(message: XmlElement, type: string): InboundContent {
  switch (type) {
    case "text":
      return { kind: "text", text: childText(message, "Content") ?? "" };
    case "event":
      return eventContent(message);
    case "image":
    case "voice":
    case "video":
    case "file":
      return mediaContent(message, type);
    default:
      return { kind: "other", what: type };
  }
}

function mediaContent(message: XmlElement, what: string): InboundContent {
  const mediaId = childText(message, "MediaId");
  const fileName = childText(message, "FileName");
  return {
    kind: "other",
    what,
    ...(mediaId ? { mediaId } : {}),
    ...(fileName ? { fileName } : {}),
  };
}

function eventContent(message: XmlElement): InboundContent {
  const event = childText(message, "Event") ?? "";
  const key = childText(message, "EventKey") ?? "";
  switch (event) {
    case "subscribe":
      return { kind: "subscribe" };
    case "unsubscribe":
      return { kind: "unsubscribe" };
    case "click": {
      const action = decodeAction(key);
      return action === null ? { kind: "menu", key } : { kind: "action", action };
    }
    case "template_card_event":
    case "template_card_menu_event":
      return clickContent(message, key);
    default:
      return { kind: "other", what: event || "event" };
  }
}

/** A button of a card. What it asks for is decided again on the server; the code lets this copy be replaced, once. */
function clickContent(message: XmlElement, key: string): InboundContent {
  const action = decodeAction(key);
  if (action === null) return { kind: "other", what: "template_card_event" };
  const cardTaskId = childText(message, "TaskId");
  const responseCode = childText(message, "ResponseCode");
  return {
    kind: "action",
    action,
    ...(cardTaskId ? { cardTaskId } : {}),
    ...(responseCode ? { responseCode } : {}),
  };
}
