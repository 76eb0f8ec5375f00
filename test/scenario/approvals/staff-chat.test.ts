import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Platform } from "../../../src/ports/messenger.ts";
import { asks, decides, importApprovalWorld, personOf } from "../../support/approval-world.ts";
import { openChat, wordsOf } from "../../support/chat.ts";
import { movableClock } from "../../support/clock.ts";
import { createTestDatabase } from "../../support/database.ts";
import { issueBill, standing } from "../../support/ledger-world.ts";

/*
 * A waiver of ¥288.00 (12,000 × 0.0005 × 48 days, 2026-01-12 to 02-28) that a steward asks for; two area managers of the
 * project could approve it, 陈经理 on WeCom and 马钉钉 on DingTalk.
 */

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let chat: ReturnType<typeof openChat>;
let lineId: string;
const clock = movableClock("2026-03-01");

beforeEach(async () => {
  database = await createTestDatabase();
  await importApprovalWorld(database.db);
  const lines = await issueBill(database.db, {
    billNo: "DG-202601-00001",
    lease: "L1",
    issueDate: "2026-01-01",
    dueDate: "2026-01-11",
    lines: [{ charge: "rent", kind: "rent", amountFen: 1_200_000n }],
  });
  lineId = lines.get("rent") ?? "";
  clock.moveTo("2026-03-01");
  chat = openChat(database.db, clock);
});
afterEach(async () => {
  expect(chat.failures).toEqual([]);
  await database.close();
});

const ask = (name = "李管家", amountFen?: bigint) =>
  asks(database.db, name, { kind: "waiver", part: "late-fee", lineId, amountFen });
const hears = async (said: Promise<readonly unknown[]>, ...patterns: readonly (string | RegExp)[]) => {
  const words = wordsOf((await said) as never);
  for (const pattern of patterns) expect(words).toMatch(pattern);
};
const fees = async () => (await standing(database.db)).lateFees;

describe("two managers", () => {
  it("both get a card; one approves with one tap, the other's card is brought up to date and its button says so", async () => {
    const { number } = await ask();
    const [mine] = await chat.cardsOf("w-S03");
    const [other] = await chat.cardsOf("d-S11");
    expect(wordsOf(mine ? [mine.card] : [])).toMatch(
      /违约金减免申请[\s\S]*¥288\.00[\s\S]*一号电子[\s\S]*李管家[\s\S]*水管爆裂/,
    );
    await hears(chat.presses("wecom", "w-S03", "同意"), `审批单 ${number} 已通过并已执行`);
    expect(await fees()).toEqual({ rent: 0n });
    const [now] = await chat.cardsOf("d-S11");
    expect(now?.card).toMatchObject({ buttons: [], outcome: "已通过" });
    // The phone of 马钉钉 has not heard of it yet: the old button is pressed.
    await hears(chat.presses("dingtalk", "d-S11", "同意", other), "已经通过了", "没有生效");
    // 陈经理 taps again, and the platform delivers the tap once more.
    await hears(chat.presses("wecom", "w-S03", "同意", mine), "每人只能审批一次");
  });

  it("a rejection is asked for its reason, which the requester reads on the card", async () => {
    const { number } = await ask();
    await hears(chat.presses("wecom", "w-S03", "驳回"), `请回复驳回 ${number} 的理由`);
    await hears(chat.says("wecom", "w-S03", "已经减免过一次了"), "已驳回");
    await hears(chat.says("wecom", "w-S01", `查 ${number}`), "已驳回", "已经减免过一次了");
    expect(await fees()).toEqual({ rent: 28_800n });
  });

  it("the reason can be cancelled, and the request waits on", async () => {
    await ask();
    await chat.presses("wecom", "w-S03", "驳回");
    await hears(chat.says("wecom", "w-S03", "取消"), "已取消");
    await hears(chat.says("wecom", "w-S03", "待审批"), "违约金减免申请", "同意");
  });

  it("a card from before the amount was changed decides nothing", async () => {
    await ask();
    const [old] = await chat.cardsOf("w-S03");
    await ask("李管家", 10_000n);
    await hears(chat.presses("wecom", "w-S03", "同意", old), "这张卡片是旧的");
    expect(await fees()).toEqual({ rent: 28_800n });
    await hears(chat.presses("wecom", "w-S03", "同意"), "已通过");
    expect(await fees()).toEqual({ rent: 18_800n });
  });

  it("by words, where a platform shows no buttons", async () => {
    const { number } = await ask();
    await hears(chat.says("dingtalk", "d-S11", `同意 ${number.toLowerCase()}`), "已通过");
  });
});

