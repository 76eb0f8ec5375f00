import type { z } from "zod";

/** How many jobs of a queue a process works on at once. Documents are Chromium's work, which two pages already fill. */
export const QUEUES = Object.freeze({
  work: { concurrency: 4 },
  documents: { concurrency: 2 },
});
export type QueueName = keyof typeof QUEUES;

/**
 * One row of the table of jobs. Handlers must be idempotent and safe to overlap: a queue delivers at least once, a
 * process may die after the work and before the mark, and a handler past its time limit may still be running when the
 * next attempt begins.
 */
export interface JobDefinition {
  /** Ids, dates and codes only: names, phones and amounts stay in the database. Parsed at enqueue and in the worker. */
  readonly payload: z.ZodType;
  /** Tries in all, the first included. */
  readonly attempts: number;
  /** Before the second try; doubles with each further one, with jitter. */
  readonly backoffMs: number;
  /** Of one try; the handler's signal aborts then and the try counts as failed. */
  readonly timeoutMs: number;
  readonly queue: QueueName;
}

export type JobTable = Readonly<Record<string, JobDefinition>>;
export type JobNameOf<Table extends JobTable> = keyof Table & string;
export type PayloadOf<Table extends JobTable, Name extends keyof Table> = z.infer<Table[Name]["payload"]>;

/** What a handler reports. `refused` is final: the same input would be refused again. An outage throws and is retried. */
export type JobOutcome =
  | { readonly state: "done"; readonly detail?: string }
  | { readonly state: "refused"; readonly code: string; readonly reason: string };

export interface JobExecution {
  /** 1, 2, 3 … */
  readonly attempt: number;
  /** No further try follows if this one throws. */
  readonly lastAttempt: boolean;
  /** Aborted at the time limit and at shutdown: pass it on to fetch and to the renderer. */
  readonly signal: AbortSignal;
  /** The schedule's slot that asked for this job; undefined for work that a use case ordered. */
  readonly slot?: JobSlot | undefined;
}

/** One due time of one schedule, on the business clock. */
export interface JobSlot {
  readonly name: string;
  readonly slotMs: number;
}

export type JobHandler<Payload> = (payload: Payload, execution: JobExecution) => Promise<JobOutcome>;
/** One handler per row: a forgotten one does not compile. */
export type JobHandlers<Table extends JobTable> = {
  readonly [Name in JobNameOf<Table>]: JobHandler<PayloadOf<Table, Name>>;
};

/**
 * Throws unless every job of the table has exactly one handler of its own and every handler has a job. The compiler says
 * so too; this is for handlers that come through casts, JavaScript or a copied line.
 */
export function checkHandlers(table: JobTable, handlers: Readonly<Record<string, unknown>>): void {
  const problems: string[] = [];
  const owners = new Map<unknown, string>();
  for (const name of Object.keys(table)) {
    const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined;
    if (typeof handler !== "function") {
      problems.push(`job ${name} has no handler`);
      continue;
    }
    const owner = owners.get(handler);
    if (owner !== undefined) problems.push(`jobs ${owner} and ${name} share one handler`);
    owners.set(handler, name);
  }
  for (const name of Object.keys(handlers)) {
    if (!Object.hasOwn(table, name)) problems.push(`handler ${name} has no job in jobs/definitions.ts`);
  }
  if (problems.length > 0) throw new Error(`jobs cannot start: ${problems.join("; ")}`);
}
