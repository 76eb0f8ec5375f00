import { describe, expect, it } from "vitest";
import { parsePush } from "../../../../src/platforms/wecom/parse.ts";
import {
  SAMPLE_AGENT_ID,
  SAMPLE_CORP_ID,
  SAMPLE_CREATE_TIME,
  SAMPLE_PUSHES,
  SAMPLE_TASK_ID,
  SAMPLE_USER_ID,
} from "../../../../src/platforms/wecom/sample-payloads.ts";

const app = { corpId: SAMPLE_CORP_ID, agentId: SAMPLE_AGENT_ID };
const parse = (xml: string) => {
  const parsed = parsePush(app, xml);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.event;
};

describe("a push of WeCom", () => {
  it("says who, when and to whom", () => {
    expect(parse(SAMPLE_PUSHES.text)).toEqual({
      platform: "wecom",
      appId: SAMPLE_CORP_ID,
      externalKey: "message:1000002:7138421734001234561",
      senderId: SAMPLE_USER_ID,
      conversationId: SAMPLE_USER_ID,
      receiverId: SAMPLE_CORP_ID,
      sentAtMs: SAMPLE_CREATE_TIME * 1000,
      kind: "text",
      text: "审批列表",
    });
  });

  it.each([
    ["pasted markup as it is", "pastedMarkup", { kind: "text", text: "<!DOCTYPE html><a href=x>&lt;]]>🏭" }],
    ["a picture with what fetches it", "image", { kind: "other", what: "image", mediaId: "media-1" }],
    ["a voice message", "voice", { kind: "other", what: "voice", mediaId: "media-2" }],
    ["a file with its name", "file", { kind: "other", what: "file", mediaId: "media-3", fileName: "发票.pdf" }],
    ["a place", "location", { kind: "other", what: "location" }],
    ["following", "subscribe", { kind: "subscribe" }],
    ["leaving", "unsubscribe", { kind: "unsubscribe" }],
    ["opening the chat", "enterAgent", { kind: "other", what: "enter_agent" }],
    ["an entry of our menu", "menuClick", { kind: "action", action: { type: "bill.list" } }],
    ["an entry that is not ours", "foreignMenuClick", { kind: "menu", key: "ABOUT_US" }],
    ["an entry that opens a page", "menuView", { kind: "other", what: "view" }],
    ["a button that is not ours", "foreignCardClick", { kind: "other", what: "template_card_event" }],
    ["a change of the address book", "contactChange", { kind: "other", what: "change_contact" }],
  ] as const)("understands %s", (_what, name, content) => {
    expect(parse(SAMPLE_PUSHES[name])).toMatchObject(content);
  });

  it("knows which copy of a card was clicked, and the code with which it may be replaced", () => {
    expect(parse(SAMPLE_PUSHES.cardClick)).toMatchObject({
      kind: "action",
      action: { type: "bill.show", billNo: "DG-202609-00001" },
      cardTaskId: SAMPLE_TASK_ID,
      responseCode: "ResponseCode1",
    });
    expect(parse(SAMPLE_PUSHES.cardMenuClick)).toMatchObject({
      action: { type: "help" },
      responseCode: "ResponseCode2",
    });
  });

  it.each(["cardClickWithSelection", "cardClickWithSelections"] as const)(
    "is not confused by answers beside the button: %s",
    (name) => {
      expect(parse(SAMPLE_PUSHES[name])).toMatchObject({ kind: "action", action: { type: "bill.list" } });
    },
  );

  it("tells two buttons apart that were pressed within one second, and the repeat of one from another press", () => {
    const { externalKey } = parse(SAMPLE_PUSHES.cardClick);
    expect(parse(SAMPLE_PUSHES.cardClick).externalKey).toBe(externalKey);
    expect(parse(SAMPLE_PUSHES.cardClick.replace("bill.show:DG-202609-00001", "help")).externalKey).not.toBe(
      externalKey,
    );
    expect(parse(SAMPLE_PUSHES.cardClick.replace("ResponseCode1", "ResponseCode9")).externalKey).not.toBe(externalKey);
  });

  it("is refused when it is for another app of the company", () => {
    expect(parsePush(app, SAMPLE_PUSHES.otherApp)).toMatchObject({ ok: false, httpStatus: 403 });
  });

  it("is refused without a sender, a time or a kind", () => {
    for (const field of ["FromUserName", "CreateTime", "MsgType"]) {
      const without = SAMPLE_PUSHES.text.replace(new RegExp(`<${field}>.*?</${field}>`), "");
      expect(parsePush(app, without)).toMatchObject({ ok: false, code: "BAD_MESSAGE" });
    }
  });
});
