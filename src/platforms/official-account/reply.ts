import { randomBytes } from "node:crypto";
import type { InboundBase } from "../../../bot/events.ts";
import { LIMITS } from "../../../cards/limits.ts";
import { fitBytes } from "../../../cards/render/fit.ts";
import { sealEnvelope } from "../crypto/envelope.ts";
import { cdata } from "../crypto/xml.ts";
import type { OfficialAccountKeys } from "./verify.ts";

/** The body that says "received, nothing to say now"; sent bare in safe mode too (reference/platforms.md section 2). */
export const NO_REPLY = "success";

/**
 * The encrypted body that answers a push within its 5 seconds: one text of at most 2048 bytes, cut at a character. The
 * addresses are those of the incoming message, swapped: configuration knows the appid, not the `gh_` id that WeChat
 * demands here. Throws RangeError for a blank text, which WeChat would show as a fault of the service; send NO_REPLY
 * instead. `nowMs` is the wire clock.
 */
export function buildPassiveReply(
  keys: OfficialAccountKeys,
  incoming: Pick<InboundBase, "senderId" | "receiverId">,
  text: string,
  nowMs: number,
  nonce: string = randomBytes(8).toString("hex"),
): string {
  const content = cdata(fitBytes(text.trim(), LIMITS.officialAccount.textMaxBytes));
  if (/^<!\[CDATA\[\s*\]\]>$/.test(content)) throw new RangeError("a passive reply without text");
  const timestamp = Math.floor(nowMs / 1000).toString();
  const xml =
    `<xml><ToUserName>${cdata(incoming.senderId)}</ToUserName><FromUserName>${cdata(incoming.receiverId)}</FromUserName>` +
    `<CreateTime>${timestamp}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content>${content}</Content></xml>`;
  const sealed = sealEnvelope(
    { token: keys.token, aesKey: keys.aesKey, receiverId: keys.appId },
    xml,
    timestamp,
    nonce,
  );
  return (
    `<xml><Encrypt>${cdata(sealed.encrypted)}</Encrypt><MsgSignature>${cdata(sealed.signature)}</MsgSignature>` +
    `<TimeStamp>${sealed.timestamp}</TimeStamp><Nonce>${cdata(sealed.nonce)}</Nonce></xml>`
  );
}
