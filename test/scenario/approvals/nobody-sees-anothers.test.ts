import { readFileSync } from "node:fs";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { CardAction } from "../../../cards/action.ts";
import { isWishName, WISH_NAMES } from "../../../cards/wish-names.zh-CN.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../../src/db/client.ts";
import { newId } from "../../../src/db/ids.ts";
import { execute, row, rows } from "../../../src/db/rows.ts";
import { inTransaction, type Transaction } from "../../../src/db/transaction.ts";
import { addDays, type DateRange } from "../../../src/domain/time/civil-date.ts";
import { pageUrl } from "../../../src/http/h5/page-link.ts";
import type { Platform } from "../../../src/ports/messenger.ts";
import { delegableRoles, delegateApprovals } from "../../../src/usecases/approvals/delegate-approvals.ts";
import { revokeDelegations } from "../../../src/usecases/approvals/revoke-delegation.ts";
import { findStaffMember } from "../../../src/usecases/staff/find-staff-member.ts";
import { contextAt } from "../../support/approval-world.ts";
import { openChat, wordsOf } from "../../support/chat.ts";
import { movableClock } from "../../support/clock.ts";
import { createTestDatabase } from "../../support/database.ts";
import { openPages } from "../../support/h5-phones.ts";
import { importPortfolioWorld, type Owner } from "../../support/portfolio-world.ts";

/*
 * I15 and issue 5.6: random people say everything that can be said, press every button there is and open every page, with each
 * other's numbers; nothing that they hear or read holds a name or a figure that is not theirs. Each tenant has words that
 * nobody else has. Among them are people of one building, a stand-in, one whose standing in was taken back, and who left.
 */

type Pages = Awaited<ReturnType<typeof openPages>>;

interface Speaker {
  readonly platform: Platform;
  readonly id: string;
  /** Tenants whose words may be heard. */
  readonly sees: readonly string[];
}

const SPEAKERS: readonly Speaker[] = [
  { platform: "official-account", id: "o-王会计", sees: ["T1"] },
  { platform: "official-account", id: "o-陈老板", sees: ["T2"] },
  { platform: "official-account", id: "o-林姐", sees: ["T3"] },
  { platform: "official-account", id: "o-苗会计", sees: ["T4"] },
  // Was finance of T1 once.
  { platform: "official-account", id: "o-前会计", sees: [] },
  { platform: "official-account", id: "o-陌生人", sees: [] },
  { platform: "wecom", id: "w-S01", sees: ["T1", "T2", "T4"] },
  { platform: "wecom", id: "w-S02", sees: ["T1", "T2", "T4"] },
  { platform: "wecom", id: "w-S03", sees: ["T1", "T2", "T4"] },
  { platform: "wecom", id: "w-S04", sees: ["T3"] },
  // Building C alone: one stood in for 陈经理 of the whole park until it was taken back; one holds what 柯经理 gave, the same building.
  { platform: "wecom", id: "w-S12", sees: ["T4"] },
  { platform: "wecom", id: "w-S13", sees: ["T4"] },
  { platform: "wecom", id: "w-S14", sees: ["T4"] },
  // Left.
  { platform: "wecom", id: "w-S09", sees: [] },
  { platform: "wecom", id: "w-nobody", sees: [] },
  { platform: "dingtalk", id: "d-S11", sees: ["T1", "T2", "T4"] },
  { platform: "dingtalk", id: "d-nobody", sees: [] },
];

/** A few sayings of every intent, tenants' and staff's alike, whoever says them. */
const SAYINGS: readonly string[] = (() => {
  const byIntent = new Map<string, string[]>();
  for (const line of readFileSync("test/understanding/utterances.tuning-half.jsonl", "utf8").split("\n")) {
    if (line.trim() === "") continue;
    const { text, expect: wanted } = JSON.parse(line) as { text: string; expect: { intent: string } };
    const { intent } = wanted;
    const known = byIntent.get(intent) ?? [];
    if (known.length < 4) byIntent.set(intent, [...known, text]);
  }
  return [...byIntent.values()].flat();
})();

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let owners: readonly Owner[] = [];
const clock = movableClock("2026-03-01");

