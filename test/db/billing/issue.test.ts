import { describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../../src/db/rows.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";
import { checkLedger } from "../../../src/usecases/ledger-check/check-ledger.ts";
import { withDatabase } from "../../support/database.ts";
import { fingerprint, imported, issue, ledgerBalances, preview, publish, refusedIssue, rowCounts } from "./park.ts";
import {
  areaRent,
  fixedRent,
  leaseRow,
  parkDocument,
  poolCharge,
  readingRow,
  waterCharge,
  waterMeter,
} from "./world.ts";

const withoutNumbers = (bills: readonly object[]): object[] =>
  bills.map((bill) => Object.fromEntries(Object.entries(bill).filter(([key]) => key !== "billNo")));

describe("a month is previewed, approved, issued and published", () => {
  const database = withDatabase();

  it("begins with an import", async () => {
    const document = parkDocument({
      meters: [waterMeter("W1", "A-1")],
      readings: [readingRow("W1", "2026-07-31", "10"), readingRow("W1", "2026-08-31", "22.5")],
      pools: ["A", "B", "C"].map((building, index) => ({
        code: `P${index + 1}`,
        name: `${building}栋电梯`,
        utility: "electricity",
        costs: { "2026-08": "600.00" },
        members: { building },
      })),
      leases: [
        // 100 ㎡ × 20.00 = 2,000.00; management by the other entity, due on the 20th; water 12.5 m³ × 3.00 = 37.50
        leaseRow("L1", "A-1", "T1", {
          deposit: "4000.00",
          charges: [
            areaRent("20.00", { discounts: [{ from: "2026-09-01", to: "2026-09-30", amountPerMonth: "200.00" }] }),
            { code: "mgmt", kind: "management", entity: "E2", dueDay: 20, rule: { type: "fixed", price: "318.00" } },
            waterCharge("W1"),
            poolCharge("P1"),
          ],
        }),
        leaseRow("L2", "A-2", "T2", { charges: [fixedRent("1000.00"), poolCharge("P1")] }),
        leaseRow("L3", "B-1", "T3"),
        leaseRow("L4", "C-1", "T4"),
      ],
    });
    expect((await imported(database.db, document, "2026-08-20")).imported).toMatchObject({ leases: 4, units: 9 });
  });

  it("previews without leaving anything behind, shadow projects marked, projects that are off left out", async () => {
    const before = await fingerprint(database.db);
    const result = await preview(database.db, "2026-09");
    expect(result.state).toBe("previewed");
    // 600.00 over six units of 100 ㎡, two of them leased: 100.00 each, the operator bears the other four.
    expect(
      result.bills.map(({ lease, entity, dueDate, totalFen, shadow }) => [lease, entity, dueDate, totalFen, shadow]),
    ).toEqual([
      // rent 2,000.00 − 200.00 + water 37.50 + lift 100.00 + deposit 4,000.00
      ["L1", "E1", "2026-09-11", 593_750, undefined],
      ["L1", "E2", "2026-09-20", 31_800, undefined],
      ["L2", "E1", "2026-09-11", 110_000, undefined],
      ["L3", "E1", "2026-09-11", 100_000, true],
    ]);
    // P2 stands in the shadow project and nobody there pays it; P3 in the one that is off.
    expect(result.operatorShares).toEqual([
      { pool: "P1", period: "2026-08", amountFen: 40_000 },
      { pool: "P2", period: "2026-08", amountFen: 60_000 },
    ]);
    expect(await fingerprint(database.db)).toEqual(before);
  });

  it("previews the same to the last byte, however many leases it has in hand at a time", async () => {
    const whole = JSON.stringify(await preview(database.db, "2026-09"));
    for (const chunkLeases of [1, 2, 3]) {
      expect(JSON.stringify(await preview(database.db, "2026-09", { chunkLeases }))).toBe(whole);
    }
  });

  it.each([
    ["nobody approves", { approvedBy: undefined }, "APPROVER_MISSING"],
    ["nobody asks", { createdBy: undefined }, "APPROVER_MISSING"],
    ["who asked approves", { approvedBy: "S01" }, "APPROVER_IS_CREATOR"],
    ["who asked approves under a second staff code", { approvedBy: "S03" }, "APPROVER_IS_CREATOR"],
    ["the approver does not exist", { approvedBy: "S99" }, "STAFF_UNKNOWN"],
    ["the project does not exist", { project: "XX" }, "PROJECT_UNKNOWN"],
    ["an acknowledged anomaly does not exist", { acknowledge: ["A-NOTHING"] }, "ANOMALY_UNKNOWN"],
  ])("refuses to issue when %s, and writes nothing", async (_name, options, code) => {
    const before = await fingerprint(database.db);
    expect(await refusedIssue(database.db, "2026-09", options)).toBe(code);
    expect(await fingerprint(database.db)).toEqual(before);
  });

  it("issues only the project that is asked for", async () => {
    const result = await issue(database.db, "2026-09", { project: "SZ" });
    expect(result.bills).toEqual([]);
    expect(await ledgerBalances(database.db)).toEqual({});
  });

  it("issues what the preview showed, to the last figure, less the shadow", async () => {
    const before = await preview(database.db, "2026-09");
    const result = await issue(database.db, "2026-09");
    expect(withoutNumbers(result.bills)).toEqual(before.bills.filter((bill) => bill.shadow !== true));
    expect(result.bills.map((bill) => bill.billNo)).toEqual(["DG-202609-00001", "DG-202609-00002", "DG-202609-00003"]);
    expect(result.certificate).toEqual({ lines: 8, totalFen: 735_550, ledgerDeltaFen: 335_550, poolsBalanced: true });
  });

  it("has booked every line and the operator's share once, and no deposit (money-rules 9)", async () => {
    // 1122 = 7,355.50 − 4,000.00 deposit. Net and tax: rent (2,000 − 200 + 1,000) ÷ 1.09 = 1,834.86 − 183.49 + 917.43;
    // management 318 ÷ 1.06 = 300.00; water 37.50 ÷ 1.09 = 34.40; lift 2 × 100 ÷ 1.13 = 2 × 88.50. E2 defers nothing:
    // September's fee was issued in September. Of the pools only P1 stands in a live project.
    expect(await ledgerBalances(database.db)).toEqual({
      "1122": 335_550,
      "2221.01": -(16_514 - 1_651 + 8_257 + 1_800 + 310 + 2 * 1_150),
      "6001": expect.any(Number),
      "6051": expect.any(Number),
      "6601": 40_000,
      "2241.09": -40_000,
    });
    const check = await checkLedger(database.db, { today: parseCivilDate("2026-09-01") });
    expect(check.problems).toEqual([]);
  });

  it("issues nothing twice", async () => {
    const counts = await rowCounts(database.db);
    const result = await issue(database.db, "2026-09");
    expect(result.bills).toEqual([]);
    const after = await rowCounts(database.db);
    // The run that found nothing to do was approved like any other.
    const ofTheRun = { billing_run: 0, billing_chunk: 0, audit_event: 0, approval_request: 0, approval_decision: 0 };
    expect({ ...after, ...ofTheRun }).toEqual({ ...counts, ...ofTheRun });
  });

  it("publishes later than planned: issue and due date move along, a due day of the month at least three days off", async () => {
    await publish(database.db, "2026-09", { today: "2026-09-18" });
    const bills = await rows<object>(
      database.db,
      Prisma.sql`SELECT bill_no, issue_date::text, due_date::text, state FROM bill ORDER BY bill_no`,
    );
    expect(bills).toEqual([
      { bill_no: "DG-202609-00001", issue_date: "2026-09-18", due_date: "2026-09-28", state: "published" },
      { bill_no: "DG-202609-00002", issue_date: "2026-09-18", due_date: "2026-09-21", state: "published" },
      { bill_no: "DG-202609-00003", issue_date: "2026-09-18", due_date: "2026-09-28", state: "published" },
    ]);
    expect(await publish(database.db, "2026-09", { today: "2026-09-19" })).toEqual([]);
  });

  it("bills the deposit once in the life of the lease", async () => {
    const october = await issue(database.db, "2026-10");
    expect(october.bills.flatMap((bill) => bill.lines).map((line) => line.role)).not.toContain("deposit");
  });
});
