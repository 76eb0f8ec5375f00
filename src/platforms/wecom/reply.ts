import { randomBytes } from "node:crypto";
import type { InboundBase } from "../../../bot/events.ts";
import { LIMITS } from "../../../cards/limits.ts";
import { fitBytes } from "../../../cards/render/fit.ts";
import type { TemplateCard } from "../../../cards/render/wecom-card.ts";
import { sealEnvelope } from "../crypto/envelope.ts";
import { cdata } from "../crypto/xml.ts";
import { envelopeKeys, type WecomKeys } from "./verify.ts";

/** The body that says "received, nothing to say now" (reference/platforms.md section 2). */
export const NO_REPLY = "";

/** What the open request can carry: words, or another card in the place of the one that was clicked. */
export type PassiveContent =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "update-template-card"; readonly templateCard: TemplateCard };

/**
 * The encrypted body that answers a push within its 5 seconds. Throws RangeError for a blank text: send NO_REPLY instead.
 * `nowMs` is the wire clock.
 */
export function buildPassiveReply(
  keys: WecomKeys,
  incoming: Pick<InboundBase, "senderId" | "receiverId">,
  content: PassiveContent,
  nowMs: number,
  nonce: string = randomBytes(8).toString("hex"),
): string {
  const timestamp = Math.floor(nowMs / 1000).toString();
  const xml =
    `<xml><ToUserName>${cdata(incoming.senderId)}</ToUserName><FromUserName>${cdata(incoming.receiverId)}</FromUserName>` +
    `<CreateTime>${timestamp}</CreateTime>${bodyOf(content)}</xml>`;
  const sealed = sealEnvelope(envelopeKeys(keys), xml, timestamp, nonce);
  return (
    `<xml><Encrypt>${cdata(sealed.encrypted)}</Encrypt><MsgSignature>${cdata(sealed.signature)}</MsgSignature>` +
    `<TimeStamp>${sealed.timestamp}</TimeStamp><Nonce>${cdata(sealed.nonce)}</Nonce></xml>`
  );
}

function bodyOf(content: PassiveContent): string {
  switch (content.kind) {
    case "text": {
      const text = fitBytes(content.text.trim(), LIMITS.wecom.textMaxBytes);
      if (text === "") throw new RangeError("a passive reply without text");
      return `<MsgType><![CDATA[text]]></MsgType><Content>${cdata(text)}</Content>`;
    }
    case "update-template-card":
      return (
        "<MsgType><![CDATA[update_template_card]]></MsgType>" +
        `<TemplateCard>${elementsOf({ ...content.templateCard })}</TemplateCard>`
      );
    default:
      return content satisfies never;
  }
}

/** The card's JSON as the XML of a passive reply: `sub_title_text` is `SubTitleText`, a list repeats its element. */
function elementsOf(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .flatMap(([name, value]) =>
      Array.isArray(value) ? value.map((item: unknown) => [name, item] as const) : [[name, value] as const],
    )
    .map(([name, value]) => `<${tagOf(name)}>${elementValue(value)}</${tagOf(name)}>`)
    .join("");
}

function elementValue(value: unknown): string {
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return cdata(value);
  return elementsOf({ ...(value as Readonly<Record<string, unknown>>) });
}

const tagOf = (name: string): string =>
  name === "keyname" ? "KeyName" : name.replace(/(?:^|_)([a-z])/g, (_match, letter: string) => letter.toUpperCase());