beforeAll(async () => {
  database = await createTestDatabase();
  const { db } = database;
  owners = await importPortfolioWorld(db, clock);
  await formerMember(db, "T1", "o-前会计");
  const days = { from: clock.today(), to: addDays(clock.today(), 10) };
  await delegates(db, "S03", "S12", days);
  await revokes(db, "S03");
  await delegates(db, "S12", "S14", days);
});
afterAll(() => database.close());

/** Every type of button about an owner's things, `satisfies` so that a new one is missed by nobody. */
const WISHES = Object.keys(WISH_NAMES).filter(isWishName);
const NO_UUID = "00000000-0000-7000-8000-000000000000";
const RESULTS = ["unreachable", "promised", "disputed", "visited", "paid"] as const;
const ACTIONS = {
  "bill.show": ({ billNo }) => ({ type: "bill.show", billNo }),
  "bill.list": () => ({ type: "bill.list" }),
  "bill.explain": ({ billNo }) => ({ type: "bill.explain", billNo, position: 0 }),
  pay: ({ billNo }) => ({ type: "pay", billNo }),
  "pay.all": () => ({ type: "pay.all" }),
  "bind.start": () => ({ type: "bind.start" }),
  help: () => ({ type: "help" }),
  handoff: () => ({ type: "handoff" }),
  "invoice.start": () => ({ type: "invoice.start" }),
  answer: ({ approvalNo }, chance) => ({ type: "answer", step: "x", value: pick(["1", "确认", approvalNo], chance) }),
  "join.decide": () => ({ type: "join.decide", code: "ABCDEF", decision: "viewer" }),
  "approval.decide": ({ approvalNo }) => ({
    type: "approval.decide",
    number: approvalNo,
    version: 2,
    decision: "approve",
  }),
  "approval.show": ({ approvalNo, refundApprovalNo }, chance) => ({
    type: "approval.show",
    number: pick([approvalNo, refundApprovalNo], chance),
  }),
  "approval.cancel": ({ approvalNo }) => ({ type: "approval.cancel", number: `${approvalNo}9` }),
  "approval.list": () => ({ type: "approval.list" }),
  "delegation.revoke": () => ({ type: "delegation.revoke", id: NO_UUID }),
  "exception.resolve": ({ exceptionId }) => ({ type: "exception.resolve", id: exceptionId, version: 9, choice: 0 }),
  "exception.show": ({ exceptionId }) => ({ type: "exception.show", id: exceptionId }),
  "exception.slips": ({ exceptionId }) => ({ type: "exception.slips", id: exceptionId }),
  "refund.lift": ({ refundNo }) => ({ type: "refund.lift", refundNo }),
  "invoice.retry": () => ({ type: "invoice.retry", orderNo: "FP-202603-00001-1" }),
  "invoice.by-hand": () => ({ type: "invoice.by-hand", orderNo: "FP-202603-00001-1" }),
  "receipt.pdf": ({ receiptNo }) => ({ type: "receipt.pdf", receiptNo }),
  "move-out.show": ({ moveOutNo }) => ({ type: "move-out.show", number: moveOutNo }),
  "move-out.confirm": ({ moveOutNo }) => ({ type: "move-out.confirm", number: moveOutNo, version: 1 }),
  "move-out.object": ({ moveOutNo }) => ({ type: "move-out.object", number: moveOutNo, version: 1 }),
  "move-out.continue": ({ moveOutNo }) => ({ type: "move-out.continue", number: moveOutNo }),
  "bill.dispute": ({ billNo }) => ({ type: "bill.dispute", billNo }),
  "line.dispute": ({ billNo }) => ({ type: "line.dispute", billNo, position: 0 }),
  wish: (_owner, chance) => ({ type: "wish", intent: pick(WISHES, chance) }),
  "task.show": ({ taskNo }) => ({ type: "task.show", number: taskNo }),
  "task.result": ({ taskNo }, chance) => ({ type: "task.result", number: taskNo, result: pick(RESULTS, chance) }),
  "task.collect": ({ taskNo }) => ({ type: "task.collect", number: taskNo }),
} satisfies {
  readonly [Type in CardAction["type"]]: (owner: Owner, chance: number) => Extract<CardAction, { type: Type }>;
};

