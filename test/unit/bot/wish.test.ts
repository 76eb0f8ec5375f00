import { describe, expect, it } from "vitest";
import type { BotContext, BotServices, Memory } from "../../../bot/context.ts";
import { type Understand, type Understanding, type WishAction, wishOfAction, wishOfText } from "../../../bot/wish.ts";
import { actionPhrase } from "../../../cards/text.zh-CN.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";

/** Understanding that says the same whatever it hears. */
const says =
  (understanding: Partial<Understanding>): Understand =>
  () => ({ intent: "unknown", slots: {}, confidence: 1, ...understanding });

function contextWith(memory: Memory): BotContext {
  return {
    event: {
      platform: "official-account",
      appId: "wx1",
      externalKey: "1",
      senderId: "o",
      conversationId: "o",
      receiverId: "gh",
      sentAtMs: 0,
      kind: "text",
      text: "",
    },
    memory,
    services: {} as BotServices,
    today: parseCivilDate("2026-09-05"),
    nowMs: Date.parse("2026-09-05T09:00:00+08:00"),
  };
}

describe("a bill's number at the end of a sentence", () => {
  it.each([
    ["DG-202609-00001", "bill.query", "DG-202609-00001"],
    ["查账单 DG-202609-00001", "bill.query", "DG-202609-00001"],
    ["查账单DG-202609-00001", "bill.query", "DG-202609-00001"],
    ["看下账单：DG-202609-00001。", "bill.query", "DG-202609-00001"],
    ["缴费 DG-202609-00001", "pay", "DG-202609-00001"],
    ["我要付DG-202609-00001", "pay", "DG-202609-00001"],
    ["ＤＧ－２０２６０９－００００１", "bill.query", "DG-202609-00001"],
    ["期初的 DG-OPEN-202608-00012", "bill.query", "DG-OPEN-202608-00012"],
    ["查账单 东莞-202609-00001", "bill.query", "东莞-202609-00001"],
    ["缴费东莞-202609-00001", "pay", "东莞-202609-00001"],
    ["DG-202609-1234567", "bill.query", "DG-202609-1234567"],
  ])("%s", (text, intent, billNo) => {
    expect(wishOfText(contextWith({}), text, says({}))).toEqual({ intent, slots: {}, billNo });
  });

  it.each(["DG-202609", "13800000001", "2026-09-05", "DG-202609-00001 是什么"])("is not in: %s", (text) => {
    expect(wishOfText(contextWith({}), text, says({})).billNo).toBeUndefined();
  });

  it("keeps what only makes sense for one bill", () => {
    const wish = wishOfText(contextWith({}), "解释一下 DG-202609-00001", says({ intent: "bill.explain" }));
    expect(wish).toEqual({ intent: "bill.explain", slots: {}, billNo: "DG-202609-00001" });
  });
});

describe("pointing at what was shown last", () => {
  const two = { shownBillNos: ["DG-202609-00001", "DG-202610-00001"] };
  const one = { shownBillNos: ["DG-202609-00001"] };

  it.each([
    ["付这个", one, "pay", "DG-202609-00001"],
    ["就付这笔吧", one, "pay", "DG-202609-00001"],
    ["第二笔", two, "bill.query", "DG-202610-00001"],
    ["付第2张", two, "pay", "DG-202610-00001"],
    ["最后一张", two, "bill.query", "DG-202610-00001"],
    ["缴第一笔", two, "pay", "DG-202609-00001"],
  ] as const)("%s", (text, memory, intent, billNo) => {
    expect(wishOfText(contextWith(memory), text, says({}))).toMatchObject({ intent, billNo });
  });

  it.each([
    ["付这个", two, "which of the two?"],
    ["第五笔", two, "there are only two"],
    ["第一笔", {}, "nothing was shown"],
  ] as const)("%s is no bill: %s", (text, memory, _why) => {
    expect(wishOfText(contextWith(memory), text, says({ intent: "pay" }))).toEqual({ intent: "pay", slots: {} });
  });

  it("does not turn another question into one about a bill", () => {
    const wish = wishOfText(contextWith(one), "这个押金怎么退", says({ intent: "refund.request" }));
    expect(wish).toEqual({ intent: "refund.request", slots: {} });
  });
});

describe("weak words", () => {
  it("are asked back about, the likeliest first", () => {
    const understanding = {
      intent: "pay",
      confidence: 0.5,
      alternatives: [{ intent: "bill.query", slots: {} }],
    } as const;
    expect(wishOfText(contextWith({}), "钱", says(understanding))).toMatchObject({
      perhaps: [
        { intent: "pay", slots: {} },
        { intent: "bill.query", slots: {} },
      ],
    });
  });

  it("that mean nothing at all are simply not understood", () => {
    expect(wishOfText(contextWith({}), "啊", says({ confidence: 0.2 }))).toEqual({ intent: "unknown", slots: {} });
  });
});

/** A platform may drop the id behind a button: then its words must say the same. */
describe("a button and its words", () => {
  const actions: WishAction[] = [
    { type: "bill.show", billNo: "DG-202609-00001" },
    { type: "pay", billNo: "DG-202609-00001" },
  ];
  it.each(actions)("mean the same: $type", (action) => {
    expect(wishOfText(contextWith({}), actionPhrase(action), says({}))).toEqual(wishOfAction(action));
  });
});
