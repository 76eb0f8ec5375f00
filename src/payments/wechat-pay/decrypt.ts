import { createDecipheriv } from "node:crypto";
import { z } from "zod";

/** An AEAD_AES_256_GCM envelope: `resource` of a notification, `encrypt_certificate` of a certificate. */
export const encryptedResourceSchema = z.object({
  algorithm: z.string(),
  /** Base64 of ciphertext followed by the 16-byte tag. */
  ciphertext: z.string(),
  /** 12 characters, used as UTF-8 text. */
  nonce: z.string(),
  /** May be empty or absent; authenticated either way. */
  associated_data: z.string().nullish(),
});
export type EncryptedResource = z.infer<typeof encryptedResourceSchema>;

/**
 * - `ALGORITHM`: not AEAD_AES_256_GCM.
 * - `KEY_LENGTH`: the APIv3 key is not 32 bytes.
 * - `MALFORMED`: nonce or ciphertext have an impossible form.
 * - `AUTHENTICATION`: tag, associated data, nonce or key do not fit: tampered with, or the wrong APIv3 key.
 */
export type DecryptionFault = "ALGORITHM" | "KEY_LENGTH" | "MALFORMED" | "AUTHENTICATION";

/** Carries neither key nor plaintext, so it may be logged. */
export class DecryptionError extends Error {
  readonly fault: DecryptionFault;
  constructor(fault: DecryptionFault, message: string) {
    super(message);
    this.name = "DecryptionError";
    this.fault = fault;
  }
}

const TAG_BYTES = 16;
const NONCE_BYTES = 12;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * Opens an envelope with the merchant's APIv3 key and checks the tag (reference/wechat-pay.md section 1.4). Throws
 * DecryptionError. Our own because `decipher_gcm` of wechatpay-node-v3 never calls `final()`: there a flipped
 * ciphertext bit turns 100 fen into 900 without an error (section 8.2, row 1).
 */
export function decryptResource(resource: EncryptedResource, apiV3Key: string): Buffer {
  if (resource.algorithm !== "AEAD_AES_256_GCM") throw new DecryptionError("ALGORITHM", "unsupported algorithm");
  const key = Buffer.from(apiV3Key, "utf8");
  if (key.length !== 32) throw new DecryptionError("KEY_LENGTH", `the APIv3 key has ${key.length} bytes instead of 32`);
  const nonce = Buffer.from(resource.nonce, "utf8");
  if (nonce.length !== NONCE_BYTES) throw new DecryptionError("MALFORMED", `the nonce has ${nonce.length} bytes`);
  if (!BASE64.test(resource.ciphertext)) throw new DecryptionError("MALFORMED", "the ciphertext is not base64");
  const sealed = Buffer.from(resource.ciphertext, "base64");
  if (sealed.length < TAG_BYTES) throw new DecryptionError("MALFORMED", "the ciphertext is shorter than its tag");
  const tagAt = sealed.length - TAG_BYTES;
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAuthTag(sealed.subarray(tagAt));
    decipher.setAAD(Buffer.from(resource.associated_data ?? "", "utf8"));
    return Buffer.concat([decipher.update(sealed.subarray(0, tagAt)), decipher.final()]);
  } catch {
    throw new DecryptionError("AUTHENTICATION", "the ciphertext is not authentic under this APIv3 key");
  }
}
