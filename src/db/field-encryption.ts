import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from "node:crypto";

/** What is stored of a phone or bank account number: unreadable, but findable by its keyed hash. */
export interface EncryptedField {
  readonly cipher: Buffer;
  readonly keyId: string;
  readonly hash: Buffer;
}

export interface FieldEncryption {
  /** The key id that new values get; values with another one wait for `cli keys rotate`. */
  readonly keyId: string;
  /** The ids of all keys in the ring: what was stored under them can be read. */
  readonly keyIds: readonly string[];
  encrypt(plain: string): EncryptedField;
  /** Throws UnknownKeyError when the key is not in the ring, Error when the text was altered. */
  decrypt(cipher: Uint8Array, keyId: string): string;
  /** Equal for equal plain texts under the current key: the lookup column. */
  hash(plain: string): Buffer;
}

/** A stored value was encrypted with a key that is not configured. */
export class UnknownKeyError extends Error {
  readonly keyId: string;

  constructor(keyId: string) {
    super(`no key ${keyId} in FIELD_ENCRYPTION_KEY or FIELD_ENCRYPTION_OLD_KEYS`);
    this.name = "UnknownKeyError";
    this.keyId = keyId;
  }
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * AES-256-GCM with a random nonce. `keys` are 32-byte keys, the current one first; older ones only decrypt, until every
 * row has been re-encrypted. Cipher and lookup keys are derived apart, so that neither says anything about the other.
 */
export function createFieldEncryption(keys: readonly Uint8Array[]): FieldEncryption {
  const ring = keys.map((key) => {
    if (key.length !== 32) throw new RangeError("a field encryption key must have 32 bytes");
    const derive = (purpose: string) => Buffer.from(hkdfSync("sha256", key, "parkledger", purpose, 32));
    return {
      id: createHash("sha256").update("parkledger-key-id").update(key).digest("hex").slice(0, 12),
      cipherKey: derive("field-cipher"),
      lookupKey: derive("field-lookup"),
    };
  });
  const [current] = ring;
  if (!current) throw new RangeError("no field encryption key");
  const hash = (plain: string) => createHmac("sha256", current.lookupKey).update(plain, "utf8").digest();

  return {
    keyId: current.id,
    keyIds: ring.map(({ id }) => id),
    hash,
    encrypt(plain) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", current.cipherKey, nonce);
      const body = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]);
      return { cipher: Buffer.concat([nonce, body, cipher.getAuthTag()]), keyId: current.id, hash: hash(plain) };
    },
    decrypt(stored, keyId) {
      const key = ring.find((candidate) => candidate.id === keyId);
      if (!key) throw new UnknownKeyError(keyId);
      const bytes = Buffer.from(stored);
      const decipher = createDecipheriv("aes-256-gcm", key.cipherKey, bytes.subarray(0, NONCE_BYTES));
      decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
      const body = decipher.update(bytes.subarray(NONCE_BYTES, bytes.length - TAG_BYTES));
      return Buffer.concat([body, decipher.final()]).toString("utf8");
    },
  };
}
