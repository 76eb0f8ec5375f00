import { createCipheriv, createPublicKey, generateKeyPair, type KeyObject, randomBytes, sign } from "node:crypto";
import { promisify } from "node:util";
import { newSerialHex, selfSignedCertificate } from "./certificate.ts";

const generate = promisify(generateKeyPair);

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export function generateRsaKeyPair(): Promise<KeyPair> {
  return generate("rsa", { modulusLength: 2048 });
}

/** A key that WeChat Pay signs with: a platform certificate or the 微信支付公钥. */
export interface PlatformKey {
  /** 40 hex digits, or `PUB_KEY_ID_…`. */
  readonly serial: string;
  readonly kind: "certificate" | "public-key";
  readonly privateKey: KeyObject;
  /** The certificate or the bare public key, as a merchant would store it. */
  readonly pem: string;
  readonly effectiveAtMs: number;
  readonly expiresAtMs: number;
}

const fiveYearsMs = 5 * 365 * 86_400_000;

export async function newPlatformCertificate(nowMs: number): Promise<PlatformKey> {
  const pair = await generateRsaKeyPair();
  const serial = newSerialHex();
  const effectiveAtMs = nowMs - 86_400_000;
  const expiresAtMs = effectiveAtMs + fiveYearsMs;
  const pem = selfSignedCertificate({
    ...pair,
    serialHex: serial,
    commonName: "Tenpay.com pretend root",
    notBeforeMs: effectiveAtMs,
    notAfterMs: expiresAtMs,
  });
  return { serial, kind: "certificate", privateKey: pair.privateKey, pem, effectiveAtMs, expiresAtMs };
}

export async function newPlatformPublicKey(nowMs: number): Promise<PlatformKey> {
  const pair = await generateRsaKeyPair();
  const digits = Array.from(randomBytes(28), (byte) => byte % 10).join("");
  const pem = createPublicKey(pair.privateKey).export({ type: "spki", format: "pem" }).toString();
  return {
    serial: `PUB_KEY_ID_${digits}`,
    kind: "public-key",
    privateKey: pair.privateKey,
    pem,
    effectiveAtMs: nowMs,
    expiresAtMs: Number.POSITIVE_INFINITY,
  };
}

/** The five headers of a signed answer or notification; `body` is "" for 204. */
export function signedHeaders(key: PlatformKey, body: string, wireNowMs: number): Record<string, string> {
  const timestamp = String(Math.floor(wireNowMs / 1000));
  const nonce = randomBytes(16).toString("hex");
  const signature = sign("sha256", Buffer.from(`${timestamp}\n${nonce}\n${body}\n`, "utf8"), key.privateKey);
  return {
    "Wechatpay-Nonce": nonce,
    "Wechatpay-Serial": key.serial,
    "Wechatpay-Signature": signature.toString("base64"),
    "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
    "Wechatpay-Timestamp": timestamp,
  };
}

export interface EncryptedResource {
  readonly algorithm: "AEAD_AES_256_GCM";
  readonly nonce: string;
  readonly associated_data: string;
  readonly ciphertext: string;
}

/** Encrypts with the merchant's APIv3 key: base64 of cipher text and 16-byte tag; nonce of 12 characters. */
export function encryptResource(apiV3Key: string, plaintext: string, associatedData: string): EncryptedResource {
  const nonce = randomBytes(9).toString("base64url");
  const cipher = createCipheriv("aes-256-gcm", Buffer.from(apiV3Key, "utf8"), Buffer.from(nonce, "utf8"));
  cipher.setAAD(Buffer.from(associatedData, "utf8"));
  const ciphertext = Buffer.concat([cipher.update(plaintext, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return {
    algorithm: "AEAD_AES_256_GCM",
    nonce,
    associated_data: associatedData,
    ciphertext: ciphertext.toString("base64"),
  };
}
