import { createHash } from "node:crypto";
import { encrypt, getSignature } from "@wecom/crypto";
import { describe, expect, it } from "vitest";
import { SAMPLE_PUSHES } from "../../../../src/platforms/official-account/sample-payloads.ts";
import { openPush, verifyUrlCheck } from "../../../../src/platforms/official-account/verify.ts";

const keys = { appId: "wx5823bf96d3bd56c7", token: "token1", aesKey: "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C" };
const timestamp = "1788228000";
const nowMs = 1_788_228_003_000;
const nonce = "263014780";
const signatureOf = (...parts: string[]) => createHash("sha1").update(parts.sort().join("")).digest("hex");

describe("the URL check", () => {
  const query = { signature: signatureOf(keys.token, timestamp, nonce), timestamp, nonce, echostr: "5919 2836+4=" };

  it("answers echostr verbatim", () => {
    expect(verifyUrlCheck(keys, query, nowMs)).toEqual({ ok: true, answer: "5919 2836+4=" });
  });

  it.each([
    ["another token", { ...query, signature: signatureOf("token2", timestamp, nonce) }, "BAD_SIGNATURE"],
    ["no echostr", { ...query, echostr: undefined }, "MISSING_PARAMETER"],
    ["a signature given twice", { ...query, signature: [query.signature, query.signature] }, "MISSING_PARAMETER"],
    ["no parameters at all", {}, "MISSING_PARAMETER"],
  ])("refuses %s", (_name, altered, code) => {
    expect(verifyUrlCheck(keys, altered, nowMs)).toMatchObject({ ok: false, code });
  });

  it("refuses yesterday's check", () => {
    expect(verifyUrlCheck(keys, query, nowMs + 86_400_000)).toMatchObject({ ok: false, code: "STALE" });
  });
});

describe("a push in safe mode", () => {
  const seal = (xml: string, appId = keys.appId) => {
    const encrypted = encrypt(keys.aesKey, xml, appId);
    return {
      query: {
        signature: signatureOf(keys.token, timestamp, nonce),
        msg_signature: getSignature(keys.token, timestamp, nonce, encrypted),
        timestamp,
        nonce,
        encrypt_type: "aes",
        openid: "o1",
      },
      encrypted,
      body: `<xml>\n<ToUserName><![CDATA[gh_1]]></ToUserName>\n<Encrypt><![CDATA[${encrypted}]]></Encrypt>\n</xml>`,
    };
  };
  const open = (query: Record<string, string>, body: string | Uint8Array, atMs = nowMs) =>
    openPush(keys, query, typeof body === "string" ? Buffer.from(body) : body, atMs);

  it("opens to the XML inside", () => {
    const { query, body } = seal(SAMPLE_PUSHES.text);
    expect(open(query, body)).toEqual({ ok: true, xml: SAMPLE_PUSHES.text });
  });

  it("ignores the plain copy of compatible mode, which no signature covers", () => {
    const { query, encrypted } = seal(SAMPLE_PUSHES.text);
    const forged = `<xml><FromUserName>victim</FromUserName><Content>退款</Content><Encrypt>${encrypted}</Encrypt></xml>`;
    expect(open(query, forged)).toEqual({ ok: true, xml: SAMPLE_PUSHES.text });
  });

  it("refuses plain mode, even with a right `signature` in the query", () => {
    const { query, body } = seal(SAMPLE_PUSHES.text);
    expect(open(query, SAMPLE_PUSHES.text)).toMatchObject({ code: "NOT_ENCRYPTED", httpStatus: 400 });
    expect(open({ ...query, encrypt_type: "raw" }, body)).toMatchObject({ code: "NOT_ENCRYPTED" });
  });

  it("refuses another account's message", () => {
    const { query, body } = seal(SAMPLE_PUSHES.text, "wx0000000000000000");
    expect(open(query, body)).toMatchObject({ code: "WRONG_RECEIVER", httpStatus: 403 });
  });

  it("refuses a replay after ten minutes", () => {
    const { query, body } = seal(SAMPLE_PUSHES.text);
    expect(open(query, body, nowMs + 600_001)).toMatchObject({ code: "STALE", httpStatus: 401 });
  });

  it("refuses the query's `signature` in place of msg_signature", () => {
    const { query, body } = seal(SAMPLE_PUSHES.text);
    expect(open({ ...query, msg_signature: query.signature }, body)).toMatchObject({ code: "BAD_SIGNATURE" });
  });

  const { query, encrypted } = seal(SAMPLE_PUSHES.text);
  it.each([
    ["a DTD", `<!DOCTYPE xml [<!ENTITY a "b">]><xml><Encrypt>${encrypted}</Encrypt></xml>`, "BAD_XML"],
    ["an entity declaration inside", `<xml><!ENTITY a "b"><Encrypt>${encrypted}</Encrypt></xml>`, "BAD_XML"],
    ["an open CDATA section", `<xml><Encrypt><![CDATA[${encrypted}</Encrypt></xml>`, "BAD_XML"],
    ["an unclosed element", `<xml><Encrypt>${encrypted}`, "BAD_XML"],
    ["another root", `<html><Encrypt>${encrypted}</Encrypt></html>`, "BAD_XML"],
    ["two roots", `<xml><Encrypt>${encrypted}</Encrypt></xml><xml></xml>`, "BAD_XML"],
    ["a prototype as element", `<xml><__proto__><Encrypt>${encrypted}</Encrypt></__proto__></xml>`, "BAD_XML"],
    ["two ciphertexts", `<xml><Encrypt>${encrypted}</Encrypt><Encrypt>${encrypted}</Encrypt></xml>`, "NOT_ENCRYPTED"],
    ["JSON", JSON.stringify({ Encrypt: encrypted }), "BAD_XML"],
    ["nothing", "", "BAD_XML"],
    ["more than 64 KiB", `<xml>${" ".repeat(65_536)}</xml>`, "TOO_LARGE"],
    ["deep nesting", `<xml>${"<a>".repeat(20)}${"</a>".repeat(20)}</xml>`, "BAD_XML"],
  ])("refuses %s without a crash", (_name, body, code) => {
    expect(open(query, body)).toMatchObject({ ok: false, code });
  });

  it("refuses broken UTF-8", () => {
    expect(open(query, Buffer.from([0x3c, 0x78, 0xff]))).toMatchObject({ code: "BAD_XML" });
  });
});
