import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { billCard } from "../../../cards/bill-card.ts";
import { billListCard } from "../../../cards/bill-list-card.ts";
import type { Card } from "../../../cards/card.ts";
import { textCard } from "../../../cards/card.ts";
import { byteLength, fitBytes, fitCharacters } from "../../../cards/render/fit.ts";
import { renderConversation, renderPassiveText } from "../../../cards/render/official-account.ts";
import { renderText } from "../../../cards/render/text.ts";
import { formatYuan } from "../../../src/domain/money/fen.ts";
import { parseCivilDate, parseMonth } from "../../../src/domain/time/civil-date.ts";
import { BILL, CARDS } from "./sample-cards.ts";

const sms = { maxBytes: 2048, links: "url", actions: "say" } as const;

describe("plain words, for SMS and logs", () => {
  it("names links by their address and buttons by what to type", () => {
    expect(renderText(CARDS.billList, sms)).toMatchInlineSnapshot(`
      "【待付账单】
      东莞园区 · 深圳市明远电子有限公司
      待付合计：¥12,565.60

      账单数：2张

      2026年8月账单（已逾期）：¥5,000.00
      2026年9月账单（2026年9月11日前）：¥7,565.60

      回复“缴费”、“查账单 DG-202608-00001”、“查账单 DG-202609-00001”，我来办"
    `);
    expect(renderText(CARDS.paymentLink, { ...sms, actions: "none" })).toMatchInlineSnapshot(`
      "【请确认缴费】
      本次应付：¥12,565.60

      账单编号：DG-202608-00001 等2张
      收款方：东莞园区运营有限公司
      链接有效至：2026年9月5日 18:30

      金额以打开页面时为准；付款成功后收据会发到这里。

      微信支付：https://park.example.com/h5/pay/xyz"
    `);
  });
});

describe("a bill of 80 lines in 2048 bytes", () => {
  const lines = Array.from({ length: 80 }, (_, index) => ({
    label: `A-${301 + index} 租金（9月1日至9月30日）`,
    amountFen: 123_456n + BigInt(index),
  }));
  const text = renderPassiveText(billCard({ ...BILL, lines }));

  it("fits, and keeps the figure, the dates and both links", () => {
    expect(byteLength(text)).toBeLessThanOrEqual(2048);
    for (const kept of ["应付合计：¥7,565.60", "2026年9月11日", ">立即缴费</a>", ">查看明细</a>"]) {
      expect(text).toContain(kept);
    }
  });

  it("shows whole lines from the first on, then how many there are", () => {
    const shown = text.split("\n").filter((line) => line.startsWith("A-"));
    expect(shown).toEqual(lines.slice(0, shown.length).map((line) => `${line.label}：${formatYuan(line.amountFen)}`));
    expect(shown.length).toBeGreaterThan(20);
    expect(text).toContain("\n…共80项\n");
  });
});

describe("what gives way, when little fits", () => {
  const card: Card = {
    ...CARDS.overdueBill,
    buttons: [
      ...CARDS.overdueBill.buttons.filter(({ kind }) => kind === "link"),
      { kind: "action", label: "转人工", action: { type: "handoff" } },
    ],
  };
  const within = (maxBytes: number) => renderText(card, { maxBytes, links: "anchor", actions: "tap" });

  it("first the lines, then the taps, then the paragraphs; the figure and the links stay", () => {
    const full = within(2048);
    expect(full).toContain("已付：-¥1,000.00");
    expect(full).toContain("违约金算到");
    // The five lines take 150 bytes and "…共5项" 11, the tap 110, the paragraph 65.
    const noLines = within(byteLength(full) - 130);
    expect(noLines).toContain("…共5项");
    expect(noLines).toContain(">转人工</a>");
    const noTaps = within(byteLength(full) - 200);
    expect(noTaps).not.toContain("转人工");
    expect(noTaps).toContain("违约金算到");
    const bare = within(byteLength(full) - 300);
    expect(bare).not.toContain("违约金算到");
    expect(bare).toContain("应付合计：¥6,577.94");
    expect(bare).toContain(">立即缴费</a>");
  });
});

