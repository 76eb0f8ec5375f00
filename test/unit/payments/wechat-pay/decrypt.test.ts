import { describe, expect, it } from "vitest";
import {
  DecryptionError,
  type DecryptionFault,
  decryptResource,
  type EncryptedResource,
} from "../../../../src/payments/wechat-pay/decrypt.ts";
import { API_V3_KEY, seal } from "./platform.ts";

const PLAIN = '{"amount":{"total":100},"attach":"三号楼"}';

function sealed(change: Partial<EncryptedResource> = {}): EncryptedResource {
  const { ciphertext, nonce, associatedData } = seal(PLAIN);
  return { algorithm: "AEAD_AES_256_GCM", ciphertext, nonce, associated_data: associatedData, ...change };
}

function faultOf(resource: EncryptedResource, key = API_V3_KEY): DecryptionFault | "opened" {
  try {
    decryptResource(resource, key);
    return "opened";
  } catch (error) {
    if (error instanceof DecryptionError) return error.fault;
    throw error;
  }
}

/** The same base64 text with one bit of one decoded byte turned. */
function flipped(base64: string, at: number): string {
  const bytes = Buffer.from(base64, "base64");
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  return bytes.toString("base64");
}

describe("an AES-256-GCM envelope", () => {
  it("made by another implementation opens to the same bytes", () => {
    expect(decryptResource(sealed(), API_V3_KEY).toString("utf8")).toBe(PLAIN);
  });

  it.each([[""], [null], [undefined]])("may have the associated data %j", (associated_data) => {
    const { ciphertext, nonce } = seal(PLAIN, { associatedData: "" });
    const resource = { algorithm: "AEAD_AES_256_GCM", ciphertext, nonce, associated_data };
    expect(decryptResource(resource, API_V3_KEY).toString("utf8")).toBe(PLAIN);
  });

  it("is refused with any flipped byte, in the ciphertext as in the tag", () => {
    const resource = sealed();
    const length = Buffer.from(resource.ciphertext, "base64").length;
    for (let at = 0; at < length; at += 1) {
      expect(faultOf({ ...resource, ciphertext: flipped(resource.ciphertext, at) }), `byte ${at}`).toBe(
        "AUTHENTICATION",
      );
    }
  });

  const whole = Buffer.from(sealed().ciphertext, "base64");
  it.each<[string, Partial<EncryptedResource>, DecryptionFault]>([
    ["a tag cut by one byte", { ciphertext: whole.subarray(0, -1).toString("base64") }, "AUTHENTICATION"],
    ["no tag at all", { ciphertext: whole.subarray(0, -16).toString("base64") }, "AUTHENTICATION"],
    ["less than a tag", { ciphertext: whole.subarray(0, 15).toString("base64") }, "MALFORMED"],
    ["text that is not base64", { ciphertext: "****" }, "MALFORMED"],
    ["other associated data", { associated_data: "refund" }, "AUTHENTICATION"],
    ["no associated data", { associated_data: "" }, "AUTHENTICATION"],
    ["another nonce", { nonce: "fdasflkja485" }, "AUTHENTICATION"],
    ["a nonce of the wrong length", { nonce: "short" }, "MALFORMED"],
    ["another algorithm", { algorithm: "AEAD_SM4_GCM" }, "ALGORITHM"],
  ])("is refused: %s", (_name, change, fault) => {
    expect(faultOf(sealed(change))).toBe(fault);
  });

  it("is refused under another key, and under a key copied with two characters too many", () => {
    expect(faultOf(sealed(), "f".repeat(32))).toBe("AUTHENTICATION");
    expect(faultOf(sealed(), `${API_V3_KEY}  `)).toBe("KEY_LENGTH");
  });

  it("does not tell the key or the text in its error", () => {
    try {
      decryptResource(sealed({ associated_data: "refund" }), API_V3_KEY);
      expect.unreachable();
    } catch (error) {
      expect(String(error)).not.toContain(API_V3_KEY);
      expect(error).not.toHaveProperty("cause");
    }
  });
});
