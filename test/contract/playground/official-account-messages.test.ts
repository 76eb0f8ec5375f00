import { describe, expect, it } from "vitest";
import { callApi, openAccount } from "./official-account-world.ts";
import { hourMs, minuteMs } from "./world.ts";

const customSend = "/cgi-bin/message/custom/send";
const text = (content: string, touser = "oAnna") => ({ touser, msgtype: "text", text: { content } });

type World = Awaited<ReturnType<typeof openAccount>>;
const sendText = async ({ account }: World, content = "账单已出") =>
  (await callApi(account, customSend, text(content))).errcode;

async function codes(world: World, count: number): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (let number = 0; number < count; number += 1) answers.push(await sendText(world));
  return answers;
}

describe("the allowance of customer-service messages", () => {
  it("is closed before somebody speaks", async () => {
    expect(await sendText(await openAccount())).toBe(45015);
  });

  it("is 5 within 48 hours after a message", async () => {
    const world = await openAccount();
    await world.anna.say("查账单");
    expect(await codes(world, 6)).toEqual([0, 0, 0, 0, 0, 45047]);
    await world.anna.say("再查");
    expect(await sendText(world)).toBe(0);
    world.clock.pass(48 * hourMs);
    expect(await sendText(world)).toBe(45015);
  });

  it.each([
    ["a menu click", (world: World) => world.anna.clickMenu("bills")],
    ["a scan", (world: World) => world.anna.scan("unit-A101")],
    ["following", (world: World) => world.anna.subscribe()],
  ])("is 3 within a minute after %s", async (_case, act) => {
    const world = await openAccount();
    await act(world);
    expect(await codes(world, 4)).toEqual([0, 0, 0, 45047]);
    world.clock.pass(minuteMs);
    expect(await sendText(world)).toBe(45015);
  });

  it("is not opened by a link in the menu", async () => {
    const world = await openAccount();
    await world.anna.openMenuLink("https://park.example");
    expect(await sendText(world)).toBe(45015);
  });

  it("has no count for 48 hours after a payment", async () => {
    const world = await openAccount();
    world.account.recordPayment("oAnna");
    expect(await codes(world, 8)).toEqual(Array(8).fill(0));
    world.clock.pass(48 * hourMs);
    expect(await sendText(world)).toBe(45015);
  });

  it("treats a tap on a line of a menu message as a click: the text arrives, three messages come free", async () => {
    const world = await openAccount();
    await world.anna.say("查账单");
    const menu = { head_content: "请选择", list: [{ id: "pay", content: "立即缴费" }], tail_content: "" };
    await callApi(world.account, customSend, { touser: "oAnna", msgtype: "msgmenu", msgmenu: menu });
    world.clock.pass(48 * hourMs);
    await world.anna.tapMenuItem("pay");
    const push = world.pushes().at(-1);
    expect([push?.field("MsgType"), push?.field("Content"), push?.field("bizmsgmenuid")]).toEqual([
      "text",
      "立即缴费",
      "pay",
    ]);
    expect(await codes(world, 4)).toEqual([0, 0, 0, 45047]);
    expect(() => world.anna.tapMenuItem("refund")).toThrow(/no menu/);
  });

  it("uses up the window that closes first", async () => {
    const world = await openAccount();
    await world.anna.say("查账单");
    await world.anna.clickMenu("bills");
    expect(await codes(world, 9)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 45047]);
  });
});

