import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Card } from "../../../cards/card.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../../src/db/rows.ts";
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

/*
 * 陈经理 is away from 1 to 5 March. What waits for an area manager comes to 周财务 as well, in his name; her own role would not
 * do for ¥288.00. 柯经理 has building C alone and 莫经理 another park.
 */
describe("a manager who is away", () => {
  it("says who decides instead; the stand-in hears of it, decides in the other's name, and everybody reads so", async () => {
    await hears(
      chat.says("wecom", "w-S03", "我休假到3月5日,审批交给周财务"),
      "2026年3月1日至2026年3月5日",
      "周财务代办",
      "确定吗",
    );
    await hears(chat.says("wecom", "w-S03", "确认"), "已委托，周财务也收到了通知", "区域经理", "收回委托");
    expect(await told("w-S05", "delegation")).toMatch(/审批委托[\s\S]*陈经理[\s\S]*周财务[\s\S]*可以代他审批/);
    await hears(chat.says("wecom", "w-S05", "我的委托"), "您现在代别人审批", "陈经理（区域经理）");
    const { number } = await ask();
    await hears(chat.says("wecom", "w-S05", "待审批"), number);
    await hears(chat.presses("wecom", "w-S05", "同意"), "已通过");
    await hears(chat.says("wecom", "w-S03", `查 ${number}`), "周财务（代陈经理）");
    await hears(chat.says("wecom", "w-S08", `谁批的 ${number}`), "周财务");
  });

  it("by the colleague's code, whatever signs a company writes its codes with", async () => {
    await database.db.$executeRaw`UPDATE staff SET code = 'cw(6' WHERE code = 'S06'`;
    await hears(chat.says("wecom", "w-S03", "我休假到3月5日，审批交给CW(6"), "您的审批由吴财务代办");
  });

  it("by another wording, step by step, and not at all", async () => {
    await hears(chat.says("wecom", "w-S03", "委托审批"), "交给哪位同事", "周财务");
    await hears(chat.says("wecom", "w-S03", "马钉钉"), "委托马钉钉审批到哪一天");
    await hears(chat.says("wecom", "w-S03", "三天"), "2026年3月1日至2026年3月3日");
    await hears(chat.says("wecom", "w-S03", "不委托了"), "没有委托");
    await hears(chat.says("wecom", "w-S03", "出差期间审批请周财务代办，3月2日到3月4日"), "2026年3月2日至2026年3月4日");
    await hears(chat.says("wecom", "w-S03", "取消"), "已取消");
    await hears(chat.says("wecom", "w-S03", "我的委托"), "现在没有审批委托");
  });

  it("takes it back by button or words, and the old right is gone at once", async () => {
    await chat.says("wecom", "w-S03", "审批委托给周财务到3月5日");
    await chat.says("wecom", "w-S03", "确认委托");
    await ask();
    const [card] = await chat.cardsOf("w-S05");
    await hears(chat.says("wecom", "w-S03", "收回给张三的委托"), "要收回哪一个");
    await hears(chat.says("wecom", "w-S03", "收回委托"), "已收回，周财务也收到了通知");
    expect(await told("w-S05", "delegation")).toMatch(/审批委托已收回[\s\S]*不再代他审批/);
    await hears(chat.presses("wecom", "w-S05", "同意", card), "由负责该项目的区域经理审批");
    await hears(chat.says("wecom", "w-S03", "收回委托"), "没有生效中的审批委托");
    const id = "00000000-0000-7000-8000-000000000000";
    await hears(chat.clicks("wecom", "w-S05", { type: "delegation.revoke", id }), "没有生效中的审批委托");
  });

  it("ends by itself, and a button of somebody else takes nothing back", async () => {
    await chat.says("wecom", "w-S03", "我休假到3月5日，审批交给周财务");
    const given = await chat.says("wecom", "w-S03", "确认");
    const button = given.flatMap(({ buttons }) => buttons).find((one) => one.kind === "action");
    if (button?.kind !== "action") throw new Error("no button to take it back");
    await hears(chat.clicks("wecom", "w-S05", button.action), "没有生效中的审批委托");
    await ask();
    const [card] = await chat.cardsOf("w-S05");
    clock.moveTo("2026-03-06");
    await hears(chat.presses("wecom", "w-S05", "同意", card), "由负责该项目的区域经理审批");
    expect(await fees()).toEqual({ rent: 28_800n });
    await hears(chat.clicks("wecom", "w-S03", button.action), "没有生效中的审批委托");
  });

  it("not to oneself, a cashier, another park, somebody who is away too, a second person, or for too long", async () => {
    const give = (whom: string) => chat.says("wecom", "w-S03", `我休假到3月5日，审批交给${whom}`);
    // Names that cannot stand in are not offered at all.
    for (const whom of ["陈经理", "何出纳", "莫经理", "离职的郑"]) {
      await hears(give(whom), "交给哪位同事");
      await chat.says("wecom", "w-S03", "取消");
    }
    await hears(chat.says("wecom", "w-S01", "我休假到3月5日，审批交给周财务"), "您的角色不能办理");
    await hears(chat.says("wecom", "w-S03", "审批交给周财务到6月30日"), "1到60天");
    await chat.says("dingtalk", "d-S11", "我休假到3月3日，审批交给周财务");
    await hears(chat.says("dingtalk", "d-S11", "确认"), "已委托");
    await hears(give("马钉钉"), "马钉钉这段时间自己也把审批委托给了周财务");
    await give("周财务");
    await hears(chat.says("wecom", "w-S03", "确认"), "已委托");
    await hears(give("吴财务"), "已委托给周财务");
    // The very same once more is one delegation.
    await give("周财务");
    await hears(chat.says("wecom", "w-S03", "确认"), "已委托");
    await hears(chat.says("wecom", "w-S05", "我的委托"), /陈经理[\s\S]*马钉钉|马钉钉[\s\S]*陈经理/);
    // Who is asked to give their own turn away to one of those: no loop.
    await hears(chat.says("wecom", "w-S05", "审批交给陈经理到3月5日"), "陈经理这段时间自己也把审批委托给了周财务");
  });

  it("does not become an approver of the own request by standing in", async () => {
    await chat.says("wecom", "w-S03", "我休假到3月5日，审批交给周财务");
    await chat.says("wecom", "w-S03", "确认");
    const { number } = await ask("周财务");
    await hears(chat.says("wecom", "w-S05", `同意 ${number}`), "申请人不能审批自己的申请");
    const ofTheDelegator = await ask("周财务", 10_000n);
    expect(ofTheDelegator.number).toBe(number);
  });
});

