import Router from "@koa/router";
import type { Metrics } from "../telemetry/metrics.ts";

/** One thing without which this process cannot do its work. */
export interface ReadinessProbe {
  readonly name: string;
  /** Resolves when all is well, throws an Error whose message says what is not. */
  check(): Promise<void>;
}

const PROBE_LIMIT_MS = 1_000;
const CACHE_MS = 2_000;

/**
 * `/healthz`: the event loop turns. `/readyz`: database, schema and queue answer within a second, cached for two; 503
 * while shutting down. Vendors are metrics, never readiness. `/metrics`: Prometheus.
 */
export function healthRoutes(options: {
  readonly probes: readonly ReadinessProbe[];
  readonly metrics: Metrics;
  readonly isStopping: () => boolean;
}): Router {
  const router = new Router();
  let cached: { untilMs: number; failures: Record<string, string> } | undefined;

  router.get("/healthz", (ctx) => {
    ctx.body = { ok: true };
  });
  router.get("/readyz", async (ctx) => {
    if (!cached || cached.untilMs < Date.now()) {
      cached = { untilMs: Date.now() + CACHE_MS, failures: await failuresOf(options.probes) };
    }
    const failures = options.isStopping() ? { ...cached.failures, process: "stopping" } : cached.failures;
    const ok = Object.keys(failures).length === 0;
    ctx.status = ok ? 200 : 503;
    ctx.body = { ok, failures };
  });
  router.get("/metrics", async (ctx) => {
    ctx.type = options.metrics.registry.contentType;
    ctx.body = await options.metrics.registry.metrics();
  });
  return router;
}

async function failuresOf(probes: readonly ReadinessProbe[]): Promise<Record<string, string>> {
  const failures: Record<string, string> = {};
  await Promise.all(
    probes.map(async (probe) => {
      let timer: NodeJS.Timeout | undefined;
      const limit = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => reject(new Error(`no answer within ${PROBE_LIMIT_MS} ms`)), PROBE_LIMIT_MS);
      });
      try {
        await Promise.race([probe.check(), limit]);
      } catch (error) {
        failures[probe.name] = error instanceof Error ? error.message : "failed";
      } finally {
        clearTimeout(timer);
      }
    }),
  );
  return failures;
}
