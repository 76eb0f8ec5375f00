import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ExcelJS from "exceljs";
import { beforeAll, describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { execute, rows } from "../../../src/db/rows.ts";
import { readFile as readStored } from "../../../src/usecases/documents/file-store.ts";
import { recordReceipt } from "../../../src/usecases/receipts/record-receipt.ts";
import { APPROVAL_ENCRYPTION, importApprovalWorld } from "../../support/approval-world.ts";
import { openChat, wordsOf } from "../../support/chat.ts";
import { movableClock } from "../../support/clock.ts";
import { withDatabase } from "../../support/database.ts";
import { accepted, at, date, issueBill } from "../../support/ledger-world.ts";

/*
 * 20 September 2026. Dongguan: T1 was billed 1,500.00 for September (due on the 10th) and paid 900.00 that day; T2 owes 800.00
 * since 1 June and promised 5 October. Shenzhen: T3 owes 2,000.00 since the 10th. S03 manages Dongguan, S04 Shenzhen, S05 the
 * money of both; S01 is a steward, S02 a cashier in Dongguan.
 */

const database = withDatabase();
const clock = movableClock("2026-09-20T09:00:00+08:00");

beforeAll(async () => {
  const { db } = database;
  await importApprovalWorld(db);
  const rent = (amountFen: bigint) => ({ charge: "rent", kind: "rent" as const, amountFen });
  await issueBill(db, {
    billNo: "DG-1",
    lease: "L1",
    issueDate: "2026-09-01",
    dueDate: "2026-09-10",
    lines: [rent(100_000n), { charge: "elec", kind: "electricity", amountFen: 50_000n }],
  });
  await issueBill(db, {
    billNo: "DG-2",
    lease: "L2",
    issueDate: "2026-05-20",
    dueDate: "2026-06-01",
    lines: [rent(80_000n)],
  }); // prettier-ignore
  await issueBill(db, {
    billNo: "SZ-1",
    lease: "L3",
    issueDate: "2026-09-01",
    dueDate: "2026-09-10",
    lines: [rent(200_000n)],
  }); // prettier-ignore
  accepted(
    await recordReceipt(
      db,
      { channel: "bank", tenantCode: "T1", entityCode: "E1", amountFen: 90_000n, valueDate: date("2026-09-10") },
      at("2026-09-20"),
    ),
  );
  await execute(
    db,
    Prisma.sql`UPDATE receivable SET promise_until = '2026-10-05'
      WHERE bill_id = (SELECT id FROM bill WHERE bill_no = 'DG-2')`,
  );
});

const chatOf = () => {
  const chat = openChat(database.db, clock);
  return { ...chat, asks: async (who: string, text: string) => wordsOf(await chat.says("wecom", who, text)) };
};

/** The newest file that went to somebody: its name and the cells of its only sheet. */
async function fileOf(who: string): Promise<{ readonly name: string; readonly cells: unknown[][] }> {
  const [sent] = await rows<{ documentId: string }>(
    database.db,
    Prisma.sql`SELECT message->>'documentId' AS "documentId" FROM outbox
      WHERE recipient = ${who} AND message->>'kind' = 'file' ORDER BY id DESC LIMIT 1`,
  );
  const stored = sent && (await readStored(database.db, APPROVAL_ENCRYPTION, sent.documentId));
  if (!stored) throw new Error(`no file went to ${who}`);
  const file = join(tmpdir(), `chat-${sent.documentId}.xlsx`);
  await writeFile(file, stored.bytes);
  const workbook = new ExcelJS.Workbook();
  await workbook.xlsx.load((await readFile(file)).buffer as ArrayBuffer);
  const cells: unknown[][] = [];
  workbook.worksheets[0]?.eachRow((row) => cells.push((row.values as unknown[]).slice(1)));
  return { name: stored.fileName, cells };
}

describe("收缴率", () => {
  it("is what came in of what the month's bills claim, of the member's own projects", async () => {
    const chat = chatOf();
    // 900 of 1,500.
    expect(await chat.asks("w-S03", "本月收缴率")).toMatch(
      /2026年9月 收缴率\n60\.0%[\s\S]*应收\n¥1,500\.00\n已收\n¥900\.00\n未收\n¥600\.00/,
    );
    expect(await chat.asks("w-S04", "本月收缴率")).toMatch(/0\.0%[\s\S]*应收\n¥2,000\.00/);
    // 900 of 3,500 is 25.71 %: cut, by project.
    const both = await chat.asks("w-S05", "本月收缴率");
    expect(both).toMatch(/25\.7%[\s\S]*¥3,500\.00/);
    expect(both).toMatch(/东莞园区\n60\.0% 未收¥600\.00\n深圳园区\n0\.0% 未收¥2,000\.00/);
    expect(chat.failures).toEqual([]);
  });

  it("by project and month as said; a project of others does not exist", async () => {
    const chat = chatOf();
    expect(await chat.asks("w-S05", "东莞园区9月收缴率")).toMatch(/东莞园区 2026年9月 收缴率\n60\.0%/);
    expect(await chat.asks("w-S05", "5月收缴率")).toMatch(/2026年5月 收缴率\n0\.0%[\s\S]*¥800\.00/);
    expect(await chat.asks("w-S03", "深圳园区9月收缴率")).toMatch(/没有找到“深圳园区”/);
    expect(await chat.asks("w-S03", "3月收缴率")).toMatch(/2026年3月没有账单/);
    expect(chat.failures).toEqual([]);
  });
});

describe("账龄", () => {
  it("by days since due, the largest overdue sum first", async () => {
    const chat = chatOf();
    // T1's 600 are 10 days overdue, T2's 800 since 1 June: 111 days.
    const told = await chat.asks("w-S03", "账龄");
    expect(told).toMatch(/账龄分析\n¥1,400\.00\n/);
    expect(told).toMatch(/1–30天\n¥600\.00\n31–60天\n¥0\.00\n61–90天\n¥0\.00\n90天以上\n¥800\.00/);
    expect(told).toMatch(/二号贸易\n逾期¥800\.00\n一号电子\n逾期¥600\.00/);
    expect(told).not.toMatch(/三号物流/);
    expect(chat.failures).toEqual([]);
  });
});

describe("on DingTalk", () => {
  it("the same to a colleague there, with a smaller list when a number is said", async () => {
    const chat = openChat(database.db, clock);
    const told = wordsOf(await chat.says("dingtalk", "d-S11", "账龄前1名"));
    expect(told).toMatch(/账龄分析\n¥1,400\.00\n/);
    expect(told).toMatch(/二号贸易\n逾期¥800\.00\n另有 1 家/);
    expect(wordsOf(await chat.says("dingtalk", "d-S11", "A栋账龄"))).toMatch(/东莞园区|A栋/);
    expect(wordsOf(await chat.says("dingtalk", "d-S11", "B栋账龄"))).toMatch(/没有找到“B栋”/);
    expect(chat.failures).toEqual([]);
  });
});

describe("回款预测", () => {
  it("promises, due dates and months to come, with how it was computed", async () => {
    const chat = chatOf();
    const told = await chat.asks("w-S03", "未来90天回款预测");
    // T1 pays on the day: 1,500 on 10 October, November and December. T2's promise: 800. T1's 600 should have come.
    expect(told).toMatch(/¥5,300\.00\n/);
    expect(told).toMatch(/30天内\n¥2,300\.00\n31–60天\n¥1,500\.00\n61–90天\n¥1,500\.00/);
    expect(told).toMatch(/其中已承诺\n¥800\.00\n其中未出账\n¥4,500\.00\n另有拖欠\n¥600\.00/);
    expect(told).toMatch(/算法：/);
    expect(chat.failures).toEqual([]);
  });
});

describe("导出", () => {
  it("the phrase on the card brings the same report as a spreadsheet to who asked", async () => {
    const chat = chatOf();
    const card = await chat.asks("w-S05", "东莞园区9月收缴率");
    const phrase = /回复“(导出[^”]+)”/.exec(card)?.[1] ?? "";
    expect(await chat.asks("w-S05", phrase)).toMatch(/收缴率共 2 行/);
    const { name, cells } = await fileOf("w-S05");
    expect(name).toBe("收缴率-东莞园区-2026-09-20.xlsx");
    expect(cells).toEqual([
      ["月份", "园区", "楼栋", "费用类别", "应收", "已收", "减免核销", "未收", "收缴率"],
      ["2026-09", "东莞园区", "A栋", "电费", 500, expect.anything(), 0, expect.anything(), expect.anything()],
      ["2026-09", "东莞园区", "A栋", "租金", 1000, expect.anything(), 0, expect.anything(), expect.anything()],
    ]);
    expect(Number(cells[1]?.[5]) + Number(cells[2]?.[5])).toBe(900);
    expect(chat.failures).toEqual([]);
  });

  it("欠费清单 and 账龄 hold the lines of the portfolio and no others", async () => {
    const chat = chatOf();
    expect(await chat.asks("w-S01", "导出欠费清单")).toMatch(/欠费清单共 \d 行/);
    const tenants = (await fileOf("w-S01")).cells.slice(1).map((row) => row[2]);
    expect(new Set(tenants)).toEqual(new Set(["T1", "T2"]));
    expect(await chat.asks("w-S04", "导出账龄")).toMatch(/账龄分析共 1 行/);
    expect((await fileOf("w-S04")).cells[1]).toEqual(["T3", "三号物流", 0, 2000, 0, 0, 0, 2000]);
    expect(chat.failures).toEqual([]);
  });

  it("收款明细 of the month: own projects' money; nothing there is told and no empty file sent", async () => {
    const chat = chatOf();
    expect(await chat.asks("w-S02", "导出9月收款明细")).toMatch(/收款明细共 1 行/);
    const { cells } = await fileOf("w-S02");
    expect(cells[1]?.[2]).toBe("T1");
    expect(cells[1]?.[10]).toBe(900);
    expect(await chat.asks("w-S02", "导出8月收款明细")).toMatch(/没有任何记录/);
    expect(await chat.asks("w-S04", "导出9月收款明细")).toMatch(/没有任何记录/);
    expect(chat.failures).toEqual([]);
  });

  it("who may not read a report gets neither card nor file", async () => {
    const chat = chatOf();
    for (const text of ["本月收缴率", "账龄", "回款预测", "导出账龄"]) {
      expect(await chat.asks("w-S01", text)).toMatch(/您的角色不能办理/);
    }
    expect(await chat.asks("w-S01", "导出9月收款明细")).toMatch(/您的角色不能办理/);
    expect(await chat.asks("nobody", "账龄")).not.toMatch(/¥/);
    expect(chat.failures).toEqual([]);
  });
});
