import type { Browser, Page } from "puppeteer";
import { onTestFinished } from "vitest";
import type { JsapiParameters } from "../../../playground/wechat-pay/cashier.ts";
import type { PaymentWorld } from "../../db/payments/payment-world.ts";

const WECHAT_AGENT =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.50 Language/zh_CN";

export interface Phone {
  readonly page: Page;
  /** Everything the browser asked for, by URL. */
  readonly requests: readonly string[];
  /** What went wrong on the page: script errors and what the Content-Security-Policy forbade. */
  readonly errors: readonly string[];
}

/** A phone's browser, 390 × 844; with `openId` the one inside WeChat, in which that person is signed in. */
export async function openPhone(
  browser: Browser,
  world: PaymentWorld,
  options: { readonly openId?: string; readonly scripts?: boolean; readonly dark?: boolean } = {},
): Promise<Phone> {
  const session = await browser.createBrowserContext();
  onTestFinished(() => session.close());
  const page = await session.newPage();
  await page.setViewport({ width: 390, height: 844, deviceScaleFactor: 2, isMobile: true, hasTouch: true });
  if (options.scripts === false) await page.setJavaScriptEnabled(false);
  if (options.dark) await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "dark" }]);
  const requests: string[] = [];
  const errors: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().includes("favicon")) errors.push(message.text());
  });
  if (options.openId !== undefined) await moveIntoWechat(page, world, options.openId);
  return { page, requests, errors };
}

/** WeChat's browser: its name, its bridge to the pretend cashier, and somebody signed in at its OAuth page. */
async function moveIntoWechat(page: Page, world: PaymentWorld, openId: string): Promise<void> {
  await page.setUserAgent({ userAgent: WECHAT_AGENT });
  world.officialAccount.user(openId);
  await page.setCookie({ name: "playground_openid", value: openId, url: world.officialAccount.url });
  await page.exposeFunction("payOnThisPhone", (parameters: JsapiParameters) => {
    const result = world.wechat.payer(openId).jsapiPay(parameters);
    return result.state === "paid" ? "get_brand_wcpay_request:ok" : `get_brand_wcpay_request:fail ${result.reason}`;
  });
  await page.evaluateOnNewDocument(`window.WeixinJSBridge = {
    invoke: (name, parameters, callback) =>
      window.payOnThisPhone(parameters).then((message) => callback({ err_msg: message })),
  };`);
}

export const textOf = (page: Page): Promise<string> => page.$eval("main", (main) => main.textContent ?? "");

/** Presses the page's button and waits for the page that follows. */
export async function press(page: Page, selector: string): Promise<void> {
  await Promise.all([page.waitForNavigation(), page.click(selector)]);
}

/** The screen as a picture for people, when CASHIER_SCREENSHOTS names a folder. */
export async function photograph(page: Page, name: string): Promise<void> {
  const folder = process.env.CASHIER_SCREENSHOTS;
  if (folder !== undefined) await page.screenshot({ path: `${folder}/cashier-${name}.png`, fullPage: true });
}
