import {
  type BackendFactory,
  createPostgresBackend,
  createRedisBackend,
  type IQueueBackend,
  type Job,
  Queue,
  UnrecoverableError,
  Worker,
} from "bullmq";
import type { Logger } from "../src/telemetry/logger.ts";
import { endsWithin } from "./deadline.ts";
import {
  type JobDefinition,
  type JobNameOf,
  type JobSlot,
  type JobTable,
  type PayloadOf,
  QUEUES,
  type QueueName,
} from "./job.ts";

/*
 * The only file that knows BullMQ. What is in a queue is a hint: truth is in our tables, so that losing a queue loses
 * time, not work. PostgreSQL carries the queues by default, Redis when there is a REDIS_URL.
 */

export interface QueueConnection {
  readonly databaseUrl: string;
  /** Given: the queues are there instead of in PostgreSQL. */
  readonly redisUrl?: string | undefined;
  /** PostgreSQL schema or Redis key prefix, for several installations on one server. */
  readonly namespace?: string | undefined;
}

export interface JobQueue<Table extends JobTable> {
  /** Resolves when the queues can be reached and their tables are there; throws when that takes longer. */
  ready(withinMs: number): Promise<void>;
  /**
   * Orders one job. Throws on a payload that is not what the table says, and when the queue cannot be reached: work that
   * must not be lost has a row that orders it again (job_run, billing_chunk).
   */
  add<Name extends JobNameOf<Table>>(name: Name, payload: PayloadOf<Table, Name>, options?: AddOptions): Promise<void>;
  /** Jobs waiting, by queue. */
  backlog(): Promise<Readonly<Record<QueueName, number>>>;
  close(): Promise<void>;
}

export interface AddOptions {
  /** While a job with this id waits or runs, adding it again changes nothing; a finished one frees its id. */
  readonly jobId?: string;
  readonly delayMs?: number;
  readonly slot?: JobSlot | undefined;
}

/** What travels. The slot lets the worker mark the run that asked for it. */
export interface JobEnvelope {
  readonly payload: unknown;
  readonly slot?: JobSlot;
}

/** One try of one job, as a worker hands it on. Resolves: done. Throws JobRefused: not tried again. Throws: tried again. */
export type Consume = (received: ReceivedJob) => Promise<void>;

export interface ReceivedJob {
  readonly id: string;
  readonly name: string;
  readonly data: unknown;
  readonly attempt: number;
  readonly attempts: number;
  /** Aborted when the process stops and will not wait any longer. */
  readonly signal: AbortSignal;
}

/** The same input would be refused again; `code` and `reason` are shown, so they hold no personal data. */
export class JobRefused extends Error {
  override readonly name = "JobRefused";
  readonly code: string;

  constructor(code: string, reason: string) {
    super(`${code}: ${reason}`);
    this.code = code;
  }
}

export interface RunningWorkers {
  /** Takes no more jobs and waits for the running ones; past the limit they are told to stop and left. */
  close(withinMs: number): Promise<"finished" | "abandoned">;
}

const KEEP_COMPLETED = { age: 3_600, count: 1_000 };
const KEEP_FAILED = { age: 7 * 86_400, count: 5_000 };
const LONGEST_PAYLOAD_BYTES = 2_000;
const ADD_WITHIN_MS = 3_000;
const UNREACHABLE = "the queue cannot be reached: check REDIS_URL, or without one the database";
/** Of the time to close, what is left to running jobs once they have been told to stop. */
const GRACE_AFTER_ABORT = 0.25;

/** The producing side. Fails fast: a request that orders work must not hang on a queue that is down. */
export function createQueue<Table extends JobTable>(
  connection: QueueConnection,
  table: Table,
  logger: Logger,
): JobQueue<Table> {
  const { backend, prefix, producer } = backendOf(connection);
  let closing = false;
  const queues = eachQueue((queueName) => {
    const queue = new Queue(
      queueName,
      { connection: producer, prefix, skipMetasUpdate: true, skipWaitingForReady: false },
      backend,
    );
    // BullMQ leaves connections to end by themselves; that the database stops before them is nobody's fault.
    queue.on("error", (error) => closing || logger.error({ err: error, queue: queueName }, "queue.error"));
    return queue;
  });
  return {
    async ready(withinMs) {
      const reached = Promise.all(Object.values(queues).map((queue) => queue.waitUntilReady()));
      if (!(await endsWithin(reached, withinMs))) throw new Error(UNREACHABLE);
    },
    async add(name, payload, options = {}) {
      const definition = table[name];
      if (definition === undefined) throw new RangeError(`no such job: ${name}`);
      const data: JobEnvelope = {
        payload: definition.payload.parse(payload),
        ...(options.slot === undefined ? {} : { slot: { name: options.slot.name, slotMs: options.slot.slotMs } }),
      };
      if (options.jobId !== undefined) checkJobId(options.jobId);
      const added = order(queues[definition.queue], name, data, definition, options);
      if (!(await endsWithin(added, ADD_WITHIN_MS))) throw new Error(UNREACHABLE);
    },
    async backlog() {
      const counts = await Promise.all(
        Object.entries(queues).map(async ([name, queue]) => [name, await queue.count()] as const),
      );
      return Object.fromEntries(counts) as Record<QueueName, number>;
    },
    async close() {
      closing = true;
      await Promise.all(Object.values(queues).map((queue) => queue.close()));
    },
  };
}

