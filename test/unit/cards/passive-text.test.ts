import { describe, expect, it } from "vitest";
import { renderPassiveText } from "../../../cards/render/official-account.ts";
import { CARDS } from "./sample-cards.ts";

describe("each card as the text of a passive reply", () => {
  it("bill", () =>
    expect(renderPassiveText(CARDS.bill)).toMatchInlineSnapshot(`
      "【2026年9月账单】
      东莞园区 · 深圳市明远电子有限公司
      应付合计：¥7,565.60

      账单编号：DG-202609-00001
      最晚付款：2026年9月11日

      租金（9月1日至9月30日）：¥7,453.00
      电费（8月）：¥312.60
      租金优惠：-¥200.00

      <a href="https://park.example.com/h5/pay/abc?a=1&b=2">立即缴费</a>
      <a href="https://park.example.com/h5/bill/abc">查看明细</a>

      <a href="weixin://bizmsgmenu?msgmenucontent=%E8%B4%A6%E5%8D%95%20DG-202609-00001%20%E6%9C%89%E5%BC%82%E8%AE%AE&msgmenuid=1%3Abill.dispute%3ADG-202609-00001">有疑问</a>"
    `));
  it("overdue bill", () =>
    expect(renderPassiveText(CARDS.overdueBill)).toMatchInlineSnapshot(`
      "【2026年9月账单】
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
      <a href="https://park.example.com/h5/bill/abc">查看明细</a>

      <a href="weixin://bizmsgmenu?msgmenucontent=%E8%B4%A6%E5%8D%95%20DG-202609-00001%20%E6%9C%89%E5%BC%82%E8%AE%AE&msgmenuid=1%3Abill.dispute%3ADG-202609-00001">有疑问</a>"
    `));
  it("settled bill", () =>
    expect(renderPassiveText(CARDS.settledBill)).toMatchInlineSnapshot(`
    "【2026年9月账单】
    东莞园区 · 深圳市明远电子有限公司
    应付合计：¥0.00

    账单编号：DG-202609-00001
    最晚付款：2026年9月11日

    租金（9月1日至9月30日）：¥7,453.00
    电费（8月）：¥312.60
    租金优惠：-¥200.00
    已付：-¥7,565.60

    这张账单已结清，感谢您！

    <a href="https://park.example.com/h5/bill/abc">查看明细</a>"
  `));
  it("bill list", () =>
    expect(renderPassiveText(CARDS.billList)).toMatchInlineSnapshot(`
      "【待付账单】
      东莞园区 · 深圳市明远电子有限公司
      待付合计：¥12,565.60

      账单数：2张

      2026年8月账单（已逾期）：¥5,000.00
      2026年9月账单（2026年9月11日前）：¥7,565.60

      <a href="weixin://bizmsgmenu?msgmenucontent=%E7%BC%B4%E8%B4%B9&msgmenuid=1%3Apay.all">全部缴费</a>
      <a href="weixin://bizmsgmenu?msgmenucontent=%E6%9F%A5%E8%B4%A6%E5%8D%95%20DG-202608-00001&msgmenuid=1%3Abill.show%3ADG-202608-00001">2026年8月账单</a>
      <a href="weixin://bizmsgmenu?msgmenucontent=%E6%9F%A5%E8%B4%A6%E5%8D%95%20DG-202609-00001&msgmenuid=1%3Abill.show%3ADG-202609-00001">2026年9月账单</a>"
    `));
  it("no bills", () =>
    expect(renderPassiveText(CARDS.noBills)).toMatchInlineSnapshot(`
    "【待付账单】
    东莞园区 · 深圳市明远电子有限公司

    您目前没有待付账单，一切都好。"
  `));
  it("payment link", () =>
    expect(renderPassiveText(CARDS.paymentLink)).toMatchInlineSnapshot(`
    "【请确认缴费】
    本次应付：¥12,565.60

    账单编号：DG-202608-00001 等2张
    收款方：东莞园区运营有限公司
    链接有效至：2026年9月5日 18:30

    金额以打开页面时为准；付款成功后收据会发到这里。

    <a href="https://park.example.com/h5/pay/xyz">微信支付</a>"
  `));
  it("receipt", () =>
    expect(renderPassiveText(CARDS.receipt)).toMatchInlineSnapshot(`
    "【已收到您的付款】
    深圳市明远电子有限公司
    实收金额：¥8,000.00

    收据编号：SJ-202609-00007
    到账日期：2026年9月5日
    付款方式：微信支付

    9月租金：¥7,453.00
    8月电费：¥312.60
    转入预存款：¥234.40

    账单已全部结清，谢谢您！

    <a href="https://park.example.com/h5/receipt/7">查看收据</a>"
  `));
  it("invitation to bind", () =>
    expect(renderPassiveText(CARDS.bindNeeded)).toMatchInlineSnapshot(`
    "【绑定您的企业】

    绑定后即可在这里查账单、缴费、拿收据，大约需要一分钟。

    <a href="weixin://bizmsgmenu?msgmenucontent=%E7%BB%91%E5%AE%9A&msgmenuid=1%3Abind.start">开始绑定</a>"
  `));
  it("bound", () =>
    expect(renderPassiveText(CARDS.bound)).toMatchInlineSnapshot(`
    "【绑定成功】

    租户：深圳市明远电子有限公司
    园区：东莞园区

    您好，李先生，以后账单会发到这里。

    <a href="weixin://bizmsgmenu?msgmenucontent=%E6%9F%A5%E8%B4%A6%E5%8D%95&msgmenuid=1%3Abill.list">查账单</a>"
  `));
  it("menu", () =>
    expect(renderPassiveText(CARDS.menu)).toMatchInlineSnapshot(`
    "【我能帮您做这些】

    深圳市明远电子有限公司，您好！点一下，或直接打字告诉我：

    <a href="weixin://bizmsgmenu?msgmenucontent=%E6%9F%A5%E8%B4%A6%E5%8D%95&msgmenuid=1%3Abill.list">查账单</a>
    <a href="weixin://bizmsgmenu?msgmenucontent=%E7%BC%B4%E8%B4%B9&msgmenuid=1%3Apay.all">缴费</a>
    <a href="weixin://bizmsgmenu?msgmenucontent=%E8%BD%AC%E4%BA%BA%E5%B7%A5&msgmenuid=1%3Ahandoff">转人工</a>"
  `));
  it("menu of a stranger", () =>
    expect(renderPassiveText(CARDS.strangerMenu)).toMatchInlineSnapshot(`
    "【我能帮您做这些】

    您好！绑定企业后即可查账单和缴费。

    <a href="weixin://bizmsgmenu?msgmenucontent=%E7%BB%91%E5%AE%9A&msgmenuid=1%3Abind.start">绑定企业</a>
    <a href="weixin://bizmsgmenu?msgmenucontent=%E8%BD%AC%E4%BA%BA%E5%B7%A5&msgmenuid=1%3Ahandoff">转人工</a>"
  `));
  it("words", () =>
    expect(renderPassiveText(CARDS.words)).toMatchInlineSnapshot(`
    "已为您转接人工，工作时间 9:00–18:00。
    请稍候。"
  `));
});
