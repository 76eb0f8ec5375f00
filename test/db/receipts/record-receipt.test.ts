import { beforeAll, describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../../src/db/rows.ts";
import { claimReceipt } from "../../../src/usecases/receipts/claim-receipt.ts";
import type { ReceiptCommand } from "../../../src/usecases/receipts/receipt.ts";
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
  refusalCode,
  standing,
} from "../../support/ledger-world.ts";

const TODAY = "2026-02-20";
const database = withDatabase();

const command = (more: Partial<ReceiptCommand> = {}): ReceiptCommand => ({
  channel: "bank",
  tenantCode: "T1",
  entityCode: "E1",
  amountFen: 10_000n,
  valueDate: date(TODAY),
  ...more,
});
const record = (more: Partial<ReceiptCommand> = {}) => recordReceipt(database.db, command(more), at(TODAY));
const receiptNumbers = async () =>
  (await rows<{ no: string }>(database.db, Prisma.sql`SELECT receipt_no AS no FROM receipt ORDER BY 1`)).map(
    ({ no }) => no,
  );

beforeAll(async () => {
  await importPark(database.db, [{ code: "L1" }, { code: "L2", entity: "E2" }, { code: "L3", tenant: "T2" }]);
  const dates = { issueDate: "2026-02-01", dueDate: "2026-02-11" };
  await issueBill(database.db, {
    billNo: "P-1",
    lease: "L1",
    ...dates,
    lines: [
      { charge: "rent", kind: "rent", amountFen: 100_000n },
      { charge: "deposit", kind: "deposit", amountFen: 200_000n },
    ],
  });
  await issueBill(database.db, {
    billNo: "P-2",
    lease: "L2",
    ...dates,
    lines: [{ charge: "water", kind: "water", amountFen: 50_000n }],
  });
  await issueBill(database.db, {
    billNo: "P-3",
    lease: "L3",
    ...dates,
    lines: [{ charge: "other-rent", kind: "rent", amountFen: 70_000n }],
  });
});

describe("a receipt that cannot be booked is refused and leaves nothing", () => {
  it.each([
    { name: "an amount of zero", more: { amountFen: 0n }, code: "AMOUNT_NOT_POSITIVE" },
    { name: "a date after today", more: { valueDate: date("2026-02-21") }, code: "DATE_IN_FUTURE" },
    { name: "a year typed wrong", more: { valueDate: date("1990-02-01") }, code: "DATE_TOO_OLD" },
    { name: "an unknown tenant", more: { tenantCode: "T9" }, code: "TENANT_UNKNOWN" },
    { name: "an unknown entity", more: { entityCode: "E9" }, code: "ENTITY_UNKNOWN" },
    {
      name: "no word about the entity where two are owed",
      more: { entityCode: undefined },
      code: "RECEIPT_ENTITY_UNSAID",
    },
    { name: "an entity that is not the bill's", more: { billNos: ["P-2"] }, code: "RECEIPT_ENTITY_CONFLICT" },
    { name: "a bill that does not exist", more: { billNos: ["P-9"] }, code: "BILL_UNKNOWN" },
    { name: "a bill of another tenant", more: { billNos: ["P-3"] }, code: "BILL_UNKNOWN" },
    { name: "an unknown account", more: { accountCode: "CMB9" }, code: "ACCOUNT_UNKNOWN" },
    {
      name: "an account of another entity",
      more: { entityCode: "E2", accountCode: "CMB1" },
      code: "ACCOUNT_OF_OTHER_ENTITY",
    },
  ])("$name: $code", async ({ more, code }) => {
    const outcome = await record(more as Partial<ReceiptCommand>);
    expect(refusalCode(outcome)).toBe(code);
    expect(await receiptNumbers()).toEqual([]);
  });
});

describe("a receipt", () => {
  it("takes the entity of the bills that were named", async () => {
    const outcome = await record({ entityCode: undefined, billNos: ["P-2"], preview: true });
    expect(accepted(outcome)).toMatchObject({ entity: "E2", allocations: [{ billNo: "P-2", role: "charge" }] });
  });

  it("takes the entity of its account", async () => {
    expect(accepted(await record({ entityCode: undefined, accountCode: "CMB1", preview: true })).entity).toBe("E1");
  });

  it("whose messages cannot be written is not written either, and its number is given again", async () => {
    const failing = recordReceipt(database.db, command(), {
      ...at(TODAY),
      messagesOf: () => {
        throw new Error("no words");
      },
    });
    await expect(failing).rejects.toThrow("no words");
    expect(await receiptNumbers()).toEqual([]);
  });

  it("pays the deposit line into 2241.01, after the claims, and can be undone", async () => {
    const before = await standing(database.db);
    const receipt = accepted(await record({ channel: "cash", amountFen: 310_000n }));
    expect(receipt.receiptNo).toBe("SK-E1-2026-000001");
    expect(receipt.allocations.map(({ kind, role, amountFen }) => [kind, role, amountFen])).toEqual([
      ["rent", "charge", 100_000n],
      ["deposit", "deposit", 200_000n],
    ]);
    expect(await balances(database.db)).toMatchObject({ "1001": 310_000n, "2241.01": -200_000n, "2203": -10_000n });
    await expectBooksInOrder(database.db);
    accepted(await undoReceipt(database.db, { receiptNo: receipt.receiptNo ?? "" }, at(TODAY)));
    expect(await standing(database.db)).toEqual(before);
    await expectBooksInOrder(database.db);
  });
});

