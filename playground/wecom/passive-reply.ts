import { decryptMessage, sortedSha1 } from "../official-account/cryptography.ts";
import { readXml, xmlText } from "../official-account/xml.ts";
import { readTemplateCard, type ShownCard } from "./template-card.ts";

export interface ReplyExpectation {
  readonly corpId: string;
  readonly token: string;
  readonly aesKey: string;
  readonly userId: string;
}

/** What WeCom makes of the body of a 200 answer to a push. */
export type PassiveReply =
  | { readonly state: "silent" }
  | { readonly state: "text"; readonly text: string }
  /** Another card for whoever clicked. */
  | { readonly state: "update-card"; readonly card: ShownCard }
  | { readonly state: "update-button"; readonly text: string }
  | { readonly state: "malformed"; readonly reason: string };

const TEXT_MAX_BYTES = 2048;

/** Reads a passive reply: nothing, or an envelope that is signed, sealed for the company and addressed to who spoke. */
export function readPassiveReply(body: string, expected: ReplyExpectation): PassiveReply {
  if (body === "") return { state: "silent" };
  const envelope = readXml(body);
  if (envelope === undefined) return malformed("the reply is not XML");
  const encrypt = xmlText(envelope, "Encrypt");
  const signature = xmlText(envelope, "MsgSignature");
  const timestamp = xmlText(envelope, "TimeStamp");
  const nonce = xmlText(envelope, "Nonce");
  if (!encrypt || !signature || !timestamp || !nonce) return malformed("the envelope is incomplete");
  if (sortedSha1(expected.token, timestamp, nonce, encrypt) !== signature) return malformed("MsgSignature is wrong");
  let opened: { message: string; receiveId: string };
  try {
    opened = decryptMessage(expected.aesKey, encrypt);
  } catch (error) {
    return malformed(`the reply does not decrypt: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (opened.receiveId !== expected.corpId) return malformed("the reply is sealed for another company");
  const fields = readXml(opened.message);
  if (fields === undefined) return malformed("the message is not XML");
  if (xmlText(fields, "ToUserName") !== expected.userId) return malformed("ToUserName is not the person who spoke");
  if (xmlText(fields, "FromUserName") !== expected.corpId) return malformed("FromUserName is not the company");
  if (!/^\d{9,11}$/.test(xmlText(fields, "CreateTime") ?? "")) return malformed("CreateTime is not in whole seconds");
  switch (xmlText(fields, "MsgType")) {
    case "text":
      return readText(xmlText(fields, "Content") ?? "");
    case "update_template_card":
      return readCard(fields.TemplateCard);
    case "update_button": {
      const button = fields.Button;
      const text = typeof button === "object" && button !== null ? Reflect.get(button, "ReplaceName") : undefined;
      return typeof text === "string" && text !== "" ? { state: "update-button", text } : malformed("ReplaceName");
    }
    default:
      return malformed(`MsgType ${xmlText(fields, "MsgType") ?? "(none)"} is not a passive reply we know`);
  }
}

function readText(content: string): PassiveReply {
  if (content.trim() === "") return malformed("Content is empty");
  if (Buffer.byteLength(content) > TEXT_MAX_BYTES) return malformed("Content is longer than 2048 bytes");
  return { state: "text", text: content };
}

function readCard(value: unknown): PassiveReply {
  const read = readTemplateCard(asJson(value), true);
  return read.ok
    ? { state: "update-card", card: read.card }
    : malformed(`the card is refused: ${read.code} ${read.detail}`);
}

/** `SubTitleText` is `sub_title_text`, `KeyName` is `keyname`. */
function asJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asJson);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [jsonName(name), asJson(inner)]));
}

const jsonName = (name: string): string =>
  name === "KeyName"
    ? "keyname"
    : name.replace(/[A-Z]/g, (letter, index: number) => `${index === 0 ? "" : "_"}${letter.toLowerCase()}`);

const malformed = (reason: string): PassiveReply => ({ state: "malformed", reason });
