import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Card, CardButton } from "../../../cards/card.ts";
import { LIMITS } from "../../../cards/limits.ts";
import { renderButtons, renderRobotMessage, renderSharedParameters } from "../../../cards/render/dingtalk.ts";

const { textMaxBytes, titleMaxCharacters, buttonsMax, buttonLabelMaxCharacters } = LIMITS.dingtalk;

/** What people put into names: emoji of several code points, markup, line ends, right-to-left marks. */
const words = fc
  .array(
    fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.constantFrom("👨‍👩‍👧", "[点这里](https://evil.example)", "# 大", "\n", "<b>", "**", "一号电子"),
    ),
    {
      maxLength: 12,
    },
  )
  .map((parts) => parts.join(""));
const long = fc.oneof(words, fc.constant("租金（9月1日至9月30日）".repeat(60)));
const row = fc.record({ label: words, value: long });
const link = fc.record({
  kind: fc.constant("link" as const),
  label: words,
  url: fc.webUrl({ withQueryParameters: true }),
});
const action = fc.record({
  kind: fc.constant("action" as const),
  label: words,
  action: fc.constant({ type: "bill.show" as const, billNo: "DG-202609-00001" }),
});
const cards: fc.Arbitrary<Card> = fc.record(
  {
    name: fc.constant("text" as const),
    title: words,
    subtitle: words,
    emphasis: fc.record({ value: fc.constant("¥1,234.50"), label: words }),
    rows: fc.array(row, { maxLength: 8 }),
    items: fc.array(row, { maxLength: 60 }),
    paragraphs: fc.array(long, { maxLength: 6 }),
    buttons: fc.array(fc.oneof(link, action) as fc.Arbitrary<CardButton>, { maxLength: 9 }),
    outcome: words,
  },
  { requiredKeys: ["name", "title", "rows", "paragraphs", "buttons"] },
) as fc.Arbitrary<Card>;

const characters = new Intl.Segmenter("zh-CN", { granularity: "grapheme" });
const lengthOf = (text: string): number => [...characters.segment(text)].length;

describe("whatever a card holds", () => {
  it("its message is within the limits", () => {
    fc.assert(
      fc.property(cards, (card) => {
        const content = renderRobotMessage(card);
        expect(Buffer.byteLength(content.text)).toBeLessThanOrEqual(textMaxBytes);
        if (content.kind === "markdown") expect(lengthOf(content.title)).toBeLessThanOrEqual(titleMaxCharacters);
      }),
    );
  });

  it("its variables are strings within the limits, every one of them each time", () => {
    const names = Object.keys(
      renderSharedParameters({ name: "text", title: "", rows: [], paragraphs: [], buttons: [] }),
    );
    fc.assert(
      fc.property(cards, (card) => {
        const shared = renderSharedParameters(card);
        expect(Object.keys(shared).sort()).toEqual([...names].sort());
        for (const value of Object.values(shared)) expect(typeof value).toBe("string");
        expect(Buffer.byteLength(shared.body)).toBeLessThanOrEqual(textMaxBytes);
        expect(lengthOf(shared.title)).toBeLessThanOrEqual(titleMaxCharacters);
        expect(shared.figure).toBe(card.emphasis?.value ?? "");
      }),
    );
  });

  it("nobody's name becomes a link, a heading or an element", () => {
    fc.assert(
      fc.property(cards, (card) => {
        const withoutLinks: Card = { ...card, buttons: card.buttons.filter(({ kind }) => kind === "action") };
        const content = renderRobotMessage(withoutLinks);
        // Plain text is shown as it is.
        const shown = [
          renderSharedParameters(withoutLinks).body,
          ...(content.kind === "markdown" ? [content.text] : []),
        ];
        for (const text of shown) expect(text).not.toMatch(/[[\]#<>*`]/);
      }),
    );
  });

  it("there are no more buttons than the template has, none without words too long for it", () => {
    fc.assert(
      fc.property(cards, (card) => {
        const buttons = renderButtons(card);
        expect(buttons.length).toBeLessThanOrEqual(buttonsMax);
        for (const { label } of buttons) expect(lengthOf(label)).toBeLessThanOrEqual(buttonLabelMaxCharacters);
      }),
    );
  });

  it("a card that has its outcome shows no buttons", () => {
    fc.assert(
      fc.property(cards, (card) => {
        expect(renderSharedParameters({ ...card, outcome: "已通过" }).buttons).toBe("hidden");
      }),
    );
  });
});
