import { describe, expect, it } from "vitest";
import { renderTemplate } from "../../../cards/render/template.ts";
import { CARDS } from "./sample-cards.ts";

describe("each card as a template message", () => {
  it("bill", () =>
    expect(renderTemplate(CARDS.bill)).toMatchInlineSnapshot(`
    {
      "data": {
        "keyword1": {
          "value": "深圳市明远电子有限公司",
        },
        "keyword2": {
          "value": "2026年9月",
        },
        "keyword3": {
          "value": "¥7,565.60",
        },
        "keyword4": {
          "value": "2026年9月11日",
        },
      },
      "templateKey": "bill",
      "url": "https://park.example.com/h5/bill/abc",
    }
  `));
  it("overdue bill", () =>
    expect(renderTemplate(CARDS.overdueBill)).toMatchInlineSnapshot(`
    {
      "data": {
        "keyword1": {
          "value": "深圳市明远电子有限公司",
        },
        "keyword2": {
          "value": "2026年9月",
        },
        "keyword3": {
          "value": "¥6,577.94",
        },
        "keyword4": {
          "value": "2026年9月11日",
        },
      },
      "templateKey": "bill",
      "url": "https://park.example.com/h5/bill/abc",
    }
  `));
  it("settled bill", () =>
    expect(renderTemplate(CARDS.settledBill)).toMatchInlineSnapshot(`
    {
      "data": {
        "keyword1": {
          "value": "深圳市明远电子有限公司",
        },
        "keyword2": {
          "value": "2026年9月",
        },
        "keyword3": {
          "value": "¥0.00",
        },
        "keyword4": {
          "value": "2026年9月11日",
        },
      },
      "templateKey": "bill",
      "url": "https://park.example.com/h5/bill/abc",
    }
  `));
  it("payment link", () =>
    expect(renderTemplate(CARDS.paymentLink)).toMatchInlineSnapshot(`
    {
      "data": {
        "keyword1": {
          "value": "东莞园区运营有限公司",
        },
        "keyword2": {
          "value": "DG-202608-00001 等2张",
        },
        "keyword3": {
          "value": "¥12,565.60",
        },
        "keyword4": {
          "value": "2026年9月5日 18:30",
        },
      },
      "templateKey": "payment-link",
      "url": "https://park.example.com/h5/pay/xyz",
    }
  `));
  it("receipt", () =>
    expect(renderTemplate(CARDS.receipt)).toMatchInlineSnapshot(`
    {
      "data": {
        "keyword1": {
          "value": "深圳市明远电子有限公司",
        },
        "keyword2": {
          "value": "SJ-202609-00007",
        },
        "keyword3": {
          "value": "¥8,000.00",
        },
        "keyword4": {
          "value": "2026年9月5日",
        },
      },
      "templateKey": "receipt",
      "url": "https://park.example.com/h5/receipt/7",
    }
  `));

  it.each(["billList", "noBills", "bindNeeded", "bound", "menu", "strangerMenu", "words"] as const)(
    "%s only answers and never begins a conversation",
    (name) => expect(renderTemplate(CARDS[name])).toBeUndefined(),
  );

  it("takes the account's keywords, whose type limits words but never a figure", () => {
    const long = { ...CARDS.bill, notice: [...(CARDS.bill.notice ?? [])] };
    long.notice[0] = { label: "租户", value: "深圳市前海深港现代服务业合作区明远精密电子制造有限公司" };
    expect(renderTemplate(long, ["thing1", "phrase2", "amount3", "time4"])?.data).toEqual({
      thing1: { value: "深圳市前海深港现代服务业合作区明远精密…" },
      // "2026年9月" is 7 characters; a phrase keeps 4 and "…".
      phrase2: { value: "2026…" },
      amount3: { value: "¥7,565.60" },
      time4: { value: "2026年9月11日" },
    });
  });
});
