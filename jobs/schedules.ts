import { addDays, civilDateAt, fromDayNumber, toDayNumber } from "../src/domain/time/civil-date.ts";
import type { JobName, Jobs } from "./definitions.ts";
import type { JobSlot, PayloadOf } from "./job.ts";

/*
 * What happens by itself, and when, on the business clock. Pure: which slots are due is a function of the time and of
 * the runs that are on record (design.md section 2, way 3). A slot that was missed is caught up when somebody looks
 * again; BullMQ's own schedulers live on the real clock and skip what they miss.
 */

export type Timetable =
  /** In Shanghai. `missed`: after an outage each missed day is run (of the last three), or the latest stands for all. */
  | { readonly kind: "daily"; readonly at: string; readonly missed: "each" | "latest" }
  /** From midnight in Shanghai on; minutes that divide the day. The latest slot stands for all, and never two at once. */
  | { readonly kind: "every"; readonly minutes: number };

/** A name on record and its timetable. */
export interface Timetabled {
  /** Part of every job_run and job id: renaming one runs its last slots again. */
  readonly name: string;
  readonly timetable: Timetable;
}

export type Schedule = {
  readonly [Name in JobName]: Timetabled & {
    readonly job: Name;
    readonly payload: (slot: JobSlot) => PayloadOf<Jobs, Name>;
  };
}[JobName];

/** A night's work is about the day that has just ended. */
const dayBefore = ({ slotMs }: JobSlot) => ({ date: addDays(civilDateAt(slotMs), -1) });
/** Ten in the morning (reference/wechat-pay.md 5.1). */
const BILLS_READY_MS = 10 * 3_600_000;
const dayOf = ({ slotMs }: JobSlot) => ({ date: civilDateAt(slotMs) });

export const SCHEDULES: readonly Schedule[] = Object.freeze([
  {
    name: "audit.seal",
    job: "audit.seal",
    timetable: { kind: "daily", at: "00:05", missed: "latest" },
    payload: dayBefore,
  },
  {
    name: "meters.collect",
    job: "meters.collect",
    // Soon after midnight: the readings at the end of the day are what a month closes on.
    timetable: { kind: "daily", at: "00:20", missed: "each" },
    payload: dayBefore,
  },
  {
    name: "late-fee.accrue",
    job: "late-fee.accrue",
    // Each day, so that a fee is booked on the day that made it, also across the end of a month.
    timetable: { kind: "daily", at: "00:30", missed: "each" },
    payload: dayBefore,
  },
  {
    name: "bills.collect",
    job: "bills.collect",
    // Yesterday's bills are ready at ten and may be late; what is there already is not asked for again.
    timetable: { kind: "every", minutes: 30 },
    payload: ({ slotMs }) => ({ date: addDays(civilDateAt(slotMs - BILLS_READY_MS), -1) }),
  },
  {
    name: "deferral.release",
    job: "deferral.release",
    // Only the first day of a month has anything to do; every day makes up for a missed one.
    timetable: { kind: "daily", at: "01:30", missed: "latest" },
    payload: dayOf,
  },
  {
    name: "ledger.check",
    job: "ledger.check",
    timetable: { kind: "daily", at: "03:00", missed: "latest" },
    payload: dayOf,
  },
  {
    name: "audit.verify",
    job: "audit.verify",
    timetable: { kind: "daily", at: "03:30", missed: "latest" },
    payload: () => ({}),
  },
  {
    name: "document.render",
    job: "document.render",
    timetable: { kind: "every", minutes: 1 },
    payload: () => ({}),
  },
  {
    name: "approval.escalate",
    job: "approval.escalate",
    timetable: { kind: "every", minutes: 60 },
    payload: () => ({}),
  },
  {
    name: "red-letter.expire",
    job: "red-letter.expire",
    timetable: { kind: "every", minutes: 60 },
    payload: () => ({}),
  },
  {
    name: "people.erase",
    job: "people.erase",
    // Said to them: within the hour.
    timetable: { kind: "every", minutes: 30 },
    payload: () => ({}),
  },
  {
    name: "recon.run",
    job: "recon.run",
    // The channels' bills are there from ten o'clock on; files that people hand in are looked at within the hour.
    timetable: { kind: "every", minutes: 60 },
    payload: () => ({}),
  },
  {
    name: "day.close",
    job: "day.close",
    // The channels' bills of yesterday are there from ten o'clock on, and the bank's file is handed in by then.
    timetable: { kind: "daily", at: "11:10", missed: "each" },
    payload: dayBefore,
  },
  {
    name: "day.summary",
    job: "day.summary",
    // While people are at their desks, with the day judged.
    timetable: { kind: "daily", at: "11:30", missed: "latest" },
    payload: dayBefore,
  },
  {
    name: "exception.escalate",
    job: "exception.escalate",
    timetable: { kind: "every", minutes: 30 },
    payload: () => ({}),
  },
  {
    name: "dunning.run",
    job: "dunning.run",
    // All day, so that an outage in the morning costs nobody a step; nights are the use case's own affair.
    timetable: { kind: "every", minutes: 30 },
    payload: () => ({}),
  },
  {
    name: "dunning.follow-up",
    job: "dunning.follow-up",
    timetable: { kind: "every", minutes: 5 },
    payload: () => ({}),
  },
  {
    name: "task.digest",
    job: "task.digest",
    timetable: { kind: "daily", at: "09:00", missed: "latest" },
    payload: dayOf,
  },
  {
    name: "housekeeping.prune",
    job: "housekeeping.prune",
    timetable: { kind: "daily", at: "04:30", missed: "latest" },
    payload: () => ({}),
  },
]);

