import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Nuonuo, startNuonuo } from "../../../playground/nuonuo/nuonuo.ts";
import { EMPTY_TITLE } from "../../../src/domain/invoice/title.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";
import { createNuonuoProvider } from "../../../src/invoicing/nuonuo/nuonuo.ts";
import { signRequest } from "../../../src/invoicing/nuonuo/sign.ts";
import type { InvoiceOrder, RedFormOrder } from "../../../src/ports/invoice-provider.ts";
import { inMemorySharedState } from "../messenger/in-memory-shared-state.ts";

const SELLER = "91441900MA00DEMO01";
const APP = { appKey: "SD63236305", appSecret: "SDDED2523BED4643", sellers: [SELLER] };
const seller = { taxNo: SELLER, name: "东莞公司", drawer: "王会计", extensionNumber: "" };
/** Rent 1,090.00 with 9 %: 1,000.00 and 90.00. */
const order: InvoiceOrder = {
  orderNo: "FP-202609-00001-1",
  kind: "special",
  seller,
  buyer: { ...EMPTY_TITLE, name: "一号电子", taxNo: "91350100M000100Y43", bank: "招商银行", bankAccount: "7559" },
  lines: [
    {
      goodsName: "*经营租赁*房屋租金",
      taxCode: "3040502029902000000",
      taxRate: "0.09",
      amountFen: 109_000n,
      netFen: 100_000n,
      taxFen: 9_000n,
    },
  ],
  immovableLease: {
    region: "广东省东莞市松山湖",
    address: "科技路1号A栋",
    certificateNo: "粤(2020)东莞不动产权第0000001号",
    crossCity: false,
    period: { from: parseCivilDate("2026-09-01"), to: parseCivilDate("2026-09-30") },
  },
  remark: "",
};
const key = { sellerTaxNo: SELLER, orderNo: order.orderNo };
const made = parseCivilDate("2026-09-05");

