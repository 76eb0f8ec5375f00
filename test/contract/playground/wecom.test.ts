import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { decrypt, encrypt, getSignature } from "@wecom/crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startWecom, type Wecom } from "../../../playground/wecom/wecom.ts";

const APP = { corpId: "ww5823bf96d3bd56c7", agentId: 1_000_002 };
const KEYS = { token: "token1", aesKey: "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C" };
const HOUR_MS = 3_600_000;

let wecom: Wecom;
let callback: Server;
let aheadMs: number;
/** What the callback last heard, and what it answers. */
let heard: { message: string; id: string } | undefined;
let answer: (query: URLSearchParams) => { status: number; body: string };
beforeEach(async () => {
  aheadMs = 0;
  heard = undefined;
  answer = () => ({ status: 200, body: "" });
  callback = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const query = new URL(request.url ?? "/", "http://localhost").searchParams;
    const sealed = /<Encrypt><!\[CDATA\[(.*?)\]\]>/.exec(Buffer.concat(chunks).toString("utf8"))?.[1] ?? "";
    const [timestamp = "", nonce = ""] = [query.get("timestamp") ?? "", query.get("nonce") ?? ""];
    if (getSignature(KEYS.token, timestamp, nonce, sealed) === query.get("msg_signature")) {
      heard = decrypt(KEYS.aesKey, sealed);
    }
    const { status, body } = answer(query);
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => callback.listen(0, "127.0.0.1", resolve));
  const callbackUrl = `http://127.0.0.1:${(callback.address() as AddressInfo).port}/`;
  wecom = await startWecom(
    { ...APP, ...KEYS, secret: "s", callbackUrl, pushSpacingMs: 10, pushTimeoutMs: 200 },
    { nowMs: () => Date.now() + aheadMs, wireNowMs: Date.now },
  );
});
afterEach(async () => {
  await wecom.close();
  callback.closeAllConnections();
  await new Promise((resolve) => callback.close(resolve));
});

async function call(path: string, body?: object, token?: string): Promise<Record<string, unknown>> {
  const accessToken = token ?? (await tokenOf("s"));
  const url = `${wecom.url}${path}${path.includes("?") ? "&" : "?"}access_token=${accessToken}`;
  const response = await fetch(url, body === undefined ? {} : { method: "POST", body: JSON.stringify(body) });
  return (await response.json()) as Record<string, unknown>;
}
async function tokenOf(secret: string): Promise<unknown> {
  const response = await fetch(`${wecom.url}/cgi-bin/gettoken?corpid=${APP.corpId}&corpsecret=${secret}`);
  const json = (await response.json()) as Record<string, unknown>;
  return json.access_token ?? json.errcode;
}

const card = (more: object = {}) => ({
  card_type: "button_interaction",
  main_title: { title: "审批" },
  button_list: [{ text: "同意", key: "1:help" }],
  task_id: `t-${Math.random().toString(36).slice(2)}`,
  ...more,
});
const send = (templateCard: object, more: object = {}) =>
  call("/cgi-bin/message/send", {
    touser: "LiSi",
    agentid: APP.agentId,
    msgtype: "template_card",
    template_card: templateCard,
    ...more,
  });

