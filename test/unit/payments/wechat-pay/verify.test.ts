import { describe, expect, it } from "vitest";
import { readSignature, type SignedMessage, verifySigned } from "../../../../src/payments/wechat-pay/verify.ts";
import { NOW_MS, NOW_SECONDS, newKeyPair, PUBLIC_KEY_ID, platformKeys, signatureHeaders } from "./platform.ts";

const keys = new Map([[PUBLIC_KEY_ID, platformKeys.publicKey]]);
const BODY = '{"total":100,"note":"八月电费"}';

function message(options: { body?: string; seconds?: number } = {}): SignedMessage {
  const body = options.body ?? BODY;
  const headers = signatureHeaders(body, options);
  const signed = readSignature((name) => headers[name], Buffer.from(body));
  if (signed === undefined) throw new Error("the sample is incomplete");
  return signed;
}

describe("the signature of WeChat Pay", () => {
  it("is accepted as another implementation makes it, over UTF-8 text", () => {
    expect(verifySigned(message(), keys, NOW_MS)).toEqual({ ok: true });
  });

  it("is accepted over the empty body of a 204", () => {
    expect(verifySigned(message({ body: "" }), keys, NOW_MS)).toEqual({ ok: true });
  });

  it("covers every single byte of the body", () => {
    const good = message();
    for (let at = 0; at < good.body.length; at += 1) {
      const body = Buffer.from(good.body);
      body.writeUInt8(body.readUInt8(at) ^ 1, at);
      expect(verifySigned({ ...good, body }, keys, NOW_MS), `byte ${at}`).toMatchObject({ refusal: "BAD_SIGNATURE" });
    }
  });

  it.each([
    ["another nonce", { nonce: "another" }, "BAD_SIGNATURE"],
    ["a later timestamp on the same signature", { timestamp: String(NOW_SECONDS + 1) }, "BAD_SIGNATURE"],
    ["a body that gained a line end", { body: Buffer.from(`${BODY}\n`) }, "BAD_SIGNATURE"],
    ["a signature that is not base64", { signature: "no base64!" }, "BAD_SIGNATURE"],
    ["a probe of the platform", { signature: `WECHATPAY/SIGNTEST/${"A".repeat(325)}` }, "BAD_SIGNATURE"],
    ["a serial we never saw", { serial: "PUB_KEY_ID_9" }, "UNKNOWN_SERIAL"],
    ["the name of an inherited property as serial", { serial: "constructor" }, "UNKNOWN_SERIAL"],
    ["a timestamp that is not a number", { timestamp: "1e9" }, "STALE"],
    ["an empty timestamp", { timestamp: "" }, "STALE"],
  ])("is refused: %s", (_name, change, refusal) => {
    expect(verifySigned({ ...message(), ...change }, keys, NOW_MS)).toMatchObject({ ok: false, refusal });
  });

  it("is refused under another key of the same serial", () => {
    const wrong = new Map([[PUBLIC_KEY_ID, newKeyPair().publicKey]]);
    expect(verifySigned(message(), wrong, NOW_MS)).toMatchObject({ refusal: "BAD_SIGNATURE" });
  });

  it("names a probe in its reason, so that nobody hunts a forger", () => {
    const probe = { ...message(), signature: "WECHATPAY/SIGNTEST/abcd" };
    expect(verifySigned(probe, keys, NOW_MS)).toMatchObject({ reason: "a signature probe of WeChat Pay" });
  });

  it.each([
    ["299 s old", -299, true],
    ["300 s old", -300, false],
    ["299 s ahead", 299, true],
    ["300 s ahead", 300, false],
  ])("five minutes are the limit in both directions: %s", (_name, offset, ok) => {
    expect(verifySigned(message({ seconds: NOW_SECONDS + offset }), keys, NOW_MS).ok).toBe(ok);
  });

  it.each(["timestamp", "nonce", "serial", "signature"])("is missing when the %s header is", (part) => {
    const headers: Record<string, string | undefined> = { ...signatureHeaders(BODY), [`wechatpay-${part}`]: undefined };
    expect(readSignature((name) => headers[name], Buffer.from(BODY))).toBeUndefined();
  });
});
