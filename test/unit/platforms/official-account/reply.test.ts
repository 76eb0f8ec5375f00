import { decrypt, getSignature } from "@wecom/crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { childText, parseXml, type XmlElement } from "../../../../src/platforms/crypto/xml.ts";
import { buildPassiveReply } from "../../../../src/platforms/official-account/reply.ts";

const keys = { appId: "wx5823bf96d3bd56c7", token: "token1", aesKey: "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C" };
const incoming = { senderId: "oUser", receiverId: "gh_account" };
const nowMs = 1_788_228_000_999;

const root = (xml: string): XmlElement => {
  const parsed = parseXml(xml);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.root;
};
/** Reads a reply as WeChat does: with the library, not with our own opening. */
function read(body: string) {
  const envelope = root(body);
  const encrypted = childText(envelope, "Encrypt") ?? "";
  const { message, id } = decrypt(keys.aesKey, encrypted);
  return { envelope, encrypted, message: root(message), receiver: id };
}
const contentOf = (text: string) => childText(read(buildPassiveReply(keys, incoming, text, nowMs)).message, "Content");

describe("a passive reply", () => {
  it("is signed over its own ciphertext and meant for our appid", () => {
    const { envelope, encrypted, receiver } = read(buildPassiveReply(keys, incoming, "您好", nowMs, "n1"));
    expect(childText(envelope, "TimeStamp")).toBe("1788228000");
    expect(childText(envelope, "Nonce")).toBe("n1");
    expect(childText(envelope, "MsgSignature")).toBe(getSignature(keys.token, "1788228000", "n1", encrypted));
    expect(receiver).toBe(keys.appId);
  });

  it("swaps the addresses of the incoming message", () => {
    const { message } = read(buildPassiveReply(keys, incoming, "您好", nowMs));
    expect(message).toEqual({
      ToUserName: "oUser",
      FromUserName: "gh_account",
      CreateTime: "1788228000",
      MsgType: "text",
      Content: "您好",
    });
  });

  it.each([
    ["the end of a CDATA section", "a]]>b<x>&amp;", "a]]>b<x>&amp;"],
    ["two of them", "]]>]]>", "]]>]]>"],
    ["characters that XML does not have", "a\u0000\u0008b\uffff", "ab"],
    ["blanks around", "  您好\n", "您好"],
  ])("carries %s", (_name, text, content) => {
    expect(contentOf(text)).toBe(content);
  });

  it("carries any text unharmed", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[!-~一-龥]{1,80}$/), (text) => {
        expect(contentOf(text)).toBe(text);
      }),
      { numRuns: 50 },
    );
  });

  it("is cut at a character within 2048 bytes", () => {
    // 682 × 3 = 2046 bytes fit whole; of 683 only 681 fit beside the three bytes of "…".
    expect(contentOf("园".repeat(682))).toBe("园".repeat(682));
    expect(contentOf("园".repeat(683))).toBe(`${"园".repeat(681)}…`);
    // A family emoji is one character of 25 bytes: 81 of them are 2025 bytes, an 82nd would not leave room.
    expect(contentOf("👨‍👩‍👧‍👦".repeat(100))).toBe(`${"👨‍👩‍👧‍👦".repeat(81)}…`);
  });

  it.each(["", "  \n", "\u0001"])("refuses the blank text %j, which people would see as a fault", (text) => {
    expect(() => buildPassiveReply(keys, incoming, text, nowMs)).toThrow(RangeError);
  });
});
