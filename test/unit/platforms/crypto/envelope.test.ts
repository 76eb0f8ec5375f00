import { createCipheriv, randomBytes } from "node:crypto";
import { decrypt, encrypt, getSignature } from "@wecom/crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  isStale,
  openEnvelope,
  sealEnvelope,
  signatureMatches,
  TIMESTAMP_TOLERANCE_MS,
} from "../../../../src/platforms/crypto/envelope.ts";

const keys = {
  token: "pamtest",
  aesKey: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
  receiverId: "wxb11529c136998cb6",
};
const timestamp = "1409304348";
const nonce = "xxxxxx";
const nowMs = 1_409_304_348_000;

/** A ciphertext with its right signature, so that a test reaches what lies behind the signature check. */
const signed = (encrypted: string) => ({
  encrypted,
  timestamp,
  nonce,
  signature: getSignature(keys.token, timestamp, nonce, encrypted),
});

/** Encrypts whole blocks as they are: the test writes random, length, text, receiver and padding itself. */
function encryptBlocks(plain: Buffer): string {
  const key = Buffer.from(`${keys.aesKey}=`, "base64");
  const cipher = createCipheriv("aes-256-cbc", key, key.subarray(0, 16)).setAutoPadding(false);
  return Buffer.concat([cipher.update(plain), cipher.final()]).toString("base64");
}

function plaintext(options: { text?: Buffer; length?: number; receiver?: string; padding?: Buffer } = {}): Buffer {
  const text = options.text ?? Buffer.from("hello");
  const length = Buffer.alloc(4);
  length.writeUInt32BE(options.length ?? text.length);
  const body = Buffer.concat([Buffer.alloc(16, 7), length, text, Buffer.from(options.receiver ?? keys.receiverId)]);
  const missing = 32 - (body.length % 32);
  return Buffer.concat([body, options.padding ?? Buffer.alloc(missing, missing)]);
}

describe("published vectors", () => {
  it("opens the vector of the official account's sample (WXBizMsgCryptTest, random aaaabbbbccccdddd)", () => {
    const encrypted = "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg==";
    expect(openEnvelope(keys, signed(encrypted), nowMs)).toEqual({ ok: true, text: "我是中文abcd123" });
    expect(encrypt(keys.aesKey, "我是中文abcd123", keys.receiverId, Buffer.from("aaaabbbbccccdddd"))).toBe(encrypted);
  });

  it("opens the echostr of WeCom's sample with its published signature, under a key with set trailing bits", () => {
    const wecom = {
      token: "QDG6eK",
      aesKey: "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
      receiverId: "wx5823bf96d3bd56c7",
    };
    const sealed = {
      encrypted: "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==",
      signature: "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3",
      timestamp: "1409659589",
      nonce: "263014780",
    };
    expect(openEnvelope(wecom, sealed, 1_409_659_589_000)).toEqual({ ok: true, text: "1616140317555161061" });
  });
});

describe("cross-check with @wecom/crypto", () => {
  it("opens whatever the library seals, of any length and script", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
        const opened = openEnvelope(keys, signed(encrypt(keys.aesKey, text, keys.receiverId)), nowMs);
        // A leading byte order mark is dropped by design.
        expect(opened).toEqual({ ok: true, text: text.replace(/^\ufeff/, "") });
      }),
    );
  });

  it("seals what the library opens, with the signature that the library computes", () => {
    const sealed = sealEnvelope(keys, "账单已出", timestamp, nonce);
    expect(decrypt(keys.aesKey, sealed.encrypted)).toMatchObject({ message: "账单已出", id: keys.receiverId });
    expect(sealed.signature).toBe(getSignature(keys.token, timestamp, nonce, sealed.encrypted));
    expect(openEnvelope(keys, sealed, nowMs)).toEqual({ ok: true, text: "账单已出" });
  });
});