/** The consuming side: one worker per queue. Resolves when they are ready; waits through outages of the queue. */
export async function startConsuming(
  connection: QueueConnection,
  consume: Consume,
  logger: Logger,
): Promise<RunningWorkers> {
  const { backend, prefix, consumer } = backendOf(connection);
  let closing = false;
  const workers = eachQueue((queueName) => {
    const worker = new Worker(
      queueName,
      // BullMQ passes the signal only to functions that declare it.
      async (job: Job<unknown>, _token?: string, signal?: AbortSignal) => {
        await consume(receivedJob(job, signal)).catch((error: unknown) => {
          throw error instanceof JobRefused ? new UnrecoverableError(error.message) : error;
        });
      },
      { connection: consumer, prefix, concurrency: QUEUES[queueName].concurrency },
      backend,
    );
    worker.on("error", (error) => closing || logger.error({ err: error, queue: queueName }, "queue.error"));
    worker.on("stalled", (jobId) => logger.warn({ jobId, queue: queueName }, "job.stalled"));
    return worker;
  });
  const all = Object.values(workers);
  await Promise.all(all.map((worker) => worker.waitUntilReady()));
  return {
    async close(withinMs) {
      closing = true;
      const closed = Promise.all(all.map((worker) => worker.close()));
      if (await endsWithin(closed, withinMs * (1 - GRACE_AFTER_ABORT))) return "finished";
      for (const worker of all) worker.cancelAllJobs("shutting down");
      if (await endsWithin(closed, withinMs * GRACE_AFTER_ABORT)) return "finished";
      return "abandoned";
    },
  };
}

async function order(
  queue: Pick<Queue<JobEnvelope>, "add" | "getJob">,
  name: string,
  data: JobEnvelope,
  definition: JobDefinition,
  { jobId, delayMs }: AddOptions,
): Promise<void> {
  if (jobId !== undefined) await freeFinished(queue, jobId);
  await queue.add(name, data, {
    ...(jobId === undefined ? {} : { jobId }),
    ...(delayMs === undefined ? {} : { delay: delayMs }),
    attempts: definition.attempts,
    backoff: { type: "exponential", delay: definition.backoffMs, jitter: 0.5 },
    removeOnComplete: KEEP_COMPLETED,
    removeOnFail: KEEP_FAILED,
    sizeLimit: LONGEST_PAYLOAD_BYTES,
    stackTraceLimit: 5,
  });
}

function receivedJob(job: Job<unknown>, signal: AbortSignal | undefined): ReceivedJob {
  return {
    id: job.id ?? "",
    name: job.name,
    data: job.data,
    attempt: job.attemptsMade + 1,
    attempts: job.opts.attempts ?? 1,
    signal: signal ?? new AbortController().signal,
  };
}

/** BullMQ's rule, told at the place of the mistake. */
function checkJobId(jobId: string): void {
  if (!/^[\w.-]{1,200}$/.test(jobId) || /^\d+$/.test(jobId)) {
    throw new RangeError(
      `job ids are letters, digits, "_", "." and "-", and not only digits: ${JSON.stringify(jobId)}`,
    );
  }
}

/** Kept jobs would block their id for as long as they are kept. */
async function freeFinished(queue: Pick<Queue, "getJob">, jobId: string): Promise<void> {
  const earlier = await queue.getJob(jobId);
  if (earlier === undefined) return;
  const state = await earlier.getState();
  if (state !== "completed" && state !== "failed") return;
  // Two producers may free it at once; whoever is second finds nothing, or the new job that must not be touched.
  await earlier.remove().catch(() => {});
}

interface Backend {
  readonly backend: BackendFactory<IQueueBackend, object>;
  readonly prefix: string;
  readonly producer: object;
  readonly consumer: object;
}

function backendOf({ databaseUrl, redisUrl, namespace }: QueueConnection): Backend {
  if (redisUrl !== undefined) {
    return {
      backend: createRedisBackend as BackendFactory<IQueueBackend, object>,
      prefix: namespace ?? "parkledger",
      producer: { url: redisUrl, maxRetriesPerRequest: 1, enableOfflineQueue: false, connectTimeout: 5_000 },
      consumer: { url: redisUrl, maxRetriesPerRequest: null },
    };
  }
  const pool = {
    connectionString: databaseUrl,
    schema: namespace ?? "bullmq",
    migrate: true,
    connectionTimeoutMillis: 5_000,
  };
  return {
    backend: createPostgresBackend as BackendFactory<IQueueBackend, object>,
    prefix: "",
    producer: { ...pool, max: 2 },
    consumer: { ...pool, max: 4 },
  };
}

const eachQueue = <Made>(make: (name: QueueName) => Made): Readonly<Record<QueueName, Made>> =>
  Object.fromEntries(Object.keys(QUEUES).map((name) => [name, make(name as QueueName)])) as Record<QueueName, Made>;
