import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { pageUrl } from "../../../src/http/h5/page-link.ts";
import type { ApprovalRequest } from "../../../src/usecases/approvals/approval.ts";
import { asks, importApprovalWorld } from "../../support/approval-world.ts";
import { movableClock } from "../../support/clock.ts";
import { createTestDatabase } from "../../support/database.ts";
import { servePages } from "../../support/h5-phones.ts";
import { issueBill, standing } from "../../support/ledger-world.ts";

const clock = movableClock("2026-03-01");

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let pages: Awaited<ReturnType<typeof servePages>>;
let request: ApprovalRequest;

beforeEach(async () => {
  database = await createTestDatabase();
  const { db } = database;
  await importApprovalWorld(db);
  const lines = await issueBill(db, {
    billNo: "DG-202601-00001",
    lease: "L1",
    issueDate: "2026-01-01",
    dueDate: "2026-01-11",
    lines: [{ charge: "rent", kind: "rent", amountFen: 1_200_000n }],
  });
  request = await asks(db, "李管家", { kind: "waiver", part: "late-fee", lineId: lines.get("rent") ?? "" });
  pages = await servePages(db, clock);
});
afterEach(async () => {
  pages.close();
  await database.close();
});

const link = () =>
  pageUrl({ publicUrl: pages.base, linkKey: pages.linkKey, nowMs: clock.nowMs() }, "approval", request.id);

/** A work phone: keeps its cookies, follows redirects; on the sign-in page it is `userId`. */
function phone(userId: string, agent = "Mozilla/5.0 wxwork/4.1") {
  const cookies = new Map<string, string>();
  const go = async (url: string, form?: URLSearchParams): Promise<{ status: number; text: string }> => {
    const response = await fetch(url, {
      method: form ? "POST" : "GET",
      redirect: "manual",
      headers: {
        "user-agent": agent,
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; "),
        ...(form ? { "content-type": "application/x-www-form-urlencoded" } : {}),
      },
      ...(form ? { body: form } : {}),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      cookies.set(name, value);
    }
    const target = response.headers.get("location");
    if (target === null) return { status: response.status, text: await response.text() };
    const next = new URL(target, pages.base);
    if (next.pathname === "/h5/oauth") next.searchParams.set("code", userId);
    return go(next.toString());
  };
  return {
    opens: (url = link()) => go(url),
    /** Sends the form that a page shows, with one of its buttons. */
    async sends(page: string, decision: string, reason = "") {
      const field = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1] ?? "";
      const form = new URLSearchParams({ form: field("form"), version: field("version"), reason, decision });
      return go(link(), form);
    },
  };
}
const fees = async () => (await standing(database.db)).lateFees;

describe("the page of a document", () => {
  it("shows an approver what is asked, and does the same as the card", async () => {
    const chen = phone("w-S03");
    const page = await chen.opens();
    expect(page.status).toBe(200);
    for (const words of ["违约金减免申请", "¥288.00", "一号电子", "李管家", "水管爆裂", "同意", "驳回", "区域经理"]) {
      expect(page.text).toContain(words);
    }
    const done = await chen.sends(page.text, "approve");
    expect(done.text).toContain("已通过");
    expect(done.text).not.toContain('name="decision"');
    expect(await fees()).toEqual({ rent: 0n });
    // The same form once more, a double tap for instance.
    expect((await chen.sends(page.text, "approve")).text).toContain("这次操作已经提交过了");
  });

  it("wants a reason for a rejection, and keeps the form good until there is one", async () => {
    const chen = phone("w-S03");
    const page = await chen.opens();
    const asked = await chen.sends(page.text, "reject");
    expect(asked.text).toContain("驳回要写明理由");
    expect((await chen.sends(asked.text, "reject", "金额<b>不对")).text).toContain("驳回：金额&lt;b&gt;不对");
    expect(await fees()).toEqual({ rent: 28_800n });
  });

  it("lets the requester take it back, and nobody else see a button", async () => {
    const li = phone("w-S01");
    const page = await li.opens();
    expect(page.text).toContain("撤回申请");
    expect(page.text).not.toContain('value="approve"');
    const forged = await li.sends(page.text, "approve");
    expect(forged).toMatchObject({ status: 409 });
    expect(forged.text).toContain("申请人不能审批自己的申请");
    expect((await phone("w-S05").opens()).text).not.toContain('name="decision"');
    expect((await li.sends((await li.opens()).text, "cancel")).text).toContain("已撤回");
  });

  it("of another project, of nobody, of a stranger, in an ordinary browser: nothing is shown", async () => {
    const pages = [
      await phone("w-S04").opens(),
      await phone("w-S09").opens(),
      await phone("w-nobody").opens(),
      await phone("w-S03", "Mozilla/5.0 Chrome").opens(),
      await phone("w-S03").opens(`${link()}x`),
    ];
    expect(pages.map(({ status }) => status)).toEqual([404, 403, 403, 403, 400]);
    for (const { text } of pages) expect(text).not.toMatch(/一号电子|288|SP-2026/);
    expect(await fees()).toEqual({ rent: 28_800n });
  });

  it("takes no form of another person or another document", async () => {
    const page = await phone("w-S03").opens();
    const mo = phone("w-S05");
    await mo.opens();
    expect((await mo.sends(page.text, "approve")).text).toContain("这次操作已经提交过了");
    expect(await fees()).toEqual({ rent: 28_800n });
  });

  it("that was left open while the amount changed decides nothing", async () => {
    const chen = phone("w-S03");
    const page = await chen.opens();
    await asks(database.db, "李管家", {
      kind: "waiver",
      part: "late-fee",
      lineId: request.subjectId,
      amountFen: 10_000n,
    });
    expect((await chen.sends(page.text, "approve")).text).toContain("这张卡片是旧的");
    expect(await fees()).toEqual({ rent: 28_800n });
  });
});
