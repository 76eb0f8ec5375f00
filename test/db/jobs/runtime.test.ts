import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { createHandlers } from "../../../jobs/handlers/all.ts";
import { runBookOf } from "../../../jobs/run-book.ts";
import { type RunningJobs, startJobs } from "../../../jobs/runtime.ts";
import { movableClock } from "../../support/clock.ts";
import { withDatabase } from "../../support/database.ts";
import { eventually } from "../../support/eventually.ts";
import { recordingLogger } from "../../support/recording-logger.ts";

const database = withDatabase();
describe("all that happens by itself", () => {
  const log = recordingLogger();
  const clock = movableClock("2026-08-15T09:00:00+08:00");
  let jobs: RunningJobs;
  let relayed: number;
  let waiting: string[];

  beforeEach(async () => {
    relayed = 0;
    waiting = [];
    jobs = await startJobs({
      connection: { databaseUrl: database.url },
      handlers: createHandlers({
        db: database.db,
        clocks: { business: clock, wire: { nowMs: Date.now } },
        logger: log.logger,
      }),
      runs: runBookOf(database.db),
      inbox: {
        waiting: async () => waiting,
        handle: async (key) => {
          waiting = waiting.filter((other) => other !== key);
        },
      },
      relay: async () => {
        relayed += 1;
        return 0;
      },
      clock,
      logger: log.logger,
    });
  });
  afterEach(() => jobs.stop());

  const runsOf = (name: string) =>
    database.db.$queryRaw<{ slot: Date; state: string }[]>(
      Prisma.sql`SELECT slot, state FROM job_run WHERE name = ${name} ORDER BY slot`,
    );

  it("runs what the clock asks for, from the schedule to the mark", async () => {
    await eventually(() => runsOf("housekeeping.prune")).toEqual([
      { slot: new Date("2026-08-15T04:30:00+08:00"), state: "done" },
    ]);
    clock.advanceDays(1);
    await jobs.tickNow();
    await eventually(async () => (await runsOf("housekeeping.prune")).map(({ state }) => state)).toEqual([
      "done",
      "done",
    ]);
  });

  it("takes up a run whose queue entry was lost", async () => {
    clock.advanceDays(1);
    const slot = { name: "housekeeping.prune", slotMs: Date.parse("2026-08-17T04:30:00+08:00") };
    await eventually(async () => (await runsOf("housekeeping.prune")).length).toBeGreaterThan(0);
    // Recorded as ordered, but in no queue: what a flushed Redis leaves behind.
    await runBookOf(database.db).claim([slot]);
    await database.db.$executeRaw(Prisma.sql`UPDATE job_run SET queued_at = now() - interval '2 minutes'
      WHERE state = 'queued'`);
    await jobs.tickNow();
    await eventually(() => runBookOf(database.db).isOpen(slot)).toBe(false);
  });

  it("relays and sweeps, at once when nudged", async () => {
    await eventually(() => relayed).toBeGreaterThan(0);
    waiting = ["official-account|wx1|o1"];
    const before = relayed;
    jobs.nudgeRelay();
    jobs.nudgeInbox();
    await eventually(() => relayed).toBeGreaterThan(before);
    await eventually(() => waiting).toEqual([]);
  });

  it("stops once, and does nothing afterwards", async () => {
    const startedMs = performance.now();
    await Promise.all([jobs.stop(), jobs.stop()]);
    expect(performance.now() - startedMs).toBeLessThan(20_000);
    const after = relayed;
    jobs.nudgeRelay();
    await new Promise(setImmediate);
    expect(relayed).toBe(after);
    expect(log.events("jobs.abandoned")).toEqual([]);
  });
});
