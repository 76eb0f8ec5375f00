import { describe, expect, it } from "vitest";
import { parsePush } from "../../../../src/platforms/official-account/parse.ts";
import {
  SAMPLE_OPEN_ID,
  SAMPLE_ORIGINAL_ID,
  SAMPLE_PUSHES,
} from "../../../../src/platforms/official-account/sample-payloads.ts";

const parse = (xml: string) => {
  const result = parsePush("wx1", xml);
  if (!result.ok) throw new Error(result.reason);
  return result.event;
};
const contentOf = (xml: string) => {
  const { platform, appId, externalKey, senderId, conversationId, receiverId, sentAtMs, ...content } = parse(xml);
  return content;
};

describe("what a push says", () => {
  it.each([
    ["text", { kind: "text", text: "查账单" }],
    ["pastedMarkup", { kind: "text", text: "<!DOCTYPE html><a href=x>&lt;]]>🏭" }],
    ["menuTap", { kind: "action", action: { type: "bill.show", billNo: "DG-202609-00001" } }],
    ["foreignMenuTap", { kind: "text", text: "满意", menuItemId: "101" }],
    ["image", { kind: "other", what: "image", mediaId: "m" }],
    ["voice", { kind: "other", what: "voice", mediaId: "m" }],
    ["subscribe", { kind: "subscribe" }],
    ["subscribeByScan", { kind: "subscribe", scene: "unit:A-301" }],
    ["subscribeAfterPayment", { kind: "subscribe" }],
    ["scan", { kind: "scan", scene: "unit:A-301" }],
    ["unsubscribe", { kind: "unsubscribe" }],
    ["click", { kind: "action", action: { type: "bill.list" } }],
    ["foreignClick", { kind: "menu", key: "ABOUT_US" }],
    ["view", { kind: "other", what: "VIEW" }],
    ["templateDelivered", { kind: "delivery", vendorId: "3486213214212333568", delivered: true, detail: "success" }],
    [
      "templateBlocked",
      { kind: "delivery", vendorId: "3486213214212333569", delivered: false, detail: "failed:user block" },
    ],
    ["location", { kind: "other", what: "LOCATION" }],
  ] as const)("%s", (name, content) => {
    expect(contentOf(SAMPLE_PUSHES[name])).toEqual(content);
  });

  it("names the person, the account and the time", () => {
    expect(parse(SAMPLE_PUSHES.text)).toMatchObject({
      platform: "official-account",
      appId: "wx1",
      senderId: SAMPLE_OPEN_ID,
      conversationId: SAMPLE_OPEN_ID,
      receiverId: SAMPLE_ORIGINAL_ID,
      // 2026-09-01T10:00:00+08:00 = 2026-09-01T02:00:00Z
      sentAtMs: Date.UTC(2026, 8, 1, 2, 0, 0),
    });
  });
});

describe("the key of a repeated push", () => {
  it("is the same for the same push", () => {
    for (const xml of Object.values(SAMPLE_PUSHES)) expect(parse(xml).externalKey).toBe(parse(xml).externalKey);
  });

  it("differs between all samples, also between events of the same second", () => {
    const keys = Object.values(SAMPLE_PUSHES).map((xml) => parse(xml).externalKey);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("is MsgId for messages", () => {
    expect(parse(SAMPLE_PUSHES.text).externalKey).toBe("message:24561255354251345");
  });

  it("stays short however long the event key is, and still tells two of them apart", () => {
    const view = (page: string) =>
      parse(SAMPLE_PUSHES.view.replace("/h5/", `/h5/${"x".repeat(1000)}${page}`)).externalKey;
    expect(view("a").length).toBeLessThanOrEqual(200);
    expect(view("a")).not.toBe(view("b"));
  });
});

describe("what is refused", () => {
  it.each([
    ["no sender", SAMPLE_PUSHES.text.replace(/<FromUserName>.*<\/FromUserName>/, ""), "BAD_MESSAGE"],
    ["no receiver", SAMPLE_PUSHES.text.replace(/<ToUserName>.*<\/ToUserName>/, ""), "BAD_MESSAGE"],
    ["a time that is no number", SAMPLE_PUSHES.text.replace(/<CreateTime>\d+/, "<CreateTime>now"), "BAD_MESSAGE"],
    ["no type", SAMPLE_PUSHES.text.replace(/<MsgType>.*<\/MsgType>/, ""), "BAD_MESSAGE"],
    ["a DTD", `<!DOCTYPE a>${SAMPLE_PUSHES.text}`, "BAD_XML"],
    ["no XML", "hello", "BAD_XML"],
  ])("%s", (_name, xml, code) => {
    expect(parsePush("wx1", xml)).toMatchObject({ ok: false, code });
  });
});
