import type { BusinessClock } from "../src/ports/clock.ts";
import type { Logger } from "../src/telemetry/logger.ts";
import type { RunRecord } from "./consume.ts";
import type { JobSlot } from "./job.ts";
import { candidateSlots, dueSlots, type KnownRun, type Timetabled } from "./schedules.ts";

/** The record of what was ordered when (job_run). Unique by (name, slot): whoever inserts the row orders the job. */
export interface RunBook extends RunRecord {
  /** The records of these slots, and every run that is still queued. */
  known(slots: readonly JobSlot[]): Promise<readonly KnownRun[]>;
  /** Takes the slots that nobody else has taken and returns those. */
  claim(slots: readonly JobSlot[]): Promise<readonly JobSlot[]>;
  /** Runs that were ordered this long ago (wire time) and are not finished; the caller orders them again. */
  reclaim(queuedForMs: number): Promise<readonly JobSlot[]>;
}

export interface TickContext {
  readonly schedules: readonly Timetabled[];
  readonly clock: BusinessClock;
  readonly runs: RunBook;
  readonly order: (slot: JobSlot) => Promise<void>;
  readonly logger: Logger;
}

/**
 * Ordering a job that still waits or runs changes nothing (same job id), so this may be short: it is how long a lost
 * queue entry is missed.
 */
const ORDER_AGAIN_AFTER_MS = 60_000;

/**
 * Orders what is due and has not been ordered, and what was ordered and is lost. Safe to run in any number of processes.
 * Returns how many jobs were ordered.
 */
export async function tick({ schedules, clock, runs, order, logger }: TickContext): Promise<number> {
  const nowMs = clock.nowMs();
  const known = await runs.known(candidateSlots(schedules, nowMs));
  const due = dueSlots(schedules, nowMs, known);
  const claimed = due.length === 0 ? [] : await runs.claim(due);
  const lost = known.some(({ state }) => state === "queued") ? await runs.reclaim(ORDER_AGAIN_AFTER_MS) : [];
  const names = new Set(schedules.map(({ name }) => name));
  let ordered = 0;
  for (const slot of [...claimed, ...lost]) {
    if (!names.has(slot.name)) {
      logger.warn({ schedule: slot.name, slotMs: slot.slotMs }, "schedule.unknown");
      await runs.finish(slot, { state: "failed", detail: "SCHEDULE_UNKNOWN" });
      continue;
    }
    try {
      await order(slot);
      ordered += 1;
    } catch (error) {
      // The row stays queued, so that a later tick orders it again.
      logger.error({ err: error, schedule: slot.name, slotMs: slot.slotMs }, "schedule.order-failed");
    }
  }
  if (lost.length > 0) logger.info({ count: lost.length }, "schedule.ordered-again");
  return ordered;
}
