import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "../src/telemetry/logger.ts";

export interface LoopOptions {
  readonly name: string;
  /** Does what there is to do and returns how much that was. Gets told when the loop stops. */
  readonly work: (signal: AbortSignal) => Promise<number>;
  /** How long to rest when there was nothing. */
  readonly idleMs: number;
  readonly logger: Logger;
  /** Rests; ends early, without throwing, when the signal aborts. */
  readonly rest?: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface Loop {
  /** There is something to do: do not rest. */
  nudge(): void;
  /** No further round; resolves when the current one has ended. */
  stop(): Promise<void>;
}

const LONGEST_REST_MS = 30_000;

/** Runs `work` round after round, never two rounds at once. A round that throws is logged and the rests grow longer. */
export function startLoop({ name, work, idleMs, logger, rest = restFor }: LoopOptions): Loop {
  const stopping = new AbortController();
  let waking = new AbortController();
  let nudged = false;
  let failures = 0;

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      nudged = false;
      const restMs = await round();
      if (stopping.signal.aborted || restMs === 0 || (nudged && failures === 0)) continue;
      waking = new AbortController();
      await rest(restMs, AbortSignal.any([waking.signal, stopping.signal]));
    }
  };
  const round = async (): Promise<number> => {
    try {
      const done = await work(stopping.signal);
      failures = 0;
      return done > 0 ? 0 : idleMs;
    } catch (error) {
      failures += 1;
      logger.error({ err: error, loop: name, failures }, "loop.failed");
      return Math.min(idleMs * 2 ** failures, LONGEST_REST_MS);
    }
  };
  const ended = run();
  return {
    nudge() {
      nudged = true;
      // While it fails, somebody's knocking must not turn the rests into a storm.
      if (failures === 0) waking.abort();
    },
    async stop() {
      stopping.abort();
      await ended;
    },
  };
}

const restFor = (ms: number, signal: AbortSignal): Promise<void> =>
  delay(ms, undefined, { signal }).catch(() => {
    // Woken.
  });
