import { type Logger, withLogFields } from "../src/telemetry/logger.ts";
import {
  checkHandlers,
  type JobDefinition,
  type JobHandler,
  type JobHandlers,
  type JobOutcome,
  type JobSlot,
  type JobTable,
} from "./job.ts";
import { type Consume, type JobEnvelope, JobRefused, type ReceivedJob } from "./queue.ts";

export interface RunRecord {
  /** Whether the slot still waits for its work; a second delivery of finished work does nothing. */
  isOpen(slot: JobSlot): Promise<boolean>;
  finish(slot: JobSlot, outcome: { readonly state: "done" | "failed"; readonly detail: string }): Promise<void>;
}

/**
 * What a worker does with a job: parse it again, run its handler within its time limit, and mark the schedule's run. The
 * mark is made before the queue hears of the end: if it cannot be made, the job is not over. Throws at once when a
 * handler is missing or doubled.
 */
export function consumeWith<Table extends JobTable>(
  table: Table,
  handlers: JobHandlers<Table>,
  runs: RunRecord,
  logger: Logger,
): Consume {
  checkHandlers(table, handlers);
  return (received) =>
    withLogFields({ jobId: received.id, jobName: received.name }, async () => {
      const definition = Object.hasOwn(table, received.name) ? table[received.name] : undefined;
      if (definition === undefined) {
        // A queue outlives the build that understood its jobs. The payload is left out: we do not know what is in it.
        logger.warn("job.unknown");
        return;
      }
      const { payload, slot } = openEnvelope(received.data);
      const parsed = definition.payload.safeParse(payload);
      if (!parsed.success) {
        logger.error({ paths: parsed.error.issues.map((issue) => issue.path.join(".")) }, "job.payload-invalid");
        throw new JobRefused("PAYLOAD_INVALID", "the payload is not what this build expects");
      }
      if (slot !== undefined && !(await runs.isOpen(slot))) {
        logger.info({ slotMs: slot.slotMs }, "job.already-finished");
        return;
      }
      const handler = handlers[received.name as keyof typeof handlers] as JobHandler<unknown>;
      await attempt({ received, definition, handler, payload: parsed.data, slot, runs, logger });
    });
}

interface Attempt {
  readonly received: ReceivedJob;
  readonly definition: JobDefinition;
  readonly handler: JobHandler<unknown>;
  readonly payload: unknown;
  readonly slot: JobSlot | undefined;
  readonly runs: RunRecord;
  readonly logger: Logger;
}

async function attempt({ received, definition, handler, payload, slot, runs, logger }: Attempt): Promise<void> {
  const lastAttempt = received.attempt >= received.attempts;
  const startedMs = performance.now();
  let outcome: JobOutcome;
  try {
    outcome = await withTimeLimit(received, definition.timeoutMs, (signal) =>
      handler(payload, { attempt: received.attempt, lastAttempt, signal, slot }),
    );
  } catch (error) {
    logger[lastAttempt ? "error" : "warn"]({ err: error, attempt: received.attempt, lastAttempt }, "job.failed");
    if (lastAttempt && slot !== undefined) {
      await runs.finish(slot, { state: "failed", detail: error instanceof Error ? error.name : "unknown" });
    }
    throw error;
  }
  switch (outcome.state) {
    case "done":
      if (slot !== undefined) await runs.finish(slot, { state: "done", detail: outcome.detail ?? "" });
      logger.info({ durationMs: Math.round(performance.now() - startedMs), detail: outcome.detail }, "job.done");
      return;
    case "refused":
      logger.warn({ code: outcome.code, reason: outcome.reason }, "job.refused");
      if (slot !== undefined) await runs.finish(slot, { state: "failed", detail: `${outcome.code} ${outcome.reason}` });
      throw new JobRefused(outcome.code, outcome.reason);
    default:
      return outcome satisfies never;
  }
}

/** A handler cannot be killed, only told: past its limit the try counts as failed and whatever it still does is its own. */
async function withTimeLimit(
  received: ReceivedJob,
  timeoutMs: number,
  run: (signal: AbortSignal) => Promise<JobOutcome>,
): Promise<JobOutcome> {
  const limit = new AbortController();
  const signal = AbortSignal.any([received.signal, limit.signal]);
  const tooLong = new JobTimedOut(received.name, timeoutMs);
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      limit.abort(tooLong);
      reject(tooLong);
    }, timeoutMs);
  });
  try {
    return await Promise.race([run(signal), expired]);
  } finally {
    clearTimeout(timer);
  }
}

class JobTimedOut extends Error {
  override readonly name = "JobTimedOut";

  constructor(jobName: string, timeoutMs: number) {
    super(`${jobName} took longer than ${timeoutMs} ms`);
  }
}

/** Whatever another build put there. */
function openEnvelope(data: unknown): { readonly payload: unknown; readonly slot: JobSlot | undefined } {
  if (typeof data !== "object" || data === null) return { payload: undefined, slot: undefined };
  const { payload, slot } = data as Partial<JobEnvelope>;
  const known = typeof slot?.name === "string" && Number.isSafeInteger(slot.slotMs);
  return { payload, slot: known ? slot : undefined };
}