describe("诺诺 as a provider, over its wire", () => {
  let world: Nuonuo;
  let nowMs = 0;
  let wireMs = 0;
  beforeEach(async () => {
    nowMs = Date.parse("2026-09-05T10:00:00+08:00");
    wireMs = Date.now();
    world = await startNuonuo(APP, { nowMs: () => nowMs, wireNowMs: () => wireMs });
  });
  afterEach(() => world.close());
  const provider = (change = {}) =>
    createNuonuoProvider(
      { ...APP, apiBase: world.url, authBase: world.url, nowMs: () => wireMs, ...change },
      inMemorySharedState(),
    );
  const makes = async (nuonuo = provider()) => {
    await nuonuo.requestInvoice(order);
    await nuonuo.queryInvoice(key);
    const status = await nuonuo.queryInvoice(key);
    if (status.state !== "made") throw new Error(status.state);
    return status;
  };
  const form = (blueNumber: string, change: Partial<RedFormOrder> = {}): RedFormOrder => ({
    redNo: "HZ-202609-00001",
    seller,
    buyer: order.buyer,
    kind: "special",
    blueNumber,
    reason: "mistake",
    amountFen: 109_000n,
    ...change,
  });
  const redKey = { sellerTaxNo: SELLER, orderNo: "HZ-202609-00001" };

  it("signs as the live gateway was seen to accept it (published with Odoo's client, 2026-09-22)", () => {
    const envelope = { appKey: "APPKEY", senid: "SENID", nonce: "12345678", timestamp: "1700000000" };
    expect(signRequest("SECRET", "/open/v1/services", envelope, '{"a":1}')).toBe("7iSZiR+0g+376QEJ38xLM+3vGDs=");
  });

  it("makes an invoice: taken on, under way, made, with number, date, amount and three files", async () => {
    const nuonuo = provider();
    expect(await nuonuo.queryInvoice(key)).toEqual({ state: "not-known" });
    expect(await nuonuo.requestInvoice(order)).toMatchObject({
      state: "accepted",
      serialNo: expect.stringMatching(/^\d+$/),
    });
    expect(await nuonuo.queryInvoice(key)).toMatchObject({ state: "making" });
    const status = await nuonuo.queryInvoice(key);
    expect(status).toMatchObject({
      state: "made",
      number: expect.stringMatching(/^\d{20}$/),
      issuedOn: made,
      amountFen: 109_000n,
    });
    if (status.state !== "made") throw new Error("not made");
    const files = await Promise.all(Object.values(status.files).map((link) => nuonuo.fetchFile(link ?? "")));
    expect(
      files.map((bytes) =>
        Buffer.from(bytes ?? [])
          .toString()
          .slice(0, 5),
      ),
    ).toEqual(["%PDF-", "PK\u0003\u0004 ", "<?xml"]);
    // What went over the wire: the code without the asterisks' short name, the element of rent, buyer's bank in one field.
    expect(world.invoices[0]?.order).toMatchObject({
      invoiceLine: "bs",
      clerk: "王会计",
      buyerAccount: "招商银行 7559",
      specificFactor: "6",
      realPropertyRentInfo: { rentStartDate: "2026-09-01", rentEndDate: "2026-09-30", crossCityFlag: "0", unit: "2" },
      invoiceDetail: [
        { goodsName: "房屋租金", taxExcludedAmount: "1000.00", tax: "90.00", taxIncludedAmount: "1090.00" },
      ],
    });
    expect(world.tokensIssued()).toBe(1);
  });

  it("asks for the same order twice and has one invoice; a lost answer is found by asking about it", async () => {
    const nuonuo = provider();
    world.spoilNext("requestBillingNew", "lose-after");
    expect(await nuonuo.requestInvoice(order)).toEqual({ state: "unknown", reason: "HTTP 502" });
    expect(await nuonuo.queryInvoice(key)).toMatchObject({ state: "making" });
    expect(await nuonuo.requestInvoice(order)).toEqual({ state: "accepted", serialNo: undefined });
    world.spoilNext("queryInvoiceResult", "twice");
    expect(await nuonuo.queryInvoice(key)).toMatchObject({ state: "made" });
    expect(world.invoices).toHaveLength(1);
  });

  it.each([
    ["a buyer without a number on a 专票", { ...order, buyer: { ...order.buyer, taxNo: "" } }, /专票购方税号/],
    [
      "amounts that do not add up",
      { ...order, lines: order.lines.map((line) => ({ ...line, taxFen: 9_001n })) },
      /不等于/,
    ],
    [
      "a tax that is off by more than 0.06",
      { ...order, lines: order.lines.map((line) => ({ ...line, netFen: 99_990n, taxFen: 9_010n })) },
      /误差/,
    ],
    ["rent on two lines", { ...order, lines: [...order.lines, ...order.lines] }, /只能有一条明细/],
    ["a code that is none", { ...order, lines: order.lines.map((line) => ({ ...line, taxCode: "304" })) }, /19位/],
  ])("is refused %s, with its words, and nothing is there", async (_what, wrong, words) => {
    expect(await provider().requestInvoice(wrong)).toEqual({
      state: "refused",
      code: "E9105",
      reason: expect.stringMatching(words),
    });
    expect(await provider().queryInvoice(key)).toEqual({ state: "not-known" });
  });

  it("fails with the bureau's words and is tried again under the same number", async () => {
    const nuonuo = provider();
    world.failNextOrder("开票员未登录电子税务局");
    await nuonuo.requestInvoice(order);
    const failed = await nuonuo.queryInvoice(key);
    expect(failed).toMatchObject({ state: "failed", code: "22", reason: "开票员未登录电子税务局" });
    const serialNo = failed.state === "failed" ? failed.serialNo : undefined;
    expect(await nuonuo.retryInvoice({ ...key, serialNo })).toEqual({ state: "accepted", serialNo });
    await nuonuo.queryInvoice(key);
    expect(await nuonuo.queryInvoice(key)).toMatchObject({ state: "made" });
    expect(await nuonuo.retryInvoice({ ...key, serialNo })).toMatchObject({ state: "refused", code: "E9601" });
    expect(world.invoices).toHaveLength(1);
  });

  it.each([
    ["a wrong secret", { appSecret: "wrong-secret", accessToken: "x" }, /070104/],
    ["a wrong app", { appKey: "nobody", accessToken: "x" }, /070101/],
    ["a clock that is an hour off", { nowMs: () => Date.now() - 3_600_000 }, /070103/],
    ["a token of nobody", { accessToken: "nobody" }, /070301/],
  ])("knows nothing with %s: the gateway lets nothing through", async (_what, change, reason) => {
    const answer = await provider(change).requestInvoice(order);
    expect(answer).toMatchObject({ state: "unknown", reason: expect.stringMatching(reason) });
    expect(JSON.stringify(answer)).not.toContain("secret");
    expect(world.invoices).toEqual([]);
    expect(world.calls).toEqual([]);
  });

  it("may not invoice for a seller that has not authorised the app", async () => {
    const other = { ...order, seller: { ...seller, taxNo: "91440300708461136T" } };
    expect(await provider().requestInvoice(other)).toMatchObject({
      state: "unknown",
      reason: expect.stringMatching(/070307/),
    });
  });

  it("renews a token that died, once, and is silent where nobody answers", async () => {
    const nuonuo = provider();
    await nuonuo.requestInvoice(order);
    world.revokeTokens();
    wireMs += 1_000;
    expect(await nuonuo.queryInvoice(key)).toMatchObject({ state: "making" });
    expect(world.tokensIssued()).toBe(2);
    world.faults.arm("POST", /services/, { kind: "drop-after" });
    expect(await nuonuo.queryInvoice(key)).toMatchObject({ state: "unknown" });
    expect(await provider({ apiBase: "http://127.0.0.1:9" }).queryInvoice(key)).toMatchObject({ state: "unknown" });
  });

  it("takes an invoice back: form, no confirmation needed, the bureau's red invoice", async () => {
    const nuonuo = provider();
    const blue = await makes(nuonuo);
    expect(await nuonuo.queryRedForm(redKey)).toEqual({ state: "not-known" });
    expect(await nuonuo.requestRedForm(form(blue.number))).toMatchObject({ state: "accepted" });
    expect(await nuonuo.queryRedForm(redKey)).toEqual({ state: "making" });
    expect(await nuonuo.queryRedForm(redKey)).toMatchObject({
      state: "confirmed",
      formNo: expect.stringMatching(/^\d+$/),
    });
    expect(await nuonuo.queryRedInvoice(redKey)).toMatchObject({ state: "making" });
    expect(await nuonuo.queryRedInvoice(redKey)).toMatchObject({ state: "made", amountFen: -109_000n });
    // The same form again, and another one of the same invoice, are refused.
    expect(await nuonuo.requestRedForm(form(blue.number))).toMatchObject({ state: "refused", code: "E9202" });
    expect(await nuonuo.requestRedForm(form(blue.number, { redNo: "HZ-202609-00002" }))).toMatchObject({
      state: "refused",
      code: "E9205",
    });
    expect(world.forms).toHaveLength(1);
  });

  it("waits for the buyer, hears of the bureau by downloading, and falls after 72 hours", async () => {
    const nuonuo = provider();
    const blue = await makes(nuonuo);
    world.buyersMustConfirm(true);
    const part = order.lines.map((line) => ({ ...line, place: 1, amountFen: 10_900n, netFen: 10_000n, taxFen: 900n }));
    await nuonuo.requestRedForm(form(blue.number, { reason: "allowance", amountFen: 10_900n, lines: part }));
    await nuonuo.queryRedForm(redKey);
    expect(await nuonuo.queryRedForm(redKey)).toMatchObject({ state: "awaiting-peer" });
    expect(world.forms[0]?.amountFen).toBe(10_900);
    world.standAtBureau("HZ-202609-00001", "04");
    expect(await nuonuo.queryRedForm(redKey)).toMatchObject({ state: "confirmed" });
    const second = { ...redKey, orderNo: "HZ-202609-00002" };
    world.failNextForm("蓝票已认证");
    await nuonuo.requestRedForm(form(blue.number, { redNo: "HZ-202609-00002", reason: "allowance", lines: part }));
    expect(await nuonuo.queryRedForm(second)).toMatchObject({ state: "not-known" });
  });

  it("says which form the bureau did not take, and which fell", async () => {
    const nuonuo = provider();
    const blue = await makes(nuonuo);
    world.failNextForm("蓝票用途已确认");
    await nuonuo.requestRedForm(form(blue.number));
    await nuonuo.queryRedForm(redKey);
    expect(await nuonuo.queryRedForm(redKey)).toEqual({ state: "failed", code: "16", reason: "蓝票用途已确认" });
    world.buyersMustConfirm(true);
    const second = { ...redKey, orderNo: "HZ-202609-00002" };
    await nuonuo.requestRedForm(form(blue.number, { redNo: "HZ-202609-00002" }));
    await nuonuo.queryRedForm(second);
    expect(await nuonuo.queryRedForm(second)).toMatchObject({ state: "awaiting-peer" });
    nowMs += 72 * 3_600_000;
    expect(await nuonuo.queryRedForm(second)).toMatchObject({ state: "expired" });
  });

  it("gives no file that is not there, and none that is too long to be an invoice", async () => {
    const nuonuo = provider();
    const { files } = await makes(nuonuo);
    world.withholdFiles(1);
    expect(await nuonuo.fetchFile(files.pdf ?? "")).toBeUndefined();
    expect(await nuonuo.fetchFile(`${world.url}/files/00000000000000000000.pdf`)).toBeUndefined();
    expect(await nuonuo.fetchFile("http://127.0.0.1:9/x.pdf")).toBeUndefined();
  });
});
