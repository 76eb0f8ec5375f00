import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** What is worth an alarm, in one registry per process; `registry.metrics()` is the body of /metrics. */
export type Metrics = ReturnType<typeof createMetrics>;

/** Labels are platform, operation and outcome codes; never ids, names or numbers of people. */
export function createMetrics(options: { readonly processMetrics?: boolean } = {}) {
  const registry = new Registry();
  if (options.processMetrics ?? true) collectDefaultMetrics({ register: registry, prefix: "parkledger_" });
  const registers = [registry];
  return {
    registry,
    /** From the first byte of a platform's callback to the end of our answer. */
    callbackSeconds: new Histogram({
      name: "parkledger_callback_seconds",
      help: "Time to answer a platform's callback",
      labelNames: ["platform", "status"] as const,
      // WeChat waits 5 seconds, three times.
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 3, 4, 4.5, 5],
      registers,
    }),
    oldestInboxSeconds: new Gauge({
      name: "parkledger_inbox_oldest_seconds",
      help: "Age of the oldest message that no handler has finished",
      registers,
    }),
    oldestOutboxSeconds: new Gauge({
      name: "parkledger_outbox_oldest_seconds",
      help: "Age of the oldest message due but not sent",
      labelNames: ["channel"] as const,
      registers,
    }),
    deliveries: new Counter({
      name: "parkledger_deliveries_total",
      help: "Messages given to a vendor, by outcome",
      labelNames: ["channel", "outcome"] as const,
      registers,
    }),
    queueBacklog: new Gauge({
      name: "parkledger_queue_backlog",
      help: "Jobs waiting",
      labelNames: ["queue"] as const,
      registers,
    }),
    settlementSeconds: new Histogram({
      name: "parkledger_settlement_seconds",
      help: "From the channel's success time to the receipt in our books",
      labelNames: ["witness"] as const,
      buckets: [1, 5, 15, 60, 300, 1_800, 7_200, 86_400],
      registers,
    }),
    openExceptions: new Gauge({
      name: "parkledger_reconciliation_exceptions",
      help: "Reconciliation exceptions that nobody has resolved",
      labelNames: ["kind"] as const,
      registers,
    }),
    vendorSeconds: new Histogram({
      name: "parkledger_vendor_seconds",
      help: "Calls to vendors",
      labelNames: ["vendor", "operation", "outcome"] as const,
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10],
      registers,
    }),
    tokenFailures: new Counter({
      name: "parkledger_token_failures_total",
      help: "Access tokens that a vendor did not give",
      labelNames: ["platform"] as const,
      registers,
    }),
  };
}
