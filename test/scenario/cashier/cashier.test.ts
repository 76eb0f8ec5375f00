import type { Browser } from "puppeteer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../../src/db/rows.ts";
import { formatYuan } from "../../../src/domain/money/fen.ts";
import { countsOf, openPaymentWorld } from "../../db/payments/payment-world.ts";
import { launchBrowser } from "../../support/browser.ts";
import { openPhone, photograph, press, textOf } from "./phone.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
});

const MEMBER = "oDemoOpenId201";
const STRANGER = "oStranger";

describe("the cashier inside WeChat", () => {
  it("shows a member of the tenant every line and takes the payment through the bridge", async () => {
    const world = await openPaymentWorld();
    const { page, errors } = await openPhone(browser, world, { openId: MEMBER });
    await page.goto(world.linkTo(await world.selectionOf("T002", "E1")));
    const text = await textOf(page);
    await photograph(page, "member");
    for (const shown of [
      "¥6,843.61",
      "东莞腾跃园区开发有限公司",
      "东莞锐达模具有限公司",
      "租金",
      "租金2026年8月",
      "¥6,772.50",
      "算到昨天（2026年9月4日）",
      "¥71.11",
    ]) {
      expect(text).toContain(shown);
    }
    await press(page, "button[type=submit]");
    await page.waitForFunction("document.querySelector('h1').textContent === '支付成功'");
    await photograph(page, "paid");
    expect(await textOf(page)).toContain("¥6,843.61");
    expect(await textOf(page)).toContain("SK-E1-2026-000001");
    expect(await countsOf(world.db)).toEqual({ receipts: 1, bookings: 1, exceptions: 0, messages: 1 });
    expect(errors).toEqual([]);
  });

  it("finds the payment by asking when the notification is lost", async () => {
    const world = await openPaymentWorld();
    world.wechat.notifications.dropNext();
    const { page } = await openPhone(browser, world, { openId: MEMBER });
    await page.goto(world.linkTo(await world.selectionOf("T002", "E1")));
    await press(page, "button[type=submit]");
    await page.waitForFunction("document.querySelector('h1').textContent === '支付成功'");
    expect(await countsOf(world.db)).toMatchObject({ receipts: 1, messages: 1 });
  });

  it("lets somebody else pay a forwarded link without showing the tenant", async () => {
    const world = await openPaymentWorld();
    const { page } = await openPhone(browser, world, { openId: STRANGER });
    const selection = await world.selectionOf("T002", "E1");
    await page.goto(world.linkTo(selection));
    const text = await textOf(page);
    await photograph(page, "stranger");
    expect(text).toContain("¥6,843.61");
    expect(text).toContain("东莞腾跃园区开发有限公司");
    expect(text).toContain("东***司");
    expect(text).toContain("尾号 0001");
    expect(await page.content()).not.toContain("锐达");
    expect(text).not.toContain("租金");
    expect(text).not.toContain(selection.billNos[0]);
    await press(page, "button[type=submit]");
    await page.waitForFunction("document.querySelector('h1').textContent === '支付成功'");
    expect(await countsOf(world.db)).toMatchObject({ receipts: 1, messages: 2 });
  });

  it("does not believe a state that is not this browser's", async () => {
    const world = await openPaymentWorld();
    const { page } = await openPhone(browser, world, { openId: MEMBER });
    const token = new URL(world.linkTo(await world.selectionOf("T002", "E1"))).searchParams.get("t");
    const code = world.officialAccount.authorization.issueCode(MEMBER);
    const answer = await page.goto(`${world.url}/h5/oauth?t=${token}&code=${code}&state=0123456789abcdef`);
    expect(answer?.status()).toBe(403);
    expect(await textOf(page)).toContain("微信登录没有成功");
  });
});

