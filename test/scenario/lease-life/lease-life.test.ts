import { describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../../src/db/rows.ts";
import type { CivilDate } from "../../../src/domain/time/civil-date.ts";
import { checkLedger } from "../../../src/usecases/ledger-check/check-ledger.ts";
import { recordReceipt } from "../../../src/usecases/receipts/record-receipt.ts";
import { imported, issue, ledgerBalances, publish } from "../../db/billing/park.ts";
import {
  areaRent,
  leaseRow,
  parkDocument,
  type Row,
  readingRow,
  waterCharge,
  waterMeter,
} from "../../db/billing/world.ts";
import { movableClock } from "../../support/clock.ts";
import { withDatabase } from "../../support/database.ts";

/*
 * One lease from its first day to its last: 100 ㎡ at 30.00 a month and ㎡ from 16 March 2026, a month rent-free, 10 %
 * off in June and July, 10 % up after half a year, water at 3.00 a m³, a deposit of 6,000.00.
 */
const lease = (amendments: readonly Row[] = []): Row =>
  leaseRow("L1", "A-1", "T1", {
    start: "2026-03-16",
    end: "2027-03-15",
    goLive: false,
    deposit: "6000.00",
    charges: [
      areaRent("30.00", {
        rentFree: [{ from: "2026-03-16", to: "2026-04-15" }],
        escalations: [{ everyMonths: 6, percent: "10" }],
        discounts: [{ from: "2026-06-01", to: "2026-07-31", percent: "10" }],
      }),
      waterCharge("W1"),
    ],
    amendments,
  });
const moreSpace = { effective: "2026-10-11", reason: "扩租", units: ["A-1", "A-2"], charges: [] };
const earlyEnd = { effective: "2026-12-05", reason: "提前退租", end: "2026-12-10", charges: [] };

type Line = readonly [charge: string, from: string, amountFen: number];

interface Step {
  readonly month: string;
  /** Imported before the month is run, on the day named. */
  readonly before: readonly (readonly [date: string, changes: Row])[];
  readonly lines: readonly Line[];
  readonly parked?: readonly string[];
  /** Paid in cash on a day after publishing; what it left as prepayment. */
  readonly paid?: readonly [date: string, amountFen: bigint, prepaymentFen: bigint];
  /** What T1 still owes after it. */
  readonly openFen: number;
}

const meterRead = (date: string, total: string): readonly [string, Row] => [
  date,
  { readings: [readingRow("W1", date, total)] },
];

const LIFE: readonly Step[] = [
  {
    month: "2026-03",
    before: [
      [
        "2026-03-10",
        { meters: [waterMeter("W1", "A-1")], readings: [readingRow("W1", "2026-03-15", "100")], leases: [lease()] },
      ],
    ],
    // Every day of March is rent-free: a line of nothing. The deposit comes with the first bill.
    lines: [
      ["rent", "2026-03-16", 0],
      ["deposit", "2026-03-16", 600_000],
    ],
    paid: ["2026-03-20", 600_000n, 0n],
    openFen: 0,
  },
  {
    month: "2026-04",
    before: [meterRead("2026-03-31", "108")],
    // 16 to 30 April: 3,000.00 × 15/30. March: 8 m³ × 3.00.
    lines: [
      ["rent", "2026-04-01", 150_000],
      ["water", "2026-03-16", 2_400],
    ],
    // 1,000.00: water 24.00 first, 976.00 for the rent.
    paid: ["2026-04-05", 100_000n, 0n],
    openFen: 52_400,
  },
  {
    month: "2026-05",
    before: [meterRead("2026-04-30", "120")],
    lines: [
      ["rent", "2026-05-01", 300_000],
      ["water", "2026-04-01", 3_600],
    ],
    // 524.00 of April and 3,036.00 of May
    paid: ["2026-05-08", 356_000n, 0n],
    openFen: 0,
  },
  {
    month: "2026-06",
    before: [],
    // Nobody has read the meter at the end of May.
    lines: [
      ["rent", "2026-06-01", 300_000],
      ["rent", "2026-06-01", -30_000],
    ],
    parked: ["water 2026-05-01 READING_MISSING"],
    // 300.00 more than the 2,700.00 owed
    paid: ["2026-06-10", 300_000n, 30_000n],
    openFen: 0,
  },
  {
    month: "2026-07",
    before: [meterRead("2026-05-31", "135"), meterRead("2026-06-30", "150")],
    lines: [
      ["rent", "2026-07-01", 300_000],
      ["rent", "2026-07-01", -30_000],
      ["water", "2026-05-01", 4_500],
      ["water", "2026-06-01", 4_500],
    ],
    // 2,790.00 less the 300.00 that were there already
    paid: ["2026-07-05", 249_000n, 0n],
    openFen: 0,
  },
  {
    month: "2026-08",
    before: [meterRead("2026-07-31", "160")],
    lines: [
      ["rent", "2026-08-01", 300_000],
      ["water", "2026-07-01", 3_000],
    ],
    paid: ["2026-08-10", 303_000n, 0n],
    openFen: 0,
  },
  {
    month: "2026-09",
    before: [meterRead("2026-08-31", "172")],
    // Half a year after 16 March: 15 days at 30.00 and 15 at 33.00, of 30. 1,500.00 + 1,650.00.
    lines: [
      ["rent", "2026-09-01", 315_000],
      ["water", "2026-08-01", 3_600],
    ],
    paid: ["2026-09-10", 318_600n, 0n],
    openFen: 0,
  },
  {
    month: "2026-10",
    before: [["2026-09-20", { leases: [lease([moreSpace])] }], meterRead("2026-09-30", "182")],
    // A-2 from 11 October: 33.00 × (100 × 10 + 200 × 21) ÷ 31 = 171,600 ÷ 31 = 5,535.4839
    lines: [
      ["rent", "2026-10-01", 553_548],
      ["water", "2026-09-01", 3_000],
    ],
    paid: ["2026-10-10", 556_548n, 0n],
    openFen: 0,
  },
  {
    month: "2026-11",
    before: [["2026-10-21", { projects: withArea("A-2", "120") }], meterRead("2026-10-31", "194")],
    // A-2 is 120 ㎡ since 21 October: 33.00 × (100 × 10 + 200 × 10 + 220 × 11) ÷ 31 = 178,860 ÷ 31 = 5,769.6774, so
    // October costs 234.20 more; November 220 × 33.00.
    lines: [
      ["rent", "2026-10-01", 23_420],
      ["rent", "2026-11-01", 726_000],
      ["water", "2026-10-01", 3_600],
    ],
    paid: ["2026-11-10", 753_020n, 0n],
    openFen: 0,
  },
  {
    month: "2026-12",
    before: [meterRead("2026-11-30", "200")],
    lines: [
      ["rent", "2026-12-01", 726_000],
      ["water", "2026-11-01", 1_800],
    ],
    paid: ["2026-12-03", 727_800n, 0n],
    openFen: 0,
  },
  {
    month: "2027-01",
    before: [["2026-12-05", { leases: [lease([moreSpace, earlyEnd])] }], meterRead("2026-12-10", "203")],
    // The lease ended on 10 December: 7,260.00 × 10/31 = 2,341.94 instead of 7,260.00. The last 3 m³ come out of it.
    lines: [
      ["rent", "2026-12-01", 234_194 - 726_000],
      ["water", "2026-12-01", 900],
    ],
    openFen: 0,
  },
  { month: "2027-02", before: [], lines: [], openFen: 0 },
];

function withArea(unit: string, areaSqm: string): Row[] {
  const { projects } = parkDocument();
  for (const building of projects.flatMap((project) => project.buildings as { units: Row[] }[])) {
    for (const row of building.units) if (row.code === unit) row.areaSqm = areaSqm;
  }
  return projects;
}

describe("the life of a lease", () => {
  const database = withDatabase();
  const clock = movableClock("2026-03-01");
  const { format, operator, entities } = parkDocument();
  const bare = { format, operator, entities, projects: [] };
  const onDay = (date: string): CivilDate => {
    clock.moveTo(date);
    return clock.today();
  };

  it.each(LIFE)("$month", async ({ month, before, lines, parked = [], paid, openFen }) => {
    const { db } = database;
    for (const [date, changes] of before) {
      // What a file leaves out stays as it is.
      await imported(db, month === "2026-03" ? parkDocument(changes) : { ...bare, ...changes }, onDay(date));
    }
    const today = onDay(`${month}-01`);
    const result = await issue(db, month, { today, acknowledge: month === "2026-03" ? "all" : [] });
    const billed = result.bills.flatMap((bill) => bill.lines);
    expect(billed.map((line): Line => [line.charge, line.period.from, line.amountFen])).toEqual(lines);
    expect(result.parked.map((line) => `${line.charge} ${line.period.from} ${line.code}`)).toEqual(parked);
    expect(result.bills.every((bill) => bill.held !== true)).toBe(true);
    await publish(db, month, { today });
    if (paid) {
      const [date, amountFen, prepaymentFen] = paid;
      const receipt = await recordReceipt(
        db,
        { channel: "cash", tenantCode: "T1", entityCode: "E1", amountFen, valueDate: onDay(date) },
        { today: clock.today(), actor: "staff:S01", channel: "cli" },
      );
      expect(receipt).toMatchObject({ ok: true, prepaymentFen });
    }
    const [owed] = await rows<object>(
      db,
      Prisma.sql`SELECT coalesce(sum(open_fen), 0)::int AS "openFen" FROM receivable`,
    );
    expect(owed).toEqual({ openFen });
    expect((await checkLedger(db, { today: clock.today() })).problems).toEqual([]);
  });

  it("ends with the deposit and the rest of the December rent in our hands, and nothing owed", async () => {
    const balances = await ledgerBalances(database.db);
    // 7,260.00 − 2,341.94 − 9.00 = 4,909.06
    expect(balances).toMatchObject({ "2203": -490_906, "2241.01": -600_000 });
    expect(balances["1122"]).toBeUndefined();
  });
});
