import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import plugin from "wechatpay-axios-plugin";
import type { RawNotification } from "../../../../src/payments/wechat-pay/notification.ts";
import { notificationEnvelope } from "../../../../src/payments/wechat-pay/sample-payloads.ts";

/**
 * The platform's side, played by another implementation (wechatpay-axios-plugin), so that nothing here shares code with
 * what is tested.
 */
export const API_V3_KEY = "0123456789abcdef0123456789abcdef";
export const PUBLIC_KEY_ID = "PUB_KEY_ID_0000000000000024101100397200000006";
export const NOW_MS = Date.UTC(2026, 7, 15, 2, 35, 0);
export const NOW_SECONDS = NOW_MS / 1000;

export interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly publicPem: string;
  readonly privatePem: string;
}

export function newKeyPair(): KeyPair {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const publicKey = createPublicKey(privateKey);
  return {
    privateKey,
    publicKey,
    publicPem: publicKey.export({ type: "spki", format: "pem" }).toString(),
    privatePem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

export const platformKeys = newKeyPair();

/** `timestamp\nnonce\nbody\n`, signed by the plugin. */
function signAsPlatform(body: string, timestamp: string, nonce: string, keys: KeyPair = platformKeys): string {
  return plugin.Rsa.sign(plugin.Formatter.response(timestamp, nonce, body), keys.privateKey);
}

/** The signature headers of an answer or a callback. */
export function signatureHeaders(
  body: string,
  options: { seconds?: number; serial?: string; keys?: KeyPair } = {},
): Record<string, string> {
  const timestamp = String(options.seconds ?? NOW_SECONDS);
  const nonce = "d9KqmpgC0pT6wmyU2hNaLvbL1bwwQ9zJ";
  return {
    "wechatpay-timestamp": timestamp,
    "wechatpay-nonce": nonce,
    "wechatpay-serial": options.serial ?? PUBLIC_KEY_ID,
    "wechatpay-signature": signAsPlatform(body, timestamp, nonce, options.keys),
    "wechatpay-signature-type": "WECHATPAY2-SHA256-RSA2048",
  };
}

export function seal(plain: string, options: { key?: string; nonce?: string; associatedData?: string } = {}) {
  const nonce = options.nonce ?? "fdasflkja484";
  const associatedData = options.associatedData ?? "transaction";
  const ciphertext = plugin.Aes.AesGcm.encrypt(plain, options.key ?? API_V3_KEY, nonce, associatedData);
  return { ciphertext, nonce, associatedData };
}

/** A callback as it arrives, encrypted and signed by the plugin. */
export function callback(eventType: string, resource: unknown): RawNotification {
  const text = JSON.stringify(notificationEnvelope(eventType, seal(JSON.stringify(resource))));
  return signedCallback(text);
}

export function signedCallback(text: string, headers = signatureHeaders(text)): RawNotification {
  return { headers, body: Buffer.from(text, "utf8") };
}