describe("a reference", () => {
  it("with the same facts again is the same receipt, also at the same moment", async () => {
    const again = await Promise.all([1, 2, 3, 4].map(() => record({ channelNo: "B-1" })));
    const numbers = again.map((outcome) => accepted(outcome).receiptNo);
    expect(new Set(numbers).size).toBe(1);
    expect(again.map((outcome) => accepted(outcome).repeated).filter((repeated) => !repeated)).toHaveLength(1);
    const allocations = again.map((outcome) => accepted(outcome).allocations);
    expect(allocations).toEqual(allocations.map(() => allocations[0]));
  });

  it("is found again without an entity when nothing is owed that could name it", async () => {
    expect(accepted(await record({ channelNo: "B-1", entityCode: undefined })).repeated).toBe(true);
  });

  it.each([
    { name: "another amount", more: { amountFen: 10_001n } },
    { name: "another date", more: { valueDate: date("2026-02-19") } },
    { name: "another tenant", more: { tenantCode: "T2" } },
    { name: "another entity", more: { entityCode: "E2" } },
    { name: "another selection", more: { billNos: ["P-1"] } },
  ])("with $name is refused", async ({ more }) => {
    const outcome = await record({ channelNo: "B-1", ...more });
    expect(refusalCode(outcome)).toBe("REFERENCE_USED");
    if (!outcome.ok) expect(outcome.message.zh).toContain("B-1");
  });

  it("of an undone receipt is refused", async () => {
    const receipt = accepted(await record({ channelNo: "B-2" }));
    accepted(await undoReceipt(database.db, { receiptNo: receipt.receiptNo ?? "" }, at(TODAY)));
    expect(refusalCode(await record({ channelNo: "B-2" }))).toBe("RECEIPT_UNDONE");
  });

  it("that is missing makes every receipt one of its own; numbers have no gaps", async () => {
    await record();
    await record();
    const numbers = await receiptNumbers();
    expect(numbers).toEqual(numbers.map((_, index) => `SK-E1-2026-${String(index + 1).padStart(6, "0")}`));
    await expectBooksInOrder(database.db);
  });
});

describe("an undo", () => {
  it("of an unknown number is refused", async () => {
    expect(refusalCode(await undoReceipt(database.db, { receiptNo: "SK-0" }, at(TODAY)))).toBe("RECEIPT_UNKNOWN");
  });

  it("is refused with the amount when part of the money was refunded", async () => {
    const receipt = accepted(await record({ tenantCode: "T2", amountFen: 75_000n }));
    // What a refund does to the prepayment that it is paid from.
    await database.db.$executeRaw(Prisma.sql`UPDATE prepayment SET remaining_fen = 4000
      WHERE receipt_id = ${receipt.receiptId ?? ""}::uuid`);
    const outcome = await undoReceipt(database.db, { receiptNo: receipt.receiptNo ?? "" }, at(TODAY));
    expect(refusalCode(outcome)).toBe("RECEIPT_PARTLY_REFUNDED");
    if (!outcome.ok) expect(outcome.message.zh).toContain("¥10.00");
    await database.db.$executeRaw(Prisma.sql`UPDATE prepayment SET remaining_fen = 5000
      WHERE receipt_id = ${receipt.receiptId ?? ""}::uuid`);
    accepted(await undoReceipt(database.db, { receiptNo: receipt.receiptNo ?? "" }, at(TODAY)));
  });
});

describe("money of an unknown payer", () => {
  it("waits on 2241.02, is claimed once, pays from its value date, and can be undone", async () => {
    const before = await balances(database.db);
    const waiting = accepted(await record({ tenantCode: null, amountFen: 80_000n, channelNo: "B-9" }));
    expect(waiting).toMatchObject({ tenant: null, allocations: [], prepaymentFen: 0n });
    expect(await balances(database.db)).toMatchObject({ "2241.02": -80_000n });

    const claim = { receiptNo: waiting.receiptNo ?? "", tenantCode: "T2" };
    const claimed = accepted(await claimReceipt(database.db, claim, at(TODAY)));
    expect(claimed.allocations.map(({ charge, amountFen }) => [charge, amountFen])).toEqual([["other-rent", 70_000n]]);
    expect(claimed.prepaymentFen).toBe(10_000n);
    expect(await balances(database.db)).not.toHaveProperty("2241.02");
    await expectBooksInOrder(database.db);
    expect(refusalCode(await claimReceipt(database.db, { ...claim, tenantCode: "T1" }, at(TODAY)))).toBe(
      "NOTHING_TO_CLAIM",
    );

    accepted(await undoReceipt(database.db, { receiptNo: claim.receiptNo }, at(TODAY)));
    expect(await balances(database.db)).toEqual(before);
    await expectBooksInOrder(database.db);
  });

  it("can be undone before anybody claims it", async () => {
    const before = await balances(database.db);
    const waiting = accepted(await record({ tenantCode: null, amountFen: 1n, channelNo: "B-10" }));
    accepted(await undoReceipt(database.db, { receiptNo: waiting.receiptNo ?? "" }, at(TODAY)));
    expect(await balances(database.db)).toEqual(before);
    await expectBooksInOrder(database.db);
  });
});
