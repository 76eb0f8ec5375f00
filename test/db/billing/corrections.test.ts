import { describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../../src/db/client.ts";
import { rows } from "../../../src/db/rows.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";
import { checkLedger } from "../../../src/usecases/ledger-check/check-ledger.ts";
import { recordReceipt } from "../../../src/usecases/receipts/record-receipt.ts";
import { createTestDatabase, withDatabase } from "../../support/database.ts";
import { imported, issue, sumsByPeriod } from "./park.ts";
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
} from "./world.ts";

const MONTH_ENDS = ["2026-06-30", "2026-07-31", "2026-08-31", "2026-09-30"];

const leases = {
  L1: (changes: Row = {}) =>
    leaseRow("L1", "A-1", "T1", {
      charges: [
        areaRent("20.00", {
          escalations: [{ from: "2026-08-16", price: "23.00" }],
          discounts: [{ from: "2026-07-01", to: "2026-08-31", percent: "10" }],
        }),
        waterCharge("W1"),
        poolCharge("P1"),
      ],
      ...changes,
    }),
  L2: (changes: Row = {}) =>
    leaseRow("L2", "A-2", "T2", { charges: [areaRent("30.00"), waterCharge("W2"), poolCharge("P1")], ...changes }),
  L3: (changes: Row = {}) =>
    leaseRow("L3", "A-3", "T3", { charges: [fixedRent("500.00"), poolCharge("P1")], ...changes }),
};

const before = () =>
  parkDocument({
    meters: [waterMeter("W1", "A-1"), waterMeter("W2", "A-2")],
    readings: MONTH_ENDS.flatMap((date, index) => [
      readingRow("W1", date, String(100 + 37 * index)),
      readingRow("W2", date, String(200 + 11 * index)),
    ]),
    pools: [
      {
        code: "P1",
        name: "电梯",
        utility: "electricity",
        costs: { "2026-06": "100.00", "2026-07": "600.01", "2026-08": "500.00" },
        members: { building: "A" },
      },
    ],
    leases: [leases.L1(), leases.L2(), leases.L3()],
  });

const amendment = (effective: string, changes: Row): Row => ({ effective, reason: "变更", charges: [], ...changes });

/** What changes after July and August are billed; each is a partial document of its own. */
const CHANGES: readonly [string, Row][] = [
  [
    "a tariff, by a back-dated price row",
    {
      tariffs: [
        {
          code: "WATER",
          kind: "flat",
          prices: [
            { from: "2026-01-01", price: "3.00" },
            { from: "2026-07-01", price: "3.30" },
          ],
        },
      ],
    },
  ],
  ["a reading", { readings: [readingRow("W1", "2026-07-31", "120.5", { corrects: "抄错" })] }],
  [
    "the cost of a pool",
    {
      pools: [
        {
          code: "P1",
          name: "电梯",
          utility: "electricity",
          costs: { "2026-06": "133.33", "2026-07": "700.00" },
          members: { building: "A" },
        },
      ],
    },
  ],
  [
    "a price, by an amendment",
    { leases: [leases.L1({ amendments: [amendment("2026-08-10", { charges: [{ code: "rent", price: "25.00" }] })] })] },
  ],
  [
    "the end of a lease, inside an issued month",
    { leases: [leases.L2({ amendments: [amendment("2026-08-20", { end: "2026-08-20" })] })] },
  ],
  [
    "the end of a lease, before an issued month",
    {
      leases: [leases.L2({ amendments: [amendment("2026-07-20", { end: "2026-07-20" })] })],
      // The last month closes on the last day: 211 − 200 = 11 m³ became 6.
      readings: [readingRow("W2", "2026-07-20", "217")],
    },
  ],
  [
    "the units of a lease",
    { leases: [leases.L2({ amendments: [amendment("2026-08-11", { units: ["A-2", "A-4"] })] })] },
  ],
  [
    "a lease that leaves a pool",
    {
      leases: [leases.L3({ amendments: [amendment("2026-07-16", { charges: [{ code: "lift", to: "2026-07-15" }] })] })],
    },
  ],
  ["the area of a unit, in force from the day of the import", { projects: withArea("A-1", "120") }],
];

function withArea(unit: string, areaSqm: string): Row[] {
  const { projects } = parkDocument();
  for (const building of projects.flatMap((project) => project.buildings as { units: Row[] }[])) {
    for (const row of building.units) if (row.code === unit) row.areaSqm = areaSqm;
  }
  return projects;
}

/** A price that jumps by more than a fifth would hold a bill. */
const ALL = { acknowledge: "all" } as const;
const IMPORT_DAY = "2026-08-25";
const patch = (changes: Row): Row => parkDocument({ tariffs: [], ...changes });

