import { describe, expect, it } from "vitest";
import { renderConversation } from "../../../cards/render/official-account.ts";
import { CARDS } from "./sample-cards.ts";

describe("each card as a customer-service message", () => {
  it("bill, with links only: text", () =>
    expect(renderConversation(CARDS.bill)).toMatchInlineSnapshot(`
      {
        "head": "【2026年9月账单】
      东莞园区 · 深圳市明远电子有限公司
      应付合计：¥7,565.60

      账单编号：DG-202609-00001
      最晚付款：2026年9月11日

      租金（9月1日至9月30日）：¥7,453.00
      电费（8月）：¥312.60
      租金优惠：-¥200.00

      <a href="https://park.example.com/h5/pay/abc?a=1&b=2">立即缴费</a>
      <a href="https://park.example.com/h5/bill/abc">查看明细</a>",
        "items": [
          {
            "id": "1:bill.dispute:DG-202609-00001",
            "label": "有疑问",
          },
        ],
        "kind": "msgmenu",
        "tail": "也可以直接打字告诉我。",
      }
    `));
  it("overdue bill", () =>
    expect(renderConversation(CARDS.overdueBill)).toMatchInlineSnapshot(`
      {
        "head": "【2026年9月账单】
      东莞园区 · 深圳市明远电子有限公司
      应付合计：¥6,577.94

      账单编号：DG-202609-00001
      最晚付款：2026年9月11日（已逾期9天）

      租金（9月1日至9月30日）：¥7,453.00
      电费（8月）：¥312.60
      租金优惠：-¥200.00
      逾期违约金：¥12.34
      已付：-¥1,000.00

      违约金算到2026年9月20日，付清当天即停止计算。

      <a href="https://park.example.com/h5/pay/abc?a=1&b=2">立即缴费</a>
      <a href="https://park.example.com/h5/bill/abc">查看明细</a>",
        "items": [
          {
            "id": "1:bill.dispute:DG-202609-00001",
            "label": "有疑问",
          },
        ],
        "kind": "msgmenu",
        "tail": "也可以直接打字告诉我。",
      }
    `));
  it("settled bill", () =>
    expect(renderConversation(CARDS.settledBill)).toMatchInlineSnapshot(`
    {
      "kind": "text",
      "text": "【2026年9月账单】
    东莞园区 · 深圳市明远电子有限公司
    应付合计：¥0.00

    账单编号：DG-202609-00001
    最晚付款：2026年9月11日

    租金（9月1日至9月30日）：¥7,453.00
    电费（8月）：¥312.60
    租金优惠：-¥200.00
    已付：-¥7,565.60

    这张账单已结清，感谢您！

    <a href="https://park.example.com/h5/bill/abc">查看明细</a>",
    }
  `));
  it("bill list: a menu to tap", () =>
    expect(renderConversation(CARDS.billList)).toMatchInlineSnapshot(`
      {
        "head": "【待付账单】
      东莞园区 · 深圳市明远电子有限公司
      待付合计：¥12,565.60

      账单数：2张

      2026年8月账单（已逾期）：¥5,000.00
      2026年9月账单（2026年9月11日前）：¥7,565.60",
        "items": [
          {
            "id": "1:pay.all",
            "label": "全部缴费",
          },
          {
            "id": "1:bill.show:DG-202608-00001",
            "label": "2026年8月账单",
          },
          {
            "id": "1:bill.show:DG-202609-00001",
            "label": "2026年9月账单",
          },
        ],
        "kind": "msgmenu",
        "tail": "也可以直接打字告诉我。",
      }
    `));
  it("no bills", () =>
    expect(renderConversation(CARDS.noBills)).toMatchInlineSnapshot(`
    {
      "kind": "text",
      "text": "【待付账单】
    东莞园区 · 深圳市明远电子有限公司

    您目前没有待付账单，一切都好。",
    }
  `));
  it("payment link", () =>
    expect(renderConversation(CARDS.paymentLink)).toMatchInlineSnapshot(`
    {
      "kind": "text",
      "text": "【请确认缴费】
    本次应付：¥12,565.60

    账单编号：DG-202608-00001 等2张
    收款方：东莞园区运营有限公司
    链接有效至：2026年9月5日 18:30

    金额以打开页面时为准；付款成功后收据会发到这里。

    <a href="https://park.example.com/h5/pay/xyz">微信支付</a>",
    }
  `));
  it("receipt", () =>
    expect(renderConversation(CARDS.receipt)).toMatchInlineSnapshot(`
    {
      "kind": "text",
      "text": "【已收到您的付款】
    深圳市明远电子有限公司
    实收金额：¥8,000.00

    收据编号：SJ-202609-00007
    到账日期：2026年9月5日
    付款方式：微信支付

    9月租金：¥7,453.00
    8月电费：¥312.60
    转入预存款：¥234.40

    账单已全部结清，谢谢您！

    <a href="https://park.example.com/h5/receipt/7">查看收据</a>",
    }
  `));
  it("invitation to bind", () =>
    expect(renderConversation(CARDS.bindNeeded)).toMatchInlineSnapshot(`
    {
      "head": "【绑定您的企业】

    绑定后即可在这里查账单、缴费、拿收据，大约需要一分钟。",
      "items": [
        {
          "id": "1:bind.start",
          "label": "开始绑定",
        },
      ],
      "kind": "msgmenu",
      "tail": "也可以直接打字告诉我。",
    }
  `));
  it("bound", () =>
    expect(renderConversation(CARDS.bound)).toMatchInlineSnapshot(`
    {
      "head": "【绑定成功】

    租户：深圳市明远电子有限公司
    园区：东莞园区

    您好，李先生，以后账单会发到这里。",
      "items": [
        {
          "id": "1:bill.list",
          "label": "查账单",
        },
      ],
      "kind": "msgmenu",
      "tail": "也可以直接打字告诉我。",
    }
  `));
  it("menu", () =>
    expect(renderConversation(CARDS.menu)).toMatchInlineSnapshot(`
    {
      "head": "【我能帮您做这些】

    深圳市明远电子有限公司，您好！点一下，或直接打字告诉我：",
      "items": [
        {
          "id": "1:bill.list",
          "label": "查账单",
        },
        {
          "id": "1:pay.all",
          "label": "缴费",
        },
        {
          "id": "1:handoff",
          "label": "转人工",
        },
      ],
      "kind": "msgmenu",
      "tail": "也可以直接打字告诉我。",
    }
  `));
  it("menu of a stranger", () =>
    expect(renderConversation(CARDS.strangerMenu)).toMatchInlineSnapshot(`
    {
      "head": "【我能帮您做这些】

    您好！绑定企业后即可查账单和缴费。",
      "items": [
        {
          "id": "1:bind.start",
          "label": "绑定企业",
        },
        {
          "id": "1:handoff",
          "label": "转人工",
        },
      ],
      "kind": "msgmenu",
      "tail": "也可以直接打字告诉我。",
    }
  `));
  it("words", () =>
    expect(renderConversation(CARDS.words)).toMatchInlineSnapshot(`
    {
      "kind": "text",
      "text": "已为您转接人工，工作时间 9:00–18:00。
    请稍候。",
    }
  `));
});
