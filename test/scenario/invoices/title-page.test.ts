import type { Browser } from "puppeteer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../../src/db/rows.ts";
import { launchBrowser } from "../../support/browser.ts";
import { type InvoiceWorld, openInvoiceWorld } from "./invoice-world.ts";
import { openPhone, photograph, press, textOf } from "./phone.ts";

const TAX_NO = "91350100M000100Y43";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const titlesOf = (world: InvoiceWorld) =>
  rows<{ name: string; tax_no: string; is_default: boolean }>(
    world.db,
    Prisma.sql`SELECT name, tax_no, is_default FROM invoice_title WHERE retired_at IS NULL ORDER BY created_at`,
  );
const SAVE = "#title-form button[type=submit]";

describe("the page of invoice titles", () => {
  it("checks the number while it is typed, offers what was meant, and saves", async () => {
    const world = await openInvoiceWorld();
    const { page, errors, requests } = await openPhone(browser, world, { inside: "wechat", holder: "o-王会计" });
    await page.goto(world.titleUrl());
    expect(await textOf(page)).toContain("还没有抬头");
    await page.type("[name=name]", "一号电子");
    // A letter O for the digit 0.
    await page.type("[name=taxNo]", "9135O100M000100Y43");
    await page.waitForSelector("#tax-news button");
    expect(await page.$eval("#tax-news", (news) => news.textContent)).toContain(`税号里有不会出现的字符`);
    await photograph(page, "title-suggestion");
    await page.click("#tax-news button");
    await page.waitForFunction("document.getElementById('tax-news').textContent.includes('校验通过')");
    await press(page, SAVE);
    expect(await textOf(page)).toContain("抬头已保存");
    expect(await titlesOf(world)).toEqual([{ name: "一号电子", tax_no: TAX_NO, is_default: true }]);
    await photograph(page, "title-saved");
    // No script of anybody else where the account signs no pages.
    expect(requests.filter((url) => !url.startsWith(world.url))).toEqual([]);
    expect(errors).toEqual([]);
  });

  it("works without any script: the mistake is named, what was typed stays, another company is confirmed first", async () => {
    const world = await openInvoiceWorld();
    const { page } = await openPhone(browser, world, { inside: "wechat", holder: "o-王会计", scripts: false });
    await page.goto(world.titleUrl());
    await page.type("[name=name]", "华星电子有限公司");
    await page.type("[name=taxNo]", "91350100M000100Y44");
    await page.type("[name=bankAccount]", "7559 0000 1111");
    await press(page, SAVE);
    expect(await textOf(page)).toContain("税号没有通过校验");
    expect(await page.$eval("[name=bankAccount]", (input) => input.getAttribute("value"))).toBe("7559 0000 1111");
    await photograph(page, "title-mistake");
    await page
      .$eval("[name=taxNo]", (input, value) => input.setAttribute("value", value), TAX_NO)
      .catch(() => undefined);
    await page.click("[name=taxNo]", { count: 3 });
    await page.type("[name=taxNo]", TAX_NO);
    await press(page, SAVE);
    expect(await textOf(page)).toContain("与租赁合同的承租方“一号电子”不一致");
    expect(await titlesOf(world)).toEqual([]);
    await photograph(page, "title-differs");
    await press(page, SAVE);
    expect(await titlesOf(world)).toMatchObject([{ name: "华星电子有限公司", is_default: true }]);
    expect(await textOf(page)).toContain("尾号 1111");
    expect(await textOf(page)).not.toContain("755900001111");

    // Another one becomes the default; the first is chosen again, then taken out of use.
    await page.type("[name=name]", "一号电子");
    await page.type("[name=taxNo]", TAX_NO);
    await press(page, SAVE);
    const defaults = async () => (await titlesOf(world)).filter((one) => one.is_default).map((one) => one.name);
    expect(await defaults()).toEqual(["一号电子"]);
    await press(page, "button[value=default]");
    expect(await defaults()).toEqual(["华星电子有限公司"]);
    await press(page, "button[value=retire]");
    expect(await titlesOf(world)).toMatchObject([{ name: "一号电子", is_default: true }]);
  });

  it("takes a title from WeChat where its script runs: on this page only, to be looked at before it is saved", async () => {
    const signed: string[] = [];
    const world = await openInvoiceWorld({
      jsConfig: async (pageUrl) => {
        signed.push(pageUrl);
        return { appId: "wx", timestamp: 1, nonceStr: "n", signature: "s" };
      },
    });
    const { page, errors, requests } = await openPhone(browser, world, { inside: "wechat", holder: "o-王会计" });
    const answer = await page.goto(world.titleUrl());
    expect(signed).toEqual([page.url()]);
    expect(answer?.headers()["content-security-policy"]).toMatch(
      /script-src 'nonce-[\w-]+' https:\/\/res\.wx\.qq\.com;/,
    );
    await page.waitForSelector("#choose:not([hidden])");
    expect(await page.evaluate("window.wxConfig.beta && window.wxConfig.jsApiList.join()")).toBe("chooseInvoiceTitle");
    await page.click("#choose");
    await page.waitForFunction("document.getElementById('choose-news').textContent.includes('请核对')");
    await photograph(page, "title-chosen");
    expect(await titlesOf(world)).toEqual([]);
    await press(page, SAVE);
    expect(await titlesOf(world)).toMatchObject([{ name: "一号电子", tax_no: TAX_NO }]);
    expect(errors).toEqual([]);
    expect(
      requests.filter((url) => !url.startsWith(world.url)).every((url) => url.startsWith("https://res.wx.qq.com/")),
    ).toBe(true);
    // Other pages allow nobody else's script.
    const privacy = await page.goto(`${world.url}/h5/privacy`);
    expect(privacy?.headers()["content-security-policy"]).not.toContain("wx.qq.com");
  });

  it("keeps the form when WeChat's script does not come", async () => {
    const world = await openInvoiceWorld({ jsConfig: async () => undefined });
    const { page, requests } = await openPhone(browser, world, { inside: "wechat", holder: "o-王会计" });
    const answer = await page.goto(world.titleUrl());
    expect(answer?.headers()["content-security-policy"]).not.toContain("wx.qq.com");
    expect(await page.$eval("#choose", (button) => button.getClientRects().length)).toBe(0);
    expect(requests.some((url) => url.includes("wx.qq.com"))).toBe(false);
  });

  it("shows nothing to another tenant, a stranger, an ordinary browser, nor by a changed or old link", async () => {
    const world = await openInvoiceWorld();
    const look = async (inside: "wechat" | "plain", holder: string, url = world.titleUrl()) => {
      const { page } = await openPhone(browser, world, { inside, holder });
      const answer = await page.goto(url);
      expect(await textOf(page)).not.toContain("一号电子");
      return answer?.status();
    };
    expect(await look("wechat", "o-陈老板")).toBe(403);
    expect(await look("wechat", "o-nobody")).toBe(403);
    expect(await look("plain", "")).toBe(403);
    expect(await look("wechat", "o-王会计", `${world.titleUrl()}x`)).toBe(400);
    const url = world.titleUrl();
    const check = await fetch(`${url.replace("/h5/title?", "/h5/title/check?")}&taxNo=${TAX_NO}`);
    expect(check.status).toBe(403);
    world.clock.advanceDays(8);
    expect(await look("wechat", "o-王会计", url)).toBe(410);
  });
});
