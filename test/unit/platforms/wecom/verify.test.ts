import { decrypt, encrypt, getSignature } from "@wecom/crypto";
import { describe, expect, it } from "vitest";
import { buildPassiveReply } from "../../../../src/platforms/wecom/reply.ts";
import { openPush, verifyUrlCheck, type WecomKeys } from "../../../../src/platforms/wecom/verify.ts";

const keys: WecomKeys = {
  corpId: "ww0123456789abcdef",
  agentId: 1_000_002,
  token: "token1",
  aesKey: "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
};
/** 2026-09-01 10:00:00 in Shanghai. */
const NOW_MS = 1_788_228_000_000;
const timestamp = "1788228000";
const nonce = "1597212914";

/** As WeCom would seal it, by the package of its own people. */
const sealedFor = (receiver: string, text: string, token = keys.token, aesKey = keys.aesKey) => {
  const encrypted = encrypt(aesKey, text, receiver);
  return { encrypted, signature: getSignature(token, timestamp, nonce, encrypted) };
};
const push = (receiver: string, text: string, token?: string, aesKey?: string) => {
  const { encrypted, signature } = sealedFor(receiver, text, token, aesKey);
  return {
    query: { msg_signature: signature, timestamp, nonce },
    body: Buffer.from(
      `<xml><ToUserName><![CDATA[${receiver}]]></ToUserName><Encrypt><![CDATA[${encrypted}]]></Encrypt></xml>`,
    ),
  };
};

