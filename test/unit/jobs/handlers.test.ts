import { describe, expect, it } from "vitest";
import { z } from "zod";
import { consumeWith } from "../../../jobs/consume.ts";
import { JOBS } from "../../../jobs/definitions.ts";
import { checkHandlers, type JobHandlers, QUEUES } from "../../../jobs/job.ts";
import { recordingLogger } from "../../support/recording-logger.ts";

const row = { attempts: 1, backoffMs: 1, timeoutMs: 1, queue: "work", payload: z.strictObject({}) } as const;
const TABLE = { "bill.write": row, "bill.print": row };
const done = async () => ({ state: "done" }) as const;

describe("every job has one handler", () => {
  it("lets a complete map pass", () => {
    expect(() =>
      checkHandlers(TABLE, { "bill.write": done, "bill.print": async () => ({ state: "done" }) }),
    ).not.toThrow();
  });

  it.each([
    ["a forgotten handler", { "bill.write": done }, "job bill.print has no handler"],
    ["a handler that is no function", { "bill.write": done, "bill.print": {} }, "job bill.print has no handler"],
    ["one handler for two jobs", { "bill.write": done, "bill.print": done }, "bill.write and bill.print share one"],
    [
      "a handler without a job",
      {
        "bill.write": done,
        "bill.print": async () => ({ state: "done" }),
        "bill.sing": async () => ({ state: "done" }),
      },
      "handler bill.sing has no job",
    ],
    ["a name that every object has", { "bill.write": done, constructor: done }, "job bill.print has no handler"],
  ])("refuses %s", (_name, handlers, problem) => {
    expect(() => checkHandlers(TABLE, handlers)).toThrow(problem);
  });

  it("refuses before any worker starts", () => {
    const incomplete = { "bill.write": done } as unknown as JobHandlers<typeof TABLE>;
    const record = { isOpen: async () => true, finish: async () => {} };
    expect(() => consumeWith(TABLE, incomplete, record, recordingLogger().logger)).toThrow("jobs cannot start");
  });
});

describe("the table of jobs", () => {
  it("cannot be changed while it is in use", () => {
    expect(Object.isFrozen(JOBS)).toBe(true);
    expect(Object.isFrozen(QUEUES)).toBe(true);
  });

  it.each(Object.entries(JOBS))("%s travels with nothing but what it declares", (name, job) => {
    // Job ids are made of names: letters, digits, dots and dashes only.
    expect(name).toMatch(/^[a-z][a-z.-]*[a-z]$/);
    expect(job.payload.safeParse({ phone: "13800000000" }).success).toBe(false);
    expect(job.attempts).toBeGreaterThanOrEqual(1);
    expect(Object.keys(QUEUES)).toContain(job.queue);
  });
});
