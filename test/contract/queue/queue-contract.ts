import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { consumeWith, type RunRecord } from "../../../jobs/consume.ts";
import type { JobExecution, JobHandlers, JobOutcome, JobSlot } from "../../../jobs/job.ts";
import { createQueue, type JobQueue, type QueueConnection, startConsuming } from "../../../jobs/queue.ts";
import { eventually } from "../../support/eventually.ts";
import { closedGate } from "../../support/gate.ts";
import { recordingLogger } from "../../support/recording-logger.ts";

const quick = { attempts: 3, backoffMs: 10, timeoutMs: 5_000, queue: "work" } as const;

/** What this build knows. */
const TABLE = {
  "bill.write": { ...quick, payload: z.strictObject({ billId: z.string().max(40) }) },
  "bill.hurry": { ...quick, timeoutMs: 50, payload: z.strictObject({ billId: z.string() }) },
  "bill.print": { ...quick, queue: "documents", payload: z.strictObject({ billId: z.string() }) },
} as const;
type Table = typeof TABLE;
type Work = (billId: string, execution: JobExecution) => Promise<JobOutcome>;

/** What a newer build put there: another job, and other fields in a known one. */
const NEWER_TABLE = {
  "bill.write": { ...quick, payload: z.strictObject({ billNumber: z.number() }) },
  "bill.sing": { ...quick, payload: z.strictObject({ phone: z.string() }) },
} as const;

const DONE: JobOutcome = { state: "done" };
const SLOT: JobSlot = { name: "bill.write", slotMs: Date.parse("2026-08-15T02:00:00+08:00") };

export interface QueueHarness {
  readonly connection: QueueConnection;
  /** Everything in the queues is gone, as after a crash of a server that keeps nothing. */
  flush(): Promise<void>;
  /** Every connection to the server is cut, as by a restart or a network that hiccups. */
  cutConnections(): Promise<void>;
  /** The same kind of server where nobody listens. */
  readonly nowhere: QueueConnection;
}