describe("who may not", () => {
  it("the requester, on a card that was forwarded and by words", async () => {
    const { number } = await ask("陈经理");
    const [ofTheOther] = await chat.cardsOf("d-S11");
    expect(await chat.cardsOf("w-S03")).toEqual([]);
    await hears(chat.presses("wecom", "w-S03", "同意", ofTheOther), "发给另一位同事");
    await hears(chat.says("wecom", "w-S03", `同意 ${number}`), "申请人不能审批自己的申请");
    await hears(chat.says("wecom", "w-S03", `撤回 ${number}`), "已撤回");
    await hears(chat.presses("dingtalk", "d-S11", "同意", ofTheOther), "已由发起人撤回");
    expect(await fees()).toEqual({ rent: 28_800n });
  });

  it("a steward, a manager of another project, a colleague who left, a tenant", async () => {
    const { number, version } = await ask("何出纳");
    const decide = { type: "approval.decide", number, version, decision: "approve" } as const;
    await hears(chat.clicks("wecom", "w-S01", decide), "由负责该项目的区域经理审批");
    // Somebody of another project does not even learn that there is such a document.
    await hears(chat.clicks("wecom", "w-S04", decide), "没有找到这份审批单");
    await hears(chat.clicks("wecom", "w-S09", decide), "不在本系统的在职员工名单");
    await hears(chat.says("wecom", "w-S09", `同意 ${number}`), "不在本系统的在职员工名单");
    await chat.clicks("official-account", "o-王会计", decide);
    await chat.says("official-account", "o-王会计", `同意 ${number}`);
    expect(await fees()).toEqual({ rent: 28_800n });
  });

  it("a manager who is the tenant's own contact", async () => {
    const { db } = database;
    const request = await ask();
    const manager = await personOf(db, "陈经理");
    await db.$executeRaw`INSERT INTO tenant_member (id, tenant_id, person_id, role)
      SELECT gen_random_uuid(), id, ${manager}::uuid, 'viewer' FROM tenant WHERE code = 'T1'`;
    expect(await decides(db, "陈经理", request)).toMatchObject({ code: "TENANT_CONTACT_CANNOT_APPROVE" });
    await hears(chat.presses("wecom", "w-S03", "同意"), "您是这家租户的联系人");
  });
});

describe("what colleagues ask", () => {
  it("等我审批的: one document with its buttons, several as a list, and the own ones", async () => {
    await hears(chat.says("wecom", "w-S03", "待审批"), "没有等您处理的审批");
    const { number } = await ask();
    await hears(chat.says("wecom", "w-S03", "待审批"), number, "同意", "驳回");
    await hears(chat.says("wecom", "w-S01", "待审批"), "没有等您处理的审批", "您发起的审批", number);
  });

  it("谁批的: the auditor hears who, when and by which channel; a steward does not", async () => {
    const { number } = await ask();
    await chat.presses("wecom", "w-S03", "同意");
    await hears(chat.says("wecom", "w-S08", `谁批的${number}`), /陈经理 同意 （企业微信）/, "发起审批");
    await hears(chat.says("wecom", "w-S08", "谁批的DG-202601-00001"), "减免违约金", "陈经理 同意");
    await hears(chat.says("wecom", "w-S08", "最近的审批记录"), number, "陈经理 同意");
    await hears(chat.says("wecom", "w-S01", "最近的审批记录"), "您的角色不能办理");
  });

  it.each([
    ["w-S01", "李管家", "待办任务"],
    ["w-S05", "周财务", "对账汇总"],
    ["w-S08", "孙审计", "谁批的"],
  ])("帮助 of %s speaks to %s of %s", async (who, name, saying) => {
    await hears(chat.says("wecom", who, "帮助"), name, saying);
  });

  it.each<[Platform, string]>([
    ["wecom", "欠费预测怎么样"],
    ["wecom", "导出凭证"],
    ["dingtalk", "账龄分析"],
  ])("on %s: “%s” is answered politely, built or not", async (platform, text) => {
    const words = wordsOf(await chat.says(platform, platform === "wecom" ? "w-S05" : "d-S11", text));
    expect(words).not.toBe("");
  });
});
