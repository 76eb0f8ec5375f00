import { readFileSync } from "node:fs";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { CardAction } from "../../../cards/action.ts";
import { isWishName, WISH_NAMES } from "../../../cards/wish-names.zh-CN.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import { execute, row } from "../../../src/db/rows.ts";
import type { Platform } from "../../../src/ports/messenger.ts";
import { asks, importApprovalWorld } from "../../support/approval-world.ts";
import { openChat, wordsOf } from "../../support/chat.ts";
import { movableClock } from "../../support/clock.ts";
import { createTestDatabase } from "../../support/database.ts";
import { issueBill } from "../../support/ledger-world.ts";

/*
 * I15 and issue 5.6: random people say everything that can be said and press every button there is, with each other's
 * numbers; nothing that they hear holds a name or a figure that is not theirs. Each tenant has words that nobody else has.
 */

interface Owner {
  readonly tenant: string;
  readonly lease: string;
  readonly billNo: string;
  readonly amountFen: bigint;
  /** Unmistakable: names, numbers and amounts of this tenant alone. */
  readonly words: readonly string[];
}

const OWNERS: readonly Owner[] = [
  {
    tenant: "T1",
    lease: "L1",
    billNo: "DG-202601-00001",
    amountFen: 1_230_771n,
    words: ["一号电子", "王会计", "A-1", "12,307.71"],
  },
  {
    tenant: "T2",
    lease: "L2",
    billNo: "DG-202601-00002",
    amountFen: 2_340_773n,
    words: ["二号贸易", "陈老板", "A-2", "23,407.73"],
  },
  {
    tenant: "T3",
    lease: "L3",
    billNo: "SZ-202601-00001",
    amountFen: 3_450_779n,
    words: ["三号物流", "林姐", "B-1", "34,507.79"],
  },
];

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
  { platform: "official-account", id: "o-陌生人", sees: [] },
  { platform: "wecom", id: "w-S01", sees: ["T1", "T2"] },
  { platform: "wecom", id: "w-S02", sees: ["T1", "T2"] },
  { platform: "wecom", id: "w-S03", sees: ["T1", "T2"] },
  { platform: "wecom", id: "w-S04", sees: ["T3"] },
  { platform: "wecom", id: "w-S09", sees: [] },
  { platform: "wecom", id: "w-nobody", sees: [] },
  { platform: "dingtalk", id: "d-S11", sees: ["T1", "T2"] },
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
const approvals: string[] = [];
const clock = movableClock("2026-03-01");

beforeAll(async () => {
  database = await createTestDatabase();
  const { db } = database;
  await importApprovalWorld(db);
  for (const { lease, billNo, amountFen } of OWNERS) {
    const lines = await issueBill(db, {
      billNo,
      lease,
      issueDate: "2026-01-01",
      dueDate: "2026-01-11",
      lines: [{ charge: "rent", kind: "rent", amountFen }],
    });
    await execute(db, Prisma.sql`UPDATE bill SET state = 'published', published_at = now() WHERE bill_no = ${billNo}`);
    const asker = lease === "L3" ? "莫经理" : "何出纳";
    const request = await asks(db, asker, { kind: "waiver", part: "late-fee", lineId: lines.get("rent") ?? "" });
    approvals.push(request.number);
  }
});
afterAll(() => database.close());

const billNo = fc.constantFrom(...OWNERS.map((owner) => owner.billNo));
const uuid = fc.constantFrom("00000000-0000-7000-8000-000000000000", "x");
const approvalNo = fc.constantFrom("SP-202603-00001", "SP-202603-00002", "SP-202603-00003");

