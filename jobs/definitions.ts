import { z } from "zod";
import { type CivilDate, isCivilDate } from "../src/domain/time/civil-date.ts";
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

/** Reads all books in one snapshot: rarely, and not twice because something hiccuped. */
const FULL_CHECK = { ...DEFAULTS, attempts: 2, backoffMs: 60_000, timeoutMs: 1_800_000 } as const;

const civilDate = z
  .string()
  .refine(isCivilDate, "not a date (YYYY-MM-DD)")
  .transform((text) => text as CivilDate);
const ofDate = z.strictObject({ date: civilDate });

export const JOBS = Object.freeze({
  /** Seals the audit events of a business date into the chain. */
  "audit.seal": { ...DEFAULTS, timeoutMs: 300_000, payload: ofDate },
  /** Computes the whole audit chain again. */
  "audit.verify": { ...FULL_CHECK, payload: z.strictObject({}) },
  /** Posts the late fees of every open line through the end of a date. */
  "late-fee.accrue": { ...DEFAULTS, timeoutMs: 1_800_000, payload: ofDate },
  /** Fetches the meter readings of a date from the vendor's platform. */
  "meters.collect": { ...DEFAULTS, attempts: 6, backoffMs: 60_000, timeoutMs: 3_600_000, payload: ofDate },
  /** Fetches the payment channels' bills of the days through a date that are not there yet. */
  "bills.collect": { ...DEFAULTS, timeoutMs: 1_800_000, payload: ofDate },
  /** Releases to income what was deferred to the months up to that of a date. */
  "deferral.release": { ...DEFAULTS, timeoutMs: 1_800_000, payload: ofDate },
  /** Computes the books again from what happened (money-rules 13). */
  "ledger.check": { ...FULL_CHECK, payload: ofDate },
  /** Prints and sends the papers that wait for it: published bills, letters. */
  "document.render": {
    ...DEFAULTS,
    queue: "documents",
    attempts: 2,
    timeoutMs: 1_800_000,
    payload: z.strictObject({}),
  },
  /** Reminds approvers, and tells who stands above them, of documents that nobody decides. */
  "approval.escalate": { ...DEFAULTS, payload: z.strictObject({}) },
  /** Lets red letters fall that nobody confirmed within 72 hours. */
  "red-letter.expire": { ...DEFAULTS, payload: z.strictObject({}) },
  /** Empties the chats of people who were forgotten at their wish. */
  "people.erase": { ...DEFAULTS, payload: z.strictObject({}) },
  /** Holds every statement day that is in and not closed against the books. */
  "recon.run": { ...DEFAULTS, timeoutMs: 1_800_000, payload: z.strictObject({}) },
  /** Judges the day that has ended for every account whose statements come in. */
  "day.close": { ...DEFAULTS, timeoutMs: 1_800_000, payload: ofDate },
  /** Tells cashiers and finance managers what came in on a day. */
  "day.summary": { ...DEFAULTS, timeoutMs: 300_000, payload: ofDate },
  /** Tells the next role of differences whose deadline has passed. */
  "exception.escalate": { ...DEFAULTS, payload: z.strictObject({}) },
  /** Takes every tenant to its dunning stage of now; at night it does nothing. */
  "dunning.run": { ...DEFAULTS, timeoutMs: 1_800_000, payload: z.strictObject({}) },
  /** Says by the next way what did not arrive, and brings new tasks to those who have them. */
  "dunning.follow-up": { ...DEFAULTS, timeoutMs: 300_000, payload: z.strictObject({}) },
  /** The daily list of open tasks, what nobody works on to the manager, and reminders of dates. */
  "task.digest": { ...DEFAULTS, timeoutMs: 1_800_000, payload: ofDate },
  /** Forgets what has expired: finished runs, spent tokens, codes, rate counts. */
  "housekeeping.prune": { ...DEFAULTS, payload: z.strictObject({}) },
}) satisfies JobTable;

export type Jobs = typeof JOBS;
export type JobName = keyof Jobs;
export type AllJobHandlers = JobHandlers<Jobs>;
