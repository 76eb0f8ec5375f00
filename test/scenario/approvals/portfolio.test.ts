import { afterAll, beforeAll, expect, it } from "vitest";
import type { CardAction } from "../../../cards/action.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import { execute } from "../../../src/db/rows.ts";
import { formatYuan } from "../../../src/domain/money/fen.ts";
import { openChat, wordsOf } from "../../support/chat.ts";
import { movableClock } from "../../support/clock.ts";
import { createTestDatabase } from "../../support/database.ts";
import { importPortfolioWorld, type Owner } from "../../support/portfolio-world.ts";

/*
 * Issue 5.6 as a table: what people of the staff can ask for × whose they may hear. Role × project × building; T1 and T2 are in
 * building A, T4 in building C of the same park and the same company, T3 in another park.
 */

type Role = "steward" | "cashier" | "area-manager" | "finance-manager" | "auditor" | "admin" | "left";

interface Reader {
  readonly id: string;
  readonly roles: readonly Role[];
  readonly covers: readonly string[];
}

const READERS: readonly Reader[] = [
  { id: "w-S01", roles: ["steward"], covers: ["T1", "T2", "T4"] },
  { id: "w-S02", roles: ["cashier"], covers: ["T1", "T2", "T4"] },
  { id: "w-S03", roles: ["area-manager"], covers: ["T1", "T2", "T4"] },
  { id: "w-S04", roles: ["area-manager"], covers: ["T3"] },
  { id: "w-S05", roles: ["finance-manager"], covers: ["T1", "T2", "T3", "T4"] },
  { id: "w-S08", roles: ["auditor"], covers: ["T1", "T2", "T3", "T4"] },
  { id: "w-S10", roles: ["admin"], covers: ["T1", "T2", "T3", "T4"] },
  // Building C alone.
  { id: "w-S12", roles: ["area-manager", "cashier"], covers: ["T4"] },
  { id: "w-S13", roles: ["steward"], covers: ["T4"] },
  { id: "w-S14", roles: ["finance-manager"], covers: ["T4"] },
  // Who left, and who never came.
  { id: "w-S09", roles: ["left"], covers: [] },
  { id: "w-nobody", roles: [], covers: [] },
];

const EVERYBODY: readonly Role[] = ["steward", "cashier", "area-manager", "finance-manager", "auditor", "admin"];
const RECON: readonly Role[] = ["cashier", "area-manager", "finance-manager", "auditor"];
const REPORTS: readonly Role[] = ["area-manager", "finance-manager", "auditor", "admin"];
const AUDIT: readonly Role[] = ["finance-manager", "auditor", "admin"];

interface Probe {
  readonly what: string;
  /** Asked of one tenant's thing, by its number or name. */
  readonly of?: (owner: Owner) => string | CardAction;
  /** Asked once, of all that one has. */
  readonly all?: string;
  /** Who hears what lies in their portfolio; everybody else hears nothing of it. */
  readonly roles: readonly Role[];
  /** What narrows that down. */
  readonly who?: (reader: Reader, owner: Owner) => boolean;
  /** What of an owner is heard then. */
  readonly heard: (owner: Owner) => string;
}

