import type { Browser, Page } from "puppeteer";
import { onTestFinished } from "vitest";
import type { InvoiceWorld } from "./invoice-world.ts";

const AGENTS = {
  wechat: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) MicroMessenger/8.0.50 Language/zh_CN",
  wecom: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) wxwork/4.1 MicroMessenger/7.0.1",
  plain: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1",
};

/** Stands for WeChat's script: configured by the page, it hands over one kept title. */
const PRETEND_WX = `window.wx=(function(){var given;return{config:function(c){given=c;window.wxConfig=c},
ready:function(f){setTimeout(f,0)},error:function(){},
invoke:function(name,data,done){if(!given||given.jsApiList.indexOf(name)<0){done({err_msg:name+":fail"});return}
done({err_msg:name+":ok",choose_invoice_title_info:JSON.stringify({type:"0",title:"一号电子",taxNumber:"91350100M000100Y43",
companyAddress:"东莞市松山湖1号",telephone:"0769-22223333",bankName:"招商银行东莞支行",bankAccount:"755900001111"})})}}})();`;

/** A phone's browser, 390 × 844, inside an app; `errors` are script errors and what the Content-Security-Policy forbade. */
export async function openPhone(
  browser: Browser,
  world: InvoiceWorld,
  options: { readonly inside: keyof typeof AGENTS; readonly holder?: string; readonly scripts?: boolean },
): Promise<{ readonly page: Page; readonly errors: string[]; readonly requests: string[] }> {
  world.holder = options.holder ?? "";
  const session = await browser.createBrowserContext();
  onTestFinished(() => session.close());
  const page = await session.newPage();
  await page.setViewport({ width: 390, height: 844, deviceScaleFactor: 2, isMobile: true, hasTouch: true });
  await page.setUserAgent({ userAgent: AGENTS[options.inside] });
  if (options.scripts === false) await page.setJavaScriptEnabled(false);
  const errors: string[] = [];
  const requests: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => {
    // A refused form is answered with 4xx, which the browser reports too.
    if (message.type() === "error" && !/favicon|status of 4/.test(message.text())) errors.push(message.text());
  });
  await page.setRequestInterception(true);
  page.on("request", (request) => {
    requests.push(request.url());
    if (request.url().startsWith(world.url)) void request.continue();
    else if (request.url().startsWith("https://res.wx.qq.com/")) {
      void request.respond({ status: 200, contentType: "text/javascript; charset=utf-8", body: PRETEND_WX });
    } else void request.abort();
  });
  return { page, errors, requests };
}

export const textOf = (page: Page): Promise<string> => page.$eval("main", (main) => main.textContent ?? "");

/** Presses a button and waits for the page that follows. */
export async function press(page: Page, selector: string): Promise<void> {
  await Promise.all([page.waitForNavigation(), page.click(selector)]);
}

/** The screen as a picture for people, when INVOICE_SCREENSHOTS names a folder. */
export async function photograph(page: Page, name: string): Promise<void> {
  const folder = process.env.INVOICE_SCREENSHOTS;
  if (folder !== undefined) await page.screenshot({ path: `${folder}/invoice-${name}.png`, fullPage: true });
}
