import { describe, expect, it } from "vitest";
import { createMetrics } from "../../../src/telemetry/metrics.ts";

describe("metrics", () => {
  it("come out in the form that Prometheus reads", async () => {
    const metrics = createMetrics({ processMetrics: false });
    metrics.deliveries.inc({ channel: "wecom", outcome: "sent" });
    metrics.oldestOutboxSeconds.set({ channel: "sms" }, 12);
    const text = await metrics.registry.metrics();
    expect(text).toContain('parkledger_deliveries_total{channel="wecom",outcome="sent"} 1');
    expect(text).toContain('parkledger_outbox_oldest_seconds{channel="sms"} 12');
  });

  it("of two registries do not mix, so that one process can hold two bots", async () => {
    const [first, second] = [createMetrics(), createMetrics()];
    first.tokenFailures.inc({ platform: "wecom" });
    expect(await second.registry.metrics()).not.toContain('platform="wecom"');
  });
});
