import { describe, expect, it } from "vitest";
import { followUp } from "../../../bot/follow-up.ts";
import { handoffNotice } from "../../../bot/notices/handoff-notice.ts";
import { understand } from "../../../bot/understanding/understand.ts";
import { asOffered, offeredByName } from "../../../bot/wish.ts";

const NOW = "2026-10-15T10:00:00+08:00";
const PAYMENTS = { intent: "payment.history", slots: { period: "2026-09", charges: ["water"] } } as const;
const DEBTORS = { intent: "arrears.list", slots: { period: "2026-09", building: "A座" } } as const;

describe("words that only go on", () => {
  it.each([
    ["那8月呢", { period: "2026-08", charges: ["water"] }],
    ["电费呢", { period: "2026-09", charges: ["electricity"] }],
    ["不对,是7月", { period: "2026-07", charges: ["water"] }],
  ] as const)("%s is the last wish again", (text, slots) => {
    const heard = understand({ text, role: "tenant", now: NOW });
    expect(followUp(PAYMENTS, text, heard)).toMatchObject({ intent: "payment.history", slots });
  });

  it.each(["8月账单呢", "那我付8月的", "那押金呢，还有多少", "查8月的账单", "8月"])(
    "%s is a wish of its own",
    (text) => {
      const heard = understand({ text, role: "tenant", now: NOW });
      expect(followUp(PAYMENTS, text, heard)).toBe(heard);
    },
  );

  it("carry a colleague from one building to the next, and from the list to one tenant", () => {
    const next = (text: string) => followUp(DEBTORS, text, understand({ text, role: "steward", now: NOW }));
    expect(next("那B座呢")).toMatchObject({ intent: "arrears.list", slots: { building: "B座", period: "2026-09" } });
    expect(next("那1203呢")).toMatchObject({ intent: "arrears.query", slots: { unit: "1203" } });
  });

  it("mean nothing special after nothing", () => {
    const heard = understand({ text: "那8月呢", role: "tenant", now: NOW });
    expect(followUp(undefined, "那8月呢", heard)).toBe(heard);
  });
});

describe("what was offered", () => {
  const offered = [{ intent: "bill.query", slots: { period: "2026-09" } }] as const;
  it("is meant by its button and by its name, with what was said before", () => {
    const tapped = asOffered(offered, { type: "wish", intent: "bill.query" }, { intent: "bill.query", slots: {} });
    expect(tapped).toEqual(offered[0]);
    expect(offeredByName(offered, "查账单")).toEqual(offered[0]);
  });
  it("is the wish alone on an old button, and nothing to other buttons", () => {
    const wish = { intent: "bill.query", slots: {} } as const;
    expect(asOffered(undefined, { type: "wish", intent: "bill.query" }, wish)).toEqual(wish);
    expect(asOffered(offered, { type: "bill.list" }, wish)).toEqual(wish);
    expect(offeredByName(offered, "缴费")).toBeUndefined();
  });
});

describe("the steward who is called in", () => {
  const told = (...words: string[]) => handoffNotice("张总", "一号电子", { words }).paragraphs.join("\n");
  it.each([
    ["电话 138 0000 0001", "138"],
    ["卡号6222 0202 0011 2233 445", "6222"],
    ["验证码123456", "123456"],
    ["税号91350100M000100Y43", "M000100"],
    ["身份证44190019900101123X", "4419"],
    ["发我邮箱 zhang@example.com", "example"],
    ["电话１３８００００００００１", "138"],
  ])("does not see the number in %s", (words, secret) => {
    expect(told(words).normalize("NFKC")).not.toContain(secret);
    expect(told(words)).toContain("……");
  });
  it("sees bills and amounts, the last five messages, none of them longer than a line", () => {
    expect(told("账单 DG-202609-00001 的电费2963.25元不对")).toContain("账单 DG-202609-00001 的电费2963.25元不对");
    const many = told(..."一二三四五六七".split("").map((each) => each.repeat(100)));
    expect(many).not.toContain("二");
    expect(many).toContain(`· ${"七".repeat(40)}…`);
  });
});
