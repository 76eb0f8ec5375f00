import { createHmac } from "node:crypto";
import { encrypt, getSignature } from "@wecom/crypto";
import { describe, expect, it } from "vitest";
import {
  SAMPLE_EVENT_PUSH,
  SAMPLE_EVENTS,
  SAMPLE_ROBOT_MESSAGES,
} from "../../../../src/platforms/dingtalk/sample-payloads.ts";
import { openEvent, verifyCardCallback, verifyRobotMessage } from "../../../../src/platforms/dingtalk/verify.ts";

const CLIENT_SECRET = "client-secret-of-the-app";
const API_SECRET = "secret-of-the-card-route";
const nowMs = 1_788_228_003_000;
const HOUR_MS = 3_600_000;
const body = Buffer.from(JSON.stringify(SAMPLE_ROBOT_MESSAGES.groupText));

const hmac = (key: string, text: string) => createHmac("sha256", key).update(text).digest("base64");
/** reference/platforms.md section 1.5, written down a second time. */
const robotHeaders = (atMs = nowMs, secret = CLIENT_SECRET) => ({
  timestamp: String(atMs),
  sign: hmac(secret, `${atMs}\n${secret}`),
});
const cardHeaders = (atMs = nowMs, secret = API_SECRET) => ({
  "x-ddpaas-signature-timestamp": String(atMs),
  "x-ddpaas-signature": hmac(secret, String(atMs)),
});

describe("a robot's message", () => {
  const verify = (headers: Record<string, string | string[]>, at = nowMs, bytes: Uint8Array = body) =>
    verifyRobotMessage(CLIENT_SECRET, headers, bytes, at);

  it("is opened with the client secret, with the time that was signed", () => {
    expect(verify(robotHeaders())).toMatchObject({
      ok: true,
      message: { msgId: SAMPLE_ROBOT_MESSAGES.groupText.msgId },
      signedAtMs: nowMs,
    });
  });

  it("agrees with the formula of the platform's page on a vector computed by openssl", () => {
    // printf '1577262236757\nthis is secret' | openssl dgst -sha256 -hmac 'this is secret' -binary | base64
    const headers = { timestamp: "1577262236757", sign: "hmPWwU+7lVdm3ZZz0r9tSfx0L4Q26jWOZr9+Gs6EZQM=" };
    expect(verifyRobotMessage("this is secret", headers, body, 1_577_262_236_757)).toMatchObject({ ok: true });
  });

  it.each([
    ["another secret", robotHeaders(nowMs, "stolen"), "BAD_SIGNATURE"],
    ["a time changed after signing", { ...robotHeaders(), timestamp: String(nowMs + 1) }, "BAD_SIGNATURE"],
    ["a signature that is not Base64 of 32 bytes", { ...robotHeaders(), sign: "x" }, "BAD_SIGNATURE"],
    ["a signature without its padding", { ...robotHeaders(), sign: robotHeaders().sign.slice(0, -1) }, "BAD_SIGNATURE"],
    ["no signature", { timestamp: String(nowMs) }, "MISSING_PARAMETER"],
    ["two signatures", { ...robotHeaders(), sign: [robotHeaders().sign, "x"] }, "MISSING_PARAMETER"],
  ])("with %s is refused", (_name, headers, code) => {
    expect(verify(headers)).toMatchObject({ ok: false, code });
  });

  it("is taken for one hour and not a millisecond longer, backwards and forwards", () => {
    const headers = robotHeaders();
    expect(verify(headers, nowMs + HOUR_MS)).toMatchObject({ ok: true });
    expect(verify(headers, nowMs + HOUR_MS + 1)).toMatchObject({ ok: false, code: "STALE" });
    expect(verify(headers, nowMs - HOUR_MS - 1)).toMatchObject({ ok: false, code: "STALE" });
  });

  it("in seconds is no time of DingTalk's", () => {
    expect(verify(robotHeaders(Math.floor(nowMs / 1000)))).toMatchObject({ ok: false, code: "STALE" });
  });

  it.each([
    ["not JSON", Buffer.from("<xml/>"), "BAD_JSON"],
    ["a list", Buffer.from("[]"), "BAD_JSON"],
    ["not UTF-8", Buffer.from([0xff, 0xfe]), "BAD_JSON"],
    ["longer than any message", Buffer.alloc(65_537, " "), "TOO_LARGE"],
  ])("whose body is %s is refused", (_name, bytes, code) => {
    expect(verify(robotHeaders(), nowMs, bytes)).toMatchObject({ ok: false, code });
  });
});

