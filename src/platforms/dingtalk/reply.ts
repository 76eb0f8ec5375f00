import { randomBytes } from "node:crypto";
import { sealEnvelope } from "../crypto/envelope.ts";
import type { EventKeys } from "./verify.ts";

/** The answer to a robot's message: received, nothing said in the response. */
export const NO_REPLY = { msgtype: "empty" } as const;

/**
 * The answer to an event: "success", sealed anew (reference/platforms.md section 1.5). Anything else counts as not
 * received, and for the check of the address as a failure. `nowMs` is the wire clock.
 */
export function buildEventReply(
  keys: EventKeys,
  nowMs: number,
  nonce: string = randomBytes(8).toString("hex"),
): Readonly<Record<"msg_signature" | "timeStamp" | "nonce" | "encrypt", string>> {
  const sealed = sealEnvelope(
    { token: keys.token, aesKey: keys.aesKey, receiverId: keys.clientId },
    "success",
    String(nowMs),
    nonce,
  );
  return { msg_signature: sealed.signature, timeStamp: sealed.timestamp, nonce, encrypt: sealed.encrypted };
}

/** Values of a card's variables: strings, whatever they stand for (section 6.4). */
export type CardParameters = Readonly<Record<string, string>>;

/** The answer to a click when nothing about the card changes. */
export const CARD_UNCHANGED = {} as const;

/**
 * The answer to a click that changes the card for everybody (`shared`) and for who clicked (`own`), by key: without these
 * options the whole data is replaced and what is not named vanishes (section 6.5).
 */
export const buildCardReply = (shared: CardParameters, own: CardParameters) => ({
  cardUpdateOptions: { updateCardDataByKey: true, updatePrivateDataByKey: true },
  ...(Object.keys(shared).length === 0 ? {} : { cardData: { cardParamMap: shared } }),
  ...(Object.keys(own).length === 0 ? {} : { userPrivateData: { cardParamMap: own } }),
});
