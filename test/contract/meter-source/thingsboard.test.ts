import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type MeterPlatform, startMeterPlatform } from "../../../playground/meters/meter-platform.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";
import { createThingsBoardSource } from "../../../src/meters/thingsboard.ts";

const KEY = "tb-key";
const DAY = parseCivilDate("2026-08-31");
/** Milliseconds of a time of day in Shanghai. */
const at = (text: string): number => Date.parse(`${text}+08:00`);

let platform: MeterPlatform;
beforeEach(async () => {
  platform = await startMeterPlatform({ apiKey: KEY });
});
afterEach(() => platform.close());
const source = (more: { pageSize?: number; apiKey?: string } = {}) =>
  createThingsBoardSource({ base: platform.url, apiKey: KEY, pauseMs: 1, ...more });

describe("the vendor's platform", () => {
  it("gives the last telemetry of the day in Shanghai, not that of the next one", async () => {
    platform.report(
      "M1",
      { ts: at("2026-08-31T08:00:00"), values: { total: "10" } },
      { ts: at("2026-08-31T23:59:59.999"), values: { total: "12.5" } },
      { ts: at("2026-09-01T00:00:00"), values: { total: "13" } },
    );
    expect(await source().readPage(DAY)).toEqual({
      readings: [{ meter: "M1", standsOn: DAY, values: { total: "12.5" } }],
      missing: 0,
    });
  });

  it("is read page by page, and says which devices were silent", async () => {
    for (const name of ["M1", "M2", "M3"]) platform.report(name);
    platform.report("M2", { ts: at("2026-08-31T22:00:00"), values: { peak: "1", valley: "2" } });
    const first = await source({ pageSize: 2 }).readPage(DAY);
    expect(first).toMatchObject({ readings: [{ meter: "M2", values: { peak: "1", valley: "2" } }], missing: 1 });
    expect(await source({ pageSize: 2 }).readPage(DAY, first.nextCursor)).toEqual({ readings: [], missing: 1 });
  });

  it("is not believed where it gives the telemetry of another day", async () => {
    platform.report("M1");
    const other = { total: [{ ts: at("2026-09-01T00:00:00"), value: "13" }] };
    platform.faults.arm("GET", /timeseries/, { kind: "refuse", status: 200, body: JSON.stringify(other) });
    expect(await source().readPage(DAY)).toEqual({ readings: [], missing: 1 });
  });

  it("may be busy for a moment, or lose an answer", async () => {
    platform.report("M1", { ts: at("2026-08-31T22:00:00"), values: { total: "1" } });
    platform.faults.arm("GET", /devices/, { kind: "refuse", status: 503, body: "busy" });
    platform.faults.arm("GET", /timeseries/, { kind: "drop-after" });
    platform.faults.arm("GET", /timeseries/, { kind: "refuse", status: 429, body: "" });
    expect((await source().readPage(DAY)).readings).toHaveLength(1);
  });

  it.each([
    ["is down", () => platform.faults.arm("GET", /./, { kind: "refuse", status: 502, body: "" }, 3), /HTTP 502/],
    ["answers nonsense", () => platform.faults.arm("GET", /./, { kind: "refuse", status: 200, body: "{}" }), /no page/],
  ])("makes the call fail when it %s", async (_case, arm, reason) => {
    arm();
    await expect(source().readPage(DAY)).rejects.toThrow(reason);
  });

  it("refuses a wrong key at once, and the error does not tell the key", async () => {
    const wrong = source({ apiKey: "poison-key" }).readPage(DAY);
    await expect(wrong).rejects.toThrow("HTTP 401 for /api/tenant/devices");
    await expect(wrong).rejects.not.toThrow("poison-key");
  });
});