export interface KnownRun extends JobSlot {
  readonly state: "queued" | "done" | "failed";
}

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;
/** Further back nothing is caught up: what must reach further back is a use case that looks at its own dates. */
const CATCH_UP_DAYS = 3;
/** Shanghai has kept one offset since 1991. */
const SHANGHAI_AHEAD_MS = 8 * 3_600_000;

/** The slots that could be due now, oldest first: those to look up on record. */
export const candidateSlots = (schedules: readonly Timetabled[], nowMs: number): JobSlot[] =>
  schedules.flatMap(({ name, timetable }) => slotsUpTo(timetable, nowMs).map((slotMs) => ({ name, slotMs })));

/** The slots that nobody has taken yet. `runs`: the records of the candidates, and every run that is still queued. */
export function dueSlots(schedules: readonly Timetabled[], nowMs: number, runs: readonly KnownRun[]): JobSlot[] {
  const known = new Set(runs.map(slotKey));
  const queued = new Set(runs.filter(({ state }) => state === "queued").map(({ name }) => name));
  return schedules.flatMap((schedule) => {
    if (schedule.timetable.kind === "every" && queued.has(schedule.name)) return [];
    return candidateSlots([schedule], nowMs).filter((slot) => !known.has(slotKey(slot)));
  });
}

const slotKey = ({ name, slotMs }: JobSlot): string => `${name}|${slotMs}`;

/** "housekeeping.prune-20260815T0430": the same slot is the same job, whoever orders it. */
export function slotJobId({ name, slotMs }: JobSlot): string {
  const shanghai = new Date(slotMs + SHANGHAI_AHEAD_MS).toISOString();
  return `${name}-${shanghai.slice(0, 16).replaceAll(/[-:]/g, "")}`;
}

function slotsUpTo(timetable: Timetable, nowMs: number): number[] {
  switch (timetable.kind) {
    case "daily": {
      const today = toDayNumber(civilDateAt(nowMs));
      const afterMidnightMs = minutesOf(timetable.at) * MINUTE_MS;
      const slots: number[] = [];
      for (let day = today - CATCH_UP_DAYS; day <= today; day += 1) {
        const slotMs = midnightMs(day) + afterMidnightMs;
        if (slotMs <= nowMs) slots.push(slotMs);
      }
      return slots.slice(timetable.missed === "each" ? -CATCH_UP_DAYS : -1);
    }
    case "every": {
      if (!Number.isInteger(timetable.minutes) || DAY_MINUTES % timetable.minutes !== 0) {
        throw new RangeError(`${timetable.minutes} minutes do not divide the day`);
      }
      const today = midnightMs(toDayNumber(civilDateAt(nowMs)));
      const stepMs = timetable.minutes * MINUTE_MS;
      return [today + Math.floor((nowMs - today) / stepMs) * stepMs];
    }
    default:
      return timetable satisfies never;
  }
}

const midnightMs = (day: number): number => Date.parse(`${fromDayNumber(day)}T00:00:00+08:00`);

function minutesOf(at: string): number {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(at) ?? [];
  if (hours === undefined || minutes === undefined) throw new RangeError(`not a time of day (HH:MM): ${at}`);
  return Number(hours) * 60 + Number(minutes);
}