/** What jobs may rely on, whichever server carries the queue. Each test gets a namespace of its own. */
export function describeQueueContract(name: string, start: () => Promise<QueueHarness>): void {
  describe(`${name} as the queue`, () => {
    let harness: QueueHarness;
    let queue: JobQueue<Table>;
    let log: ReturnType<typeof recordingLogger>;
    let closing: (() => Promise<unknown>)[];

    beforeEach(async () => {
      harness = await start();
      closing = [];
      log = recordingLogger();
      queue = open();
      await queue.ready(10_000);
    });
    afterEach(async () => {
      await Promise.all(closing.map((close) => close()));
    });

    function open(): JobQueue<Table> {
      const opened = createQueue(harness.connection, TABLE, log.logger);
      closing.push(() => opened.close());
      return opened;
    }

    async function work(does: Work, runs: RunRecord = runsInMemory().record) {
      const handlers: JobHandlers<Table> = {
        "bill.write": ({ billId }, execution) => does(billId, execution),
        "bill.hurry": ({ billId }, execution) => does(billId, execution),
        "bill.print": ({ billId }, execution) => does(billId, execution),
      };
      const workers = await startConsuming(
        harness.connection,
        consumeWith(TABLE, handlers, runs, log.logger),
        log.logger,
      );
      closing.push(() => workers.close(200));
      return workers;
    }

    it("hands over what was ordered, of every queue, also what was ordered before anybody listened", async () => {
      const done: string[] = [];
      await queue.add("bill.write", { billId: "a" });
      await work(async (billId) => {
        done.push(billId);
        return DONE;
      });
      await queue.add("bill.print", { billId: "b" });
      await eventually(() => done.sort()).toEqual(["a", "b"]);
    });

    it("keeps what was ordered by a process that is gone", async () => {
      const other = createQueue(harness.connection, TABLE, log.logger);
      await other.add("bill.write", { billId: "a" });
      await other.close();
      const done: string[] = [];
      await work(async (billId) => {
        done.push(billId);
        return DONE;
      });
      await eventually(() => done).toEqual(["a"]);
    });

    it("refuses a payload that is not the table's, before it is in the queue", async () => {
      const tooMuch = { billId: "a", phone: "13800000000" };
      await expect(queue.add("bill.write", tooMuch)).rejects.toThrow("Unrecognized key");
      expect(await queue.backlog()).toEqual({ work: 0, documents: 0 });
    });

    it("completes a job that it does not know, and says so without its content", async () => {
      const newer = createQueue(harness.connection, NEWER_TABLE, log.logger);
      closing.push(() => newer.close());
      await newer.add("bill.sing", { phone: "13800000000" }, { jobId: "sing-1" });
      await work(async () => DONE);
      await eventually(() => log.events("job.unknown")).toHaveLength(1);
      expect(log.events("job.unknown")[0]).toMatchObject({ jobName: "bill.sing", jobId: "sing-1", level: "warn" });
      expect(log.text()).not.toContain("13800000000");
      expect(log.events("job.failed")).toEqual([]);
    });

    it("does not run a job whose payload another build shaped differently", async () => {
      const newer = createQueue(harness.connection, NEWER_TABLE, log.logger);
      closing.push(() => newer.close());
      await newer.add("bill.write", { billNumber: 1 });
      const done: string[] = [];
      await work(async (billId) => {
        done.push(billId);
        return DONE;
      });
      await queue.add("bill.write", { billId: "after" });
      await eventually(() => done).toEqual(["after"]);
      expect(log.events("job.payload-invalid")).toHaveLength(1);
    });

    it("tries again what throws, and tells the handler which try it is", async () => {
      const tries: [number, boolean][] = [];
      await work(async (_billId, { attempt, lastAttempt }) => {
        tries.push([attempt, lastAttempt]);
        if (!lastAttempt) throw new Error("the bank is out");
        return DONE;
      });
      await queue.add("bill.write", { billId: "a" });
      await eventually(() => log.events("job.done")).toHaveLength(1);
      expect(tries).toEqual([
        [1, false],
        [2, false],
        [3, true],
      ]);
    });

    it("gives up after the last try and marks the slot that asked for it", async () => {
      const runs = runsInMemory();
      let tries = 0;
      await work(async () => {
        tries += 1;
        throw new TypeError("broken");
      }, runs.record);
      await queue.add("bill.write", { billId: "a" }, { slot: SLOT });
      await eventually(() => runs.finished).toEqual([{ ...SLOT, state: "failed", detail: "TypeError" }]);
      expect(tries).toBe(3);
    });

    it("does not try again what was refused", async () => {
      const runs = runsInMemory();
      const tries: string[] = [];
      await work(async (billId) => {
        tries.push(billId);
        return billId === "a" ? { state: "refused", code: "BILL_GONE", reason: "the bill was voided" } : DONE;
      }, runs.record);
      await queue.add("bill.write", { billId: "a" }, { slot: SLOT });
      await eventually(() => runs.finished).toHaveLength(1);
      expect(runs.finished).toEqual([{ ...SLOT, state: "failed", detail: "BILL_GONE the bill was voided" }]);
      await queue.add("bill.write", { billId: "b" });
      await eventually(() => tries).toEqual(["a", "b"]);
      expect(log.events("job.failed")).toEqual([]);
    });

    it("tells a handler that its time is over and tries again", async () => {
      const aborted: boolean[] = [];
      await work(async (_billId, { attempt, signal }) => {
        if (attempt === 1) {
          await untilAborted(signal);
          aborted.push(signal.aborted);
        }
        return DONE;
      });
      await queue.add("bill.hurry", { billId: "a" });
      await eventually(() => log.events("job.done")).toHaveLength(1);
      expect(aborted).toEqual([true]);
      expect(log.events("job.failed")[0]).toMatchObject({ err: { type: "JobTimedOut" }, attempt: 1 });
    });

    it("takes one id once while it waits, and again when it is finished", async () => {
      await queue.add("bill.write", { billId: "a" }, { jobId: "bill-1" });
      await queue.add("bill.write", { billId: "a" }, { jobId: "bill-1" });
      expect((await queue.backlog()).work).toBe(1);
      const done: string[] = [];
      await work(async (billId) => {
        done.push(billId);
        return DONE;
      });
      await eventually(() => log.events("job.done")).toHaveLength(1);
      // Finished for the handler is a moment earlier than finished for the queue.
      await eventually(async () => {
        await queue.add("bill.write", { billId: "b" }, { jobId: "bill-1" });
        return done.at(-1);
      }).toBe("b");
      expect(done[0]).toBe("a");
    });

    it("frees the id of a job that was given up", async () => {
      const tries: string[] = [];
      await work(async (billId) => {
        tries.push(billId);
        return billId === "a" ? { state: "refused", code: "NO", reason: "not this one" } : DONE;
      });
      await queue.add("bill.write", { billId: "a" }, { jobId: "bill-1" });
      await eventually(() => tries).toEqual(["a"]);
      await eventually(async () => {
        await queue.add("bill.write", { billId: "b" }, { jobId: "bill-1" });
        return tries.at(-1);
      }).toBe("b");
    });

    it.each([
      ["with a colon", "bill:1"],
      ["only digits", "20260815"],
      ["with a space", "bill 1"],
      ["empty", ""],
    ])("refuses an id %s", async (_name, jobId) => {
      await expect(queue.add("bill.write", { billId: "a" }, { jobId })).rejects.toThrow(RangeError);
    });

    it("waits as long as it was asked to", async () => {
      const startedMs = performance.now();
      let ranAfterMs: number | undefined;
      await work(async () => {
        ranAfterMs = performance.now() - startedMs;
        return DONE;
      });
      await queue.add("bill.write", { billId: "a" }, { delayMs: 300 });
      await eventually(() => ranAfterMs).toBeGreaterThanOrEqual(295);
    });

    it("gives each job to one worker only", async () => {
      const done: string[] = [];
      const does: Work = async (billId) => {
        done.push(billId);
        return DONE;
      };
      await Promise.all([work(does), work(does)]);
      const ids = Array.from({ length: 60 }, (_, index) => `bill-${String(index).padStart(2, "0")}`);
      await Promise.all(ids.map((billId) => queue.add("bill.write", { billId })));
      await eventually(() => done.length).toBe(60);
      await queue.add("bill.write", { billId: "last" });
      await eventually(() => done.length).toBe(61);
      expect(done.toSorted()).toEqual([...ids, "last"]);
    });

    it("does nothing for a slot that is finished already", async () => {
      const runs = runsInMemory();
      await runs.record.finish(SLOT, { state: "done", detail: "" });
      const done: string[] = [];
      await work(async (billId) => {
        done.push(billId);
        return DONE;
      }, runs.record);
      await queue.add("bill.write", { billId: "again" }, { slot: SLOT });
      await eventually(() => log.events("job.already-finished")).toHaveLength(1);
      expect(done).toEqual([]);
    });

    it("takes work up again after everything in it was lost", async () => {
      await queue.add("bill.write", { billId: "a" }, { jobId: "bill-1" });
      await harness.flush();
      expect((await queue.backlog()).work).toBe(0);
      await queue.add("bill.write", { billId: "a" }, { jobId: "bill-1" });
      const done: string[] = [];
      await work(async (billId) => {
        done.push(billId);
        return DONE;
      });
      await eventually(() => done).toEqual(["a"]);
    });

    it("goes on after its connections were cut", async () => {
      const done: string[] = [];
      await work(async (billId) => {
        done.push(billId);
        return DONE;
      });
      await queue.add("bill.write", { billId: "before" });
      await eventually(() => done).toEqual(["before"]);
      await harness.cutConnections();
      await eventually(async () => {
        // Fails until the connection is there again.
        await queue.add("bill.write", { billId: "after" }, { jobId: "after" }).catch(() => {});
        return done.includes("after");
      }).toBe(true);
    });

    it("says so when there is no server, and does not wait for ever", async () => {
      const lost = createQueue(harness.nowhere, TABLE, log.logger);
      closing.push(() => lost.close());
      await expect(lost.ready(500)).rejects.toThrow();
      await expect(lost.add("bill.write", { billId: "a" })).rejects.toThrow();
    });

    it("waits for running work when it closes", async () => {
      const begun = closedGate();
      const goOn = closedGate();
      const workers = await work(async () => {
        begun.open();
        await goOn.passed;
        return DONE;
      });
      await queue.add("bill.write", { billId: "a" });
      await begun.passed;
      const closed = workers.close(10_000);
      goOn.open();
      expect(await closed).toBe("finished");
      expect(log.events("job.done")).toHaveLength(1);
    });

    it("does not wait for ever: running work is told to stop, then left", async () => {
      const begun = closedGate();
      let told = false;
      const stuck = closedGate();
      const workers = await work(async (_billId, { signal }) => {
        begun.open();
        await untilAborted(signal);
        told = true;
        await stuck.passed;
        return DONE;
      });
      await queue.add("bill.write", { billId: "a" });
      await begun.passed;
      expect(await workers.close(200)).toBe("abandoned");
      expect(told).toBe(true);
      stuck.open();
      await eventually(() => log.events("job.done")).toHaveLength(1);
    });
  });
}

/** The record of runs as a worker sees it. */
function runsInMemory() {
  const finished: (JobSlot & { state: string; detail: string })[] = [];
  const record: RunRecord = {
    isOpen: async (slot) => !finished.some(({ name, slotMs }) => name === slot.name && slotMs === slot.slotMs),
    async finish(slot, outcome) {
      finished.push({ ...slot, ...outcome });
    },
  };
  return { finished, record };
}

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
