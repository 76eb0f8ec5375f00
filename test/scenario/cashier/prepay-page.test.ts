import type { Browser } from "puppeteer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openPaymentWorld } from "../../db/payments/payment-world.ts";
import { launchBrowser } from "../../support/browser.ts";
import { openPhone, photograph, textOf } from "./phone.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
});

describe("the page for paying ahead, on a phone", () => {
  it("is filled in and sent with the keyboard alone, in large type, and shows a code to scan", async () => {
    const world = await openPaymentWorld();
    const { page, errors } = await openPhone(browser, world);
    const { tenantId, entityId } = await world.selectionOf("T002", "E1");
    await page.goto(world.linkTo({ tenantId, entityId, billNos: [] }, "prepay"));
    await page.evaluate("document.documentElement.style.fontSize = '200%'");
    // Nothing sticks out to the right of the screen.
    expect(await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")).toBe(true);
    await photograph(page, "prepay-large");
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.name")).toBe("amount");
    await page.keyboard.type("8000");
    await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
    await photograph(page, "prepay-code");
    expect(await textOf(page)).toContain("¥8,000.00");
    expect(await textOf(page)).toContain("请用微信扫码支付");
    expect(errors).toEqual([]);
  });

  it("shows the privacy notice", async () => {
    const world = await openPaymentWorld();
    const { page, errors } = await openPhone(browser, world);
    await page.goto(`${world.url}/h5/privacy`);
    await photograph(page, "privacy");
    expect(await textOf(page)).toContain("手机号");
    expect(errors).toEqual([]);
  });
});