const expectSoundBooks = async (db: Database, today: string): Promise<void> => {
  expect((await checkLedger(db, { today: parseCivilDate(today) })).problems).toEqual([]);
};

/** July and August billed, then the change, then September; or all of it imported before anything is billed. */
async function billedAfterwards(db: Database, changes: readonly Row[]): Promise<void> {
  await imported(db, before(), "2026-06-20");
  for (const month of ["2026-07", "2026-08"]) await issue(db, month, ALL);
  for (const change of changes) await imported(db, patch(change), IMPORT_DAY);
  await issue(db, "2026-09", ALL);
}

async function billedFromTheBeginning(db: Database, changes: readonly Row[]): Promise<void> {
  await imported(db, before(), "2026-06-20");
  for (const change of changes) await imported(db, patch(change), IMPORT_DAY);
  for (const month of ["2026-07", "2026-08", "2026-09"]) await issue(db, month, ALL);
}

describe("what changes after it was billed comes out as if it had been so from the beginning", () => {
  it.each([
    ...CHANGES.map(([name, change]) => [name, [change]] as const),
    [
      "several of them at once",
      CHANGES.filter(([name]) => !name.startsWith("the end of a lease")).map(([, change]) => change),
    ] as const,
  ])("%s", async (_name, changes) => {
    const [corrected, fresh] = [await createTestDatabase(), await createTestDatabase()];
    try {
      await billedAfterwards(corrected.db, changes);
      await billedFromTheBeginning(fresh.db, changes);
      expect(await sumsByPeriod(corrected.db)).toEqual(await sumsByPeriod(fresh.db));
      await expectSoundBooks(corrected.db, "2026-09-01");
      await expectSoundBooks(fresh.db, "2026-09-01");
      const corrections = await rows<object>(
        corrected.db,
        Prisma.sql`SELECT 1 AS one FROM bill_line WHERE correction_no > 0`,
      );
      expect(corrections.length).toBeGreaterThan(0);
      // Nothing more to correct: another run of the month and the next one find everything right.
      await issue(corrected.db, "2026-09", ALL);
      await issue(corrected.db, "2026-10", ALL);
      const later = await rows<object>(
        corrected.db,
        Prisma.sql`SELECT 1 AS one FROM bill_line WHERE correction_no > 0`,
      );
      expect(later.length).toBe(corrections.length);
    } finally {
      await corrected.close();
      await fresh.close();
    }
  });
});

describe("a change half a year back", () => {
  const months = ["2026-02", "2026-03", "2026-04", "2026-05", "2026-06", "2026-07", "2026-08"];
  const pool = (costs: Row) => [
    { code: "P1", name: "电梯", utility: "electricity", costs, members: { building: "A" } },
  ];
  const costs = Object.fromEntries(months.map((month) => [month, "600.00"]));
  const holders = [1, 2].map((number) =>
    leaseRow(`L${number}`, `A-${number}`, `T${number}`, { charges: [poolCharge("P1")] }),
  );
  const document = parkDocument({ pools: pool({ "2026-01": "600.00", ...costs }), leases: holders });

  it.each([
    [
      "a lease that is new on an old day",
      { leases: [leaseRow("L3", "A-3", "T3", { start: "2026-02-01", charges: [poolCharge("P1")] })] },
      "spread",
      20_000,
    ],
    [
      "a lease that leaves the pool",
      {
        leases: [
          leaseRow("L2", "A-2", "T2", {
            charges: [poolCharge("P1")],
            amendments: [amendment("2026-02-01", { charges: [{ code: "lift", to: "2026-01-31" }] })],
          }),
        ],
      },
      "spread",
      60_000,
    ],
    // A seventh unit: 600.00 ÷ 7 instead of ÷ 6.
    ["a unit that is added to the building", { projects: withNewUnit() }, "operator", 8_572],
  ])("moves the shares of everybody on the pool: %s", async (_name, change, vacant, expectedFen) => {
    const database = await createTestDatabase();
    const { db } = database;
    try {
      const agreed = { ...document, pools: document.pools.map((row) => ({ ...row, vacant })) };
      await imported(db, agreed, "2026-01-20");
      for (const month of months) await issue(db, month);
      expect((await sumsByPeriod(db))["L1 lift charge 0 2026-02-01"]).toBe(vacant === "spread" ? 30_000 : 10_000);
      await imported(db, parkDocument(change), "2026-08-20");
      await issue(db, "2026-09");
      expect((await sumsByPeriod(db))["L1 lift charge 0 2026-02-01"]).toBe(expectedFen);
      await expectSoundBooks(db, "2026-09-01");
    } finally {
      await database.close();
    }
  });
});

