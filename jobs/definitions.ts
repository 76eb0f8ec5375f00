import { z } from "zod";
import type { JobDefinition, JobHandlers, JobTable } from "./job.ts";

/*
 * The one table of jobs. A new job is one row here, one file in handlers/ that calls one use case, and one line in
 * handlers/all.ts, without which nothing compiles. If it happens by itself: one line in schedules.ts.
 */

const DEFAULTS = Object.freeze({
  attempts: 4,
  backoffMs: 5_000,
  timeoutMs: 60_000,
  queue: "work",
} as const satisfies Omit<JobDefinition, "payload">);

export const JOBS = Object.freeze({
  /** Forgets what has expired: finished runs, spent tokens, codes, rate counts. */
  "housekeeping.prune": { ...DEFAULTS, payload: z.strictObject({}) },
}) satisfies JobTable;

export type Jobs = typeof JOBS;
export type JobName = keyof Jobs;
export type AllJobHandlers = JobHandlers<Jobs>;
