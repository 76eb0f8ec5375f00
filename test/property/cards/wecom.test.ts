import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Card, CardButton, CardRow } from "../../../cards/card.ts";
import { renderWecom, renderWecomReplacement } from "../../../cards/render/wecom.ts";
import { renderMarkdown } from "../../../cards/render/wecom-markdown.ts";
import { readTemplateCard } from "../../../playground/wecom/template-card.ts";
import { formatYuan } from "../../../src/domain/money/fen.ts";

/** Words with amounts and dates among them; figures are marked so that a cut one is recognised. */
const figure = fc.bigInt({ min: 0n, max: 99_999_999_99n }).map((fen) => formatYuan(fen));
const words = fc.stringMatching(/^[一-龥A-Za-z（）·🏭<[*]{0,24}$/u);
const phrase = fc.array(fc.oneof(words, figure), { maxLength: 5 }).map((parts) => parts.join("，"));
const row: fc.Arbitrary<CardRow> = fc.record({
  label: fc.stringMatching(/^[一-龥]{1,14}$/u),
  value: fc.oneof(figure, phrase),
});
const button: fc.Arbitrary<CardButton> = fc.oneof(
  fc.record({
    kind: fc.constant("action" as const),
    label: fc.oneof(
      fc.constant("同意"),
      phrase.filter((text) => text !== ""),
    ),
    action: fc.nat(999).map((n) => ({ type: "bill.show" as const, billNo: `DG-${n}` })),
  }),
  fc.record({
    kind: fc.constant("link" as const),
    label: fc.constant("查看详情"),
    url: fc.constant("https://park.example.com/h5/approval?t=abc"),
  }),
);
const card: fc.Arbitrary<Card> = fc
  .record(
    {
      title: phrase.filter((text) => text !== ""),
      subtitle: phrase,
      emphasis: fc.record({ value: figure, label: fc.stringMatching(/^[一-龥]{1,8}$/u) }),
      rows: fc.array(row, { maxLength: 8 }),
      items: fc.array(row, { maxLength: 20 }),
      paragraphs: fc.array(phrase, { maxLength: 4 }),
      buttons: fc.uniqueArray(button, {
        maxLength: 8,
        selector: (one) => (one.kind === "link" ? one.url : JSON.stringify(one.action)),
      }),
      link: fc.constant("https://park.example.com/h5/bill?t=abc"),
      outcome: fc.stringMatching(/^[一-龥]{1,10}$/u),
    },
    { requiredKeys: ["title", "rows", "paragraphs", "buttons"] },
  )
  .map((fields): Card => ({ name: "text", ...fields }));

/** Every amount that a text shows. */
const amountsIn = (text: string): string[] => text.match(/-?¥[\d,.]+/g) ?? [];

describe("any card as WeCom shows it", () => {
  it("is accepted by a WeCom that refuses what is too long, missing or too many", () => {
    fc.assert(
      fc.property(card, (one) => {
        const content = renderWecom(one);
        if (content.kind === "template-card") {
          expect(readTemplateCard(content.templateCard, false)).toMatchObject({ ok: true });
        } else {
          const text = content.kind === "text" ? content.text : content.markdown;
          expect(Buffer.byteLength(text)).toBeLessThanOrEqual(2048);
          expect(text).not.toBe("");
        }
        expect(readTemplateCard(renderWecomReplacement(one), true)).toMatchObject({ ok: true });
        expect(Buffer.byteLength(renderMarkdown(one))).toBeLessThanOrEqual(2048);
      }),
      { numRuns: 1_000 },
    );
  });

  it("never shows a part of a figure: every amount in it is one of the card's", () => {
    fc.assert(
      fc.property(card, (one) => {
        const ours = new Set(amountsIn(JSON.stringify(one)));
        for (const shown of [renderWecom(one), renderWecomReplacement(one), renderMarkdown(one)]) {
          for (const amount of amountsIn(JSON.stringify(shown))) expect(ours).toContain(amount);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it("shows all of a card, or has a link to all of it, or is words that say how much is left out", () => {
    fc.assert(
      fc.property(card, (one) => {
        const content = renderWecom(one);
        if (content.kind !== "template-card") return;
        const { templateCard } = content;
        const shown = JSON.stringify(templateCard);
        const isWhole = [...one.rows, ...(one.items ?? [])].every((each) =>
          shown.includes(JSON.stringify(each.value).slice(1, -1)),
        );
        expect(isWhole || templateCard.card_action !== undefined).toBe(true);
      }),
    );
  });
});
