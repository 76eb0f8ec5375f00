import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";

/**
 * Safe mode of the official account: AES-256-CBC over `random(16) + length(4, big-endian) + message + appid`,
 * padded by hand with PKCS#7 to 32 bytes (reference/platforms.md 1.1).
 */
const blockBytes = 32;

function keyOf(encodingAesKey: string): Buffer {
  if (!/^[A-Za-z0-9]{43}$/.test(encodingAesKey)) throw new Error("EncodingAESKey must be 43 letters and digits");
  return Buffer.from(`${encodingAesKey}=`, "base64");
}

/** Encrypts a message for `receiveId` (the appid here). Base64. */
export function encryptMessage(encodingAesKey: string, message: string, receiveId: string): string {
  const key = keyOf(encodingAesKey);
  const content = Buffer.from(message, "utf8");
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  const plain = Buffer.concat([randomBytes(16), length, content, Buffer.from(receiveId, "utf8")]);
  const padBytes = blockBytes - (plain.length % blockBytes);
  const cipher = createCipheriv("aes-256-cbc", key, key.subarray(0, 16)).setAutoPadding(false);
  return Buffer.concat([
    cipher.update(plain),
    cipher.update(Buffer.alloc(padBytes, padBytes)),
    cipher.final(),
  ]).toString("base64");
}

/** Opens a ciphertext. Throws on a wrong length, wrong padding or a length field that does not fit. */
export function decryptMessage(encodingAesKey: string, ciphertext: string): { message: string; receiveId: string } {
  const key = keyOf(encodingAesKey);
  const bytes = Buffer.from(ciphertext, "base64");
  if (bytes.length === 0 || bytes.length % blockBytes !== 0) throw new Error("ciphertext is not whole 32-byte blocks");
  const decipher = createDecipheriv("aes-256-cbc", key, key.subarray(0, 16)).setAutoPadding(false);
  const padded = Buffer.concat([decipher.update(bytes), decipher.final()]);
  const padBytes = padded[padded.length - 1] ?? 0;
  if (padBytes < 1 || padBytes > blockBytes) throw new Error("padding is out of range");
  if (!padded.subarray(-padBytes).every((byte) => byte === padBytes)) throw new Error("padding is not uniform");
  const plain = padded.subarray(0, -padBytes);
  if (plain.length < 20) throw new Error("plaintext is too short");
  const messageEnd = 20 + plain.readUInt32BE(16);
  if (messageEnd > plain.length) throw new Error("length field exceeds the plaintext");
  return {
    message: plain.subarray(20, messageEnd).toString("utf8"),
    receiveId: plain.subarray(messageEnd).toString("utf8"),
  };
}

/** `hex(sha1(sorted parts joined))`: three parts for `signature`, with the ciphertext as fourth for `msg_signature`. */
export function sortedSha1(...parts: readonly string[]): string {
  return createHash("sha1")
    .update([...parts].sort().join(""))
    .digest("hex");
}