/** Every type of button, `satisfies` so that a new one is missed by nobody. */
const WISHES = Object.keys(WISH_NAMES).filter(isWishName);
const ACTIONS = {
  "bill.show": billNo.map((no): CardAction => ({ type: "bill.show", billNo: no })),
  "bill.list": fc.constant<CardAction>({ type: "bill.list" }),
  "bill.explain": billNo.map((no): CardAction => ({ type: "bill.explain", billNo: no, position: 0 })),
  pay: billNo.map((no): CardAction => ({ type: "pay", billNo: no })),
  "pay.all": fc.constant<CardAction>({ type: "pay.all" }),
  "bind.start": fc.constant<CardAction>({ type: "bind.start" }),
  help: fc.constant<CardAction>({ type: "help" }),
  handoff: fc.constant<CardAction>({ type: "handoff" }),
  "invoice.start": fc.constant<CardAction>({ type: "invoice.start" }),
  answer: fc
    .constantFrom("1", "确认", "SP-202603-00003")
    .map((value): CardAction => ({ type: "answer", step: "x", value })),
  "join.decide": fc.constant<CardAction>({ type: "join.decide", code: "ABCDEF", decision: "viewer" }),
  "approval.decide": approvalNo.map(
    (number): CardAction => ({ type: "approval.decide", number, version: 2, decision: "approve" }),
  ),
  "approval.show": approvalNo.map((number): CardAction => ({ type: "approval.show", number })),
  "approval.cancel": approvalNo.map((number): CardAction => ({ type: "approval.cancel", number: `${number}9` })),
  "approval.list": fc.constant<CardAction>({ type: "approval.list" }),
  "delegation.revoke": uuid.map((id): CardAction => ({ type: "delegation.revoke", id })),
  "exception.resolve": uuid.map((id): CardAction => ({ type: "exception.resolve", id, version: 1, choice: 0 })),
  "exception.slips": uuid.map((id): CardAction => ({ type: "exception.slips", id })),
  "exception.show": uuid.map((id): CardAction => ({ type: "exception.show", id })),
  "refund.lift": fc.constant<CardAction>({ type: "refund.lift", refundNo: "TK-E2-2026-000001" }),
  "invoice.retry": fc.constant<CardAction>({ type: "invoice.retry", orderNo: "FP-202603-00001-1" }),
  "invoice.by-hand": fc.constant<CardAction>({ type: "invoice.by-hand", orderNo: "FP-202603-00001-1" }),
  "receipt.pdf": fc
    .constantFrom("E1", "E2")
    .map((entity): CardAction => ({ type: "receipt.pdf", receiptNo: `${entity}-2026-000001` })),
  "move-out.show": fc.constant<CardAction>({ type: "move-out.show", number: "TZ-202603-00001" }),
  "move-out.confirm": fc.constant<CardAction>({ type: "move-out.confirm", number: "TZ-202603-00001", version: 1 }),
  "move-out.object": fc.constant<CardAction>({ type: "move-out.object", number: "TZ-202603-00001", version: 1 }),
  "move-out.continue": fc.constant<CardAction>({ type: "move-out.continue", number: "TZ-202603-00001" }),
  "bill.dispute": billNo.map((no): CardAction => ({ type: "bill.dispute", billNo: no })),
  "line.dispute": billNo.map((no): CardAction => ({ type: "line.dispute", billNo: no, position: 0 })),
  wish: fc.constantFrom(...WISHES).map((intent): CardAction => ({ type: "wish", intent })),
  "task.show": fc.constant<CardAction>({ type: "task.show", number: "RW2026-00001" }),
  "task.result": fc
    .constantFrom("unreachable", "promised", "disputed", "visited", "paid")
    .map((result): CardAction => ({ type: "task.result", number: "RW2026-00001", result })),
  "task.collect": fc.constant<CardAction>({ type: "task.collect", number: "RW2026-00001" }),
} satisfies Record<CardAction["type"], fc.Arbitrary<CardAction>>;

const saying = fc.oneof(
  fc.constantFrom(...SAYINGS),
  billNo.map((no) => `查账单 ${no}`),
  billNo.map((no) => `账单 ${no} 第1笔怎么算的`),
  fc
    .tuple(fc.constantFrom("查", "谁批的", "同意", "撤回"), approvalNo)
    .map(([verb, no]) => `${verb} ${no}9`.slice(0, -1)),
  fc.constantFrom(...OWNERS.flatMap(({ words }) => words)).map((word) => `${word}欠多少钱`),
  fc.constantFrom("我们公司账单", "所有租户的账单", "最近的审批记录", "待审批", "欠费名单", "帮助"),
);
const step = fc.record({
  speaker: fc.constantFrom(...SPEAKERS),
  act: fc.oneof(
    saying.map((text) => ({ text })),
    fc.oneof(...Object.values(ACTIONS)).map((action) => ({ action })),
  ),
});

it("nobody hears a name or a figure of a tenant who is not theirs, whatever is said or pressed", async () => {
  let answered = 0;
  let own = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 12 }), async (steps) => {
      const { db } = database;
      // Each story begins with nothing remembered; limits on how often somebody speaks are another test's.
      await execute(db, Prisma.sql`DELETE FROM rate_count`);
      await execute(db, Prisma.sql`UPDATE conversation SET context = '{}'`);
      const chat = openChat(db, clock);
      for (const { speaker, act } of steps) {
        const said = "text" in act ? act.text : JSON.stringify(act.action);
        const heard = wordsOf(
          "text" in act
            ? await chat.says(speaker.platform, speaker.id, act.text)
            : await chat.clicks(speaker.platform, speaker.id, act.action),
        );
        answered += heard === "" ? 0 : 1;
        for (const owner of OWNERS) {
          const words = [...owner.words, owner.billNo].filter((word) => heard.includes(word) && !said.includes(word));
          if (speaker.sees.includes(owner.tenant)) own += words.length;
          else expect(words, `${speaker.id} said ${said} and heard\n${heard}`).toEqual([]);
        }
      }
      expect(chat.failures).toEqual([]);
    }),
    { numRuns: 60, seed: 20260301 },
  );
  // The test could see: people did get answers, their own figures among them.
  expect(answered).toBeGreaterThan(200);
  expect(own).toBeGreaterThan(50);
  const pending = await row<{ count: bigint }>(
    database.db,
    Prisma.sql`SELECT count(*) AS count FROM approval_request WHERE state = 'approved' AND number = ANY (${approvals})`,
  );
  expect(pending?.count, "stale clicks approved nothing").toBeLessThanOrEqual(3n);
}, 180_000);