describe("the URL check", () => {
  it("is answered with what is sealed inside of echostr", () => {
    const { encrypted, signature } = sealedFor(keys.corpId, "1616140317555161061");
    const query = { msg_signature: signature, timestamp, nonce, echostr: encrypted };
    expect(verifyUrlCheck(keys, query, NOW_MS)).toEqual({ ok: true, answer: "1616140317555161061" });
  });

  it.each([
    ["another token", { token: "token2" }, "BAD_SIGNATURE", 401],
    ["another company", { corpId: "ww9999999999999999" }, "WRONG_RECEIVER", 403],
    ["another AES key", { aesKey: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG" }, undefined, 400],
  ])("is refused with %s, never with a 500", (_what, other, code, httpStatus) => {
    const { encrypted, signature } = sealedFor(keys.corpId, "1616140317555161061");
    const query = { msg_signature: signature, timestamp, nonce, echostr: encrypted };
    const check = verifyUrlCheck({ ...keys, ...other }, query, NOW_MS);
    expect(check).toMatchObject({ ok: false, httpStatus, ...(code === undefined ? {} : { code }) });
  });

  it("is refused when a proxy has turned the + of echostr into a space", () => {
    let sealed = sealedFor(keys.corpId, "1");
    while (!sealed.encrypted.includes("+")) sealed = sealedFor(keys.corpId, "1");
    const echostr = sealed.encrypted.replaceAll("+", " ");
    const signature = getSignature(keys.token, timestamp, nonce, echostr);
    const query = { msg_signature: signature, timestamp, nonce, echostr };
    expect(verifyUrlCheck(keys, query, NOW_MS)).toMatchObject({ ok: false, code: "BAD_CIPHERTEXT" });
  });

  it("is refused when a parameter is missing or given twice", () => {
    const { encrypted, signature } = sealedFor(keys.corpId, "1");
    const query = { msg_signature: signature, timestamp, nonce, echostr: encrypted };
    expect(verifyUrlCheck(keys, { ...query, echostr: undefined }, NOW_MS)).toMatchObject({ code: "MISSING_PARAMETER" });
    expect(verifyUrlCheck(keys, { ...query, nonce: [nonce, nonce] }, NOW_MS)).toMatchObject({
      code: "MISSING_PARAMETER",
    });
  });
});

describe("a push", () => {
  it("is opened, whatever length its text has", () => {
    // Every remainder of the 32-byte padding, the full block of padding included.
    for (let length = 1; length <= 64; length += 1) {
      const { query, body } = push(keys.corpId, "园".repeat(length));
      expect(openPush(keys, query, body, NOW_MS)).toEqual({ ok: true, xml: "园".repeat(length) });
    }
  });

  it.each([
    ["signed with another token", push(keys.corpId, "<xml/>", "token2"), "BAD_SIGNATURE"],
    ["sealed for another company", push("ww9999999999999999", "<xml/>"), "WRONG_RECEIVER"],
    ["sealed for a smart robot, which has no receiver", push("", "<xml/>"), "WRONG_RECEIVER"],
  ])("is refused when it is %s", (_what, { query, body }, code) => {
    expect(openPush(keys, query, body, NOW_MS)).toMatchObject({ ok: false, code });
  });

  it("is refused without <Encrypt>: WeCom has no plain mode", () => {
    const body = Buffer.from("<xml><FromUserName>boss</FromUserName><Content>同意</Content></xml>");
    expect(openPush(keys, { msg_signature: "a", timestamp, nonce }, body, NOW_MS)).toMatchObject({
      code: "NOT_ENCRYPTED",
    });
  });

  it("is refused when it is older than ten minutes: a replay", () => {
    const { query, body } = push(keys.corpId, "<xml/>");
    expect(openPush(keys, query, body, NOW_MS + 600_001)).toMatchObject({ code: "STALE" });
    expect(openPush(keys, query, body, NOW_MS + 600_000)).toMatchObject({ ok: true });
  });
});

describe("a passive reply", () => {
  const incoming = { senderId: "ZhangWei", receiverId: keys.corpId };

  it("is opened by the package of WeCom's own people", () => {
    const reply = buildPassiveReply(keys, incoming, { kind: "text", text: "已收到 ]]> 🏭" }, NOW_MS, nonce);
    const part = (name: string): string =>
      new RegExp(`<${name}>(?:<!\\[CDATA\\[)?(.*?)(?:\\]\\]>)?</${name}>`).exec(reply)?.[1] ?? "";
    expect(getSignature(keys.token, part("TimeStamp"), part("Nonce"), part("Encrypt"))).toBe(part("MsgSignature"));
    const opened = decrypt(keys.aesKey, part("Encrypt"));
    expect(opened.id).toBe(keys.corpId);
    expect(opened.message).toContain("<ToUserName><![CDATA[ZhangWei]]></ToUserName>");
    expect(opened.message).toContain("已收到 ]]]]><![CDATA[> 🏭");
  });

  it("writes a card as the platform's pages show it", () => {
    const templateCard = {
      card_type: "button_interaction",
      main_title: { title: "退款审批", desc: "东莞园区" },
      sub_title_text: "由王经理处理",
      horizontal_content_list: [
        { keyname: "金额", value: "¥3,200.00" },
        { keyname: "租户", value: "明远电子" },
      ],
      button_list: [{ text: "已通过", style: 2, key: "1:help" }],
      replace_text: "已通过",
      card_action: { type: 1, url: "https://park.example.com/h5/approval?t=a&b" },
    } as const;
    const reply = buildPassiveReply(keys, incoming, { kind: "update-template-card", templateCard }, NOW_MS, nonce);
    const sealed = /<Encrypt><!\[CDATA\[(.*?)\]\]>/.exec(reply)?.[1] ?? "";
    expect(decrypt(keys.aesKey, sealed).message).toBe(
      "<xml><ToUserName><![CDATA[ZhangWei]]></ToUserName><FromUserName><![CDATA[ww0123456789abcdef]]></FromUserName>" +
        "<CreateTime>1788228000</CreateTime><MsgType><![CDATA[update_template_card]]></MsgType><TemplateCard>" +
        "<CardType><![CDATA[button_interaction]]></CardType>" +
        "<MainTitle><Title><![CDATA[退款审批]]></Title><Desc><![CDATA[东莞园区]]></Desc></MainTitle>" +
        "<SubTitleText><![CDATA[由王经理处理]]></SubTitleText>" +
        "<HorizontalContentList><KeyName><![CDATA[金额]]></KeyName><Value><![CDATA[¥3,200.00]]></Value></HorizontalContentList>" +
        "<HorizontalContentList><KeyName><![CDATA[租户]]></KeyName><Value><![CDATA[明远电子]]></Value></HorizontalContentList>" +
        "<ButtonList><Text><![CDATA[已通过]]></Text><Style>2</Style><Key><![CDATA[1:help]]></Key></ButtonList>" +
        "<ReplaceText><![CDATA[已通过]]></ReplaceText>" +
        "<CardAction><Type>1</Type><Url><![CDATA[https://park.example.com/h5/approval?t=a&b]]></Url></CardAction>" +
        "</TemplateCard></xml>",
    );
  });

  it("is never blank", () => {
    expect(() => buildPassiveReply(keys, incoming, { kind: "text", text: " \n" }, NOW_MS)).toThrow(RangeError);
  });
});
