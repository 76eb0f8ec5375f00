import { describe, expect, it } from "vitest";
import { textCard } from "../../../../cards/card.ts";
import { createOfficialAccountMessenger } from "../../../../src/platforms/official-account/send.ts";
import { TokenUnavailable } from "../../../../src/platforms/wechat-api/access-tokens.ts";
import type { OutgoingMessage } from "../../../../src/ports/messenger.ts";
import { CARDS } from "../../cards/sample-cards.ts";

const OPEN_ID = "oUser";

/** A vendor that answers each path as told, and a messenger that talks to it with a token at hand. */
function vendor(answers: Readonly<Record<string, unknown>>) {
  const requests: { path: string; body: Record<string, unknown> }[] = [];
  const fetch: typeof globalThis.fetch = async (url, init) => {
    const path = new URL(String(url)).pathname;
    requests.push({ path, body: JSON.parse(String(init?.body)) });
    const answer = answers[path] ?? { errcode: 0, errmsg: "ok" };
    return new Response(typeof answer === "string" ? answer : JSON.stringify(answer));
  };
  const messenger = createOfficialAccountMessenger(
    { appId: "wx1", apiBase: "https://api.example.com", fetch, templates: { bill: { templateId: "T1" } } },
    { current: async () => "token-1", renewed: async () => "token-2" },
  );
  const send = (message: Partial<OutgoingMessage>) =>
    messenger.send(
      { kind: "person", externalId: OPEN_ID },
      { occasion: "reply", card: CARDS.bill, dedupeKey: "bill:1", ...message },
    );
  return { send, requests, paths: () => requests.map((request) => request.path), messenger };
}
const CUSTOM = "/cgi-bin/message/custom/send";
const TEMPLATE = "/cgi-bin/message/template/send";

describe("which way a message goes", () => {
  it("a reply goes as a customer-service text", async () => {
    const { send, requests } = vendor({});
    expect(await send({ card: textCard("您好") })).toEqual({ state: "accepted", channel: "custom-text" });
    expect(requests).toEqual([{ path: CUSTOM, body: { touser: OPEN_ID, msgtype: "text", text: { content: "您好" } } }]);
  });

  it("a reply with buttons goes as a menu to tap, whose ids are the actions", async () => {
    const { send, requests } = vendor({});
    expect(await send({ card: CARDS.strangerMenu })).toEqual({ state: "accepted", channel: "custom-msgmenu" });
    expect(requests[0]?.body).toEqual({
      touser: OPEN_ID,
      msgtype: "msgmenu",
      msgmenu: {
        head_content: "【我能帮您做这些】\n\n您好！绑定企业后即可查账单和缴费。",
        list: [
          { id: "1:bind.start", content: "绑定企业" },
          { id: "1:handoff", content: "转人工" },
        ],
        tail_content: "也可以直接打字告诉我。",
      },
    });
  });

  it("a notice goes as a template message with its page and the key that de-duplicates it", async () => {
    // A real number of 19 digits, more than a JavaScript number holds.
    const { send, requests } = vendor({ [TEMPLATE]: '{"errcode":0,"errmsg":"ok","msgid":3486213214212333568}' });
    expect(await send({ occasion: "notice" })).toEqual({
      state: "accepted",
      channel: "template",
      vendorId: "3486213214212333568",
    });
    expect(requests).toEqual([
      {
        path: TEMPLATE,
        body: {
          touser: OPEN_ID,
          template_id: "T1",
          url: "https://park.example.com/h5/bill/abc",
          data: {
            keyword1: { value: "深圳市明远电子有限公司" },
            keyword2: { value: "2026年9月" },
            keyword3: { value: "¥7,565.60" },
            keyword4: { value: "2026年9月11日" },
          },
          client_msg_id: "bill:1",
        },
      },
    ]);
  });

  it("a notice without a template of the account is tried as a customer-service message", async () => {
    const { send, paths } = vendor({});
    await send({ occasion: "notice", card: CARDS.receipt });
    expect(paths()).toEqual([CUSTOM]);
  });

  it.each([45015, 45047])("a reply whose window is closed (%i) falls back to the template", async (errcode) => {
    const { send, paths } = vendor({ [CUSTOM]: { errcode, errmsg: "response out of time limit" } });
    expect(await send({})).toMatchObject({ state: "accepted", channel: "template" });
    expect(paths()).toEqual([CUSTOM, TEMPLATE]);
  });

  it("without a template the closed window is a refusal that leaves the person reachable", async () => {
    const { send, paths } = vendor({ [CUSTOM]: { errcode: 45015, errmsg: "response out of time limit" } });
    expect(await send({ card: textCard("您好") })).toMatchObject({
      state: "refused",
      code: "45015",
      recipientGone: false,
    });
    expect(paths()).toEqual([CUSTOM]);
  });

  it("a long de-duplication key becomes one of 32 characters, the same each time and different for another", async () => {
    const { send, requests } = vendor({});
    for (const end of ["a", "a", "b"]) await send({ occasion: "notice", dedupeKey: `${"bill:".repeat(20)}${end}` });
    const [first, second, third] = requests.map((request) => request.body.client_msg_id);
    expect(first).toMatch(/^[0-9a-f]{32}$/);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  it("a group is refused without a call", async () => {
    const { messenger, requests } = vendor({});
    const outcome = await messenger.send(
      { kind: "group", externalId: "g" },
      { occasion: "reply", card: CARDS.bill, dedupeKey: "1" },
    );
    expect(outcome).toMatchObject({ state: "refused", code: "UNSUPPORTED_RECIPIENT" });
    expect(requests).toEqual([]);
  });
});

describe("what the vendor's codes become", () => {
  it.each([
    [43004, { state: "refused", code: "43004", recipientGone: true }],
    [40003, { state: "refused", code: "40003", recipientGone: false }],
    [48001, { state: "refused", code: "48001", recipientGone: false }],
    [45009, { state: "later", code: "45009", retryAfterMs: 600_000 }],
    [45011, { state: "later", code: "45011", retryAfterMs: 60_000 }],
    [-1, { state: "later", code: "-1", retryAfterMs: 5_000 }],
    [40164, { state: "later", code: "40164", retryAfterMs: 300_000 }],
    [99999, { state: "refused", code: "99999", recipientGone: false }],
  ])("%i", async (errcode, outcome) => {
    const { send } = vendor({ [TEMPLATE]: { errcode, errmsg: "because hint: [abc] rid: 1" } });
    const result = await send({ occasion: "notice" });
    expect(result).toMatchObject(outcome);
    expect(result).toHaveProperty("reason", `official account error ${errcode}: because`);
  });
});

it("an outage of the shared state is thrown, the vendor's refusal of a token is not", async () => {
  const withTokens = (error: Error) =>
    createOfficialAccountMessenger(
      { appId: "wx1", apiBase: "https://api.example.com", templates: {} },
      { current: () => Promise.reject(error), renewed: () => Promise.reject(error) },
    ).send({ kind: "person", externalId: OPEN_ID }, { occasion: "reply", card: CARDS.bill, dedupeKey: "1" });
  await expect(withTokens(new Error("database gone"))).rejects.toThrow("database gone");
  expect(await withTokens(new TokenUnavailable(40125, "invalid appsecret"))).toMatchObject({
    state: "later",
    code: "40125",
  });
  expect(await withTokens(new TokenUnavailable(99999, "?"))).toMatchObject({ state: "later", code: "99999" });
});
