import { decrypt, encrypt } from "@wecom/crypto";
import { describe, expect, it } from "vitest";
import { outOfOrderBanner } from "../../../playground/official-account/chat.ts";
import { decryptMessage, encryptMessage, sortedSha1 } from "../../../playground/official-account/cryptography.ts";
import { oaAesKey, oaAppId, openAccount, originalId, seal, textReply } from "./official-account-world.ts";
import { startCallback } from "./world.ts";

describe("the envelope of safe mode against @wecom/crypto", () => {
  // 20 bytes of frame and 18 of appid: lengths around the 32-byte block give every padding from 1 to 32.
  it.each(Array.from({ length: 34 }, (_, index) => index))("opens on both sides with %i bytes of text", (length) => {
    const text = "a".repeat(length);
    expect(decrypt(oaAesKey, encryptMessage(oaAesKey, text, oaAppId))).toMatchObject({ message: text, id: oaAppId });
    expect(decryptMessage(oaAesKey, encrypt(oaAesKey, text, oaAppId))).toEqual({ message: text, receiveId: oaAppId });
  });

  it("opens the sample that Tencent publishes with its demo code", () => {
    const encrypted = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==";
    expect(sortedSha1("QDG6eK", "1409659589", "263014780", encrypted)).toBe("5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3");
    expect(decryptMessage("jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", encrypted)).toEqual({
      message: "1616140317555161061",
      receiveId: "wx5823bf96d3bd56c7",
    });
  });

  it("counts bytes and not characters", () => {
    const text = "查账单🧾";
    expect(decrypt(oaAesKey, encryptMessage(oaAesKey, text, oaAppId)).message).toBe(text);
  });

  it("refuses a ciphertext with one bit changed in its last block", () => {
    const bytes = Buffer.from(encryptMessage(oaAesKey, "账单", oaAppId), "base64");
    bytes[bytes.length - 17] = (bytes[bytes.length - 17] ?? 0) ^ 0x80;
    expect(() => decryptMessage(oaAesKey, bytes.toString("base64"))).toThrow(/padding/);
  });
});

