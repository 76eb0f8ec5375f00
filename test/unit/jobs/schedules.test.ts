import { describe, expect, it } from "vitest";
import { JOBS } from "../../../jobs/definitions.ts";
import { dueSlots, type KnownRun, SCHEDULES, slotJobId, type Timetabled } from "../../../jobs/schedules.ts";

const at = (shanghai: string): number => Date.parse(`${shanghai}:00+08:00`);
const shown = (slots: readonly { name: string; slotMs: number }[]): string[] => slots.map(slotJobId);

const SEAL: Timetabled = { name: "seal", timetable: { kind: "daily", at: "02:00", missed: "each" } };
const FEES: Timetabled = { name: "fees", timetable: { kind: "daily", at: "02:00", missed: "latest" } };
const QUERY: Timetabled = { name: "query", timetable: { kind: "every", minutes: 5 } };

const run = (name: string, shanghai: string, state: KnownRun["state"] = "done"): KnownRun => ({
  name,
  slotMs: at(shanghai),
  state,
});

describe("slots that are due", () => {
  it.each([
    ["just before the time", FEES, "2026-08-15T01:59", [run("fees", "2026-08-14T02:00")], []],
    ["on the minute", FEES, "2026-08-15T02:00", [run("fees", "2026-08-14T02:00")], ["fees-20260815T0200"]],
    ["later that day", FEES, "2026-08-15T23:59", [], ["fees-20260815T0200"]],
    ["once taken, never again", FEES, "2026-08-15T23:59", [run("fees", "2026-08-15T02:00", "queued")], []],
    ["nor when it failed", FEES, "2026-08-15T23:59", [run("fees", "2026-08-15T02:00", "failed")], []],
    ["in the night of UTC it is morning here", FEES, "2026-08-15T07:30", [], ["fees-20260815T0200"]],
    [
      "two days missed: the latest stands for both",
      FEES,
      "2026-08-17T09:00",
      [run("fees", "2026-08-14T02:00")],
      ["fees-20260817T0200"],
    ],
    [
      "two days missed, each wanted",
      SEAL,
      "2026-08-17T09:00",
      [run("seal", "2026-08-15T02:00")],
      ["seal-20260816T0200", "seal-20260817T0200"],
    ],
    [
      "a month missed: three days back and no further",
      SEAL,
      "2026-09-15T09:00",
      [run("seal", "2026-08-15T02:00")],
      ["seal-20260913T0200", "seal-20260914T0200", "seal-20260915T0200"],
    ],
    [
      "before today's time, three days back all the same",
      SEAL,
      "2026-09-15T01:00",
      [],
      ["seal-20260912T0200", "seal-20260913T0200", "seal-20260914T0200"],
    ],
    ["every five minutes: the one that has just passed", QUERY, "2026-08-15T09:07", [], ["query-20260815T0905"]],
    ["on the first minute of the day", QUERY, "2026-08-15T00:00", [], ["query-20260815T0000"]],
    [
      "an earlier one still at work: not two at once",
      QUERY,
      "2026-08-15T09:07",
      [run("query", "2026-08-15T08:30", "queued")],
      [],
    ],
    [
      "another's work does not hold it up",
      QUERY,
      "2026-08-15T09:07",
      [run("fees", "2026-08-15T02:00", "queued")],
      ["query-20260815T0905"],
    ],
  ] as const)("%s", (_name, schedule, now, runs, expected) => {
    expect(shown(dueSlots([schedule], at(now), runs))).toEqual(expected);
  });

  it.each([
    ["a time that does not exist", { kind: "daily", at: "24:00", missed: "each" }],
    ["minutes that do not divide the day", { kind: "every", minutes: 7 }],
    ["no minutes", { kind: "every", minutes: 0 }],
  ] as const)("refuses %s", (_name, timetable) => {
    expect(() => dueSlots([{ name: "x", timetable }], at("2026-08-15T09:00"), [])).toThrow(RangeError);
  });
});

describe("the schedules of the house", () => {
  it("keep their names and times, for a renamed one would run its last slots again", () => {
    expect(Object.fromEntries(SCHEDULES.map(({ name, timetable }) => [name, timetable]))).toMatchInlineSnapshot(`
      {
        "approval.escalate": {
          "kind": "every",
          "minutes": 60,
        },
        "audit.seal": {
          "at": "00:05",
          "kind": "daily",
          "missed": "latest",
        },
        "audit.verify": {
          "at": "03:30",
          "kind": "daily",
          "missed": "latest",
        },
        "bills.collect": {
          "kind": "every",
          "minutes": 30,
        },
        "day.close": {
          "at": "11:10",
          "kind": "daily",
          "missed": "each",
        },
        "day.summary": {
          "at": "11:30",
          "kind": "daily",
          "missed": "latest",
        },
        "deferral.release": {
          "at": "01:30",
          "kind": "daily",
          "missed": "latest",
        },
        "document.render": {
          "kind": "every",
          "minutes": 1,
        },
        "dunning.follow-up": {
          "kind": "every",
          "minutes": 5,
        },
        "dunning.run": {
          "kind": "every",
          "minutes": 30,
        },
        "exception.escalate": {
          "kind": "every",
          "minutes": 30,
        },
        "housekeeping.prune": {
          "at": "04:30",
          "kind": "daily",
          "missed": "latest",
        },
        "late-fee.accrue": {
          "at": "00:30",
          "kind": "daily",
          "missed": "each",
        },
        "ledger.check": {
          "at": "03:00",
          "kind": "daily",
          "missed": "latest",
        },
        "meters.collect": {
          "at": "00:20",
          "kind": "daily",
          "missed": "each",
        },
        "people.erase": {
          "kind": "every",
          "minutes": 30,
        },
        "recon.run": {
          "kind": "every",
          "minutes": 60,
        },
        "red-letter.expire": {
          "kind": "every",
          "minutes": 60,
        },
        "task.digest": {
          "at": "09:00",
          "kind": "daily",
          "missed": "latest",
        },
      }
    `);
  });

  it("have a name each, and work that is in the table", () => {
    expect(new Set(SCHEDULES.map(({ name }) => name)).size).toBe(SCHEDULES.length);
    for (const { name, job, payload } of SCHEDULES) {
      expect(JOBS[job].payload.safeParse(payload({ name, slotMs: at("2026-08-15T02:00") })).success, name).toBe(true);
    }
  });

  it.each([
    // The day that has just ended, so that the last night of a month belongs to its month.
    ["late-fee.accrue", "2026-09-01T00:30", { date: "2026-08-31" }],
    ["audit.seal", "2026-09-01T00:05", { date: "2026-08-31" }],
    // The books as they are today.
    ["ledger.check", "2026-09-01T03:00", { date: "2026-09-01" }],
  ] as const)("%s of %s is about %j", (name, slot, payload) => {
    expect(SCHEDULES.find((schedule) => schedule.name === name)?.payload({ name, slotMs: at(slot) })).toEqual(payload);
  });

  it("make ids that a queue takes", () => {
    for (const { name } of SCHEDULES) {
      expect(slotJobId({ name, slotMs: at("2026-08-15T02:00") })).toMatch(/^[a-z][a-z.-]+-20260815T0200$/);
    }
  });
});
