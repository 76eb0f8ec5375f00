import type { Metrics } from "../src/telemetry/metrics.ts";
import type { BacklogAges } from "../src/usecases/schedule/backlog-ages.ts";
import type { JobTable } from "./job.ts";
import type { JobQueue } from "./queue.ts";

export interface BacklogMetrics {
  readonly metrics: Pick<Metrics, "oldestInboxSeconds" | "oldestOutboxSeconds" | "queueBacklog">;
  readonly ages: () => Promise<BacklogAges>;
}

/** Puts what waits, and for how long, where an alarm can see it. A channel with nothing waiting shows nothing. */
export async function setGauges<Table extends JobTable>(
  { metrics, ages }: BacklogMetrics,
  queue: Pick<JobQueue<Table>, "backlog">,
): Promise<void> {
  const { inboxSeconds, outboxSeconds } = await ages();
  metrics.oldestInboxSeconds.set(inboxSeconds);
  metrics.oldestOutboxSeconds.reset();
  for (const [channel, seconds] of outboxSeconds) metrics.oldestOutboxSeconds.set({ channel }, seconds);
  for (const [name, waiting] of Object.entries(await queue.backlog()))
    metrics.queueBacklog.set({ queue: name }, waiting);
}