/** What is typed about an owner's things. */
const WORDS: readonly ((owner: Owner, chance: number) => string)[] = [
  (_owner, chance) => pick(SAYINGS, chance),
  (_owner, chance) => pick(SAYINGS, chance),
  ({ billNo }) => `查账单 ${billNo}`,
  ({ billNo }) => `账单 ${billNo} 第1笔怎么算的`,
  ({ approvalNo, refundApprovalNo }, chance) =>
    `${pick(["查", "谁批的", "撤回"], chance)} ${pick([approvalNo, refundApprovalNo], chance >> 3)}`,
  ({ receiptNo, refundNo, billNo }, chance) => `谁批的 ${pick([receiptNo, refundNo, billNo], chance)}`,
  ({ receiptNo }, chance) => pick([`收据PDF ${receiptNo}`, `退款 ${receiptNo} 10 多付了`], chance),
  ({ words }, chance) => `${pick(words, chance)}欠多少钱`,
  ({ moveOutNo, lease }, chance) => pick([`退租进度 ${moveOutNo}`, `退租 ${lease} 3月31日`, "退租列表"], chance),
  ({ tenant }) => `收现金 ${tenant} 300`,
  (_owner, chance) =>
    pick(
      [
        "我们公司账单",
        "所有租户的账单",
        "最近的审批记录",
        "待审批",
        "欠费名单",
        "帮助",
        "我的委托",
        "账龄",
        "对账汇总",
      ],
      chance,
    ),
];

/** Pages that a link names and that ask who is there. */
const PAGES: readonly ((owner: Owner, link: Pages["link"]) => string)[] = [
  ({ approvalId }, link) => pageUrl(link, "approval", approvalId),
  ({ refundApprovalId }, link) => pageUrl(link, "approval", refundApprovalId),
  ({ exceptionId }, link) => pageUrl(link, "exception", exceptionId),
  ({ tenantId }, link) => pageUrl(link, "title", tenantId),
];

const pick = <T>(among: readonly T[], chance: number): T => among[chance % among.length] as T;
const step = fc.record({
  speaker: fc.constantFrom(...SPEAKERS),
  owner: fc.nat(3),
  chance: fc.nat(9999),
  act: fc.oneof(
    { arbitrary: fc.constantFrom(...WORDS).map((words) => ({ words })), weight: 4 },
    { arbitrary: fc.constantFrom(...Object.values(ACTIONS)).map((action) => ({ action })), weight: 4 },
    { arbitrary: fc.constantFrom(...PAGES).map((page) => ({ page })), weight: 2 },
  ),
});

