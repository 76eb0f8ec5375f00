import { beforeEach, describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../../src/db/rows.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import type { Fen } from "../../../src/domain/money/fen.ts";
import { addDays } from "../../../src/domain/time/civil-date.ts";
import { closeDispute, openDispute } from "../../../src/usecases/disputes/dispute-line.ts";
import { accrueNightly } from "../../../src/usecases/late-fees/accrue-nightly.ts";
import { lateFeeAsOf } from "../../../src/usecases/late-fees/late-fee-as-of.ts";
import { waiveLateFee } from "../../../src/usecases/late-fees/waive-late-fee.ts";
import { recordReceipt } from "../../../src/usecases/receipts/record-receipt.ts";
import { undoReceipt } from "../../../src/usecases/receipts/undo-receipt.ts";
import { createTestDatabase } from "../../support/database.ts";
import {
  accepted,
  at,
  balances,
  correctLine,
  date,
  expectBooksInOrder,
  importPark,
  issueBill,
  refusalCode,
  standing,
} from "../../support/ledger-world.ts";

/*
 * One line of 1,000.00 due 2026-01-31 at 0.05 % a day: 50 fen for every day from 02-01 on while all of it is open.
 */
let database: Awaited<ReturnType<typeof createTestDatabase>>;
let lineId: string;

beforeEach(async () => {
  database = await createTestDatabase();
  await importPark(database.db, [{ code: "L1", lateFee: { dailyRate: "0.0005" } }]);
  const lines = await issueBill(database.db, {
    billNo: "P-1",
    lease: "L1",
    issueDate: "2026-01-15",
    dueDate: "2026-01-31",
    lines: [
      { charge: "elec", kind: "electricity", amountFen: 100_000n },
      { charge: "deposit", kind: "deposit", amountFen: 1n },
    ],
  });
  lineId = lines.get("elec") ?? "";
  return () => database.close();
});

const pay = async (amountFen: Fen, valueDate: string, today: string) =>
  accepted(
    await recordReceipt(
      database.db,
      { channel: "bank", tenantCode: "T1", entityCode: "E1", amountFen, valueDate: date(valueDate) },
      at(today),
    ),
  );
const undo = async (receiptNo: string | undefined, today: string) =>
  accepted(await undoReceipt(database.db, { receiptNo: receiptNo ?? "" }, at(today)));
const feeOn = async (asOf: string) =>
  accepted(await inTransaction(database.db, (tx) => lateFeeAsOf(tx, "P-1", date(asOf))));
const electricity = async () => {
  const { open, lateFees, prepaymentFen } = await standing(database.db);
  return { openFen: open.elec, feeFen: lateFees.elec, prepaymentFen };
};

describe("the late fee as of a date", () => {
  it.each([
    { asOf: "2026-01-31", days: 0, amountFen: 0n },
    { asOf: "2026-02-01", days: 1, amountFen: 50n },
    { asOf: "2026-02-10", days: 10, amountFen: 500n },
    // The cap of 30 % is reached after 600 days; the days go on.
    { asOf: "2027-09-24", days: 601, amountFen: 30_000n },
  ])("$asOf: $days days, $amountFen fen; none on the deposit, nothing written", async ({ asOf, days, amountFen }) => {
    expect(await feeOn(asOf)).toEqual({
      ok: true,
      asOf,
      lines: [{ charge: "elec", days, amountFen }],
      totalFen: amountFen,
    });
    expect((await electricity()).feeFen).toBe(0n);
  });

  it("is refused for a bill that nobody issued", async () => {
    const outcome = await inTransaction(database.db, (tx) => lateFeeAsOf(tx, "P-9", date("2026-02-10")));
    expect(refusalCode(outcome)).toBe("BILL_UNKNOWN");
  });
});

describe("the nightly accrual", () => {
  it("posts the same, every night or once, and twice the same night nothing (I13)", async () => {
    for (let day = date("2026-02-01"); day < "2026-02-10"; day = addDays(day, 1)) {
      expect(await accrueNightly(database.db, day)).toEqual({ accounts: 1, lines: 1, postedFen: 50n });
    }
    const everyNight = await balances(database.db);
    expect((await accrueNightly(database.db, date("2026-02-09"))).lines).toBe(0);
    await expectBooksInOrder(database.db);

    const other = await createTestDatabase();
    try {
      await importPark(other.db, [{ code: "L1", lateFee: { dailyRate: "0.0005" } }]);
      await issueBill(other.db, {
        billNo: "P-1",
        lease: "L1",
        issueDate: "2026-01-15",
        dueDate: "2026-01-31",
        lines: [
          { charge: "elec", kind: "electricity", amountFen: 100_000n },
          { charge: "deposit", kind: "deposit", amountFen: 1n },
        ],
      });
      expect((await accrueNightly(other.db, date("2026-02-09"))).postedFen).toBe(450n);
      expect(await balances(other.db)).toEqual(everyNight);
    } finally {
      await other.close();
    }
  });
});

describe("a back-dated receipt", () => {
  it("gives back fee that was paid for days since its value date; its undo restores it (I17)", async () => {
    // On 02-21: 20 days × 50 = 1,000 fen of fee, the rest halves the principal.
    await pay(51_000n, "2026-02-21", "2026-02-21");
    expect(await electricity()).toEqual({ openFen: 50_000n, feeFen: 0n, prepaymentFen: 0n });
    const before = { standing: await standing(database.db), balances: await balances(database.db) };

    // 02-11: 500 fen of fee until 02-10 are paid already (1,000), so all goes to principal, 500 are left. The days 02-11
    // to 02-20 now count 50,000 fen: 10 × 25 = 250 instead of 500. 250 fen of the fee come free.
    const late = await pay(50_500n, "2026-02-11", "2026-02-22");
    expect(late.allocations.map(({ kind, amountFen }) => [kind, amountFen])).toEqual([
      ["electricity", 50_000n],
      ["deposit", 1n],
    ]);
    expect(late).toMatchObject({ prepaymentFen: 499n, freedFen: 250n });
    expect(await electricity()).toEqual({ openFen: 0n, feeFen: 0n, prepaymentFen: 749n });
    await expectBooksInOrder(database.db);

    await undo(late.receiptNo, "2026-02-23");
    expect({ standing: await standing(database.db), balances: await balances(database.db) }).toEqual(before);
    await expectBooksInOrder(database.db);
  });

  it("can be undone after later facts have left nothing of the fee that it had set free", async () => {
    await pay(51_000n, "2026-02-21", "2026-02-21");
    // The ten days from 02-11 on count 80,000 fen instead of 100,000: 100 fen of the fee come free.
    const late = await pay(20_000n, "2026-02-11", "2026-02-22");
    expect(late.freedFen).toBe(100n);
    // Disputed from the first late day on: no fee at all, the other 900 fen come free as well.
    accepted(
      await openDispute(database.db, { lineId, from: date("2026-02-01"), reason: "电表读数有误" }, at("2026-02-23")),
    );
    expect((await electricity()).prepaymentFen).toBe(1_000n);
    await undo(late.receiptNo, "2026-02-24");
    expect(await electricity()).toEqual({ openFen: 50_000n, feeFen: 0n, prepaymentFen: 1_000n });
    await expectBooksInOrder(database.db);
  });

  it("is waived only by the role that its amount asks for, and never by the requester", async () => {
    await accrueNightly(database.db, date("2026-02-20"));
    const waive = (requestedBy: string, approvedBy: string) =>
      waiveLateFee(
        database.db,
        { lineId, amountFen: 400n, reason: "水管爆裂", requestedBy, approvedBy },
        at("2026-02-21"),
      );
    expect(await waive("S02", "S02")).toMatchObject({ ok: false, code: "APPROVER_IS_REQUESTER" });
    expect(await waive("S01", "S03")).toMatchObject({ ok: false, code: "APPROVER_WITHOUT_ROLE" });
    expect(await waive("S01", "S99")).toMatchObject({ ok: false, code: "STAFF_UNKNOWN" });
  });

  it("shrinks a waiver before money becomes prepayment; its undo gives the waiver again", async () => {
    await accrueNightly(database.db, date("2026-02-20"));
    const waived = accepted(
      await waiveLateFee(
        database.db,
        { lineId, amountFen: 400n, reason: "水管爆裂", requestedBy: "S01", approvedBy: "S02" },
        at("2026-02-21"),
      ),
    );
    expect(waived).toMatchObject({ amountFen: 400n, openFen: 600n });
    await expectBooksInOrder(database.db);
    const before = { standing: await standing(database.db), balances: await balances(database.db) };

    // Until 02-02 the fee is 100 fen, all of it waived; 300 fen of the waiver have nothing left to forgive.
    const late = await pay(100_000n, "2026-02-03", "2026-02-21");
    expect(await electricity()).toEqual({ openFen: 0n, feeFen: 0n, prepaymentFen: 0n });
    const waivers = await rows<{ fen: Fen }>(
      database.db,
      Prisma.sql`SELECT amount_fen AS fen FROM late_fee_waiver ORDER BY id`,
    );
    expect(waivers.map(({ fen }) => fen)).toEqual([400n, -300n]);
    await expectBooksInOrder(database.db);

    await undo(late.receiptNo, "2026-02-22");
    expect({ standing: await standing(database.db), balances: await balances(database.db) }).toEqual(before);
    await expectBooksInOrder(database.db);
  });
});

describe("a correction of a paid line", () => {
  it("frees principal and fee into the receipt's prepayment; its undo counts as if it had never been paid", async () => {
    // 02-11: fee 10 × 50 = 500, principal 100,000, deposit 1.
    const receipt = await pay(100_501n, "2026-02-11", "2026-02-11");
    await correctLine(database.db, lineId, 30_000n, "2026-03-01");
    // On 70,000 fen the ten days are 350: 150 of the fee come free with the 30,000.
    expect(await electricity()).toEqual({ openFen: 0n, feeFen: 0n, prepaymentFen: 30_150n });
    await expectBooksInOrder(database.db);

    await undo(receipt.receiptNo, "2026-03-05");
    expect(await electricity()).toEqual({ openFen: 70_000n, feeFen: 350n, prepaymentFen: 0n });
    // 02-01 to 03-10 are 38 days × 35 = 1,330: the 30,000 that were set free on 03-01 count on no day either.
    expect((await feeOn("2026-03-10")).totalFen).toBe(1_330n);
    await expectBooksInOrder(database.db);
  });
});

describe("a correction of a line of which only the late fee was paid", () => {
  it("gives back the fee on what is not owed any more", async () => {
    // Through 02-10 ten days × 50.
    await pay(500n, "2026-02-11", "2026-02-11");
    await correctLine(database.db, lineId, 100_000n, "2026-03-01");
    // Nothing was ever owed: the fee of 500 is the tenant's.
    expect(await electricity()).toEqual({ openFen: 0n, feeFen: 0n, prepaymentFen: 500n });
    await expectBooksInOrder(database.db);
  });
});

describe("a waiver", () => {
  const people = { requestedBy: "S01", approvedBy: "S02" };
  it.each([
    { name: "by the requester", more: { approvedBy: "S01" }, code: "APPROVER_IS_REQUESTER" },
    { name: "by nobody known", more: { approvedBy: "S99" }, code: "STAFF_UNKNOWN" },
    { name: "of more than is open", more: { amountFen: 501n }, code: "WAIVER_OUT_OF_RANGE" },
    { name: "of nothing", more: { amountFen: 0n }, code: "WAIVER_OUT_OF_RANGE" },
    { name: "of a line that is none", more: { lineId: "x" }, code: "LINE_UNKNOWN" },
  ])("$name is refused: $code", async ({ more, code }) => {
    const outcome = await waiveLateFee(database.db, { lineId, reason: "x", ...people, ...more }, at("2026-02-11"));
    expect(refusalCode(outcome)).toBe(code);
  });

  it("without an amount forgives all that is open through yesterday", async () => {
    const waived = await waiveLateFee(database.db, { lineId, reason: "x", ...people }, at("2026-02-11"));
    expect(accepted(waived)).toMatchObject({ amountFen: 500n, openFen: 0n });
    expect(await balances(database.db)).not.toHaveProperty("6301");
    await expectBooksInOrder(database.db);
  });
});

describe("a dispute", () => {
  it("stops the fee on its days and takes back what was accrued of them; money passes the line by", async () => {
    await accrueNightly(database.db, date("2026-02-20"));
    const dispute = { lineId, from: date("2026-02-11"), reason: "电表读数有误" };
    accepted(await openDispute(database.db, dispute, at("2026-02-21")));
    expect(await electricity()).toEqual({ openFen: 100_000n, feeFen: 500n, prepaymentFen: 0n });
    await expectBooksInOrder(database.db);

    const receipt = await pay(1_000n, "2026-02-21", "2026-02-21");
    expect(receipt.allocations.map(({ kind }) => kind)).toEqual(["deposit"]);
    expect(refusalCode(await openDispute(database.db, dispute, at("2026-02-21")))).toBe("ALREADY_DISPUTED");

    const end = { lineId, lastDay: date("2026-02-25"), outcome: "读数无误" };
    expect(
      refusalCode(await closeDispute(database.db, { ...end, lastDay: date("2026-02-10") }, at("2026-02-25"))),
    ).toBe("DISPUTE_END_OUT_OF_RANGE");
    accepted(await closeDispute(database.db, end, at("2026-02-25")));
    expect(refusalCode(await closeDispute(database.db, end, at("2026-02-25")))).toBe("NOT_DISPUTED");
    // Ten days before and two after: 02-26 and 02-27.
    expect(await feeOn("2026-02-27")).toMatchObject({ lines: [{ days: 12, amountFen: 600n }] });
    await expectBooksInOrder(database.db);
  });

  it("that ended before the line was paid leaves the fee of the days between", async () => {
    accepted(
      await openDispute(database.db, { lineId, from: date("2026-01-20"), reason: "电表读数有误" }, at("2026-01-20")),
    );
    const named = await recordReceipt(
      database.db,
      {
        channel: "bank",
        tenantCode: "T1",
        entityCode: "E1",
        amountFen: 100_000n,
        valueDate: date("2026-02-11"),
        billNos: ["P-1"],
      },
      at("2026-02-11"),
    );
    expect(accepted(named).allocations).toMatchObject([{ kind: "electricity", amountFen: 100_000n }]);

    const end = { lineId, lastDay: date("2026-02-08"), outcome: "读数无误" };
    accepted(await closeDispute(database.db, end, at("2026-02-12")));
    // 02-09 and 02-10: 2 × 50. The deposit of 1 fen is due on the same bill, its lines after the late fee.
    expect(await feeOn("2026-02-12")).toMatchObject({ lines: [{ days: 2, amountFen: 100n }] });
    expect(await electricity()).toEqual({ openFen: 0n, feeFen: 100n, prepaymentFen: 0n });
    const receipt = await pay(100n, "2026-02-12", "2026-02-12");
    expect(receipt.allocations).toMatchObject([{ kind: "late-fee", amountFen: 100n }]);
    await expectBooksInOrder(database.db);
  });
});
