import { describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../../src/db/client.ts";
import { rows } from "../../../src/db/rows.ts";
import { withDatabase } from "../../support/database.ts";
import { fingerprint, importDocument, imported, issue } from "../billing/park.ts";
import {
  areaRent,
  fixedRent,
  leaseRow,
  parkDocument,
  poolCharge,
  type Row,
  readingRow,
  waterCharge,
  waterMeter,
} from "../billing/world.ts";

const TODAY = "2026-08-20";

describe("a later file", () => {
  const database = withDatabase();
  const lease = (changes: Row = {}) =>
    leaseRow("L1", "A-1", "T1", { charges: [areaRent("20.00"), waterCharge("W1"), poolCharge("P1")], ...changes });
  const pool = (costs: Row): Row => ({
    code: "P1",
    name: "电梯",
    utility: "electricity",
    costs,
    members: { building: "A" },
  });
  const refusal = async (changes: Row, today = "2026-09-05"): Promise<unknown> => {
    const before = await fingerprint(database.db);
    const result = await importDocument(database.db, parkDocument(changes), today);
    expect(await fingerprint(database.db)).toEqual(before);
    return result.ok ? "imported" : result.errors.map(({ path, code }) => [path, code]);
  };
  const rechecks = async (db: Database): Promise<string[]> =>
    (
      await rows<{ code: string }>(
        db,
        Prisma.sql`SELECT l.code FROM billing_recheck r JOIN lease l ON l.id = r.lease_id ORDER BY 1`,
      )
    ).map((row) => row.code);
  const clearRechecks = (db: Database) => db.$executeRaw`DELETE FROM billing_recheck`;

  it("follows a first one that has been billed", async () => {
    const { db } = database;
    await imported(
      db,
      parkDocument({
        meters: [waterMeter("W1", "A-1"), waterMeter("W2", "A-2")],
        readings: ["2026-07-31", "2026-08-31"].flatMap((date, index) => [
          readingRow("W1", date, String(10 + 10 * index)),
          readingRow("W2", date, String(20 + 10 * index)),
        ]),
        pools: [pool({ "2026-08": "600.00" })],
        leases: [
          lease(),
          leaseRow("L2", "A-2", "T2", { charges: [waterCharge("W2")] }),
          leaseRow("L3", "A-3", "T3"),
          leaseRow("L4", "A-4", "T4", { start: "2026-10-01" }),
        ],
      }),
      TODAY,
    );
    await issue(db, "2026-09");
  });

  it.each<[string, Row, [string, string][]]>([
    [
      "the price of a lease in force",
      { leases: [lease({ charges: [areaRent("21.00"), waterCharge("W1"), poolCharge("P1")] })] },
      [["$.leases[0]", "LEASE_IN_FORCE"]],
    ],
    [
      "a tariff row in force",
      { tariffs: [{ code: "WATER", kind: "flat", prices: [{ from: "2026-01-01", price: "3.10" }] }] },
      [["$.tariffs[0].prices[0]", "PRICE_IN_FORCE"]],
    ],
    [
      "a reading, without saying that it corrects",
      { readings: [readingRow("W1", "2026-08-31", "21")] },
      [["$.readings[0]", "READING_CHANGED"]],
    ],
    [
      "a tax rate that bills were issued with",
      {
        entities: [
          { code: "E1", name: "腾跃开发", taxpayer: "general", taxRates: { rent: "0.05" } },
          { code: "E2", name: "腾跃物业", deferAdvance: true },
        ],
      },
      [["$.entities[0].taxRates.rent", "TAX_RATE_IN_FORCE"]],
    ],
    [
      "what a meter is",
      { meters: [{ ...waterMeter("W1", "A-1"), multiplier: "40" }] },
      [["$.meters[0]", "METER_CHANGED"]],
    ],
    ["where a meter hangs", { meters: [waterMeter("W1", "A-2")] }, [["$.meters[0].unit", "METER_MOVED"]]],
    [
      "the holder of a unit that another lease has",
      { leases: [leaseRow("L9", "A-1", "T4")] },
      [["$.leases[0].units[0]", "UNIT_HELD_TWICE"]],
    ],
  ])("does not change %s silently", async (_what, changes, expected) => {
    expect(await refusal(changes)).toEqual(expected);
  });

  it("may still change a lease that has not begun", async () => {
    const { db } = database;
    await imported(
      db,
      parkDocument({ leases: [leaseRow("L4", "A-4", "T4", { start: "2026-10-01", charges: [fixedRent("1200.00")] })] }),
      TODAY,
    );
    const [stored] = await rows<object>(
      db,
      Prisma.sql`SELECT count(*)::int AS versions, min(v.terms->'charges'->0->'rule'->>'price') AS price
        FROM lease_version v JOIN lease l ON l.id = v.lease_id WHERE l.code = 'L4'`,
    );
    expect(stored).toEqual({ versions: 1, price: "1200.00" });
  });

  it("appends a version with every amendment, and keeps what it does not name", async () => {
    const { db } = database;
    const price = { effective: "2026-10-01", reason: "调价", charges: [{ code: "rent", price: "22.00" }] };
    const end = { effective: "2026-11-01", reason: "提前退租", end: "2026-11-30", charges: [] };
    await imported(db, parkDocument({ leases: [lease({ amendments: [price] })] }), "2026-09-05");
    await imported(db, parkDocument({ leases: [lease({ amendments: [end] })] }), "2026-09-06");
    const versions = await rows<object>(
      db,
      Prisma.sql`SELECT v.version, v.effective_from::text, v.reason FROM lease_version v JOIN lease l ON l.id = v.lease_id
        WHERE l.code = 'L1' ORDER BY 1`,
    );
    expect(versions).toEqual([
      { version: 1, effective_from: "2026-01-01", reason: "签约" },
      { version: 2, effective_from: "2026-10-01", reason: "调价" },
      { version: 3, effective_from: "2026-11-01", reason: "提前退租" },
    ]);
    const charges = await rows<object>(
      db,
      Prisma.sql`SELECT c.code, c.valid::text FROM lease_charge c JOIN lease l ON l.id = c.lease_id
        WHERE l.code = 'L1' AND c.code = 'rent' ORDER BY c.valid`,
    );
    expect(charges.at(-1)).toEqual({ code: "rent", valid: expect.stringMatching(/,2026-12-01\)$/) });
    expect(await rechecks(db)).toEqual(["L1"]);
    await clearRechecks(db);
  });

  it("does not change an amendment once it is registered", async () => {
    const changed = { effective: "2026-10-01", reason: "调价", charges: [{ code: "rent", price: "29.00" }] };
    expect(await refusal({ leases: [lease({ amendments: [changed] })] })).toEqual([
      ["$.leases[0].amendments[0]", "AMENDMENT_CHANGED"],
    ]);
  });

  it("takes one more amendment of the same day and reason beside the registered one", async () => {
    const { db } = database;
    const registered = { effective: "2026-10-01", reason: "调价", charges: [{ code: "rent", price: "22.00" }] };
    const added = { effective: "2026-10-01", reason: "调价", charges: [{ code: "rent", dueDay: 8 }] };
    await imported(db, parkDocument({ leases: [lease({ amendments: [registered, added] })] }), "2026-09-06");
    const [stored] = await rows<object>(
      db,
      Prisma.sql`SELECT count(*)::integer AS versions FROM lease_version v JOIN lease l ON l.id = v.lease_id
        WHERE l.code = 'L1' AND v.effective_from = '2026-10-01'`,
    );
    expect(stored).toEqual({ versions: 2 });
    await clearRechecks(db);
  });

  it("adds a price row of an old day and marks the leases that it prices", async () => {
    const { db } = database;
    const prices = [
      { from: "2026-01-01", price: "3.00" },
      { from: "2026-08-01", price: "3.20" },
    ];
    await imported(db, parkDocument({ tariffs: [{ code: "WATER", kind: "flat", prices }] }), "2026-09-06");
    expect(await rechecks(db)).toEqual(["L1", "L2"]);
    await clearRechecks(db);
  });

  it("corrects a reading: the first value is kept, its lease is marked", async () => {
    const { db } = database;
    const corrected = parkDocument({ readings: [readingRow("W2", "2026-08-31", "31", { corrects: "抄错" })] });
    await imported(db, corrected, "2026-09-06");
    const stored = await rows<object>(
      db,
      Prisma.sql`SELECT r.revision, r.value->'values'->>'total' AS total, r.superseded_by IS NULL AS stands
        FROM reading r JOIN meter m ON m.id = r.meter_id WHERE m.code = 'W2' AND r.stands_on = '2026-08-31' ORDER BY 1`,
    );
    expect(stored).toEqual([
      { revision: 0, total: "30", stands: false },
      { revision: 1, total: "31", stands: true },
    ]);
    expect(await rechecks(db)).toEqual(["L2"]);
    const before = await fingerprint(db);
    await imported(db, corrected, "2026-09-07");
    expect(await fingerprint(db)).toEqual(before);
    await clearRechecks(db);
  });

  it("takes the file that has grown: the first value, its correction and a row that is new", async () => {
    const { db } = database;
    const readings = [
      readingRow("W2", "2026-08-31", "30"),
      readingRow("W2", "2026-08-31", "31", { corrects: "抄错" }),
      readingRow("W2", "2026-09-05", "32"),
    ];
    await imported(db, parkDocument({ readings }), "2026-09-08");
    const stored = await rows<object>(
      db,
      Prisma.sql`SELECT r.stands_on::text AS day, r.revision, r.value->'values'->>'total' AS total
        FROM reading r JOIN meter m ON m.id = r.meter_id WHERE m.code = 'W2' AND r.stands_on >= '2026-08-31' ORDER BY 1, 2`,
    );
    expect(stored).toEqual([
      { day: "2026-08-31", revision: 0, total: "30" },
      { day: "2026-08-31", revision: 1, total: "31" },
      { day: "2026-09-05", revision: 0, total: "32" },
    ]);
    await clearRechecks(db);
  });

  it("may hold nothing but readings: what they refer to is stored", async () => {
    const { db } = database;
    const { operator, entities, format } = parkDocument();
    const readings = [readingRow("W1", "2026-09-30", "33"), readingRow("W2", "2026-09-30", "44.5")];
    const result = await imported(db, { format, operator, entities, projects: [], readings }, "2026-09-30");
    expect(result.imported).toMatchObject({ readings: 2, leases: 0, units: 0 });
  });

  it("changes an area from today on, with a warning, and marks everybody on a pool", async () => {
    const { db } = database;
    await clearRechecks(db);
    const document = parkDocument();
    const building = document.projects.flatMap((project) => project.buildings as { units: Row[] }[])[0];
    if (building) building.units[0] = { code: "A-1", areaSqm: "110.0" };
    const result = await imported(db, document, "2026-09-10");
    expect(result.warnings).toMatchObject([{ code: "AREA_CHANGED" }]);
    const areas = await rows<object>(
      db,
      Prisma.sql`SELECT a.area_sqm::text AS area, a.valid::text FROM unit_area a JOIN unit u ON u.id = a.unit_id
        WHERE u.code = 'A-1' ORDER BY a.valid`,
    );
    expect(areas).toEqual([
      { area: "100", valid: "(,2026-09-10)" },
      { area: "110.0", valid: "[2026-09-10,)" },
    ]);
    expect(await rechecks(db)).toEqual(["L1"]);
    await clearRechecks(db);
  });

  it("gives a pool's month another cost as a new revision", async () => {
    const { db } = database;
    await imported(db, parkDocument({ pools: [pool({ "2026-08": "650.00", "2026-09": "600.00" })] }), "2026-09-11");
    const costs = await rows<object>(
      db,
      Prisma.sql`SELECT month, revision, cost_fen::int AS cost FROM pool_cost ORDER BY 1, 2`,
    );
    expect(costs).toEqual([
      { month: "2026-08", revision: 0, cost: 60_000 },
      { month: "2026-08", revision: 1, cost: 65_000 },
      { month: "2026-09", revision: 0, cost: 60_000 },
    ]);
    expect(await rechecks(db)).toEqual(["L1"]);
  });
});
