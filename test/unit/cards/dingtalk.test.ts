import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { textCard } from "../../../cards/card.ts";
import {
  renderButtons,
  renderRobotMessage,
  renderSharedParameters,
  SHARED_PARAMETERS,
} from "../../../cards/render/dingtalk.ts";
import { ownParametersOf } from "../../../src/platforms/dingtalk/card-data.ts";
import { CARDS } from "./sample-cards.ts";

describe("a card on DingTalk", () => {
  it("of words alone is plain text", () => {
    expect(renderRobotMessage(textCard("您好", "已收到。"))).toEqual({ kind: "text", text: "您好\n已收到。" });
  });

  it("in words has its facts on lines of their own, its links to tap, and says what its buttons would do", () => {
    expect(renderRobotMessage(CARDS.bill)).toMatchInlineSnapshot(`
      {
        "kind": "markdown",
        "text": "【2026年9月账单】  
      东莞园区 · 深圳市明远电子有限公司  
      应付合计：¥7,565.60

      账单编号：DG-202609-00001  
      最晚付款：2026年9月11日

      租金（9月1日至9月30日）：¥7,453.00  
      电费（8月）：¥312.60  
      租金优惠：-¥200.00

      回复“账单 DG-202609-00001 有异议”，我来办

      [立即缴费](https://park.example.com/h5/pay/abc?a=1&b=2)

      [查看明细](https://park.example.com/h5/bill/abc)",
        "title": "2026年9月账单",
      }
    `);
  });

  it("interactive has the figure, the facts and the links apart", () => {
    expect(renderSharedParameters(CARDS.bill)).toMatchInlineSnapshot(`
      {
        "body": "账单编号：DG-202609-00001  
      最晚付款：2026年9月11日

      租金（9月1日至9月30日）：¥7,453.00  
      电费（8月）：¥312.60  
      租金优惠：-¥200.00",
        "buttons": "shown",
        "figure": "¥7,565.60",
        "figure_label": "应付合计",
        "link1_label": "立即缴费",
        "link1_url": "https://park.example.com/h5/pay/abc?a=1&b=2",
        "link2_label": "查看明细",
        "link2_url": "https://park.example.com/h5/bill/abc",
        "link3_label": "",
        "link3_url": "",
        "outcome": "",
        "subtitle": "东莞园区 · 深圳市明远电子有限公司",
        "title": "2026年9月账单",
      }
    `);
  });

  it("has its buttons in the colours of the card platform, with the actions that every platform has", () => {
    const action = { type: "bill.show", billNo: "B1" } as const;
    const buttons = [
      { kind: "action", label: "同意", action, style: "primary" },
      { kind: "action", label: "拒绝", action, style: "danger" },
      { kind: "link", label: "查看", url: "https://park.example.com" },
      { kind: "action", label: "转人工", action: { type: "handoff" } },
    ] as const;
    expect(renderButtons({ ...textCard(), title: "审批", buttons })).toEqual([
      { label: "同意", action: "1:bill.show:B1", color: "blue" },
      { label: "拒绝", action: "1:bill.show:B1", color: "red" },
      { label: "转人工", action: "1:handoff", color: "gray" },
    ]);
  });

  it("keeps a link whose address has brackets", () => {
    const card = {
      ...textCard("见链接"),
      buttons: [{ kind: "link", label: "查看", url: "https://a.example/x(1)?b=c d" }] as const,
    };
    expect(renderRobotMessage(card).text).toContain("[查看](https://a.example/x%281%29?b=c%20d)");
  });
});

it("docs/dingtalk-card-template.md names every variable that we fill", () => {
  const document = readFileSync(new URL("../../../docs/dingtalk-card-template.md", import.meta.url), "utf8");
  const own = Object.keys(ownParametersOf("secret", "card", textCard(), "user"));
  const named = [...SHARED_PARAMETERS, ...own].filter((name) => !/^(button[2-6]|link[23])_/.test(name));
  expect(named.filter((name) => !document.includes(`\`${name}\``))).toEqual([]);
  expect(own.filter((name) => name.endsWith("_label"))).toHaveLength(6);
});