it("nobody hears or reads a name or a figure of a tenant who is not theirs, whatever is said, pressed or opened", async () => {
  const { db } = database;
  const heardIn = { chat: 0, own: 0, ownOnPages: 0 };
  const pages = await openPages(db, clock);
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 12 }), async (steps) => {
      // Each story begins with nothing remembered; limits on how often somebody speaks are another test's.
      await execute(db, Prisma.sql`DELETE FROM rate_count`);
      await execute(db, Prisma.sql`UPDATE conversation SET context = '{}'`);
      const chat = openChat(db, clock);
      for (const { speaker, owner: index, chance, act } of steps) {
        const about = pick(owners, index);
        const said =
          "words" in act
            ? act.words(about, chance)
            : "page" in act
              ? act.page(about, pages.link)
              : act.action(about, chance);
        const heard =
          "page" in act
            ? await pages.reads(speaker.platform, speaker.id, String(said))
            : wordsOf(
                typeof said === "string"
                  ? await chat.says(speaker.platform, speaker.id, said)
                  : await chat.clicks(speaker.platform, speaker.id, said),
              );
        heardIn.chat += heard === "" ? 0 : 1;
        for (const owner of owners) {
          const asked = JSON.stringify(said);
          const words = [...owner.words, owner.billNo].filter((word) => heard.includes(word) && !asked.includes(word));
          if (!speaker.sees.includes(owner.tenant)) {
            expect(words, `${speaker.id} said ${asked} and heard\n${heard}`).toEqual([]);
          } else if ("page" in act) heardIn.ownOnPages += words.length;
          else heardIn.own += words.length;
        }
      }
      expect(chat.failures).toEqual([]);
    }),
    { numRuns: 90, seed: 20260301 },
  );
  pages.close();
  // The test could see: people did get answers, their own figures among them.
  expect(heardIn.chat).toBeGreaterThan(300);
  expect(heardIn.own).toBeGreaterThan(100);
  expect(heardIn.ownOnPages).toBeGreaterThan(10);
  // Nor was anybody told what is not theirs, by cards that were pushed meanwhile.
  const told = await rows<{ recipient: string; message: string }>(
    db,
    Prisma.sql`SELECT recipient, message::text AS message FROM outbox WHERE occasion = 'notice'`,
  );
  expect(told.length).toBeGreaterThan(10);
  for (const { id, sees } of SPEAKERS) {
    const mine = told.filter(({ recipient }) => recipient === id).map(({ message }) => message);
    for (const owner of owners.filter(({ tenant }) => !sees.includes(tenant))) {
      expect(mine.filter((message) => owner.words.some((word) => message.includes(word)))).toEqual([]);
    }
  }
  const stale = await row<{ count: bigint }>(
    db,
    Prisma.sql`SELECT count(*) AS count FROM approval_request WHERE state = 'approved'
      AND number = ANY (${owners.map(({ approvalNo }) => approvalNo)})`,
  );
  expect(stale?.count, "stale clicks approved nothing").toBe(0n);
}, 180_000);

const memberOf = async (tx: Transaction, code: string) => {
  const member = await findStaffMember(tx, { code });
  if (!member) throw new Error(`nobody is ${code}`);
  return member;
};

const delegates = (db: Database, from: string, to: string, days: DateRange) =>
  inTransaction(db, async (tx) => {
    const delegator = await memberOf(tx, from);
    const wish = { delegator, delegate: await memberOf(tx, to), roles: delegableRoles(delegator), days };
    expect(await delegateApprovals(tx, wish, contextAt("2026-03-01"))).toMatchObject({ ok: true });
  });

const revokes = (db: Database, of: string) =>
  inTransaction(db, async (tx) => {
    expect(await revokeDelegations(tx, await memberOf(tx, of), "all", contextAt("2026-03-01"))).toMatchObject({
      ok: true,
    });
  });

/** Somebody who was of a tenant's finance and is known on the platform still. */
async function formerMember(db: Database, tenant: string, openId: string): Promise<void> {
  const personId = newId();
  await execute(db, Prisma.sql`INSERT INTO person (id, name) VALUES (${personId}::uuid, '前会计')`);
  await execute(
    db,
    Prisma.sql`INSERT INTO channel_identity (id, person_id, platform, app_id, external_id, reachable)
      VALUES (${newId()}::uuid, ${personId}::uuid, 'official-account', 'wx', ${openId}, true)`,
  );
  await execute(
    db,
    Prisma.sql`INSERT INTO tenant_member (id, tenant_id, person_id, role, revoked_at)
      SELECT ${newId()}::uuid, t.id, ${personId}::uuid, 'finance', now() FROM tenant t WHERE t.code = ${tenant}`,
  );
}
