import { createHmac, timingSafeEqual } from "node:crypto";
import { decodeUtf8, openEnvelope } from "../crypto/envelope.ts";
import { type Refusal, refuse } from "../crypto/refusal.ts";
import { type JsonObject, parseJsonObject, textOf } from "./json.ts";

/*
 * DingTalk signs what it sends in three different ways (reference/platforms.md section 1.5), one function each, so that
 * none can be mistaken for another: a robot's message with the client secret, a card's callback with the secret chosen
 * when its address was registered, an event with the token and AES key of the subscription.
 */

export type Verified =
  | {
      readonly ok: true;
      readonly message: JsonObject;
      /** When DingTalk signed it, milliseconds since 1970; an HTTP request that is repeated keeps its time. */
      readonly signedAtMs: number;
    }
  | Refusal;

/** Headers by lower-case name. One that is given twice comes as a list and is refused. */
export type CallbackHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;
export type CallbackQuery = CallbackHeaders;

/** A message has some kilobytes; a card's callback carries what was typed into its inputs. */
const BODY_MAX_BYTES = 65_536;

/** "Reject when |now - timestamp| > 1 h"; the card's page names no tolerance and gets the same (section 1.4). */
export const SIGNED_TIMESTAMP_TOLERANCE_MS = 3_600_000;

/**
 * A robot's message (POST, plain JSON): header `sign` is Base64 of HMAC-SHA256 with the client secret over
 * `timestamp \n client secret`. It does not cover the body. `nowMs` is the wire clock.
 */
export function verifyRobotMessage(
  clientSecret: string,
  headers: CallbackHeaders,
  body: Uint8Array,
  nowMs: number,
): Verified {
  const { timestamp, sign } = headers;
  if (!isText(timestamp) || !isText(sign)) {
    return refuse("MISSING_PARAMETER", "the headers timestamp and sign are needed, each once");
  }
  return verifySigned({ secret: clientSecret, signed: `${timestamp}\n${clientSecret}`, sign, timestamp, body, nowMs });
}

/**
 * A card's callback (POST, plain JSON): header `x-ddpaas-signature` is Base64 of HMAC-SHA256 with the registered secret
 * over the timestamp alone. It does not cover the body: buttons carry a proof of their own (proof.ts).
 */
export function verifyCardCallback(
  apiSecret: string,
  headers: CallbackHeaders,
  body: Uint8Array,
  nowMs: number,
): Verified {
  const timestamp = headers["x-ddpaas-signature-timestamp"];
  const sign = headers["x-ddpaas-signature"];
  if (!isText(timestamp) || !isText(sign)) {
    return refuse("MISSING_PARAMETER", "no x-ddpaas-signature headers: the address was registered without a secret");
  }
  return verifySigned({ secret: apiSecret, signed: timestamp, sign, timestamp, body, nowMs });
}

export interface EventKeys {
  /** `DINGTALK_CLIENT_ID`: events of an internal app are sealed for its app key, not for the corpId. */
  readonly clientId: string;
  readonly token: string;
  readonly aesKey: string;
}

/**
 * A push of the event subscription (POST `{"encrypt"}`): the envelope that WeCom uses as well, with the time in
 * milliseconds. The parameters have two spellings each, of which one must be there, once.
 */
export function openEvent(keys: EventKeys, query: CallbackQuery, body: Uint8Array, nowMs: number): Verified {
  if (body.byteLength > BODY_MAX_BYTES) return refuse("TOO_LARGE", "the body is larger than 64 KiB");
  const envelope = readBody(body);
  if (envelope === undefined) return refuse("BAD_JSON", "the body is not a JSON object");
  const encrypted = textOf(envelope, "encrypt");
  if (encrypted === undefined) return refuse("NOT_ENCRYPTED", "the body has no encrypt");
  const signature = oneOf(query, "msg_signature", "signature");
  const timestamp = oneOf(query, "timestamp", "timeStamp");
  const { nonce } = query;
  if (signature === undefined || timestamp === undefined || !isText(nonce)) {
    return refuse("MISSING_PARAMETER", "msg_signature, timestamp and nonce are needed, each once");
  }
  const opened = openEnvelope(
    { token: keys.token, aesKey: keys.aesKey, receiverId: keys.clientId },
    { encrypted, signature, timestamp, nonce },
    nowMs,
    "milliseconds",
  );
  if (!opened.ok) return opened;
  const message = parseJsonObject(opened.text);
  return message === undefined
    ? refuse("BAD_JSON", "the event is not a JSON object")
    : { ok: true, message, signedAtMs: Number(timestamp) };
}

function verifySigned(request: {
  readonly secret: string;
  readonly signed: string;
  readonly sign: string;
  readonly timestamp: string;
  readonly body: Uint8Array;
  readonly nowMs: number;
}): Verified {
  const { secret, signed, sign, timestamp, body, nowMs } = request;
  if (body.byteLength > BODY_MAX_BYTES) return refuse("TOO_LARGE", "the body is larger than 64 KiB");
  const expected = createHmac("sha256", secret).update(signed).digest();
  // Node's Base64 is lenient: compared as bytes only when it is the one spelling of 32 bytes.
  if (!/^[A-Za-z0-9+/]{43}=$/.test(sign) || !timingSafeEqual(expected, Buffer.from(sign, "base64"))) {
    return refuse("BAD_SIGNATURE", "the signature differs: another secret, or another scheme");
  }
  if (!/^\d{13}$/.test(timestamp) || Math.abs(nowMs - Number(timestamp)) > SIGNED_TIMESTAMP_TOLERANCE_MS) {
    return refuse("STALE", "the timestamp is more than one hour from our clock");
  }
  const message = readBody(body);
  return message === undefined
    ? refuse("BAD_JSON", "the body is not a JSON object")
    : { ok: true, message, signedAtMs: Number(timestamp) };
}

function readBody(body: Uint8Array): JsonObject | undefined {
  const text = decodeUtf8(body);
  return text === undefined ? undefined : parseJsonObject(text);
}

/** The parameter under one of its two spellings; undefined when none or both are there. */
function oneOf(query: CallbackQuery, first: string, second: string): string | undefined {
  const given = [query[first], query[second]].filter((value) => value !== undefined);
  const [only] = given;
  // DingTalk itself sends both spellings of the signature, with the same value.
  return isText(only) && given.every((value) => value === only) ? only : undefined;
}

const isText = (value: string | readonly string[] | undefined): value is string =>
  typeof value === "string" && value !== "";