function withNewUnit(): Row[] {
  const { projects } = parkDocument();
  const building = projects.flatMap((project) => project.buildings as { code: string; units: Row[] }[])[0];
  building?.units.push({ code: "A-7", areaSqm: "100" });
  return projects;
}

describe("a lease that has ended", () => {
  const database = withDatabase();

  it("still gets the correction of what was billed, on a bill of its own", async () => {
    const { db } = database;
    const ended = leaseRow("L1", "A-1", "T1", { end: "2026-03-31", charges: [areaRent("20.00")] });
    await imported(db, parkDocument({ leases: [ended] }), "2026-01-01");
    for (const month of ["2026-01", "2026-02", "2026-03"]) await issue(db, month);
    // Found out in autumn: it had ended on 15 February already. February 14/28 of 2,000.00, March nothing.
    const earlier = { ...ended, amendments: [amendment("2026-02-15", { end: "2026-02-14" })] };
    await imported(db, parkDocument({ leases: [earlier] }), "2026-10-20");
    const { bills } = await issue(db, "2026-11");
    expect(bills.map((bill) => [bill.billNo, bill.totalFen])).toEqual([["DG-202611-00001", -300_000]]);
    expect(bills[0]?.lines.map(({ period, correction, amountFen }) => [period.from, correction, amountFen])).toEqual([
      ["2026-02-01", 1, -100_000],
      ["2026-03-01", 1, -200_000],
    ]);
    await expectSoundBooks(db, "2026-11-01");
  });
});

describe("money that paid what turns out not to be owed", () => {
  const database = withDatabase();
  const receive = (amountFen: bigint, date: string) =>
    recordReceipt(
      database.db,
      { channel: "cash", tenantCode: "T1", entityCode: "E1", amountFen, valueDate: parseCivilDate(date) },
      { today: parseCivilDate(date), actor: "staff:S01", channel: "cli" },
    );

  it("is freed by the correction and pays the next bill", async () => {
    const { db } = database;
    const lease = (changes: Row = {}) => leaseRow("L1", "A-1", "T1", { charges: [areaRent("20.00")], ...changes });
    await imported(db, parkDocument({ leases: [lease()] }), "2026-06-20");
    await issue(db, "2026-07");
    expect(await receive(200_000n, "2026-07-05")).toMatchObject({ ok: true });
    // The price was 17.00 from the first of July: 300.00 too much was paid, and August costs 1,700.00.
    await imported(
      db,
      parkDocument({
        leases: [lease({ amendments: [amendment("2026-07-01", { charges: [{ code: "rent", price: "17.00" }] })] })],
      }),
      "2026-07-20",
    );
    const { bills } = await issue(db, "2026-08");
    expect(bills.map((bill) => bill.totalFen)).toEqual([140_000]);
    const open = await rows<object>(
      db,
      Prisma.sql`SELECT line.period_from::text AS period, r.principal_fen::int AS principal, r.open_fen::int AS open
        FROM receivable r JOIN bill_line line ON line.id = r.line_id ORDER BY 1`,
    );
    expect(open).toEqual([
      { period: "2026-07-01", principal: 170_000, open: 0 },
      { period: "2026-08-01", principal: 170_000, open: 140_000 },
    ]);
    const used = await rows<object>(
      db,
      Prisma.sql`SELECT amount_fen::int AS amount, value_date::text FROM allocation WHERE source = 'prepayment'`,
    );
    expect(used).toEqual([{ amount: 30_000, value_date: "2026-08-01" }]);
    await expectSoundBooks(db, "2026-08-01");
  });

  it("pays each bill on that bill's own issue date", async () => {
    const { db } = database;
    await imported(
      db,
      parkDocument({
        leases: [
          leaseRow("L7", "A-5", "T2", { issueDay: 20, start: "2026-09-01", charges: [fixedRent("100.00")] }),
          leaseRow("L8", "A-6", "T1", { start: "2026-09-01", charges: [fixedRent("500.00")] }),
        ],
      }),
      "2026-08-20",
    );
    // 1,400.00 are open for August; the rest is prepayment and pays September.
    expect(await receive(250_000n, "2026-08-25")).toMatchObject({ ok: true, prepaymentFen: 110_000n });
    await issue(db, "2026-09");
    const used = await rows<{ value_date: string }>(
      db,
      Prisma.sql`SELECT DISTINCT value_date::text FROM allocation WHERE source = 'prepayment' AND value_date > '2026-08-15'`,
    );
    expect(used).toEqual([{ value_date: "2026-09-01" }]);
    await expectSoundBooks(db, "2026-09-20");
  });
});
