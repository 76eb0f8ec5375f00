import { beforeAll, describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { row } from "../../../src/db/rows.ts";
import type { ReceiptCommand, RecordedReceipt } from "../../../src/usecases/receipts/receipt.ts";
import { recordReceipt } from "../../../src/usecases/receipts/record-receipt.ts";
import { undoReceipt } from "../../../src/usecases/receipts/undo-receipt.ts";
import { withDatabase } from "../../support/database.ts";
import {
  accepted,
  at,
  balances,
  date,
  expectBooksInOrder,
  importPark,
  issueBill,
  standing,
} from "../../support/ledger-world.ts";

/*
 * The stories of virtual-accounts.md through the use case. Open on 2026-02-20: utilities 3,120.40 due 01-25 with a fee of
 * 0.05 % a day: 01-26 … 02-19 are 25 days × 156.02 fen = 3,900.5 → 3,901 fen; rent 12,888.00 and management 1,718.40 due
 * 02-05, without a fee. 312,040 + 3,901 + 1,288,800 + 171,840 = 1,776,581 fen. Three leases, so that rent is on the bill
 * before management's.
 */
const TRANSFER_DATE = "2026-02-20";

const transfer = (amountFen: bigint, more: Partial<ReceiptCommand> = {}): ReceiptCommand => ({
  channel: "bank",
  tenantCode: "T1",
  amountFen,
  valueDate: date(TRANSFER_DATE),
  ...more,
});

const paidBy = (receipt: RecordedReceipt) =>
  receipt.allocations.map(({ charge, kind, amountFen }) => `${charge} ${kind} ${amountFen}`);

async function openPositions(db: ReturnType<typeof withDatabase>["db"]): Promise<void> {
  await importPark(db, [{ code: "L1", lateFee: { dailyRate: "0.0005" } }, { code: "L2" }, { code: "L3" }]);
  const january = { issueDate: "2026-01-15", dueDate: "2026-01-25" };
  const february = { issueDate: "2026-01-26", dueDate: "2026-02-05" };
  const bills = [
    { billNo: "P-1", lease: "L1", ...january, lines: [{ charge: "elec", kind: "electricity", amountFen: 312_040n }] },
    { billNo: "P-2", lease: "L2", ...february, lines: [{ charge: "rent", kind: "rent", amountFen: 1_288_800n }] },
    { billNo: "P-3", lease: "L3", ...february, lines: [{ charge: "mgmt", kind: "management", amountFen: 171_840n }] },
  ] as const;
  for (const bill of bills) await issueBill(db, bill);
}

const ALL_PAID = ["elec late-fee 3901", "elec electricity 312040", "rent rent 1288800", "mgmt management 171840"];

describe("V1: a transfer of all that is owed", () => {
  const database = withDatabase();
  beforeAll(() => openPositions(database.db));

  it("settles everything, leaves no prepayment and says so once", async () => {
    const receipt = accepted(
      await recordReceipt(database.db, transfer(1_776_581n), {
        ...at(TRANSFER_DATE),
        messagesOf: ({ receiptNo }) => [
          {
            channel: "sms",
            appId: "sms",
            recipient: "T1",
            occasion: "notice",
            dedupeKey: `receipt|${receiptNo}`,
            message: { template: "bill-notice", parameters: {} },
          },
        ],
      }),
    );
    expect(receipt.receiptNo).toBe("SK-E1-2026-000001");
    expect(paidBy(receipt)).toEqual(ALL_PAID);
    expect(receipt.prepaymentFen).toBe(0n);
    expect(await standing(database.db)).toEqual({
      open: { elec: 0n, rent: 0n, mgmt: 0n },
      lateFees: { elec: 0n, rent: 0n, mgmt: 0n },
      prepaymentFen: 0n,
    });
    const said = await row<{ count: bigint }>(database.db, Prisma.sql`SELECT count(*) AS count FROM outbox`);
    expect(said?.count).toBe(1n);
    await expectBooksInOrder(database.db);
  });
});

describe("V2 and V6: too much, and reversed by the bank on the next day", () => {
  const database = withDatabase();
  beforeAll(() => openPositions(database.db));

  it("V2: 20,000.00 settles everything, 2,234.19 is prepayment", async () => {
    const receipt = accepted(await recordReceipt(database.db, transfer(2_000_000n), at(TRANSFER_DATE)));
    expect(paidBy(receipt)).toEqual(ALL_PAID);
    expect(receipt.prepaymentFen).toBe(223_419n);
    // 3,901 fen of fee: 3,579 net and 322 tax at 9 %; the bills' own income and tax besides.
    expect(await balances(database.db)).toMatchObject({ "1002": 2_000_000n, "2203": -223_419n, "6301": -3_579n });
    await expectBooksInOrder(database.db);
  });

  it("V6: takes prepayment first, then allocations latest first; the late fee as if never paid", async () => {
    const undone = accepted(
      await undoReceipt(database.db, { receiptNo: "SK-E1-2026-000001", reason: "退票" }, at("2026-02-21")),
    );
    expect(undone.prepaymentFen).toBe(223_419n);
    expect(undone.allocations.map(({ charge, kind }) => `${charge} ${kind}`)).toEqual([
      "mgmt management",
      "rent rent",
      "elec electricity",
      "elec late-fee",
    ]);
    expect(await standing(database.db)).toEqual({
      open: { elec: 312_040n, rent: 1_288_800n, mgmt: 171_840n },
      lateFees: { elec: 3_901n, rent: 0n, mgmt: 0n },
      prepaymentFen: 0n,
    });
    expect(await balances(database.db)).not.toHaveProperty("1002");
    await expectBooksInOrder(database.db);
    // Two days later the fee has gone on as if nobody had ever paid: 27 days × 156.02 = 4,212.54 → 4,213 fen.
    const asked = await recordReceipt(
      database.db,
      transfer(5_000n, { valueDate: date("2026-02-22"), preview: true }),
      at("2026-02-22"),
    );
    expect(paidBy(accepted(asked))).toEqual(["elec late-fee 4213", "elec electricity 787"]);
  });

  it("V6 again changes nothing and answers the same", async () => {
    const before = await balances(database.db);
    const again = accepted(await undoReceipt(database.db, { receiptNo: "SK-E1-2026-000001" }, at("2026-02-23")));
    expect(again).toMatchObject({ repeated: true, prepaymentFen: 223_419n });
    expect(again.allocations.map(({ amountFen }) => amountFen)).toEqual([171_840n, 1_288_800n, 312_040n, 3_901n]);
    expect(await balances(database.db)).toEqual(before);
  });
});

describe("V3: a transfer of 39.00", () => {
  const database = withDatabase();
  beforeAll(() => openPositions(database.db));

  it("pays late fee only; 0.01 of it stays open and nothing else is touched", async () => {
    const receipt = accepted(await recordReceipt(database.db, transfer(3_900n), at(TRANSFER_DATE)));
    expect(paidBy(receipt)).toEqual(["elec late-fee 3900"]);
    expect(await standing(database.db)).toEqual({
      open: { elec: 312_040n, rent: 1_288_800n, mgmt: 171_840n },
      lateFees: { elec: 1n, rent: 0n, mgmt: 0n },
      prepaymentFen: 0n,
    });
    await expectBooksInOrder(database.db);
  });
});

describe("V4: two transfers of one amount on one day", () => {
  const database = withDatabase();
  beforeAll(() => openPositions(database.db));

  it("are two receipts, because the bank numbers them", async () => {
    const record = (channelNo: string) =>
      recordReceipt(database.db, transfer(100_000n, { channelNo }), at(TRANSFER_DATE));
    const receipts = (await Promise.all([record("a"), record("b")])).map(accepted);
    expect(receipts.map(({ receiptNo }) => receiptNo).sort()).toEqual(["SK-E1-2026-000001", "SK-E1-2026-000002"]);
    expect(await balances(database.db)).toMatchObject({ "1002": 200_000n });
  });
});

describe("a transfer of 10,000.00", () => {
  const database = withDatabase();
  beforeAll(() => openPositions(database.db));

  it.each([
    {
      name: "pays in the default order",
      more: {},
      paid: ["elec late-fee 3901", "elec electricity 312040", "rent rent 684059"],
    },
    { name: "pays the bill that the tenant names", more: { billNos: ["P-2"] }, paid: ["rent rent 1000000"] },
    {
      // 10,000.00 − 39.01 − 3,120.40 − 1,718.40 = 5,122.19.
      name: "pays management before rent where the kind goes before the bill",
      order: ["due-date", "kind", "bill", "late-fee", "position"],
      more: {},
      paid: ["elec late-fee 3901", "elec electricity 312040", "mgmt management 171840", "rent rent 512219"],
    },
  ])("$name, in the preview as in reality", async ({ more, paid, order }) => {
    if (order) await database.db.$executeRaw`UPDATE project SET allocation_order = ${order}`;
    const command = transfer(1_000_000n, more);
    const {
      receiptId: _id,
      receiptNo: _no,
      ...previewed
    } = accepted(await recordReceipt(database.db, { ...command, preview: true }, at(TRANSFER_DATE)));
    expect(paidBy({ ...previewed })).toEqual(paid);
    const { receiptId, receiptNo, ...real } = accepted(await recordReceipt(database.db, command, at(TRANSFER_DATE)));
    expect(real).toEqual(previewed);
    accepted(await undoReceipt(database.db, { receiptNo: receiptNo ?? "" }, at(TRANSFER_DATE)));
    await expectBooksInOrder(database.db);
  });
});

describe("V9: a value date in a locked month", () => {
  const database = withDatabase();
  beforeAll(() => openPositions(database.db));

  it("is booked in the open month with its true value date; the late fee stops on it", async () => {
    await database.db.$executeRaw(Prisma.sql`INSERT INTO accounting_period (entity_id, month, state, changed_by)
      SELECT id, '2026-01', 'locked', 'S01' FROM legal_entity WHERE code = 'E1'`);
    const late = transfer(312_118n, { valueDate: date("2026-01-31") });
    const receipt = accepted(await recordReceipt(database.db, late, at(TRANSFER_DATE)));
    // 01-26 … 01-30: 5 days × 156.02 = 780.1 → 780 fen. 312,118 − 780 leaves 702 fen of the electricity open.
    expect(paidBy(receipt)).toEqual(["elec late-fee 780", "elec electricity 311338"]);
    const booked = await row(
      database.db,
      Prisma.sql`SELECT period, booking_date::text, value_date::text FROM ledger_transaction WHERE event_type = 'receipt.recorded'`,
    );
    expect(booked).toEqual({ period: "2026-02", booking_date: "2026-02-01", value_date: "2026-01-31" });
    await expectBooksInOrder(database.db);
  });
});