/** The newest card of a kind that was pushed to somebody. */
async function told(who: string, name: string): Promise<string> {
  const found = await rows<{ card: Card }>(
    database.db,
    Prisma.sql`SELECT coalesce(message->'card', message) AS card FROM outbox WHERE recipient = ${who} AND occasion = 'notice'
      AND coalesce(message->'card', message)->>'name' = ${name} ORDER BY stream_seq DESC LIMIT 1`,
  );
  return wordsOf(found.map(({ card }) => card));
}

/* 柯经理 and 方管家 have building C with 四号光电; the fee that waits is 一号电子's, of building A. */
describe("whose portfolio is one building", () => {
  it("is not told of, does not see and cannot decide what lies in another building", async () => {
    const { number, version } = await ask();
    expect(await chat.cardsOf("w-S12")).toEqual([]);
    await hears(chat.says("wecom", "w-S12", "待审批"), "没有等您处理的审批");
    for (const who of ["w-S12", "w-S13"]) {
      await hears(chat.says("wecom", who, `查 ${number}`), "没有找到这份审批单");
      await hears(
        chat.clicks("wecom", who, { type: "approval.decide", number, version, decision: "approve" }),
        "没有找到",
      );
      await hears(chat.clicks("wecom", who, { type: "approval.show", number }), "没有找到");
    }
    expect(await decides(database.db, "柯经理", await ask(), "approve")).toMatchObject({
      code: "APPROVER_WITHOUT_ROLE",
    });
    expect(await fees()).toEqual({ rent: 28_800n });
  });

  it("decides what lies in the own building, and may not ask for what does not", async () => {
    const lines = await issueBill(database.db, {
      billNo: "DG-202601-00004",
      lease: "L4",
      issueDate: "2026-01-01",
      dueDate: "2026-01-11",
      lines: [{ charge: "rent", kind: "rent", amountFen: 1_200_000n }],
    });
    const own = { kind: "waiver", part: "late-fee", lineId: lines.get("rent") ?? "" } as const;
    await asks(database.db, "方管家", own);
    await hears(chat.says("wecom", "w-S12", "待审批"), "四号光电");
    await hears(chat.presses("wecom", "w-S12", "同意"), "已通过");
    await expect(asks(database.db, "方管家", { ...own, lineId })).rejects.toThrow(/不能为这笔费用申请/);
  });

  it("stands in for nobody's buildings but the delegator's: the portfolio is the delegator's", async () => {
    await chat.says("wecom", "w-S12", "我休假到3月5日，审批交给周财务");
    await hears(chat.says("wecom", "w-S12", "确认"), "已委托");
    const { number } = await ask();
    await hears(chat.says("wecom", "w-S05", `同意 ${number}`), "由负责该项目的区域经理审批");
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
