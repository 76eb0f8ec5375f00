import { beforeEach, expect, it } from "vitest";
import { reminderWords } from "../../../bot/notices/reminder-notices.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import { execute, rows } from "../../../src/db/rows.ts";
import { remindOfDates } from "../../../src/usecases/reminders/remind-of-dates.ts";
import { type MovableClock, movableClock } from "../../support/clock.ts";
import { createTestDatabase } from "../../support/database.ts";
import { farEnds, importDunningPark, OFFICIAL_ACCOUNT, tasksOf } from "./dunning-world.ts";

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let clock: MovableClock;
let ends: ReturnType<typeof farEnds>;

beforeEach(async () => {
  database = await createTestDatabase();
  clock = movableClock("2026-09-01");
  await importDunningPark(database.db, "2026-09-01");
  ends = farEnds(database.db, clock);
  return () => database.close();
});

async function morning(date: string) {
  clock.moveTo(date);
  const given = await remindOfDates(database.db, {
    clock,
    officialAccountAppId: OFFICIAL_ACCOUNT,
    words: reminderWords,
  });
  await ends.relay();
  return { given, heard: ends.take().map(({ to, title }) => `${to} ${title}`) };
}

it("reminds of the end of a lease at 90, 60 and 30 days, once each, and gives the steward a task", async () => {
  await execute(database.db, Prisma.sql`UPDATE lease SET end_date = '2026-12-31' WHERE code = 'L003'`);
  // December 31 is day 0; 90 days before is October 2, 60 is November 1, 30 is December 1.
  expect((await morning("2026-10-01")).given).toBe(0);
  expect(await morning("2026-10-02")).toEqual({ given: 1, heard: ["oPark-陈老板 合同到期提醒"] });
  expect((await morning("2026-10-02")).given).toBe(0);
  expect((await morning("2026-10-31")).given).toBe(0);
  expect((await morning("2026-11-01")).given).toBe(1);
  expect((await morning("2026-12-01")).given).toBe(1);
  expect((await morning("2026-12-30")).given).toBe(0);
  expect((await tasksOf(database.db)).map(({ kind, tenant }) => `${kind} ${tenant}`)).toEqual([
    "reminder T002",
    "reminder T002",
    "reminder T002",
  ]);
});

it("after an outage it says the nearest mark alone", async () => {
  await execute(database.db, Prisma.sql`UPDATE lease SET end_date = '2026-12-31' WHERE code = 'L003'`);
  expect((await morning("2026-12-15")).given).toBe(1);
});

it("reminds of a rent step thirty days before", async () => {
  // From January 1, every twelve months: the step of 2027 is told from December 2 on.
  await execute(
    database.db,
    Prisma.sql`UPDATE lease_version SET terms = jsonb_set(terms, '{charges,0,escalations}',
        '[{"everyMonths": 12, "percent": "5", "firstAfterMonths": 12}]')
      WHERE lease_id = (SELECT id FROM lease WHERE code = 'L003')`,
  );
  expect((await morning("2026-12-01")).given).toBe(0);
  expect(await morning("2026-12-02")).toEqual({ given: 1, heard: ["oPark-陈老板 租金调整提醒"] });
  expect((await morning("2026-12-03")).given).toBe(0);
});

it("tells tenant and steward of a reading that the month misses", async () => {
  await execute(
    database.db,
    Prisma.sql`INSERT INTO meter (id, code, utility, building_id, registers, multiplier, digits)
      SELECT gen_random_uuid(), 'W-401', 'water', id, ARRAY['total'], 1, 6 FROM building LIMIT 1`,
  );
  await execute(
    database.db,
    Prisma.sql`INSERT INTO meter_assignment (id, meter_id, unit_id, held)
      SELECT gen_random_uuid(), m.id, u.id, '[2026-01-01,)' FROM meter m, unit u WHERE m.code = 'W-401' AND u.code = 'A-401'`,
  );
  expect((await morning("2026-10-01")).given).toBe(0);
  expect(await morning("2026-10-02")).toEqual({ given: 1, heard: ["oPark-陈老板 请报读数"] });
  expect((await morning("2026-10-03")).given).toBe(0);
  expect(await rows(database.db, Prisma.sql`SELECT title FROM steward_task`)).toEqual([
    { title: "缺2026年9月末读数：W-401" },
  ]);
});

it("gives the steward a task a week after the end of a lease whose deposit is still held; the tenant hears nothing", async () => {
  const opening = { asOf: "2026-08-31", depositsHeld: [{ lease: "L003", amount: "3000.00" }] };
  await importDunningPark(database.db, "2026-09-01", {}, { opening });
  const ends = (lease: string) =>
    execute(database.db, Prisma.sql`UPDATE lease SET end_date = '2026-09-10' WHERE code = ${lease}`);
  await ends("L003");
  // Of this one nothing is held.
  await ends("L004");
  // September 10 and seven days.
  expect((await morning("2026-09-16")).given).toBe(0);
  expect(await morning("2026-09-17")).toEqual({ given: 1, heard: [] });
  expect((await morning("2026-09-18")).given).toBe(0);
  expect(
    await rows(
      database.db,
      Prisma.sql`SELECT title, subject_key LIKE 'reminder|deposit-return|%' AS known FROM steward_task`,
    ),
  ).toEqual([{ title: "合同 L003 已于2026年9月10日结束，押金¥3,000.00待退", known: true }]);
});

it("reminds nobody at night: a job that an outage held up leaves it to the next morning", async () => {
  await execute(database.db, Prisma.sql`UPDATE lease SET end_date = '2026-12-31' WHERE code = 'L003'`);
  for (const time of ["08:59:59", "20:00:01"]) expect((await morning(`2026-10-02T${time}+08:00`)).given).toBe(0);
  expect((await morning("2026-10-03T09:00:00+08:00")).given).toBe(1);
});
