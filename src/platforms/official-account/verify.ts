import { decodeUtf8, isStale, openEnvelope, signatureMatches } from "../crypto/envelope.ts";
import { type Refusal, refuse } from "../crypto/refusal.ts";
import { childText, parseXml } from "../crypto/xml.ts";

/** What the console of the official account and we agreed on: `OA_APP_ID OA_TOKEN OA_AES_KEY`. */
export interface OfficialAccountKeys {
  readonly appId: string;
  readonly token: string;
  readonly aesKey: string;
}

/** A parsed query string. A parameter that is given twice is refused, whatever it says. */
export type CallbackQuery = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A message has at most 2048 bytes of text; sealed and wrapped it stays far below this. */
const BODY_MAX_BYTES = 65_536;

/**
 * The URL check (GET). `signature` covers token, timestamp and nonce; unlike WeCom the `echostr` is not encrypted and
 * is answered verbatim, in every mode (reference/platforms.md section 1.3). `nowMs` is the wire clock.
 */
export function verifyUrlCheck(
  keys: Pick<OfficialAccountKeys, "token">,
  query: CallbackQuery,
  nowMs: number,
): { readonly ok: true; readonly answer: string } | Refusal {
  const { signature, timestamp, nonce, echostr } = query;
  if (!isText(signature) || !isText(timestamp) || !isText(nonce) || !isText(echostr)) {
    return refuse("MISSING_PARAMETER", "signature, timestamp, nonce and echostr are needed, each once");
  }
  if (!signatureMatches(signature, [keys.token, timestamp, nonce])) {
    return refuse("BAD_SIGNATURE", "signature differs: another token");
  }
  if (isStale(timestamp, nowMs)) return refuse("STALE", "the timestamp is more than 10 minutes from our clock");
  return { ok: true, answer: echostr };
}

/**
 * A push (POST) in safe mode: the XML inside, once its signature, age and receiver are right. Plain mode is refused, and
 * in compatible mode the plain copy is ignored, because no signature covers it. `nowMs` is the wire clock.
 */
export function openPush(
  keys: OfficialAccountKeys,
  query: CallbackQuery,
  body: Uint8Array,
  nowMs: number,
): { readonly ok: true; readonly xml: string } | Refusal {
  if (body.byteLength > BODY_MAX_BYTES) return refuse("TOO_LARGE", "the body is larger than 64 KiB");
  const { msg_signature: signature, timestamp, nonce, encrypt_type: encryptType } = query;
  if (encryptType !== undefined && encryptType !== "aes") {
    return refuse("NOT_ENCRYPTED", "encrypt_type is not aes: switch the console to safe mode (安全模式)");
  }
  const text = decodeUtf8(body);
  if (text === undefined) return refuse("BAD_XML", "the body is not UTF-8");
  const envelope = parseXml(text);
  if (!envelope.ok) return envelope;
  const encrypted = childText(envelope.root, "Encrypt");
  if (!encrypted) return refuse("NOT_ENCRYPTED", "no <Encrypt>: switch the console to safe mode (安全模式)");
  if (!isText(signature) || !isText(timestamp) || !isText(nonce)) {
    return refuse("MISSING_PARAMETER", "msg_signature, timestamp and nonce are needed, each once");
  }
  const opened = openEnvelope(
    { token: keys.token, aesKey: keys.aesKey, receiverId: keys.appId },
    { encrypted, signature, timestamp, nonce },
    nowMs,
  );
  return opened.ok ? { ok: true, xml: opened.text } : opened;
}

const isText = (value: string | readonly string[] | undefined): value is string => typeof value === "string";