describe("the pretend WeCom refuses what the real one refuses", () => {
  beforeEach(() => {
    wecom.member("LiSi");
  });

  it.each([
    ["a text notice without a place to go", { card_type: "text_notice", button_list: undefined }, 42045],
    ["one that goes nowhere", { card_type: "text_notice", card_action: { type: 0 } }, 42045],
    ["a card without words", { main_title: {} }, 42033],
    ["an unknown kind", { card_type: "approval" }, 42031],
    ["no buttons", { button_list: [] }, 42036],
    ["seven buttons", { button_list: Array.from({ length: 7 }, (_, n) => ({ text: `${n}`, key: `${n}` })) }, 42036],
    ["a button without words", { button_list: [{ text: "", key: "a" }] }, 42038],
    ["a button without a key", { button_list: [{ text: "a" }] }, 42039],
    ["two buttons of one key", { button_list: [1, 2].map((n) => ({ text: `${n}`, key: "a" })) }, 42019],
    ["a key of 1,025 bytes", { button_list: [{ text: "a", key: "a".repeat(1_025) }] }, 42019],
    ["seven rows", { horizontal_content_list: Array.from({ length: 7 }, () => ({ keyname: "a", value: "b" })) }, 42035],
    ["a row without a name", { horizontal_content_list: [{ value: "b" }] }, 42027],
    ["a row name of six characters", { horizontal_content_list: [{ keyname: "一二三四五六", value: "b" }] }, 40058],
    ["a title of 37 characters", { main_title: { title: "长".repeat(37) } }, 40058],
    ["a button of eleven characters", { button_list: [{ text: "长".repeat(11), key: "a" }] }, 40058],
    ["no task id", { task_id: undefined }, 42014],
    ["a task id with a space", { task_id: "a b" }, 42014],
  ])("%s", async (_what, more, errcode) => {
    expect(await send(card(more))).toMatchObject({ errcode });
  });

  it("a task id that was used, a member that nobody knows, another app, and over-long words", async () => {
    expect(await send(card({ task_id: "once" }))).toMatchObject({ errcode: 0 });
    expect(await send(card({ task_id: "once" }))).toMatchObject({ errcode: 42014 });
    expect(await send(card(), { touser: "Nobody" })).toMatchObject({ errcode: 81013 });
    expect(await send(card(), { touser: "Nobody|LiSi" })).toMatchObject({ errcode: 0, invaliduser: "Nobody" });
    expect(await send(card(), { agentid: 7 })).toMatchObject({ errcode: 301002 });
    const text = (content: string) =>
      call("/cgi-bin/message/send", { touser: "LiSi", agentid: APP.agentId, msgtype: "text", text: { content } });
    expect(await text("")).toMatchObject({ errcode: 44004 });
    expect(await text("长".repeat(683))).toMatchObject({ errcode: 45002 });
  });

  it("a response code that was used, is three days old, or is nobody's", async () => {
    const update = (code: unknown) =>
      call("/cgi-bin/message/update_template_card", {
        userids: ["LiSi"],
        agentid: APP.agentId,
        response_code: code,
        template_card: card({ replace_text: "已通过" }),
      });
    const first = await send(card());
    expect(await update(first.response_code)).toMatchObject({ errcode: 0 });
    expect(await update(first.response_code)).toMatchObject({ errcode: 42022 });
    const second = await send(card());
    aheadMs = 72 * HOUR_MS + 1_000;
    expect(await update(second.response_code)).toMatchObject({ errcode: 42052 });
    expect(await update("made-up")).toMatchObject({ errcode: 42015 });
  });

  it("a wrong secret, a token that is worthless or too old, an address that is not trusted", async () => {
    expect(await tokenOf("wrong")).toBe(40001);
    const token = String(await tokenOf("s"));
    wecom.tokens.expireAll();
    expect(await call("/cgi-bin/message/send", {}, token)).toMatchObject({ errcode: 42001 });
    wecom.tokens.revokeAll();
    expect(await call("/cgi-bin/message/send", {}, token)).toMatchObject({ errcode: 40014 });
    wecom.tokens.isAddressAllowed = false;
    expect(await send(card())).toMatchObject({ errcode: 60020 });
  });

  it("a template card in a group, a group of one, a group that does not exist", async () => {
    wecom.member("Wang");
    const group = { chatid: "g1", name: "群", owner: "LiSi", userlist: ["LiSi", "Wang"] };
    expect(await call("/cgi-bin/appchat/create", { ...group, userlist: ["LiSi"] })).toMatchObject({ errcode: 86216 });
    expect(await call("/cgi-bin/appchat/create", group)).toMatchObject({ errcode: 0, chatid: "g1" });
    expect(await call("/cgi-bin/appchat/create", group)).toMatchObject({ errcode: 86215 });
    const said = { chatid: "g1", msgtype: "template_card", template_card: card() };
    expect(await call("/cgi-bin/appchat/send", said)).toMatchObject({ errcode: 40008 });
    expect(await call("/cgi-bin/appchat/send", { ...said, chatid: "g2" })).toMatchObject({ errcode: 86003 });
  });

  it("drops the 31st message of a minute without a word, as the real one does", async () => {
    const li = wecom.member("LiSi");
    for (let count = 0; count < 31; count += 1) expect(await send(card())).toMatchObject({ errcode: 0 });
    expect(li.messages).toHaveLength(30);
    expect(li.dropped).toBe(1);
  });
});

describe("its pushes", () => {
  it("are opened by the package of WeCom's own people, and sealed for the company", async () => {
    await wecom.member("LiSi").say("审批列表");
    expect(heard?.id).toBe(APP.corpId);
    expect(heard?.message).toContain("<FromUserName><![CDATA[LiSi]]></FromUserName>");
    expect(heard?.message).toContain("<AgentID>1000002</AgentID>");
  });

  it("come three times when nobody answers 200, then there is an incident", async () => {
    answer = () => ({ status: 500, body: "" });
    expect(await wecom.member("LiSi").say("在吗")).toEqual({ state: "given-up", pushes: 3 });
    expect(wecom.incidents).toHaveLength(1);
  });

  it.each([
    ["plain text", () => "success"],
    ["sealed for another company", () => sealed("<xml></xml>", "ww0000000000000000")],
    ["sealed with wrong padding", () => sealed("<xml></xml>", APP.corpId, (base64) => base64.slice(0, 43).concat("="))],
    ["signed with another token", () => sealed("<xml></xml>", APP.corpId, undefined, "token2")],
    ["addressed to somebody else", () => sealed(message("Wang", "你好"), APP.corpId)],
    ["empty words", () => sealed(message("LiSi", ""), APP.corpId)],
  ])("are not answered by a reply that is %s", async (_what, body) => {
    answer = () => ({ status: 200, body: body() });
    const li = wecom.member("LiSi");
    await li.say("在吗");
    expect(wecom.incidents).toHaveLength(1);
    expect(li.messages).toEqual([]);
  });

  it("show the words of a right reply", async () => {
    answer = () => ({ status: 200, body: sealed(message("LiSi", "在的"), APP.corpId) });
    const li = wecom.member("LiSi");
    await li.say("在吗");
    expect(li.messages).toMatchObject([{ channel: "passive", text: "在的" }]);
  });
});

const message = (to: string, text: string): string =>
  `<xml><ToUserName><![CDATA[${to}]]></ToUserName><FromUserName><![CDATA[${APP.corpId}]]></FromUserName>` +
  `<CreateTime>1788228000</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[${text}]]></Content></xml>`;

function sealed(
  text: string,
  receiver: string,
  spoil: (base64: string) => string = (base64) => base64,
  token: string = KEYS.token,
): string {
  const encrypted = spoil(encrypt(KEYS.aesKey, text, receiver));
  const signature = getSignature(token, "1788228000", "1", encrypted);
  return (
    `<xml><Encrypt><![CDATA[${encrypted}]]></Encrypt><MsgSignature><![CDATA[${signature}]]></MsgSignature>` +
    "<TimeStamp>1788228000</TimeStamp><Nonce><![CDATA[1]]></Nonce></xml>"
  );
}