describe("what is refused", () => {
  const good = signed(encrypt(keys.aesKey, "hello", keys.receiverId));
  const flipped = (text: string, index: number) =>
    text.slice(0, index) + (text[index] === "A" ? "B" : "A") + text.slice(index + 1);

  it.each([
    ["an altered ciphertext", { ...good, encrypted: flipped(good.encrypted, 10) }, "BAD_SIGNATURE", 401],
    ["an altered timestamp", { ...good, timestamp: "1409304349" }, "BAD_SIGNATURE", 401],
    ["an altered nonce", { ...good, nonce: "yyyyyy" }, "BAD_SIGNATURE", 401],
    ["a shortened signature", { ...good, signature: good.signature.slice(1) }, "BAD_SIGNATURE", 401],
    ["an empty signature", { ...good, signature: "" }, "BAD_SIGNATURE", 401],
    ["a signature in capitals and symbols", { ...good, signature: "Z".repeat(40) }, "BAD_SIGNATURE", 401],
    ["a plus sign that became a space", signed("ab cd+/="), "BAD_CIPHERTEXT", 400],
    ["half a block", signed(randomBytes(24).toString("base64")), "BAD_CIPHERTEXT", 400],
    ["no ciphertext", signed(""), "BAD_CIPHERTEXT", 400],
    ["padding 0", signed(encryptBlocks(plaintext({ padding: Buffer.alloc(5, 0) }))), "BAD_PADDING", 400],
    ["padding 33", signed(encryptBlocks(plaintext({ padding: Buffer.alloc(5 + 32, 33) }))), "BAD_PADDING", 400],
    [
      "padding bytes that differ",
      signed(encryptBlocks(plaintext({ padding: Buffer.from([5, 5, 4, 5, 5]) }))),
      "BAD_PADDING",
      400,
    ],
    ["padding longer than the plaintext", signed(encryptBlocks(Buffer.alloc(16, 32))), "BAD_PADDING", 400],
    ["a plaintext shorter than its header", signed(encryptBlocks(Buffer.alloc(16, 1))), "BAD_LENGTH", 400],
    ["a length beyond the plaintext", signed(encryptBlocks(plaintext({ length: 0xffff_ffff }))), "BAD_LENGTH", 400],
    [
      "a length that swallows part of the receiver",
      signed(encryptBlocks(plaintext({ length: 6 }))),
      "WRONG_RECEIVER",
      403,
    ],
    ["another app's message", signed(encrypt(keys.aesKey, "hello", "wx0000000000000000")), "WRONG_RECEIVER", 403],
    ["a message for nobody", signed(encrypt(keys.aesKey, "hello", "")), "WRONG_RECEIVER", 403],
    [
      "bytes that are not UTF-8",
      signed(encryptBlocks(plaintext({ text: Buffer.from([0x68, 0xff, 0xfe, 0x6c, 0x6f]) }))),
      "BAD_TEXT",
      400,
    ],
  ])("%s", (_name, sealed, code, httpStatus) => {
    expect(openEnvelope(keys, sealed, nowMs)).toMatchObject({ ok: false, code, httpStatus });
  });

  it("a message sealed under another AES key, which almost always shows in its padding", () => {
    const other = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";
    const sealed = signed(encrypt(other, "hello", keys.receiverId, Buffer.alloc(16, 1)));
    expect(openEnvelope(keys, sealed, nowMs)).toMatchObject({ ok: false, code: "BAD_PADDING" });
  });

  it.each(["", "short", `${keys.aesKey}=`, `${keys.aesKey.slice(1)}+`, ` ${keys.aesKey.slice(1)}`])(
    "an AES key of ours that is %j",
    (aesKey) => {
      expect(openEnvelope({ ...keys, aesKey }, good, nowMs)).toMatchObject({ ok: false, code: "BAD_KEY" });
      expect(() => sealEnvelope({ ...keys, aesKey }, "hello", timestamp, nonce)).toThrow("AES key");
    },
  );

  it("never throws and never opens what is altered in any one place", () => {
    fc.assert(
      fc.property(fc.nat({ max: good.encrypted.length - 1 }), (index) => {
        const result = openEnvelope(keys, { ...good, encrypted: flipped(good.encrypted, index) }, nowMs);
        expect(result.ok).toBe(false);
      }),
    );
  });
});

describe("age", () => {
  const atMs = (ms: number) => openEnvelope(keys, signed(encrypt(keys.aesKey, "hello", keys.receiverId)), ms);

  it.each([
    ["10 minutes late", TIMESTAMP_TOLERANCE_MS, true],
    ["10 minutes early", -TIMESTAMP_TOLERANCE_MS, true],
    ["a millisecond later than that", TIMESTAMP_TOLERANCE_MS + 1, false],
    ["a millisecond earlier than that", -TIMESTAMP_TOLERANCE_MS - 1, false],
  ])("%s", (_name, skewMs, accepted) => {
    expect(atMs(nowMs + skewMs).ok).toBe(accepted);
  });

  it("a stale message is refused with its own code", () => {
    expect(atMs(nowMs + 3_600_000)).toMatchObject({ code: "STALE", httpStatus: 401 });
  });

  it.each(["", "-1", "1e9", "1409304348.5", "soon", "9".repeat(16)])("a timestamp %j is stale", (text) => {
    expect(isStale(text, nowMs)).toBe(true);
  });

  it("reads milliseconds where the platform sends them", () => {
    expect(isStale("1409304348000", nowMs, "milliseconds")).toBe(false);
    expect(isStale("1409304348000", nowMs, "seconds")).toBe(true);
  });
});

describe("signature", () => {
  it("sorts by code unit, capitals before small letters", () => {
    // `printf Ba | sha1sum` and `printf aB | sha1sum`
    expect(signatureMatches("2fd22ce656b849cb086889e5eacd1da49228eb0a", ["a", "B"])).toBe(true);
    expect(signatureMatches("0f91e9beae97414416930ea959a27870845dd508", ["a", "B"])).toBe(false);
  });
});
