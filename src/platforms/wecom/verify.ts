import { decodeUtf8, openEnvelope } from "../crypto/envelope.ts";
import { type Refusal, refuse } from "../crypto/refusal.ts";
import { childText, parseXml } from "../crypto/xml.ts";

/** What the app's console and we agreed on: `WECOM_CORP_ID WECOM_AGENT_ID WECOM_TOKEN WECOM_AES_KEY`. */
export interface WecomKeys {
  readonly corpId: string;
  readonly agentId: number;
  readonly token: string;
  readonly aesKey: string;
}

/** A parsed query string. A parameter that is given twice is refused, whatever it says. */
export type CallbackQuery = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A text has at most 2048 bytes, a button key 1024; sealed and wrapped it stays far below this. */
const BODY_MAX_BYTES = 65_536;

/**
 * The URL check (GET): unlike the official account's, `echostr` is sealed, and its plain text is the answer, due within
 * one second (reference/platforms.md section 1.2). `nowMs` is the wire clock.
 */
export function verifyUrlCheck(
  keys: WecomKeys,
  query: CallbackQuery,
  nowMs: number,
): { readonly ok: true; readonly answer: string } | Refusal {
  const { msg_signature: signature, timestamp, nonce, echostr } = query;
  if (!isText(signature) || !isText(timestamp) || !isText(nonce) || !isText(echostr)) {
    return refuse("MISSING_PARAMETER", "msg_signature, timestamp, nonce and echostr are needed, each once");
  }
  const opened = openEnvelope(envelopeKeys(keys), { encrypted: echostr, signature, timestamp, nonce }, nowMs);
  return opened.ok ? { ok: true, answer: opened.text } : opened;
}

/**
 * A push (POST): the XML inside, once its signature, age, receiver and app are right. There is no plain mode. `nowMs` is
 * the wire clock.
 */
export function openPush(
  keys: WecomKeys,
  query: CallbackQuery,
  body: Uint8Array,
  nowMs: number,
): { readonly ok: true; readonly xml: string } | Refusal {
  if (body.byteLength > BODY_MAX_BYTES) return refuse("TOO_LARGE", "the body is larger than 64 KiB");
  const { msg_signature: signature, timestamp, nonce } = query;
  const text = decodeUtf8(body);
  if (text === undefined) return refuse("BAD_XML", "the body is not UTF-8");
  const envelope = parseXml(text);
  if (!envelope.ok) return envelope;
  const encrypted = childText(envelope.root, "Encrypt");
  if (!encrypted) return refuse("NOT_ENCRYPTED", "no <Encrypt>: WeCom always encrypts, this came from somebody else");
  if (!isText(signature) || !isText(timestamp) || !isText(nonce)) {
    return refuse("MISSING_PARAMETER", "msg_signature, timestamp and nonce are needed, each once");
  }
  const opened = openEnvelope(envelopeKeys(keys), { encrypted, signature, timestamp, nonce }, nowMs);
  return opened.ok ? { ok: true, xml: opened.text } : opened;
}

export const envelopeKeys = (keys: WecomKeys) => ({
  token: keys.token,
  aesKey: keys.aesKey,
  receiverId: keys.corpId,
});

const isText = (value: string | readonly string[] | undefined): value is string => typeof value === "string";
