import { beforeEach, describe, expect, it } from "vitest";
import type { JobSlot } from "../../../jobs/job.ts";
import { slotJobId, type Timetabled } from "../../../jobs/schedules.ts";
import { type RunBook, tick } from "../../../jobs/tick.ts";
import { type MovableClock, movableClock } from "../../support/clock.ts";
import { recordingLogger } from "../../support/recording-logger.ts";

const SCHEDULES: readonly Timetabled[] = [
  { name: "seal", timetable: { kind: "daily", at: "02:00", missed: "each" } },
  { name: "query", timetable: { kind: "every", minutes: 5 } },
];

/** The record of runs, with a wire clock of its own. */
function bookInMemory() {
  const rows = new Map<string, JobSlot & { state: "queued" | "done" | "failed"; queuedMs: number; detail?: string }>();
  let wireMs = 0;
  const book: RunBook = {
    known: async (slots) =>
      [...rows].filter(([id, { state }]) => state === "queued" || slots.map(slotJobId).includes(id)).map(([, r]) => r),
    claim: async (slots) => {
      const fresh = slots.filter((slot) => !rows.has(slotJobId(slot)));
      for (const slot of fresh) rows.set(slotJobId(slot), { ...slot, state: "queued", queuedMs: wireMs });
      return fresh;
    },
    reclaim: async (queuedForMs) => {
      const lost = [...rows.values()].filter((r) => r.state === "queued" && r.queuedMs < wireMs - queuedForMs);
      for (const found of lost) found.queuedMs = wireMs;
      return lost;
    },
    isOpen: async (slot) => rows.get(slotJobId(slot))?.state === "queued",
    finish: async (slot, outcome) => {
      const found = rows.get(slotJobId(slot));
      if (found) Object.assign(found, outcome);
    },
  };
  return { book, rows, wait: (ms: number) => (wireMs += ms) };
}

describe("the tick", () => {
  let clock: MovableClock;
  let ordered: string[];
  let runs: ReturnType<typeof bookInMemory>;
  let log: ReturnType<typeof recordingLogger>;
  const take = async (slot: JobSlot): Promise<void> => {
    ordered.push(slotJobId(slot));
  };
  const look = (order = take, schedules = SCHEDULES) =>
    tick({ schedules, clock, runs: runs.book, order, logger: log.logger });

  beforeEach(() => {
    clock = movableClock("2026-08-15T09:07:00+08:00");
    ordered = [];
    runs = bookInMemory();
    log = recordingLogger();
  });

  it("orders what is due once, and more when the business clock moves on", async () => {
    expect(await look()).toBe(4);
    expect(ordered).toEqual(["seal-20260813T0200", "seal-20260814T0200", "seal-20260815T0200", "query-20260815T0905"]);
    for (const slot of runs.rows.values()) await runs.book.finish(slot, { state: "done", detail: "" });
    expect(await look()).toBe(0);
    clock.advanceDays(1);
    expect(await look()).toBe(2);
    expect(ordered.slice(4)).toEqual(["seal-20260816T0200", "query-20260816T0905"]);
  });

  it("leaves to another process what that one took first", async () => {
    const other = runs.book.claim;
    runs.book.claim = async (slots) => {
      await other(slots.slice(0, 3));
      return other(slots);
    };
    expect(await look()).toBe(1);
    expect(ordered).toEqual(["query-20260815T0905"]);
  });

  it("orders again what was ordered a minute ago and is not finished: a flushed queue loses time, not work", async () => {
    await look();
    runs.wait(60_000);
    expect(await look()).toBe(0);
    runs.wait(1);
    expect(await look()).toBe(4);
    expect(ordered.slice(4)).toEqual(ordered.slice(0, 4));
    expect(log.events("schedule.ordered-again")).toHaveLength(1);
    expect(await look()).toBe(0);
  });

  it("orders again what the queue did not take, and goes on with the rest meanwhile", async () => {
    const down = async (slot: JobSlot) => {
      if (slot.name === "seal") throw new Error("the queue is down");
      ordered.push(slotJobId(slot));
    };
    expect(await look(down)).toBe(1);
    expect(log.events("schedule.order-failed")).toHaveLength(3);
    runs.wait(60_001);
    expect(await look()).toBe(4);
  });

  it("closes runs of a schedule that is no more", async () => {
    await look();
    runs.wait(60_001);
    expect(await look(undefined, SCHEDULES.slice(1))).toBe(1);
    expect([...runs.rows.values()].filter(({ name }) => name === "seal").map(({ detail }) => detail)).toEqual([
      "SCHEDULE_UNKNOWN",
      "SCHEDULE_UNKNOWN",
      "SCHEDULE_UNKNOWN",
    ]);
  });
});
