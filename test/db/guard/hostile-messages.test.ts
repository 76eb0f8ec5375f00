import { afterAll, beforeAll, expect, it } from "vitest";
import type { CardAction } from "../../../cards/action.ts";
import type { Card } from "../../../cards/card.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../../src/db/client.ts";
import { execute, rows } from "../../../src/db/rows.ts";
import type { Platform } from "../../../src/ports/messenger.ts";
import { asks, importApprovalWorld } from "../../support/approval-world.ts";
import { openChat, wordsOf } from "../../support/chat.ts";
import { movableClock } from "../../support/clock.ts";
import { createTestDatabase } from "../../support/database.ts";
import { issueBill } from "../../support/ledger-world.ts";
import { AIMED, FORGED, GARBAGE, generated, ORDERS, WISHES_BESIDE } from "../../understanding/hostile.ts";

/*
 * Understanding chooses an intent and slots and nothing else: whatever is written into the chats of all three platforms
 * changes no row outside of the chat itself, and nobody hears of another tenant.
 */

const OWNERS = [
  { lease: "L1", billNo: "DG-202601-00001", amountFen: 1_230_771n, words: ["一号电子", "王会计", "12,307.71"] },
  { lease: "L2", billNo: "DG-202601-00002", amountFen: 2_340_773n, words: ["二号贸易", "陈老板", "23,407.73"] },
  { lease: "L3", billNo: "SZ-202601-00001", amountFen: 3_450_779n, words: ["三号物流", "林姐", "34,507.79"] },
] as const;

/** Who says it all, and whose words they may hear. */
interface Speaker {
  readonly platform: Platform;
  readonly id: string;
  readonly hears: readonly string[];
}
const SPEAKERS: readonly Speaker[] = [
  { platform: "official-account", id: "o-王会计", hears: ["L1"] },
  { platform: "official-account", id: "o-陌生人", hears: [] },
  { platform: "wecom", id: "w-S01", hears: ["L1", "L2"] },
  { platform: "wecom", id: "w-nobody", hears: [] },
  { platform: "dingtalk", id: "d-S11", hears: ["L1", "L2"] },
  { platform: "dingtalk", id: "d-nobody", hears: [] },
];

const MESSAGES: readonly string[] = [
  ...new Set([...ORDERS, ...FORGED, ...AIMED, ...WISHES_BESIDE.map(([text]) => text), ...GARBAGE, ...generated(75)]),
];
/** Buttons that nobody was shown. */
const CLICKS: readonly CardAction[] = [
  { type: "pay", billNo: "DG-202601-00002" },
  { type: "bill.show", billNo: "SZ-202601-00001" },
  { type: "bill.explain", billNo: "SZ-202601-00001", position: 9999 },
  { type: "answer", step: "x", value: "确认" },
  { type: "answer", step: "zzzzzz", value: "99999999" },
  { type: "join.decide", code: "ABCDEF", decision: "owner" },
  { type: "approval.decide", number: "SP-202603-00003", version: 999, decision: "approve" },
  { type: "approval.cancel", number: "SP-202603-99999" },
  { type: "refund.lift", refundNo: "TK-E1-2026-000001" },
  { type: "exception.resolve", id: "x", version: 1, choice: 0 },
  { type: "task.result", number: "RW2026-99999", result: "paid" },
  { type: "wish", intent: "voucher.export" },
  { type: "wish", intent: "unknown" },
];

type Attack = readonly [
  said: string,
  send: (chat: ReturnType<typeof openChat>, platform: Platform, id: string) => Promise<readonly Card[]>,
];
const ATTACKS: readonly Attack[] = [
  ...MESSAGES.map((text): Attack => [text, (chat, platform, id) => chat.says(platform, id, text)]),
  ...CLICKS.map(
    (action): Attack => [JSON.stringify(action), (chat, platform, id) => chat.clicks(platform, id, action)],
  ),
];
/** Fewer than anybody may say in a minute. */
const TALK_LIMIT = 5;

/** What talking itself writes: messages, what was said of figures, counts, and who asked for a person. */
const TALK: ReadonlySet<string> = new Set([
  "conversation",
  "inbox_event",
  "outbox",
  "outbox_stream",
  "delivery",
  "rate_count",
  "reach_window",
  "card_instance",
  "card_response_code",
  "stated_figure",
  "audit_event",
  "job_run",
  // The paper of a bill is drawn when its own tenant asks for it.
  "document",
  "document_version",
]);