describe("the cashier outside WeChat", () => {
  it("shows a code, and turns to 支付成功 after somebody has scanned it and paid", async () => {
    const world = await openPaymentWorld();
    const { page, errors, requests } = await openPhone(browser, world);
    await page.goto(world.linkTo(await world.selectionOf("T002", "E1")));
    await photograph(page, "outside");
    await press(page, "button[type=submit]");
    await page.waitForSelector("svg[role=img]");
    await photograph(page, "code");
    const [order] = world.wechat.orders.all();
    if (!order) throw new Error("no order at WeChat Pay");
    expect(order.totalFen).toBe(684361);
    expect(await textOf(page)).toContain("¥6,843.61");
    world.wechat.pay(order.ticket, STRANGER);
    await page.waitForFunction("document.querySelector('h1').textContent === '支付成功'");
    expect(await textOf(page)).toContain("SK-E1-2026-000001");
    expect(errors).toEqual([]);
    expect(requests.filter((url) => !url.startsWith(world.url))).toEqual([]);
  });

  it("gives another code when the first is bound to somebody who scanned it and left", async () => {
    const world = await openPaymentWorld();
    const { page } = await openPhone(browser, world);
    await page.goto(world.linkTo(await world.selectionOf("T002", "E1")));
    await press(page, "button[type=submit]");
    const [first] = world.wechat.orders.all();
    if (!first) throw new Error("no order at WeChat Pay");
    first.scannedBy = "oSomebodyElse";
    expect(world.wechat.pay(first.ticket, STRANGER)).toMatchObject({ state: "refused" });
    await press(page, "button[name=renew]");
    expect(await page.title()).toBe("请用微信扫码支付");
    const [, second] = world.wechat.orders.all();
    expect(first.state).toBe("CLOSED");
    expect(world.wechat.pay(second?.ticket ?? "", STRANGER)).toMatchObject({ state: "paid" });
  });

  it("never says that nothing was taken before the channel has said so", async () => {
    const world = await openPaymentWorld();
    const { page } = await openPhone(browser, world, { scripts: false });
    await page.goto(world.linkTo(await world.selectionOf("T002", "E1")));
    await press(page, "button[type=submit]");
    world.clock.advanceDays(1);
    world.wechat.faults.arm("GET", /out-trade-no/, { kind: "drop-before" });
    await press(page, "a.button");
    expect(await page.title()).toBe("正在确认付款结果…");
  });

  it("works without scripts: the payer presses 已支付，刷新", async () => {
    const world = await openPaymentWorld();
    world.wechat.notifications.dropNext();
    const { page } = await openPhone(browser, world, { scripts: false, dark: true });
    await page.goto(world.linkTo(await world.selectionOf("T002", "E1")));
    await photograph(page, "dark");
    await press(page, "button[type=submit]");
    await photograph(page, "dark-code");
    const [order] = world.wechat.orders.all();
    world.wechat.pay(order?.ticket ?? "", STRANGER);
    await press(page, "a.button");
    expect(await page.title()).toBe("支付成功");
  });

  it("makes one order of two presses of a form that works once", async () => {
    const world = await openPaymentWorld();
    const link = world.linkTo(await world.selectionOf("T002", "E1"));
    const form = /name="form" value="([^"]+)"/.exec(await (await fetch(link)).text())?.[1] ?? "";
    const send = (value: string) =>
      fetch(link, { method: "POST", body: new URLSearchParams({ form: value }), redirect: "manual" });
    const targets = await Promise.all([send(form), send(form), send(`${form}x`), send("")]);
    expect(targets.map((answer) => answer.status)).toEqual([303, 303, 303, 303]);
    const again = targets.filter((answer) => answer.headers.get("location")?.endsWith("&again=1"));
    expect(again).toHaveLength(3);
    expect(world.wechat.orders.all()).toHaveLength(1);
  });

  it("says calmly that a link has expired or is broken, and shows nothing else", async () => {
    const world = await openPaymentWorld();
    const link = world.linkTo(await world.selectionOf("T002", "E1"));
    const broken = await fetch(`${link.slice(0, -1)}${link.endsWith("A") ? "B" : "A"}`);
    expect([broken.status, await broken.text()]).toEqual([400, expect.stringContaining("链接不完整")]);
    world.clock.advanceDays(8);
    const expired = await fetch(link);
    const page = await expired.text();
    expect([expired.status, page]).toEqual([410, expect.stringContaining("链接已过期")]);
    expect(page).not.toContain("腾跃");
  });

  it("shows the bill to read without a way to pay", async () => {
    const world = await openPaymentWorld();
    const { page } = await openPhone(browser, world, { openId: MEMBER });
    await page.goto(world.linkTo(await world.selectionOf("T002", "E1"), "bill"));
    await photograph(page, "bill");
    const text = await textOf(page);
    expect(text).toContain("待付合计");
    // What the page says settles when it is transferred within three days.
    const [stated] = await rows<{ fen: bigint }>(
      world.db,
      Prisma.sql`SELECT amount_fen AS fen FROM stated_figure WHERE source = 'bill-page'`,
    );
    expect(text).toContain(formatYuan(stated?.fen ?? 0n));
    expect(await page.$("form")).toBeNull();
  });
});
