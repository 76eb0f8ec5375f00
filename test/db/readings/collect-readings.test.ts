import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startMeterPlatform } from "../../../playground/meters/meter-platform.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";
import { createThingsBoardSource } from "../../../src/meters/thingsboard.ts";
import { collectReadings } from "../../../src/usecases/readings/collect-readings.ts";
import { findQuarantined } from "../../../src/usecases/readings/quarantined-readings.ts";
import { withDatabase } from "../../support/database.ts";
import { imported } from "../billing/park.ts";
import { parkDocument } from "../billing/world.ts";

const KEY = "tb-key";
const database = withDatabase();
/** 10,000 with PARK_METERS=10000; a night of 1,000 shows the same. */
const METERS = Number(process.env.PARK_METERS ?? 1_000);
const codes = Array.from({ length: METERS }, (_, index) => `K${String(index).padStart(5, "0")}`);
const at = (text: string): number => Date.parse(`${text}+08:00`);
const day = parseCivilDate;

let platform: Awaited<ReturnType<typeof startMeterPlatform>>;
beforeAll(async () => {
  platform = await startMeterPlatform({ apiKey: KEY });
  const meters = codes.map((code) => ({ code, building: "A", utility: "water", registers: ["total"] }));
  await imported(database.db, parkDocument({ meters }), "2026-08-01");
  codes.forEach((code, index) => {
    platform.report(code, { ts: at("2026-08-30T23:50:00"), values: { total: String(100 + index) } });
  });
});
afterAll(() => platform.close());

const collect = (date: string) =>
  collectReadings(
    database.db,
    createThingsBoardSource({ base: platform.url, apiKey: KEY, pageSize: 100, pauseMs: 1 }),
    day(date),
    { today: day("2026-09-03") },
  );
const stored = async (date: string): Promise<number> => {
  const [row] = await database.db.$queryRaw<{ count: bigint }[]>`
    SELECT count(*) AS count FROM reading WHERE source = 'thingsboard' AND stands_on = ${date}::date`;
  return Number(row?.count);
};

describe("a night of readings", { timeout: 60_000 + METERS * 50 }, () => {
  it("goes on where a broken night stopped, and asks for no device twice", async () => {
    // The fourth page fails for good: 3 pages of 100 are in.
    let asked = 0;
    const source = createThingsBoardSource({ base: platform.url, apiKey: KEY, pageSize: 100, pauseMs: 1 });
    const dying = {
      name: source.name,
      readPage: async (...page: Parameters<typeof source.readPage>) => {
        asked += 1;
        if (asked === 4) throw new Error("the line is dead");
        return source.readPage(...page);
      },
    };
    await expect(
      collectReadings(database.db, dying, day("2026-08-30"), { today: day("2026-09-03") }),
    ).rejects.toThrow();
    expect(await stored("2026-08-30")).toBe(300);
    const callsBefore = platform.calls();
    expect(await collect("2026-08-30")).toMatchObject({ taken: METERS, known: 0, quarantined: 0, missing: 0 });
    expect(await stored("2026-08-30")).toBe(METERS);
    expect(platform.calls() - callsBefore).toBe(METERS - 300);
  });

  it("asked for again, asks nobody", async () => {
    const callsBefore = platform.calls();
    await collect("2026-08-30");
    expect(platform.calls()).toBe(callsBefore);
  });

  it("takes each reading once when the platform repeats a page", async () => {
    codes.slice(1).forEach((code, index) => {
      const total = String(120 + index);
      // The second meter's counter has gone back by 50.
      const value = code === codes[1] ? "51" : total;
      platform.report(code, { ts: at("2026-08-31T23:50:00"), values: { total: value } });
    });
    platform.repeatPage();
    // The first meter is silent, the second in doubt; the repeated 100 are known, the silent and the doubtful one among
    // them come again.
    expect(await collect("2026-08-31")).toMatchObject({ taken: METERS - 2, known: 98, quarantined: 2, missing: 2 });
    expect(await stored("2026-08-31")).toBe(METERS - 2);
  });

  it("keeps what went back for a person, once, with the reason", async () => {
    expect(await findQuarantined(database.db)).toMatchObject([
      { meter: codes[1], standsOn: "2026-08-31", code: "READING_WENT_BACK", values: { total: "51" } },
    ]);
  });

  it("fetches what came late before the next day's readings", async () => {
    const [late = ""] = codes;
    platform.report(late, { ts: at("2026-08-31T23:55:00"), values: { total: "140" } });
    platform.report(late, { ts: at("2026-09-01T23:55:00"), values: { total: "150" } });
    await collect("2026-09-01");
    const found = await database.db.$queryRaw<{ on: string; total: string }[]>`
      SELECT stands_on::text AS "on", value->'values'->>'total' AS total FROM reading r JOIN meter m ON m.id = r.meter_id
      WHERE m.code = ${late} ORDER BY stands_on`;
    expect(found.map(({ on, total }) => [on, total])).toEqual([
      ["2026-08-30", "100"],
      ["2026-08-31", "140"],
      ["2026-09-01", "150"],
    ]);
  });
});
