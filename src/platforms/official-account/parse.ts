import { createHash } from "node:crypto";
import type { InboundContent, InboundEvent } from "../../../bot/events.ts";
import { decodeAction } from "../../../cards/action.ts";
import { type Refusal, refuse } from "../crypto/refusal.ts";
import { childText, parseXml, type XmlElement } from "../crypto/xml.ts";

/** Long enough for every ordinary key, short enough for an index row. */
const EXTERNAL_KEY_MAX_LENGTH = 200;

/**
 * The event in the XML that `openPush` has opened. Refuses only what lacks the fields that every message has; a kind that
 * we do not use becomes `other`, so that it is stored and answered instead of lost.
 */
export function parsePush(appId: string, xml: string): { readonly ok: true; readonly event: InboundEvent } | Refusal {
  const parsed = parseXml(xml);
  if (!parsed.ok) return parsed;
  const message = parsed.root;
  const senderId = childText(message, "FromUserName");
  const receiverId = childText(message, "ToUserName");
  const createTime = childText(message, "CreateTime");
  const type = childText(message, "MsgType");
  if (!senderId || !receiverId || !type || !createTime || !/^\d{1,12}$/.test(createTime)) {
    return refuse("BAD_MESSAGE", "FromUserName, ToUserName, CreateTime or MsgType is missing");
  }
  const base = {
    platform: "official-account",
    appId,
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
 * is too weak, since two taps in one second collide: the key holds all that tells events apart (reference section 2).
 */
function externalKey(message: XmlElement): string {
  const messageId = childText(message, "MsgId");
  if (messageId) return `message:${messageId}`;
  const names = ["FromUserName", "CreateTime", "MsgType", "Event", "EventKey", "Ticket", "MsgID", "Status"];
  const key = `event:${names.map((name) => childText(message, name) ?? "").join("|")}`;
  return key.length <= EXTERNAL_KEY_MAX_LENGTH ? key : `event:${createHash("sha256").update(key).digest("hex")}`;
}

function contentOf(message: XmlElement, type: string): InboundContent {
  if (type === "text") return textContent(message);
  if (type === "event") return eventContent(message);
  const mediaId = childText(message, "MediaId");
  return { kind: "other", what: type, ...(mediaId ? { mediaId } : {}) };
}

/** A tap on a `msgmenu` item arrives as the item's words with its id beside them. */
function textContent(message: XmlElement): InboundContent {
  const text = childText(message, "Content") ?? "";
  const menuItemId = childText(message, "bizmsgmenuid");
  if (!menuItemId) return { kind: "text", text };
  const action = decodeAction(menuItemId);
  // An id of ours is what the button said; any other is a hint beside words that can be understood by themselves.
  return action === null ? { kind: "text", text, menuItemId } : { kind: "action", action };
}

function eventContent(message: XmlElement): InboundContent {
  const event = childText(message, "Event") ?? "";
  const key = childText(message, "EventKey") ?? "";
  switch (event) {
    case "subscribe":
      // Only qrscene_ is a scene of ours; a follow after a payment has last_trade_no_… here.
      return key.startsWith("qrscene_") && key.length > "qrscene_".length
        ? { kind: "subscribe", scene: key.slice("qrscene_".length) }
        : { kind: "subscribe" };
    case "unsubscribe":
      return { kind: "unsubscribe" };
    case "SCAN":
      return { kind: "scan", scene: key };
    case "CLICK": {
      const action = decodeAction(key);
      return action === null ? { kind: "menu", key } : { kind: "action", action };
    }
    case "TEMPLATESENDJOBFINISH": {
      const status = childText(message, "Status") ?? "";
      // MsgID with a capital D: the number that template/send answered, not the id of this push.
      return {
        kind: "delivery",
        vendorId: childText(message, "MsgID") ?? "",
        delivered: status === "success",
        detail: status,
      };
    }
    default:
      return { kind: "other", what: event || "event" };
  }
}
