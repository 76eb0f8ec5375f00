import type { Browser } from "puppeteer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";
import { approvalPage } from "../../../src/http/h5/approval-page.ts";
import { renderPage } from "../../../src/http/h5/page.ts";
import type { ApprovalRequest } from "../../../src/usecases/approvals/approval.ts";
import { launchBrowser } from "../../support/browser.ts";

const request: ApprovalRequest = {
  id: "a",
  number: "SP-202609-00001",
  type: "waiver",
  version: 1,
  revision: 1,
  state: "pending",
  entityId: undefined,
  projectId: undefined,
  tenantId: undefined,
  buildingIds: [],
  subjectKind: "bill-line",
  subjectId: "b",
  amountFen: 1_234_567n,
  payload: {},
  title: "违约金减免申请",
  facts: [{ label: "租户", value: "深圳市前海明远电子科技股份有限公司" }],
  reason: "八月暴雨水管爆裂，租户三天不能营业",
  policyId: "c",
  steps: [{ role: "finance-manager", count: 1 }],
  requestedBy: "d",
  requestedByName: "李管家",
  businessDate: parseCivilDate("2026-09-01"),
  decisions: [],
  closedReason: undefined,
};

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

describe("the approval page by keyboard, on a phone of 390 points", () => {
  it("reaches reason, 同意 and 驳回 in this order; Enter in the reason decides nothing; nothing is wider than the phone", async () => {
    const page = await browser.newPage();
    await page.setViewport({ width: 390, height: 844, isMobile: true });
    await page.setContent(
      renderPage(approvalPage({ request, may: "decide", linkToken: "t", formToken: "f" }), "nonce"),
    );
    await page.evaluate(`document.addEventListener("submit", (event) => {
      event.preventDefault();
      window.sent = (window.sent ?? []).concat(event.submitter?.value ?? "");
    })`);
    const focused = () =>
      page.evaluate(`document.activeElement.name + " " + (document.activeElement.textContent || "")`);
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("reason ");
    await page.keyboard.type("金额不对");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("window.sent")).toBeUndefined();
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("decision 同意");
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("decision 驳回");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("window.sent")).toEqual(["reject"]);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
  });
});
