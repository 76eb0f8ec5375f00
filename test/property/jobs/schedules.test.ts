import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dueSlots, type KnownRun, type Timetabled } from "../../../jobs/schedules.ts";
import { civilDateAt } from "../../../src/domain/time/civil-date.ts";

const DAY_MS = 86_400_000;
const START_MS = Date.parse("2026-01-01T00:00:00+08:00");

const timeOfDay = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map((parts) => parts.map((part) => String(part).padStart(2, "0")).join(":"));
const daily = (missed: "each" | "latest") =>
  timeOfDay.map((at): Timetabled => ({ name: `daily-${missed}`, timetable: { kind: "daily", at, missed } }));
const every = fc
  .constantFrom(1, 2, 5, 10, 15, 30, 60, 240, 1_440)
  .map((minutes): Timetabled => ({ name: "every", timetable: { kind: "every", minutes } }));
const instant = fc.integer({ min: START_MS, max: START_MS + 900 * DAY_MS });
/** Instants with pauses of up to `longestMs` between them. */
const looks = (longestMs: number) =>
  fc
    .tuple(instant, fc.array(fc.integer({ min: 0, max: longestMs }), { minLength: 1, maxLength: 30 }))
    .map(([first, pauses]) => {
      let nowMs = first;
      return pauses.map((pause) => (nowMs += pause));
    });

/** Looks at each instant in turn, does what is due, and says what was done. */
function play(schedule: Timetabled, instants: readonly number[]): KnownRun[] {
  const runs: KnownRun[] = [];
  for (const nowMs of instants) {
    runs.push(...dueSlots([schedule], nowMs, runs).map((slot) => ({ ...slot, state: "done" as const })));
  }
  return runs;
}

describe("schedules, whenever somebody looks", () => {
  it("ask for nothing that lies ahead, nothing twice, and never for a pile", () => {
    fc.assert(
      fc.property(fc.oneof(daily("each"), daily("latest"), every), looks(20 * DAY_MS), (schedule, instants) => {
        const runs: KnownRun[] = [];
        for (const nowMs of instants) {
          const due = dueSlots([schedule], nowMs, runs);
          expect(due.length).toBeLessThanOrEqual(3);
          for (const { slotMs } of due) {
            expect(slotMs).toBeLessThanOrEqual(nowMs);
            expect(slotMs).toBeGreaterThan(nowMs - 4 * DAY_MS);
          }
          runs.push(...due.map((slot) => ({ ...slot, state: "done" as const })));
          expect(dueSlots([schedule], nowMs, runs)).toEqual([]);
        }
        expect(new Set(runs.map(({ slotMs }) => slotMs)).size).toBe(runs.length);
      }),
    );
  });

  it("run a daily slot for every date, however irregularly somebody looks within two days", () => {
    fc.assert(
      fc.property(daily("each"), looks(2 * DAY_MS), (schedule, instants) => {
        const dates = play(schedule, instants).map(({ slotMs }) => civilDateAt(slotMs));
        const first = Date.parse(dates[0] ?? "");
        expect(dates.map((date) => (Date.parse(date) - first) / DAY_MS)).toEqual(dates.map((_date, index) => index));
      }),
    );
  });

  it("leave the latest slot done, whatever came before", () => {
    fc.assert(
      fc.property(fc.oneof(daily("latest"), every), looks(20 * DAY_MS), (schedule, instants) => {
        const runs = play(schedule, instants);
        const last = instants.at(-1) ?? 0;
        const latest = Math.max(...runs.map(({ slotMs }) => slotMs));
        // No slot lies between the last one done and the last look: the next one comes after the look.
        const next =
          schedule.timetable.kind === "every" ? latest + schedule.timetable.minutes * 60_000 : latest + DAY_MS;
        expect(next).toBeGreaterThan(last);
      }),
    );
  });
});
