import { describe, expect, it } from "vitest";
import { sweepInbox } from "../../../jobs/inbox-sweeper.ts";
import { startLoop } from "../../../jobs/loop.ts";
import { eventually } from "../../support/eventually.ts";
import { closedGate, type Gate } from "../../support/gate.ts";
import { recordingLogger } from "../../support/recording-logger.ts";

/** Rests that end when the test says so, or when the loop is woken. */
function testRests() {
  const rests: number[] = [];
  let current: Gate | undefined;
  return {
    rests,
    rest: async (ms: number, signal: AbortSignal) => {
      const gate = closedGate();
      current = gate;
      rests.push(ms);
      signal.addEventListener("abort", () => gate.open(), { once: true });
      if (signal.aborted) gate.open();
      await gate.passed;
    },
    end: () => current?.open(),
  };
}

/** A loop whose rounds find what the list says; an error in it is thrown; nothing more at its end. */
function loopOver(found: (number | Error)[], idleMs = 500) {
  const log = recordingLogger();
  const { rests, rest, end } = testRests();
  let rounds = 0;
  const loop = startLoop({
    name: "test",
    idleMs,
    logger: log.logger,
    rest,
    work: async () => {
      rounds += 1;
      const next = found.shift() ?? 0;
      if (next instanceof Error) throw next;
      return next;
    },
  });
  return { loop, rests, end, log, rounds: () => rounds };
}

describe("a loop", () => {
  it("goes round again at once as long as there is work, then rests", async () => {
    const { loop, rests, rounds } = loopOver([10, 10, 3]);
    await eventually(() => rests).toEqual([500]);
    expect(rounds()).toBe(4);
    await loop.stop();
  });

  it("looks again when the rest is over", async () => {
    const { loop, rests, end, rounds } = loopOver([]);
    await eventually(() => rests).toHaveLength(1);
    end();
    await eventually(() => rests).toHaveLength(2);
    expect(rounds()).toBe(2);
    await loop.stop();
  });

  it("does not rest on when it is nudged", async () => {
    const { loop, rests, rounds } = loopOver([0, 1]);
    await eventually(() => rests).toHaveLength(1);
    loop.nudge();
    await eventually(() => rests).toHaveLength(2);
    expect(rounds()).toBe(3);
    await loop.stop();
  });

  it("hears a nudge that comes while it works: the round may have looked before there was something", async () => {
    const begun = closedGate();
    const goOn = closedGate();
    const { rests, rest } = testRests();
    let rounds = 0;
    const loop = startLoop({
      name: "test",
      idleMs: 500,
      logger: recordingLogger().logger,
      rest,
      work: async () => {
        rounds += 1;
        begun.open();
        await goOn.passed;
        return 0;
      },
    });
    await begun.passed;
    loop.nudge();
    goOn.open();
    await eventually(() => rests).toHaveLength(1);
    expect(rounds).toBe(2);
    await loop.stop();
  });

  it("survives failures, with longer and longer rests that no nudge cuts short, up to half a minute", async () => {
    const { loop, rests, end, log, rounds } = loopOver(Array.from({ length: 8 }, () => new Error("database is away")));
    for (let failure = 1; failure <= 8; failure += 1) {
      await eventually(() => rests).toHaveLength(failure);
      loop.nudge();
      // A woken loop would have gone round by then.
      await new Promise(setImmediate);
      expect(rounds()).toBe(failure);
      end();
    }
    await eventually(() => rests).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 500]);
    expect(log.events("loop.failed")).toHaveLength(8);
    await loop.stop();
  });

  it("ends its round before it stops, and begins no other", async () => {
    const begun = closedGate();
    const goOn = closedGate();
    let rounds = 0;
    const loop = startLoop({
      name: "test",
      idleMs: 500,
      logger: recordingLogger().logger,
      work: async () => {
        begun.open();
        await goOn.passed;
        rounds += 1;
        return 1;
      },
    });
    await begun.passed;
    let stopped = false;
    const stopping = loop.stop().then(() => {
      stopped = true;
    });
    await Promise.resolve();
    expect(stopped).toBe(false);
    goOn.open();
    await stopping;
    expect(rounds).toBe(1);
  });

  it("stops out of a rest", async () => {
    const { loop, rests } = loopOver([]);
    await eventually(() => rests).toHaveLength(1);
    await loop.stop();
    expect(rests).toHaveLength(1);
  });
});

describe("the inbox sweeper", () => {
  it("handles what waits; one conversation that fails does not keep the others waiting", async () => {
    const log = recordingLogger();
    const handled: string[] = [];
    const count = await sweepInbox(
      {
        waiting: async () => ["a", "b", "c"],
        handle: async (key) => {
          if (key === "b") throw new Error("handler failed");
          handled.push(key);
        },
      },
      log.logger,
    );
    expect(count).toBe(2);
    expect(handled).toEqual(["a", "c"]);
    expect(log.events("inbox.handler-failed")).toHaveLength(1);
  });
});