/** Intents and buttons of the staff that read somebody's affairs. What changes something is refused in the second table. */
const READS: readonly Probe[] = [
  {
    what: "task.list",
    all: "待办任务",
    roles: ["steward", "area-manager"],
    // A steward has what was given to them: that of building C to who has building C.
    who: ({ id }, { tenant }) => id !== "w-S01" || tenant !== "T4",
    heard: ({ name }) => name,
  },
  {
    what: "task.show",
    of: ({ taskNo }) => ({ type: "task.show", number: taskNo }),
    roles: EVERYBODY,
    heard: ({ name }) => name,
  },
  { what: "arrears.list", all: "欠费名单", roles: EVERYBODY, heard: ({ name }) => name },
  { what: "arrears.query", of: ({ name }) => `${name}欠多少钱`, roles: EVERYBODY, heard: () => "逾期" },
  {
    what: "collect.qr",
    of: ({ name }) => `${name}的收款码`,
    roles: ["steward", "cashier", "area-manager", "finance-manager"],
    heard: () => "h5/qr",
  },
  {
    what: "approval.list",
    all: "待审批",
    // Small refunds are for area managers; the cashier has asked for them.
    roles: ["area-manager", "cashier"],
    heard: ({ refundApprovalNo }) => refundApprovalNo,
  },
  {
    what: "approval.show",
    of: ({ approvalNo }) => ({ type: "approval.show", number: approvalNo }),
    roles: EVERYBODY,
    heard: ({ name }) => name,
  },
  {
    what: "approval of a refund",
    of: ({ refundApprovalNo }) => `查 ${refundApprovalNo}`,
    roles: EVERYBODY,
    heard: ({ name }) => name,
  },
  { what: "recon.summary", all: "对账汇总", roles: RECON, heard: ({ differenceFen }) => formatYuan(differenceFen) },
  {
    what: "exception.show",
    of: ({ exceptionId }) => ({ type: "exception.show", id: exceptionId }),
    roles: RECON,
    heard: ({ name }) => name,
  },
  { what: "aging.report", all: "账龄", roles: REPORTS, heard: ({ name }) => name },
  {
    what: "audit.query of an approval",
    of: ({ approvalNo }) => `谁批的 ${approvalNo}`,
    roles: AUDIT,
    heard: ({ approvalNo }) => `${approvalNo} 的操作记录`,
  },
  {
    what: "audit.query of a payment",
    of: ({ receiptNo }) => `谁批的 ${receiptNo}`,
    roles: AUDIT,
    heard: ({ receiptNo }) => `${receiptNo} 的操作记录`,
  },
  {
    what: "audit.query of a refund",
    of: ({ refundNo }) => `谁批的 ${refundNo}`,
    roles: AUDIT,
    heard: ({ refundNo }) => `${refundNo} 的操作记录`,
  },
  { what: "audit.query of late", all: "最近的审批记录", roles: AUDIT, heard: ({ approvalNo }) => approvalNo },
  {
    what: "receipt.pdf",
    of: ({ receiptNo }) => ({ type: "receipt.pdf", receiptNo }),
    roles: EVERYBODY,
    heard: ({ paidFen }) => formatYuan(paidFen),
  },
  { what: "move-out list", all: "退租列表", roles: EVERYBODY, heard: ({ name }) => name },
  {
    what: "move-out.show",
    of: ({ moveOutNo }) => ({ type: "move-out.show", number: moveOutNo }),
    roles: EVERYBODY,
    heard: ({ name }) => name,
  },
];

/** What somebody without the place cannot do to a tenant's affairs, and hears no word about the tenant. */
const WRITES: readonly { readonly what: string; readonly of: (owner: Owner) => string | CardAction }[] = [
  { what: "task.note", of: ({ name }) => `${name}联系不上` },
  { what: "task.result", of: ({ taskNo }) => ({ type: "task.result", number: taskNo, result: "unreachable" }) },
  { what: "task.collect", of: ({ taskNo }) => ({ type: "task.collect", number: taskNo }) },
  { what: "refund", of: ({ receiptNo }) => `退款 ${receiptNo} 100 多付了` },
  { what: "refund.lift", of: ({ refundNo }) => ({ type: "refund.lift", refundNo }) },
  {
    what: "approval.decide",
    of: ({ approvalNo }) => ({ type: "approval.decide", number: approvalNo, version: 1, decision: "approve" }),
  },
  {
    what: "exception.resolve",
    of: ({ exceptionId }) => ({ type: "exception.resolve", id: exceptionId, version: 1, choice: 0 }),
  },
  { what: "cash", of: ({ tenant }) => `收现金 ${tenant} 300` },
  { what: "move-out", of: ({ lease }) => `退租 ${lease} 3月31日` },
  { what: "move-out.continue", of: ({ moveOutNo }) => ({ type: "move-out.continue", number: moveOutNo }) },
];

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let owners: readonly Owner[];
const clock = movableClock("2026-03-01");
let chat: ReturnType<typeof openChat>;

