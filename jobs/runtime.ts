import type { BusinessClock } from "../src/ports/clock.ts";
import type { Logger } from "../src/telemetry/logger.ts";
import { consumeWith } from "./consume.ts";
import { endsWithin } from "./deadline.ts";
import { type AllJobHandlers, JOBS, type Jobs } from "./definitions.ts";
import { type InboxWork, startInboxSweeper } from "./inbox-sweeper.ts";
import type { JobSlot } from "./job.ts";
import { startLoop } from "./loop.ts";
import { createQueue, type JobQueue, type QueueConnection, startConsuming } from "./queue.ts";
import { startRelay } from "./relay.ts";
import { SCHEDULES, slotJobId } from "./schedules.ts";
import { type RunBook, tick } from "./tick.ts";

export interface JobsContext {
  readonly connection: QueueConnection;
  readonly handlers: AllJobHandlers;
  readonly runs: RunBook;
  readonly inbox: InboxWork;
  /** Sends one batch of the outbox; how many messages it looked at. */
  readonly relay: () => Promise<number>;
  readonly clock: BusinessClock;
  readonly logger: Logger;
}

export interface RunningJobs {
  readonly queue: JobQueue<Jobs>;
  /** The outbox has something new, the inbox has something waiting: at once instead of at the next look. */
  nudgeRelay(): void;
  nudgeInbox(): void;
  /** Looks at the schedules now, for whoever has moved the business clock. Returns how many jobs were ordered. */
  tickNow(): Promise<number>;
  /**
   * Ends everything within 20 s: no new work, then the running work, then the connections. Work that does not end is
   * left to the next process. Once only; signals and exit codes belong to main.ts.
   */
  stop(): Promise<void>;
}

const TICK_MS = 5_000;
const STOP_LOOPS_MS = 12_000;
const STOP_WORKERS_MS = 15_000;
const CLOSE_QUEUE_MS = 3_000;

/** Starts all that happens by itself in this process. Throws when a handler is missing or the queue cannot be reached. */
export async function startJobs(context: JobsContext): Promise<RunningJobs> {
  const { connection, handlers, runs, inbox, relay, clock, logger } = context;
  const consume = consumeWith(JOBS, handlers, runs, logger);
  const queue = createQueue(connection, JOBS, logger);
  await queue.ready();
  const workers = await startConsuming(connection, consume, logger);
  const tickNow = () =>
    tick({ schedules: SCHEDULES, clock, runs, order: (slot) => orderScheduled(queue, slot), logger });
  const relayLoop = startRelay(relay, logger);
  const inboxLoop = startInboxSweeper(inbox, logger);
  const tickLoop = startLoop({ name: "tick", work: tickNow, idleMs: TICK_MS, eager: false, logger });

  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    const loops = Promise.all([tickLoop, inboxLoop, relayLoop].map((loop) => loop.stop()));
    const [loopsEnded, workersEnded] = await Promise.all([
      endsWithin(loops, STOP_LOOPS_MS),
      workers.close(STOP_WORKERS_MS).then((how) => how === "finished"),
    ]);
    const queueClosed = await endsWithin(queue.close(), CLOSE_QUEUE_MS);
    const ended = { loopsEnded, workersEnded, queueClosed };
    if (loopsEnded && workersEnded && queueClosed) logger.info("jobs.stopped");
    else logger.warn(ended, "jobs.abandoned");
  };
  logger.info({ queue: connection.redisUrl === undefined ? "postgresql" : "redis" }, "jobs.started");
  return {
    queue,
    nudgeRelay: () => relayLoop.nudge(),
    nudgeInbox: () => inboxLoop.nudge(),
    tickNow,
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}

async function orderScheduled(queue: JobQueue<Jobs>, slot: JobSlot): Promise<void> {
  const schedule = SCHEDULES.find(({ name }) => name === slot.name);
  if (schedule === undefined) throw new RangeError(`no such schedule: ${slot.name}`);
  await queue.add(schedule.job, schedule.payload(slot), { jobId: slotJobId(slot), slot });
}
