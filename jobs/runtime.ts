import type { BusinessClock } from "../src/ports/clock.ts";
import type { Logger } from "../src/telemetry/logger.ts";
import { consumeWith } from "./consume.ts";
import { endsWithin } from "./deadline.ts";
import { type AllJobHandlers, JOBS, type Jobs } from "./definitions.ts";
import { type BacklogMetrics, setGauges } from "./gauges.ts";
import { type InboxWork, startInboxSweeper } from "./inbox-sweeper.ts";
import type { JobSlot } from "./job.ts";
import { type Loop, startLoop } from "./loop.ts";
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
  /** What is looked at in wire time, whatever the business clock says: due payment queries. */
  readonly polls?: readonly Poll[];
  readonly metrics?: BacklogMetrics;
  readonly clock: BusinessClock;
  readonly logger: Logger;
}

export interface Poll {
  readonly name: string;
  readonly everyMs: number;
  /** How much there was to do; after something it looks again at once. */
  readonly work: () => Promise<number>;
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
const GAUGES_MS = 15_000;
const READY_MS = 10_000;
const STOP_LOOPS_MS = 12_000;
const STOP_WORKERS_MS = 15_000;
const CLOSE_QUEUE_MS = 3_000;

/** Starts all that happens by itself in this process. Throws when a handler is missing or the queue cannot be reached. */
export async function startJobs(context: JobsContext): Promise<RunningJobs> {
  const { connection, handlers, runs, inbox, relay, polls = [], metrics, clock, logger } = context;
  const consume = consumeWith(JOBS, handlers, runs, logger);
  const queue = createQueue(connection, JOBS, logger);
  const workers = await ready(queue, () => startConsuming(connection, consume, logger));
  const tickNow = () =>
    tick({ schedules: SCHEDULES, clock, runs, order: (slot) => orderScheduled(queue, slot), logger });
  const relayLoop = startRelay(relay, logger);
  const inboxLoop = startInboxSweeper(inbox, logger);
  const polled: readonly Poll[] = [
    { name: "tick", everyMs: TICK_MS, work: tickNow },
    ...(metrics === undefined
      ? []
      : [{ name: "gauges", everyMs: GAUGES_MS, work: () => setGauges(metrics, queue).then(() => 0) }]),
    ...polls,
  ];
  const loops = [relayLoop, inboxLoop, ...polled.map((poll) => startPoll(poll, logger))];

  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    const stoppedLoops = Promise.all(loops.map((loop) => loop.stop()));
    const [loopsEnded, workersEnded] = await Promise.all([
      endsWithin(stoppedLoops, STOP_LOOPS_MS),
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

/** Leaves nothing open when the queue is not there. */
async function ready<Started>(queue: JobQueue<Jobs>, start: () => Promise<Started>): Promise<Started> {
  try {
    await queue.ready(READY_MS);
    return await start();
  } catch (error) {
    await endsWithin(queue.close(), CLOSE_QUEUE_MS);
    throw error;
  }
}

const startPoll = ({ name, everyMs, work }: Poll, logger: Logger): Loop =>
  startLoop({ name, work, idleMs: everyMs, logger });

async function orderScheduled(queue: JobQueue<Jobs>, slot: JobSlot): Promise<void> {
  const schedule = SCHEDULES.find(({ name }) => name === slot.name);
  if (schedule === undefined) throw new RangeError(`no such schedule: ${slot.name}`);
  await queue.add(schedule.job, schedule.payload(slot), { jobId: slotJobId(slot), slot });
}
