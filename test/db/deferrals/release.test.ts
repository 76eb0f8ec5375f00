import { describe, expect, it } from "vitest";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";
import { releaseDeferredIncome } from "../../../src/usecases/deferrals/release-deferred-income.ts";
import { checkLedger } from "../../../src/usecases/ledger-check/check-ledger.ts";
import { withDatabase } from "../../support/database.ts";
import { imported, issue } from "../billing/park.ts";
import { parkDocument } from "../billing/world.ts";

/*
 * E2 defers income. A quarter of management, 300.00 a month with 6 % tax inside, is billed on 2026-09-01: 900.00 = net
 * 849.06 + tax 50.94. By days (September 30, October 31, November 30 of 91): 849.06 × 30/91 = 279.91, × 31/91 = 289.24,
 * × 30/91 = 279.91: 279.90989, 289.24023, 279.90989 floor to 279.90 + 289.24 + 279.90, the 2 fen over go to the larger
 * remainders .989: 279.91, 289.24, 279.91.
 */
describe("income of later months", () => {
  const database = withDatabase();

  it("is released month by month, once, and made up for when missed", async () => {
    const { db } = database;
    const lease = {
      code: "L1",
      tenant: "T1",
      units: ["A-1"],
      start: "2026-09-01",
      end: "2027-08-31",
      goLive: true,
      charges: [
        {
          code: "mgmt",
          kind: "management",
          entity: "E2",
          cycleMonths: 3,
          rule: { type: "fixed", price: "300.00", per: "month" },
        },
      ],
    };
    await imported(db, parkDocument({ leases: [lease] }), "2026-09-01");
    await issue(db, "2026-09");
    const income = async () => {
      const found = await db.$queryRaw<{ account: string; fen: bigint }[]>`
        SELECT account, sum(fen)::bigint AS fen FROM (
          SELECT credit_account AS account, amount_fen AS fen FROM ledger_posting
          UNION ALL SELECT debit_account, -amount_fen FROM ledger_posting) x
        WHERE account IN ('6001', '2203.09') GROUP BY 1 ORDER BY 1`;
      return Object.fromEntries(found.map(({ account, fen }) => [account, fen]));
    };
    expect(await income()).toEqual({ "6001": 27_991n, "2203.09": 56_915n });

    expect(await releaseDeferredIncome(db, parseCivilDate("2026-09-30"))).toEqual([]);
    const october = await releaseDeferredIncome(db, parseCivilDate("2026-10-01"));
    expect(october.map(({ month, amountFen }) => [month, amountFen])).toEqual([["2026-10", 28_924n]]);
    expect(await releaseDeferredIncome(db, parseCivilDate("2026-10-20"))).toEqual([]);
    expect(await income()).toEqual({ "6001": 56_915n, "2203.09": 27_991n });

    // Nobody looked in November; December makes up for it, in November's books.
    const twice = await Promise.all([
      releaseDeferredIncome(db, parseCivilDate("2026-12-05")),
      releaseDeferredIncome(db, parseCivilDate("2026-12-05")),
    ]);
    expect(twice.flat().map(({ month, amountFen }) => [month, amountFen])).toEqual([["2026-11", 27_991n]]);
    expect(await income()).toEqual({ "6001": 84_906n, "2203.09": 0n });
    expect((await checkLedger(db, { today: parseCivilDate("2026-12-05") })).problems).toEqual([]);
  });
});