beforeAll(async () => {
  database = await createTestDatabase();
  owners = await importPortfolioWorld(database.db, clock);
  chat = openChat(database.db, clock);
});
afterAll(() => database.close());

async function hear(id: string, said: string | CardAction): Promise<string> {
  // How often somebody may speak is another test's; each question stands alone.
  await execute(database.db, Prisma.sql`DELETE FROM rate_count`);
  await execute(database.db, Prisma.sql`UPDATE conversation SET context = '{}'`);
  const cards = typeof said === "string" ? await chat.says("wecom", id, said) : await chat.clicks("wecom", id, said);
  return wordsOf(cards);
}

/** Words of an owner in an answer that the question did not have. */
const leaks = (owner: Owner, answer: string, said: string | CardAction): string[] =>
  owner.words.filter((word) => answer.includes(word) && !JSON.stringify(said).includes(word));

it.each(READS)("$what: who hears of whom", async ({ of, all, roles, who, heard }) => {
  const wrong: string[] = [];
  for (const reader of READERS) {
    const may = reader.roles.some((role) => roles.includes(role));
    const answers = new Map<Owner, readonly [string | CardAction, string]>();
    const once = all === undefined ? "" : await hear(reader.id, all);
    for (const owner of owners) {
      const said = of?.(owner) ?? all ?? "";
      answers.set(owner, [said, all === undefined ? await hear(reader.id, said) : once]);
    }
    for (const [owner, [said, answer]] of answers) {
      const expected = may && reader.covers.includes(owner.tenant) && (who?.(reader, owner) ?? true);
      if (answer.includes(heard(owner)) !== expected)
        wrong.push(`${reader.id} of ${owner.tenant}: ${expected ? "not heard" : "heard"} ${answer}`);
      for (const other of owners.filter(({ tenant }) => !reader.covers.includes(tenant))) {
        wrong.push(...leaks(other, answer, said).map((word) => `${reader.id} heard ${word} of ${other.tenant}`));
      }
    }
  }
  expect(wrong).toEqual([]);
  expect(chat.failures).toEqual([]);
});

it.each(WRITES)("$what: not to what lies elsewhere", async ({ of }) => {
  const wrong: string[] = [];
  for (const reader of READERS) {
    for (const owner of owners.filter(({ tenant }) => !reader.covers.includes(tenant))) {
      const before = await stateOf();
      const said = of(owner);
      const answer = await hear(reader.id, said);
      wrong.push(...leaks(owner, answer, said).map((word) => `${reader.id} heard ${word}: ${answer}`));
      if ((await stateOf()) !== before) wrong.push(`${reader.id} changed something of ${owner.tenant}: ${answer}`);
    }
  }
  expect(wrong).toEqual([]);
  expect(chat.failures).toEqual([]);
});

/** Everything that a write could have changed. */
async function stateOf(): Promise<string> {
  const { db } = database;
  const counts = await Promise.all([
    db.taskNote.count(),
    db.refund.findMany({ select: { refundNo: true, version: true, state: true }, orderBy: { refundNo: "asc" } }),
    db.refundHold.count({ where: { liftedAt: { not: null } } }),
    db.approvalDecision.count(),
    db.exceptionItem.count({ where: { state: "resolved" } }),
    db.receipt.count(),
    db.moveOut.findMany({ select: { number: true, state: true, sheetVersion: true }, orderBy: { number: "asc" } }),
    db.cashierShift.count(),
  ]);
  return JSON.stringify(counts, (_key, value) => (typeof value === "bigint" ? value.toString() : value));
}

it("vouchers of a company are for no portfolio that is narrowed down to buildings", async () => {
  expect(await hear("w-S14", "导出凭证")).toContain("不能办理");
  expect(await hear("w-S05", "导出2026年1月凭证")).not.toContain("不能办理");
});
