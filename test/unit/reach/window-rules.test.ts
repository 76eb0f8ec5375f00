import { describe, expect, it } from "vitest";
import type { InboundContent, InboundEvent } from "../../../bot/events.ts";
import { chooseWindow, type ReachWindow, windowEffectOf } from "../../../src/usecases/reach/window-rules.ts";

const event = (content: InboundContent): InboundEvent => ({
  platform: "official-account",
  appId: "wx1",
  externalKey: "1",
  senderId: "o-1",
  conversationId: "o-1",
  receiverId: "gh_1",
  sentAtMs: 0,
  ...content,
});

describe("what an event lets us say (platforms.md 5.1)", () => {
  it.each<[string, InboundContent, ReturnType<typeof windowEffectOf>]>([
    ["words", { kind: "text", text: "你好" }, "message"],
    ["a tap on a line of a message", { kind: "text", text: "查账单", menuItemId: "x" }, "menu"],
    ["a tap on a line that is one of our buttons", { kind: "action", action: { type: "pay", billNo: "B1" } }, "menu"],
    ["an item of the menu", { kind: "menu", key: "BILLS" }, "menu"],
    ["following", { kind: "subscribe" }, "subscribe"],
    ["scanning our code", { kind: "scan", scene: "A-301" }, "scan"],
    ["a picture", { kind: "other", what: "image" }, "message"],
    ["a scan from the menu", { kind: "other", what: "scancode_waitmsg" }, "menu"],
    ["opening a link of the menu: nothing", { kind: "other", what: "VIEW" }, undefined],
    ["an automatic position: nothing", { kind: "other", what: "LOCATION" }, undefined],
    ["a delivery report: nothing", { kind: "delivery", vendorId: "1", delivered: true, detail: "" }, undefined],
    ["leaving: nothing any more", { kind: "unsubscribe" }, "close-all"],
  ])("%s", (_case, content, effect) => {
    expect(windowEffectOf(event(content))).toBe(effect);
  });
});

describe("the window that a message is counted against", () => {
  const window = (id: string, expiresAtMs: number, allowance: number | null, used = 0): ReachWindow => ({
    id,
    expiresAtMs,
    allowance,
    used,
  });

  it.each<[string, ReachWindow[], string | undefined]>([
    ["is none when there is none", [], undefined],
    ["is none when all are over: a window ends with its last instant", [window("a", 100, 5)], undefined],
    ["is none when all are used up", [window("a", 200, 5, 5)], undefined],
    ["is the one that ends first", [window("late", 900, 5), window("soon", 150, 3)], "soon"],
    ["is the next one when that is used up", [window("late", 900, 5), window("soon", 150, 3, 3)], "late"],
    [
      "is the one that counts nothing, if there is one",
      [window("soon", 150, 3), window("paid", 900, null, 40)],
      "paid",
    ],
  ])("%s", (_case, windows, chosen) => {
    expect(chooseWindow(windows, 100)?.id).toBe(chosen);
  });
});
