import type { MessageContent } from "./chat.ts";
import { decryptMessage, sortedSha1 } from "./cryptography.ts";
import { readXml, xmlText } from "./xml.ts";

export interface ReplyExpectation {
  readonly appId: string;
  readonly originalId: string;
  readonly token: string;
  readonly aesKey: string;
  readonly openId: string;
}

/** What WeChat makes of the body of a 200 answer to a push. */
export type PassiveReply =
  | { readonly state: "silent" }
  | { readonly state: "message"; readonly content: MessageContent }
  | { readonly state: "malformed"; readonly reason: string };

const maxTextBytes = 2048;

/**
 * Reads a passive reply in safe mode: bare `success` or nothing, or an encrypted envelope that is signed, meant for our
 * appid, addressed from the account to the person who spoke, and not empty (reference/platforms.md 1.3 and 2).
 */
export function readPassiveReply(body: string, expected: ReplyExpectation): PassiveReply {
  if (body === "" || body === "success") return { state: "silent" };
  if (body !== body.trim()) return malformed("white space around the reply");
  const envelope = readXml(body);
  if (envelope === undefined) return malformed("the reply is not XML");
  const encrypt = xmlText(envelope, "Encrypt");
  const signature = xmlText(envelope, "MsgSignature");
  const timestamp = xmlText(envelope, "TimeStamp");
  const nonce = xmlText(envelope, "Nonce");
  if (!encrypt || !signature || !timestamp || !nonce) return malformed("the envelope of safe mode is incomplete");
  if (sortedSha1(expected.token, timestamp, nonce, encrypt) !== signature) return malformed("MsgSignature is wrong");
  let opened: { message: string; receiveId: string };
  try {
    opened = decryptMessage(expected.aesKey, encrypt);
  } catch (error) {
    return malformed(`the reply does not decrypt: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (opened.receiveId !== expected.appId) return malformed("the reply is encrypted for another appid");
  return readMessage(opened.message, expected);
}

function readMessage(text: string, expected: ReplyExpectation): PassiveReply {
  if (text === "success") return malformed("`success` must not be encrypted");
  if (text !== text.trim()) return malformed("white space around the message");
  const fields = readXml(text);
  if (fields === undefined) return malformed("the message is not XML");
  if (xmlText(fields, "ToUserName") !== expected.openId) return malformed("ToUserName is not the person who spoke");
  if (xmlText(fields, "FromUserName") !== expected.originalId) return malformed("FromUserName is not this account");
  if (!/^\d{9,11}$/.test(xmlText(fields, "CreateTime") ?? "")) return malformed("CreateTime is not in whole seconds");
  switch (xmlText(fields, "MsgType")) {
    case "text":
      return readText(xmlText(fields, "Content") ?? "");
    case "news":
      return readNews(fields);
    default:
      return malformed(`MsgType ${xmlText(fields, "MsgType") ?? "(none)"} is not a passive reply we know`);
  }
}

function readText(content: string): PassiveReply {
  if (content.trim() === "") return malformed("Content is empty");
  if (Buffer.byteLength(content) > maxTextBytes) return malformed("Content is longer than 2048 bytes");
  return { state: "message", content: { type: "text", text: content } };
}

function readNews(fields: Record<string, unknown>): PassiveReply {
  const articles = fields.Articles;
  const item: unknown = typeof articles === "object" && articles !== null ? Reflect.get(articles, "item") : undefined;
  if (typeof item !== "object" || item === null || Array.isArray(item) || xmlText(fields, "ArticleCount") !== "1") {
    return malformed("a news reply to a message has exactly one article");
  }
  const article = item as Record<string, unknown>;
  const title = xmlText(article, "Title") ?? "";
  const url = xmlText(article, "Url") ?? "";
  if (title === "" || url === "") return malformed("an article needs Title and Url");
  const description = xmlText(article, "Description") ?? "";
  return { state: "message", content: { type: "news", title, description, url } };
}

function malformed(reason: string): PassiveReply {
  return { state: "malformed", reason };
}