describe("a push to the bot", () => {
  it("is signed, encrypted for the appid and names who spoke", async () => {
    const { anna, pushes } = await openAccount();
    await anna.say("查账单");
    const [push] = pushes();
    expect(push).toMatchObject({ isSigned: true, appId: oaAppId });
    expect(Object.fromEntries(push?.query ?? [])).toMatchObject({ encrypt_type: "aes", openid: "oAnna" });
    expect(push?.query.get("signature")).toMatch(/^[0-9a-f]{40}$/);
    expect([push?.field("ToUserName"), push?.field("FromUserName")]).toEqual([originalId, "oAnna"]);
    expect([push?.field("MsgType"), push?.field("Content")]).toEqual(["text", "查账单"]);
    expect(push?.field("MsgId")).toMatch(/^\d{15}$/);
    expect(push?.field("CreateTime")).toBe("1786766400");
  });

  it("shows the passive reply on the phone", async () => {
    const { anna } = await openAccount({
      answer: () => ({ status: 200, body: seal(textReply("oAnna", "本期应缴 ¥1,234.50")) }),
    });
    await anna.say("查账单");
    expect(anna.messages).toMatchObject([{ channel: "passive", type: "text", text: "本期应缴 ¥1,234.50" }]);
  });

  it.each(["", "success"])("takes %j as nothing to say", async (body) => {
    const { anna, account } = await openAccount({ answer: () => ({ status: 200, body }) });
    expect(await anna.say("在吗")).toMatchObject({ state: "answered", reply: { state: "silent" } });
    expect([anna.messages, account.incidents]).toEqual([[], []]);
  });

  it("is repeated with the same MsgId after a failure, sealed anew, three times in all", async () => {
    const { anna, pushes } = await openAccount({ answer: () => ({ status: 502 }) });
    expect(await anna.say("查账单")).toMatchObject({ state: "given-up" });
    expect(new Set(pushes().map((push) => push.field("MsgId"))).size).toBe(1);
    expect(new Set(pushes().map((push) => push.query.get("msg_signature"))).size).toBe(3);
    expect(anna.messages).toMatchObject([{ channel: "banner", text: outOfOrderBanner }]);
  });

  it("counts an answer that takes too long as none; the next attempt may succeed", async () => {
    const { anna } = await openAccount({
      account: { pushTimeoutMs: 60, pushSpacingMs: 0 },
      answer: (_push, number) => (number === 1 ? null : { status: 200, body: seal(textReply("oAnna", "来了")) }),
    });
    const result = await anna.say("查账单");
    expect(result.attempts).toMatchObject([{ outcome: "timed-out" }, { outcome: "answered", status: 200 }]);
    expect(anna.messages).toMatchObject([{ channel: "passive", text: "来了" }]);
  });

  it("can be delivered twice at once, as after a lost answer; the person sees one reply", async () => {
    const { anna, pushes } = await openAccount({
      answer: (_push, number) => ({ status: 200, body: number === 1 ? seal(textReply("oAnna", "一次")) : "" }),
    });
    anna.duplicateNextPush(2);
    await anna.say("查账单");
    expect(new Set(pushes().map((push) => push.field("MsgId"))).size).toBe(1);
    expect(pushes()).toHaveLength(2);
    expect(anna.messages).toHaveLength(1);
  });

  it.each<[string, string]>([
    ["an empty Content", seal(textReply("oAnna", ""))],
    ["names not swapped", seal(textReply(originalId, "账单", "oAnna"))],
    ["a reply to somebody else", seal(textReply("oBen", "账单"))],
    ["the appid as sender", seal(textReply("oAnna", "账单", oaAppId))],
    ["a wrong signature", seal(textReply("oAnna", "账单"), { signature: "0".repeat(40) })],
    ["another receiver's appid", seal(textReply("oAnna", "账单"), { appId: "wx0000000000000000" })],
    ["another key", seal(textReply("oAnna", "账单"), { aesKey: oaAesKey.toUpperCase() })],
    ["plain XML", textReply("oAnna", "账单")],
    ["JSON", '{"msg":"账单"}'],
    ["white space in front", ` ${seal(textReply("oAnna", "账单"))}`],
    ["XML cut short", seal(textReply("oAnna", "账单").slice(0, -6))],
    ["an encrypted success", seal("success")],
    ["more than 2048 bytes", seal(textReply("oAnna", "账".repeat(683)))],
  ])("shows the banner for %s, once and without a repeat", async (_case, body) => {
    const { anna, account, pushes } = await openAccount({ answer: () => ({ status: 200, body }) });
    expect(await anna.say("查账单")).toMatchObject({ reply: { state: "malformed" } });
    expect(anna.messages).toMatchObject([{ channel: "banner", text: outOfOrderBanner }]);
    expect(account.incidents).toHaveLength(1);
    expect(pushes()).toHaveLength(1);
  });

  it("accepts 2048 bytes", async () => {
    // 682 characters of 3 bytes and 2 of 1: 2046 + 2 = 2048.
    const text = `${"账".repeat(682)}ab`;
    const { anna } = await openAccount({ answer: () => ({ status: 200, body: seal(textReply("oAnna", text)) }) });
    await anna.say("查账单");
    expect(anna.messages).toMatchObject([{ channel: "passive", text }]);
  });
});

describe("events", () => {
  it("carry their key, scene or link", async () => {
    const { account, pushes } = await openAccount();
    const ben = account.user("oBen");
    await ben.scan("unit-A101");
    await ben.scan("unit-A101");
    await ben.clickMenu("bills");
    await ben.openMenuLink("https://park.example/h5/bills");
    await ben.unsubscribe();
    expect(pushes().map((push) => [push.field("Event"), push.field("EventKey")])).toEqual([
      ["subscribe", "qrscene_unit-A101"],
      ["SCAN", "unit-A101"],
      ["CLICK", "bills"],
      ["VIEW", "https://park.example/h5/bills"],
      ["unsubscribe", ""],
    ]);
    expect(pushes().every((push) => push.isSigned && push.field("MsgId") === undefined)).toBe(true);
  });

  it("need somebody who follows the account", async () => {
    const { account } = await openAccount();
    expect(() => account.user("oBen").say("你好")).toThrow(/does not follow/);
  });
});

describe("the check of the callback address", () => {
  it("wants the echostr back verbatim", async () => {
    const { account } = await openAccount();
    const echo = await startCallback((received) => ({
      status: 200,
      body: new URLSearchParams(received.target.split("?")[1]).get("echostr") ?? "",
    }));
    account.setCallbackUrl(echo.url);
    expect(await account.checkUrl()).toBe(true);

    const raw = await startCallback((received) => ({
      status: 200,
      body: /echostr=([^&]*)/.exec(received.target)?.[1] ?? "",
    }));
    account.setCallbackUrl(raw.url);
    expect(await account.checkUrl()).toBe(false);
  });
});
