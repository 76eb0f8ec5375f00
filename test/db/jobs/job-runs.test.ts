import { describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { runBookOf } from "../../../jobs/run-book.ts";
import { pruneExpired } from "../../../src/usecases/schedule/prune-expired.ts";
import { withDatabase } from "../../support/database.ts";

const database = withDatabase();
const slot = (day: string, name = "seal") => ({ name, slotMs: Date.parse(`${day}T02:00:00+08:00`) });
const FIRST = slot("2026-08-13");
const SECOND = slot("2026-08-14");
const DONE = { state: "done", detail: "3 batches" } as const;
const aMinuteAgo = () =>
  database.db.$executeRaw(Prisma.sql`UPDATE job_run SET queued_at = queued_at - interval '1 minute'`);

describe("the record of runs", () => {
  it("gives each slot to one of twenty processes that see it due at the same moment", async () => {
    const book = runBookOf(database.db);
    const taken = await Promise.all(Array.from({ length: 20 }, () => book.claim([SECOND, FIRST])));
    expect(taken.flat().toSorted((a, b) => a.slotMs - b.slotMs)).toEqual([FIRST, SECOND]);
    expect(await book.known([FIRST])).toHaveLength(2);
    expect(await book.isOpen(FIRST)).toBe(true);
  });

  it("closes a run once and for all", async () => {
    const book = runBookOf(database.db);
    await book.finish(FIRST, DONE);
    await book.finish(FIRST, { state: "failed", detail: "too late" });
    expect(await book.isOpen(FIRST)).toBe(false);
    expect(await book.known([FIRST])).toEqual(
      expect.arrayContaining([
        { ...FIRST, state: "done" },
        { ...SECOND, state: "queued" },
      ]),
    );
    // What is finished and not asked for stays out of it.
    expect(await book.known([])).toEqual([{ ...SECOND, state: "queued" }]);
  });

  it("gives a run that is queued too long to one process again", async () => {
    const book = runBookOf(database.db);
    expect(await book.reclaim(60_000)).toEqual([]);
    await aMinuteAgo();
    const taken = await Promise.all(Array.from({ length: 10 }, () => book.reclaim(60_000)));
    expect(taken.flat()).toEqual([SECOND]);
  });

  it("names of equal slots do not meet", async () => {
    const book = runBookOf(database.db);
    const other = slot("2026-08-14", "fees");
    expect(await book.claim([SECOND, other])).toEqual([other]);
    await book.finish(other, DONE);
    expect(await book.isOpen(SECOND)).toBe(true);
  });
});

describe("housekeeping", () => {
  const WIRE_MS = Date.parse("2026-11-21T12:00:00Z");
  const day = 86_400_000;

  it("forgets what expired more than a week ago on both clocks, and only that", async () => {
    const { db } = database;
    const spent = (name: string, expiresMs: number) =>
      db.$executeRaw(Prisma.sql`INSERT INTO spent_token (token_hash, purpose, expires_at)
        VALUES (${Buffer.from(name)}, ${name}, ${new Date(expiresMs).toISOString()}::timestamptz)`);
    await spent("old", WIRE_MS - 8 * day);
    await spent("recent", WIRE_MS - 6 * day);
    // The business clock stands in August: a token of August is not old there.
    const august = Date.parse("2026-08-15T12:00:00Z");
    expect(await pruneExpired(db, { business: august, wire: WIRE_MS })).toMatchObject({ spentTokens: 0 });
    expect(await pruneExpired(db, { business: WIRE_MS + 400 * day, wire: WIRE_MS })).toMatchObject({ spentTokens: 1 });
    const left = await db.$queryRaw<{ purpose: string }[]>(Prisma.sql`SELECT purpose FROM spent_token`);
    expect(left).toEqual([{ purpose: "recent" }]);
  });

  it("keeps a run that is queued, and one that schedules still look back to", async () => {
    const { db } = database;
    const book = runBookOf(db);
    await db.$executeRaw(Prisma.sql`DELETE FROM job_run`);
    const [old, stuck, recent] = [slot("2026-08-01"), slot("2026-08-02"), slot("2026-11-20")];
    await book.claim([old, stuck, recent]);
    await book.finish(old, DONE);
    await book.finish(recent, DONE);
    await db.$executeRaw(Prisma.sql`UPDATE job_run SET finished_at = slot WHERE state = 'done'`);
    expect(await pruneExpired(db, { business: WIRE_MS, wire: WIRE_MS })).toMatchObject({ runs: 1 });
    expect((await book.known([old, stuck, recent])).map(({ slotMs }) => slotMs)).toEqual([stuck.slotMs, recent.slotMs]);
  });
});