describe("what a customer-service message may be", () => {
  it.each([
    ["an unknown openid", text("账单", "oNobody"), 40003],
    ["an empty text", text(""), 44004],
    ["2049 bytes of text", text("a".repeat(2049)), 45002],
    ["a file", { touser: "oAnna", msgtype: "file", file: { media_id: "1" } }, 40008],
    ["news without articles", { touser: "oAnna", msgtype: "news", news: { articles: [] } }, 44003],
    [
      "two articles",
      {
        touser: "oAnna",
        msgtype: "news",
        news: {
          articles: [
            { title: "a", url: "b" },
            { title: "c", url: "d" },
          ],
        },
      },
      45008,
    ],
    ["a menu without lines", { touser: "oAnna", msgtype: "msgmenu", msgmenu: { list: [] } }, 40035],
  ])("refuses %s with %s", async (_case, body, code) => {
    const world = await openAccount();
    await world.anna.say("查账单");
    expect(await callApi(world.account, customSend, body)).toMatchObject({ errcode: code });
    expect(world.anna.messages).toEqual([]);
  });

  it("refuses somebody who has left with 43004", async () => {
    const world = await openAccount();
    await world.anna.say("查账单");
    await world.anna.unsubscribe();
    expect(await sendText(world)).toBe(43004);
  });

  it("shows text, news and menu in order of arrival", async () => {
    const world = await openAccount();
    await world.anna.say("查账单");
    const waiting = world.anna.waitForMessage((message) => message.type === "menu", 2000);
    await sendText(world, "本期应缴 ¥1,234.50");
    const article = { title: "8月账单", description: "点开查看", url: "https://park.example/h5/bill" };
    await callApi(world.account, customSend, { touser: "oAnna", msgtype: "news", news: { articles: [article] } });
    const msgmenu = { head_content: "还要什么？", list: [{ id: "1", content: "开发票" }], tail_content: "点击选择" };
    await callApi(world.account, customSend, { touser: "oAnna", msgtype: "msgmenu", msgmenu });
    expect(await waiting).toMatchObject({ head: "还要什么？", items: [{ id: "1", content: "开发票" }] });
    expect(world.anna.messages).toMatchObject([
      { channel: "custom", type: "text", text: "本期应缴 ¥1,234.50" },
      { channel: "custom", type: "news", ...article },
      { channel: "custom", type: "menu", tail: "点击选择" },
    ]);
  });

  it("can be waited for from a point in the conversation on", async () => {
    const world = await openAccount();
    await world.anna.say("查账单");
    await sendText(world, "账单一");
    const seen = world.anna.messages.length;
    const waiting = world.anna.waitForMessage((message) => message.type === "text", 2000, seen);
    await sendText(world, "账单二");
    expect(await waiting).toMatchObject({ text: "账单二" });
  });

  it("says what did arrive when a message is waited for in vain", async () => {
    const world = await openAccount();
    await world.anna.say("查账单");
    await sendText(world, "别的");
    await expect(world.anna.waitForMessage(() => false, 20)).rejects.toThrow("[custom] 别的");
  });
});

describe("template messages", () => {
  const template = {
    templateId: "TPL-BILL",
    title: "账单通知",
    content: "账单名称：{{thing1.DATA}}\n应缴金额：{{amount2.DATA}}",
  };
  const message = (more: Record<string, unknown> = {}) => ({
    touser: "oAnna",
    template_id: "TPL-BILL",
    url: "https://park.example/h5/bill",
    data: { thing1: { value: "2026年8月账单" }, amount2: { value: "¥1,234.50" } },
    ...more,
  });
  const send = ({ account }: World, more: Record<string, unknown> = {}) =>
    callApi(account, "/cgi-bin/message/template/send", message(more));

  it("need no window, show the filled template and report back", async () => {
    const world = await openAccount({ account: { templates: [template] } });
    const answer = await send(world);
    expect(answer).toMatchObject({ errcode: 0, errmsg: "ok" });
    await world.account.settled();
    expect(world.anna.messages).toMatchObject([
      {
        channel: "template",
        text: "账单通知\n账单名称：2026年8月账单\n应缴金额：¥1,234.50",
        url: "https://park.example/h5/bill",
      },
    ]);
    const [event] = world.pushes();
    expect([event?.field("Event"), event?.field("MsgID"), event?.field("Status")]).toEqual([
      "TEMPLATESENDJOBFINISH",
      String(answer.msgid),
      "success",
    ]);
  });

  it("are shown once per client_msg_id and person for ten minutes", async () => {
    const world = await openAccount({ account: { templates: [template] } });
    const first = await send(world, { client_msg_id: "bill-1" });
    expect((await send(world, { client_msg_id: "bill-1" })).msgid).toBe(first.msgid);
    await world.account.settled();
    expect(world.anna.messages).toHaveLength(1);
    await send(world, { client_msg_id: "bill-2" });
    world.clock.pass(10 * minuteMs);
    await send(world, { client_msg_id: "bill-1" });
    await world.account.settled();
    expect(world.anna.messages).toHaveLength(3);
  });

  it("end in failed:user block where service notices are off", async () => {
    const world = await openAccount({ account: { templates: [template] } });
    world.anna.blocksTemplates = true;
    expect(await send(world)).toMatchObject({ errcode: 0 });
    await world.account.settled();
    expect(world.anna.messages).toEqual([]);
    expect(world.pushes()[0]?.field("Status")).toBe("failed:user block");
  });

  it.each([
    ["an unknown template", { template_id: "TPL-NONE" }, 40037],
    ["an unknown openid", { touser: "oNobody" }, 40003],
    ["a value missing", { data: { thing1: { value: "账单" } } }, 47003],
    ["21 characters in a thing", { data: { thing1: { value: "账".repeat(21) }, amount2: { value: "1" } } }, 47003],
  ])("refuse %s", async (_case, more, code) => {
    const world = await openAccount({ account: { templates: [template] } });
    expect(await send(world, more)).toMatchObject({ errcode: code });
  });

  it("refuse somebody who has left", async () => {
    const world = await openAccount({ account: { templates: [template] } });
    await world.anna.unsubscribe();
    expect(await send(world)).toMatchObject({ errcode: 43004 });
  });
});
