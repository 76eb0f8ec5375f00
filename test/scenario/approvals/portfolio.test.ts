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