describe("a card's callback", () => {
  const verify = (headers: Record<string, string>, at = nowMs) => verifyCardCallback(API_SECRET, headers, body, at);

  it("is opened with the secret of its route", () => {
    expect(verify(cardHeaders())).toMatchObject({ ok: true, signedAtMs: nowMs });
  });

  it("agrees with the formula of the platform's page on a vector computed by openssl", () => {
    // printf 1595925864847 | openssl dgst -sha256 -hmac 'your api secret' -binary | base64
    const headers = {
      "x-ddpaas-signature-timestamp": "1595925864847",
      "x-ddpaas-signature": "Bg/rEpKULmVAxxwW1+jyoFYLMfvi1c/gSYGyPaRtEkY=",
    };
    expect(verifyCardCallback("your api secret", headers, body, 1_595_925_864_847)).toMatchObject({ ok: true });
  });

  it.each([
    ["another secret", cardHeaders(nowMs, "stolen"), "BAD_SIGNATURE"],
    [
      "a time changed after signing",
      { ...cardHeaders(), "x-ddpaas-signature-timestamp": `${nowMs + 1}` },
      "BAD_SIGNATURE",
    ],
    ["no signature: the route was registered without a secret", {}, "MISSING_PARAMETER"],
  ])("with %s is refused", (_name, headers, code) => {
    expect(verify(headers as Record<string, string>)).toMatchObject({ ok: false, code });
  });

  it("is stale after an hour", () => {
    expect(verify(cardHeaders(), nowMs + HOUR_MS + 1)).toMatchObject({ ok: false, code: "STALE" });
  });
});

describe("an event", () => {
  const { keys } = SAMPLE_EVENT_PUSH;
  const seal = (event: unknown, change: { clientId?: string; aesKey?: string; atMs?: number } = {}) => {
    const encrypted = encrypt(change.aesKey ?? keys.aesKey, JSON.stringify(event), change.clientId ?? keys.clientId);
    const timestamp = String(change.atMs ?? nowMs);
    const msg_signature = getSignature(keys.token, timestamp, "WL4PK6yA", encrypted);
    return {
      query: { msg_signature, timestamp, nonce: "WL4PK6yA" },
      body: Buffer.from(JSON.stringify({ encrypt: encrypted })),
    };
  };
  const open = (push: { query: Record<string, string>; body: Uint8Array }, at = nowMs) =>
    openEvent(keys, push.query, push.body, at);

  it("as DingTalk once really sent it is opened", () => {
    const push = { query: SAMPLE_EVENT_PUSH.query, body: Buffer.from(JSON.stringify(SAMPLE_EVENT_PUSH.body)) };
    expect(open(push, 1_608_001_897_000)).toMatchObject({ ok: true, message: { EventType: "check_url" } });
  });

  it("is opened under both spellings of its parameters", () => {
    const { query, body: sealed } = seal(SAMPLE_EVENTS.groupJoined);
    const { msg_signature: signature, timestamp: timeStamp, nonce } = query;
    for (const spelling of [{ signature, timeStamp, nonce }, { ...query, signature }, query]) {
      expect(open({ query: spelling, body: sealed })).toMatchObject({ ok: true });
    }
    // Two values for one thing: which one was signed?
    expect(open({ query: { ...query, signature: "0".repeat(40) }, body: sealed })).toMatchObject({ ok: false });
  });

  it.each([
    [
      "sealed for the corpId, as older callbacks were",
      seal({}, { clientId: "ding4926b640107078f2" }),
      "WRONG_RECEIVER",
    ],
    ["of yesterday", seal({}, { atMs: nowMs - 86_400_000 }), "STALE"],
    ["sealed with another key", seal({}, { aesKey: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFR" }), "BAD_PADDING"],
    ["in the open", { ...seal({}), body: Buffer.from('{"EventType":"check_url"}') }, "NOT_ENCRYPTED"],
  ])("%s is refused", (_name, push, code) => {
    expect(open(push)).toMatchObject({ ok: false, code });
  });

  it("under another's signature is refused", () => {
    const push = seal(SAMPLE_EVENTS.urlCheck);
    expect(open({ ...push, query: seal(SAMPLE_EVENTS.colleagueLeft).query })).toMatchObject({ code: "BAD_SIGNATURE" });
  });
});

describe("the three schemes", () => {
  // The worst case: one secret everywhere.
  const secret = "the same secret";
  const robot = robotHeaders(nowMs, secret);
  const card = cardHeaders(nowMs, secret);
  const asCard = { "x-ddpaas-signature-timestamp": robot.timestamp, "x-ddpaas-signature": robot.sign };
  const asRobot = { timestamp: card["x-ddpaas-signature-timestamp"], sign: card["x-ddpaas-signature"] };

  it("do not accept each other's signatures even with one secret", () => {
    expect(verifyRobotMessage(secret, robot, body, nowMs)).toMatchObject({ ok: true });
    expect(verifyCardCallback(secret, card, body, nowMs)).toMatchObject({ ok: true });
    expect(verifyCardCallback(secret, asCard, body, nowMs)).toMatchObject({ ok: false, code: "BAD_SIGNATURE" });
    expect(verifyRobotMessage(secret, asRobot, body, nowMs)).toMatchObject({ ok: false, code: "BAD_SIGNATURE" });
    expect(verifyCardCallback(secret, robot, body, nowMs)).toMatchObject({ ok: false, code: "MISSING_PARAMETER" });
    const event = { ...SAMPLE_EVENT_PUSH.keys, token: secret };
    expect(openEvent(event, robot, body, nowMs)).toMatchObject({ ok: false, code: "NOT_ENCRYPTED" });
  });
});
