import { describe, expect, it } from "vitest";
import type { BotContext } from "../../../bot/context.ts";
import { explainWish, whatIfWish } from "../../../bot/explain-words.ts";
import { understand } from "../../../bot/understanding/understand.ts";

const frameOf = (text: string) => understand({ text, role: "tenant", now: "2026-10-05T00:00:00.000Z" });
const inView = (...shownBillNos: string[]) => ({ memory: { shownBillNos } }) as unknown as BotContext;
const explained = (text: string, context = inView("DG-202610-00001")) => explainWish(context, text, frameOf(text));

describe("words about how a bill came about", () => {
  it.each([
    ["第二笔怎么来的", { ordinal: 2 }],
    ["最后一笔怎么算的", { ordinal: -1 }],
    ["电费怎么这么高", { slots: { charges: ["electricity"] } }],
    ["账单 DG-202609-00001 怎么算的", { billNo: "DG-202609-00001", slots: {} }],
    ["dg-202609-00001第3笔怎么算的", { billNo: "DG-202609-00001", ordinal: 3 }],
    ["为什么比上个月多", { compares: true, slots: {} }],
    ["电费为什么比上月贵这么多", { compares: true, slots: { charges: ["electricity"] } }],
  ])("%s", (text, wish) => expect(explained(text)).toMatchObject({ intent: "bill.explain", ...wish }));

  it("point at a bill after a list of bills, at a line after one bill", () => {
    expect(explained("第二笔怎么来的", inView("A-202609-00001", "A-202610-00001"))).toMatchObject({
      ordinalOf: "bill",
    });
    expect(explained("第二张怎么算的")).toMatchObject({ ordinal: 2, ordinalOf: "bill" });
    expect(explained("第二笔怎么来的")).not.toHaveProperty("ordinalOf");
  });

  it.each(["查账单", "缴费", "第二张", "你好"])("%s is something else", (text) =>
    expect(explained(text)).toBeUndefined(),
  );
});

describe("words about a payment only thought of", () => {
  it.each([
    ["我先付5000会怎样", "5000.00"],
    ["先付5000元够不够", "5000.00"],
    ["5000够不够", "5000.00"],
    ["我要是先交3000块会怎么样", "3000.00"],
  ])("%s", (text, amount) =>
    expect(whatIfWish(text, frameOf(text))).toEqual({ intent: "pay", slots: { amount }, whatIf: true }),
  );

  it.each([
    "缴费",
    "付第二笔",
    "先付第二笔",
    "先付3月的账单",
    "我要预存5000",
    "下周五先付5000",
    "缴费 DG-202609-00001",
  ])("%s is something else", (text) => expect(whatIfWish(text, frameOf(text))).toBeUndefined());

  it("said and not asked is a part payment, answered with a link", () => {
    expect(whatIfWish("我先付5000", frameOf("我先付5000"))).toEqual({ intent: "pay", slots: { amount: "5000.00" } });
  });
});
