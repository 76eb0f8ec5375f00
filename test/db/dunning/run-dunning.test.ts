import { beforeEach, describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { execute, rows } from "../../../src/db/rows.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { formatYuan } from "../../../src/domain/money/fen.ts";
import { addDays, parseCivilDate } from "../../../src/domain/time/civil-date.ts";
import { openDispute } from "../../../src/usecases/disputes/dispute-line.ts";
import { ladderInForce, replaceLadder } from "../../../src/usecases/dunning/ladder-store.ts";
import { previewDunning } from "../../../src/usecases/dunning/preview-dunning.ts";
import { runDunning } from "../../../src/usecases/dunning/run-dunning.ts";
import { promiseToPay } from "../../../src/usecases/promises/promise-to-pay.ts";
import { closeSettledTasks } from "../../../src/usecases/tasks/close-settled.ts";
import { type MovableClock, movableClock } from "../../support/clock.ts";
import { createTestDatabase } from "../../support/database.ts";
import { type BillStory, writeBill } from "../../support/published-bill.ts";
import { CARDS, dunningContext, farEnds, importDunningPark, stepsOf, tasksOf } from "./dunning-world.ts";

/* T001 (王会计 without WeChat, 张总 and 小李 with it) rents L001 of E1 and L002 of E2; T002 is 陈老板 and 林姐; T003 林姐. */

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let clock: MovableClock;
let ends: ReturnType<typeof farEnds>;

beforeEach(async () => {
  database = await createTestDatabase();
  clock = movableClock("2026-08-20");
  await importDunningPark(database.db, "2026-08-20");
  ends = farEnds(database.db, clock);
  return () => database.close();
});

const bill = (story: Partial<BillStory> = {}): Promise<void> =>
  writeBill(database.db, {
    billNo: "DG-202609-00001",
    lease: "L003",
    dueDate: "2026-09-10",
    lines: { rent: "1000.00" },
    ...story,
  });

/** The evening before is quiet; the run of nine in the morning says what the day brings. */
async function day(date: string, time = "09:00:00"): Promise<ReturnType<typeof ends.take>> {
  clock.moveTo(`${date}T${time}+08:00`);
  await runDunning(database.db, dunningContext(clock));
  await ends.relay();
  return ends.take();
}

const pay = (amountFen: bigint, billNo: string) =>
  execute(
    database.db,
    Prisma.sql`UPDATE receivable SET open_fen = open_fen - ${amountFen} WHERE bill_id = (SELECT id FROM bill WHERE bill_no = ${billNo})`,
  );
const lineOf = async (billNo: string): Promise<string> =>
  (
    await rows<{ id: string }>(
      database.db,
      Prisma.sql`SELECT l.id FROM bill_line l JOIN bill b ON b.id = l.bill_id WHERE b.bill_no = ${billNo}`,
    )
  )[0]?.id ?? "";
const tenantId = async (code: string): Promise<string> =>
  (await rows<{ id: string }>(database.db, Prisma.sql`SELECT id FROM tenant WHERE code = ${code}`))[0]?.id ?? "";

describe("the ladder over sixty days", () => {
  it("says each step once, one message a day, and makes the tasks", async () => {
    await bill();
    const heard: string[] = [];
    let date = parseCivilDate("2026-09-01");
    for (let count = 0; count < 60; count += 1) {
      for (const time of ["08:59:59", "09:00:00", "14:00:00", "20:00:00", "20:00:01"]) {
        for (const { way, to, title } of await day(date, time))
          heard.push(`${date} ${time.slice(0, 5)} ${way} ${to} ${title}`);
      }
      date = addDays(date, 1);
    }
    // Due on September 10: −3 = 7, +1 = 11, +7 = 17, +15 = 25, +30 = October 10. 林姐 keeps the books, 陈老板 owns.
    expect(heard).toEqual([
      "2026-09-07 09:00 official-account oPark-林姐 缴费提醒",
      "2026-09-11 09:00 official-account oPark-林姐 逾期提醒",
      "2026-09-17 09:00 official-account oPark-林姐 逾期缴费通知",
      "2026-09-25 09:00 official-account oPark-陈老板 催款函",
      "2026-10-10 09:00 official-account oPark-陈老板 逾期缴费最后通知",
    ]);
    // Whoever transfers what a message said within three days has paid: 50 fen a day since September 11.
    const stated = await rows<{ on: string; fen: bigint; bills: string[]; source: string }>(
      database.db,
      Prisma.sql`SELECT stated_on::text AS on, amount_fen AS fen, bill_nos AS bills, source FROM stated_figure ORDER BY 1`,
    );
    expect(stated.map(({ on, fen }) => [on, fen])).toEqual([
      ["2026-09-07", 100_000n],
      ["2026-09-11", 100_000n],
      ["2026-09-17", 100_300n],
      ["2026-09-25", 100_700n],
      ["2026-10-10", 101_450n],
    ]);
    expect(stated[0]).toMatchObject({ bills: ["DG-202609-00001"], source: "dunning" });
    expect(await tasksOf(database.db)).toEqual([
      { kind: "dunning", tenant: "T002", who: "S01", state: "open", reason: null },
      { kind: "formal-notice", tenant: "T002", who: "S03", state: "open", reason: null },
      { kind: "escalation", tenant: "T002", who: "S02", state: "open", reason: null },
    ]);
  }, 120_000);

  it("goes through holidays and over midnight by the calendar alone", async () => {
    // Due on October 1, a holiday: the notice is due on October 2, in the middle of the week off.
    await bill({ billNo: "DG-202610-00001", dueDate: "2026-10-01" });
    expect(await day("2026-10-01", "20:00:00")).toEqual([]);
    expect(await day("2026-10-01", "23:59:59")).toEqual([]);
    expect(await day("2026-10-02", "00:00:00")).toEqual([]);
    expect(await day("2026-10-02", "08:59:59")).toEqual([]);
    expect((await day("2026-10-02", "09:00:00")).map(({ title }) => title)).toEqual(["逾期提醒"]);
  });

  it("says the highest of several steps, makes all tasks, records the lower ones as passed over", async () => {
    await bill();
    // Nobody looked for 20 days: +1, +7 and +15 are due at once. A reminder before the due date has lapsed.
    const heard = await day("2026-09-30");
    expect(heard.map(({ title }) => title)).toEqual(["催款函"]);
    expect(await stepsOf(database.db, "T002")).toEqual([
      { on: "2026-09-30", due: "2026-09-10", action: "notice", said: false, recalled: false },
      { on: "2026-09-30", due: "2026-09-10", action: "steward-task", said: false, recalled: false },
      { on: "2026-09-30", due: "2026-09-10", action: "formal-notice", said: true, recalled: false },
    ]);
    expect((await tasksOf(database.db)).map(({ kind }) => kind)).toEqual(["dunning", "formal-notice"]);
    expect(await day("2026-09-30", "15:00:00")).toEqual([]);
  });

  it("is one message for all leases and entities of a tenant, with the sum of both", async () => {
    await bill({ lease: "L001" });
    await bill({ billNo: "DG-202609-00002", lease: "L002" });
    // ¥1,000.00 with each of two entities.
    expect(await day("2026-09-11")).toEqual([
      { way: "official-account", to: "oPark-张总", title: "逾期提醒", amount: "¥2,000.00" },
    ]);
  });

  it("leaves balances under ten yuan alone", async () => {
    await bill({ lines: { rent: "9.99" } });
    await bill({ billNo: "DG-202609-00002", lease: "L004", lines: { rent: "10.00" } });
    expect((await day("2026-09-11")).map(({ to, amount }) => `${to} ${amount}`)).toEqual(["oPark-林姐 ¥10.00"]);
  });
});

describe("what stops it", () => {
  it("a promise pauses through its day, and the day after a broken one the ladder goes on", async () => {
    await bill();
    await day("2026-09-11");
    const promise = { tenantId: await tenantId("T002"), until: parseCivilDate("2026-09-20") };
    const made = await inTransaction(database.db, (tx) =>
      promiseToPay(tx, promise, { actor: "test", channel: "test", today: clock.today() }),
    );
    expect(made.ok).toBe(true);
    expect(await day("2026-09-17")).toEqual([]);
    expect(await day("2026-09-20", "20:00:00")).toEqual([]);
    expect((await day("2026-09-21")).map(({ title }) => title)).toEqual(["逾期缴费通知"]);
  });

  it("a dispute takes its line out, and the rest is dunned for the rest", async () => {
    await bill({ lines: { rent: "1000.00" } });
    await bill({ billNo: "DG-202609-00002", lines: { management: "200.00" } });
    const disputed = await openDispute(
      database.db,
      { lineId: await lineOf("DG-202609-00001"), from: parseCivilDate("2026-08-20"), reason: "面积不对" },
      { actor: "test", channel: "test", today: parseCivilDate("2026-08-20") },
    );
    expect(disputed.ok).toBe(true);
    expect((await day("2026-09-11")).map(({ amount }) => amount)).toEqual(["¥200.00"]);
  });

  it("paying between the run and the sending takes the message back, and the tasks close by themselves", async () => {
    await bill();
    clock.moveTo("2026-09-17T09:00:00+08:00");
    expect(await runDunning(database.db, dunningContext(clock))).toMatchObject({ said: 1, tasks: 1 });
    await pay(100_000n, "DG-202609-00001");
    await ends.relay();
    expect(ends.take()).toEqual([]);
    expect(
      await rows(database.db, Prisma.sql`SELECT DISTINCT state FROM outbox WHERE dedupe_key LIKE 'dunning|%'`),
    ).toEqual([{ state: "withdrawn" }]);
    await closeSettledTasks(database.db, { today: clock.today(), cards: CARDS });
    expect(await tasksOf(database.db)).toEqual([
      { kind: "dunning", tenant: "T002", who: "S01", state: "done", reason: "paid" },
    ]);
    for (const date of ["2026-09-18", "2026-09-25", "2026-10-10"]) expect(await day(date)).toEqual([]);
  });

  it("a part payment before the sending is said with the new sum, once", async () => {
    await bill();
    clock.moveTo("2026-09-11T09:00:00+08:00");
    await runDunning(database.db, dunningContext(clock));
    await pay(40_000n, "DG-202609-00001");
    await ends.relay();
    expect(ends.take()).toEqual([]);
    expect((await day("2026-09-11", "09:30:00")).map(({ amount }) => amount)).toEqual([formatYuan(60_000n)]);
    expect(await day("2026-09-11", "10:00:00")).toEqual([]);
  });

  it("a relay that wakes up at night says nothing, and the morning does", async () => {
    await bill();
    clock.moveTo("2026-09-11T19:59:59+08:00");
    await runDunning(database.db, dunningContext(clock));
    clock.moveTo("2026-09-11T20:00:01+08:00");
    await ends.relay();
    expect(ends.take()).toEqual([]);
    expect((await day("2026-09-12")).map(({ title }) => title)).toEqual(["逾期提醒"]);
    expect((await stepsOf(database.db, "T002")).filter(({ recalled }) => !recalled)).toHaveLength(1);
  });
});

describe("Kill Bill's issue 2297: a part payment moves the earliest due date", () => {
  it("leaves the account overdue for what is younger, from the first rung of its own ladder", async () => {
    // Two bills, due on September 1 and September 20. On September 22 the older one is 21 days overdue.
    await bill({ billNo: "DG-202608-00001", dueDate: "2026-09-01" });
    await bill({ billNo: "DG-202609-00001", dueDate: "2026-09-20" });
    expect((await day("2026-09-17")).map(({ title }) => title)).toEqual(["催款函"]);
    // Paying the older bill in full leaves the younger one: 2 days overdue, so the notice of +1 and not the letter of +15.
    // ¥1,000.00 and the fee of one day, September 21: 1,000.00 × 0.0005 = ¥0.50.
    await pay(100_000n, "DG-202608-00001");
    expect((await day("2026-09-22")).map(({ title, amount }) => `${title} ${amount}`)).toEqual(["逾期提醒 ¥1,000.50"]);
    expect((await day("2026-09-27")).map(({ title }) => title)).toEqual(["逾期缴费通知"]);
    expect((await stepsOf(database.db, "T002")).filter(({ said }) => said)).toMatchObject([
      { due: "2026-09-01", action: "formal-notice" },
      { due: "2026-09-20", action: "notice" },
      { due: "2026-09-20", action: "steward-task" },
    ]);
  });

  it("keeps the due date while a fen of the oldest bill is open", async () => {
    await bill({ billNo: "DG-202608-00001", dueDate: "2026-09-01" });
    await bill({ billNo: "DG-202609-00001", dueDate: "2026-09-20" });
    await day("2026-09-17");
    await pay(99_999n, "DG-202608-00001");
    // Still counted from September 1: +15 was said, +30 is October 1.
    expect(await day("2026-09-22")).toEqual([]);
    expect((await day("2026-10-01")).map(({ title }) => title)).toEqual(["逾期缴费最后通知"]);
  });
});

describe("two at once, the ladder and the preview", () => {
  it("says once, however many run at the same moment", async () => {
    await bill();
    clock.moveTo("2026-09-11T09:00:00+08:00");
    const runs = await Promise.all(Array.from({ length: 4 }, () => runDunning(database.db, dunningContext(clock))));
    expect(runs.reduce((sum, { said }) => sum + said, 0)).toBe(1);
    await Promise.all([ends.relay(), ends.relay()]);
    expect(ends.take()).toHaveLength(1);
  });

  it("a new version of the ladder holds from the next run on; what was handled is not done again", async () => {
    await bill();
    await day("2026-09-11");
    const replaced = await inTransaction(database.db, (tx) =>
      replaceLadder(
        tx,
        [
          { offsetDays: 1, action: "notice" },
          { offsetDays: 3, action: "formal-notice" },
        ],
        "approval",
      ),
    );
    expect(replaced).toMatchObject({ changed: true, version: 2 });
    expect(await inTransaction(database.db, ladderInForce)).toMatchObject({ version: 2, source: "approval" });
    expect(await day("2026-09-12")).toEqual([]);
    expect((await day("2026-09-13")).map(({ title }) => title)).toEqual(["催款函"]);
    expect(await day("2026-09-17")).toEqual([]);
  });

  it("shows what tomorrow brings and writes nothing", async () => {
    await bill();
    clock.moveTo("2026-09-16T18:00:00+08:00");
    const preview = await previewDunning(database.db, parseCivilDate("2026-09-17"), dunningContext(clock));
    expect(preview.messages).toEqual([
      {
        tenantCode: "T002",
        tenantName: "二号贸易",
        action: "steward-task",
        dueDate: "2026-09-10",
        daysOverdue: 7,
        // ¥1,000.00 and six days, September 11 to 16, of ¥0.50.
        openFen: 100_300n,
        way: "official-account",
        tasks: ["steward-task"],
        passedOver: ["notice"],
      },
    ]);
    expect(await stepsOf(database.db, "T002")).toEqual([]);
  });
});