it("no card ever exceeds the limit of its surface", () => {
  const row = fc.record({ label: fc.string({ unit: "grapheme", maxLength: 40 }), value: fc.string({ maxLength: 40 }) });
  const anyCard = fc.record({
    name: fc.constant("bill" as const),
    title: fc.string({ unit: "grapheme", maxLength: 60 }),
    rows: fc.array(row, { maxLength: 10 }),
    items: fc.array(row, { maxLength: 60 }),
    paragraphs: fc.array(fc.string({ unit: "grapheme", maxLength: 400 }), { maxLength: 10 }),
    buttons: fc.constant(CARDS.menu.buttons),
  });
  fc.assert(
    fc.property(anyCard, (card) => {
      expect(byteLength(renderPassiveText(card))).toBeLessThanOrEqual(2048);
      const content = renderConversation(card);
      const words =
        content.kind === "text" ? [content.text] : [content.head, ...content.items.map((i) => i.label), content.tail];
      expect(byteLength(words.join(""))).toBeLessThanOrEqual(2048);
    }),
    { numRuns: 60 },
  );
});

it("a long message of words alone is cut at a character, not dropped", () => {
  const text = renderPassiveText(textCard("园".repeat(1000)));
  expect(text).toBe(`${"园".repeat(681)}…`);
});

it("of a long message of words, a link after them survives the cut", () => {
  const card: Card = { ...textCard("园".repeat(1000)), link: "https://park.example.com/h5/x" };
  const text = renderPassiveText(card);
  expect(text).toMatch(/园…\n\n<a href="https:\/\/park\.example\.com\/h5\/x">查看详情<\/a>$/);
  expect(byteLength(text)).toBeGreaterThan(2040);
  expect(byteLength(text)).toBeLessThanOrEqual(2048);
});

it("a name cannot bring a link of its own into our message", () => {
  const text = renderPassiveText(billCard({ ...BILL, tenantName: '<a href="https://evil.example">点我</a>' }));
  expect(text).toContain('＜a href="https://evil.example">点我＜/a>');
  // To pay, to look, to dispute.
  expect(text.match(/<a /g)).toHaveLength(3);
});

it("two bills of one month are told apart", () => {
  const bill = { period: parseMonth("2026-09"), owedFen: 100n };
  const card = billListCard({
    tenantName: "甲公司",
    projectName: "东莞园区",
    asOf: parseCivilDate("2026-09-01"),
    owedFen: 200n,
    bills: [
      { ...bill, billNo: "DG-202609-00001", dueDate: parseCivilDate("2026-09-05") },
      { ...bill, billNo: "DG-202609-00002", dueDate: parseCivilDate("2026-09-11") },
    ],
  });
  expect(card.buttons.map((button) => button.label)).toEqual(["全部缴费", "9月账单 00001", "9月账单 00002"]);
  expect(card.items?.[0]?.label).toBe("9月账单 00001（2026年9月5日前）");
});

describe("cutting", () => {
  it.each([
    ["what fits stays whole", "账单", 6, "账单"],
    ["one byte less costs a character and makes room for …", "账单a", 6, "账…"],
    ["never inside an emoji", "👨‍👩‍👧‍👦账", 27, "…"],
    ["nothing", "", 3, ""],
  ])("by bytes: %s", (_name, text, max, expected) => {
    expect(fitBytes(text, max)).toBe(expected);
  });

  it("by characters as people count them", () => {
    expect(fitCharacters("👨‍👩‍👧‍👦账单", 3)).toBe("👨‍👩‍👧‍👦账单");
    expect(fitCharacters("👨‍👩‍👧‍👦账单", 2)).toBe("👨‍👩‍👧‍👦…");
  });
});