interface Fingerprint {
  readonly table: string;
  readonly rows: bigint;
  readonly hash: string;
}

/** Row count and content of every table that is not talk. */
async function fingerprints(db: Database): Promise<readonly Fingerprint[]> {
  const tables = await rows<{ name: string }>(
    db,
    Prisma.sql`SELECT table_name AS name FROM information_schema.tables
      WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY 1`,
  );
  const kept = tables.map(({ name }) => name).filter((name) => !TALK.has(name) && !name.startsWith("_"));
  const parts = kept.map(
    (name) => Prisma.sql`SELECT ${name} AS "table", count(*) AS rows,
      coalesce(md5(string_agg(t::text, E'\n' ORDER BY t::text)), '') AS hash FROM ${Prisma.raw(`"${name}"`)} t`,
  );
  return rows<Fingerprint>(db, Prisma.join(parts, " UNION ALL "));
}

let database: Awaited<ReturnType<typeof createTestDatabase>>;
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
    await asks(db, lease === "L3" ? "莫经理" : "何出纳", {
      kind: "waiver",
      part: "late-fee",
      lineId: lines.get("rent") ?? "",
    });
  }
});
afterAll(() => database.close());

it("200 hostile messages on each platform change nothing and leak nothing", async () => {
  const { db } = database;
  expect(MESSAGES.length).toBeGreaterThanOrEqual(200);
  const before = await fingerprints(db);
  expect(before.find(({ table }) => table === "bill")?.rows).toBe(3n);
  const chat = openChat(db, clock);
  let answered = 0;
  let ownFigures = 0;
  const attack = async ({ platform, id, hears }: Speaker, [said, send]: Attack, index: number): Promise<void> => {
    // How often somebody may speak is another test's.
    if (index % TALK_LIMIT === 0) {
      // Rows in use are left for the next time: two speakers must not wait for each other.
      await execute(
        db,
        Prisma.sql`DELETE FROM rate_count WHERE ctid = ANY (ARRAY(SELECT ctid FROM rate_count FOR UPDATE SKIP LOCKED))`,
      );
    }
    const heard = wordsOf(await send(chat, platform, id));
    if (heard !== "") answered++;
    expect(heard, said.slice(0, 80)).not.toMatch(/出错了|Error|undefined|NaN|SELECT |\[object/);
    for (const { lease, words, billNo } of OWNERS) {
      const told = [...words, billNo].filter((word) => heard.includes(word) && !said.includes(word));
      if (hears.includes(lease)) ownFigures += told.length;
      else expect(told, `${id} said ${said.slice(0, 80)} and heard\n${heard}`).toEqual([]);
    }
  };
  // Each speaks for themselves, and all at the same time.
  await Promise.all(
    SPEAKERS.map(async (speaker) => {
      const attacks = speaker.hears.length > 0 ? ATTACKS : ATTACKS.filter((_, index) => index % 10 === 0);
      for (const [index, one] of attacks.entries()) await attack(speaker, one, index);
    }),
  );
  expect(chat.failures).toEqual([]);
  expect(await fingerprints(db)).toEqual(before);
  const papers = await rows<{ tenant: string }>(
    db,
    Prisma.sql`SELECT DISTINCT t.code AS tenant FROM document d JOIN tenant t ON t.id = d.tenant_id`,
  );
  expect(papers.map(({ tenant }) => tenant)).toEqual(["T1"]);
  const audited = await rows<{ action: string }>(
    db,
    Prisma.sql`SELECT DISTINCT action FROM audit_event WHERE business_date = ${clock.today()}::date ORDER BY 1`,
  );
  // Asked for by the test itself; and a person was called, as some of the messages wish.
  expect(audited.map(({ action }) => action)).toEqual(["approval.requested", "handoff.requested"]);
  // The test could see: there were answers, and what is one's own was among them.
  expect(answered).toBeGreaterThan(3 * 150);
  expect(ownFigures).toBeGreaterThan(10);
  console.log(
    `hostile: ${MESSAGES.length} messages and ${CLICKS.length} clicks on 3 platforms, ${answered} answered, ${before.length} tables unchanged`,
  );
}, 300_000);
