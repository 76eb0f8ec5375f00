import { beforeAll, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../../src/db/rows.ts";
import { approveDifference } from "../../../src/usecases/cashier/approve-difference.ts";
import { closeShift, openShift } from "../../../src/usecases/cashier/shift.ts";
import { recordReceipt } from "../../../src/usecases/receipts/record-receipt.ts";
import { undoReceipt } from "../../../src/usecases/receipts/undo-receipt.ts";
import { withDatabase } from "../../support/database.ts";
import { accepted, at, date, expectBooksInOrder, importPark } from "../../support/ledger-world.ts";

const TODAY = "2026-02-20";
const database = withDatabase();
const cash = async (amountFen: bigint) => {
  const recorded = accepted(
    await recordReceipt(
      database.db,
      { channel: "cash", tenantCode: "T1", entityCode: "E1", amountFen, valueDate: date(TODAY) },
      at(TODAY),
    ),
  );
  return recorded.receiptNo ?? "";
};
const open = (openingFen: bigint) =>
  openShift(database.db, { staffCode: "S01", entityCode: "E1", openingFen }, at(TODAY));
const close = (countedFen: bigint) => closeShift(database.db, { staffCode: "S01", countedFen }, at(TODAY));
const approve = (shiftNo: string, staffCode: string) =>
  approveDifference(database.db, { shiftNo, staffCode }, at(TODAY));

beforeAll(async () => {
  await importPark(database.db, [{ code: "L1" }]);
  await database.db
    .$executeRaw`INSERT INTO staff_role (staff_id, role) SELECT id, 'cashier' FROM staff WHERE code = 'S01' ON CONFLICT DO NOTHING`;
  await database.db
    .$executeRaw`INSERT INTO staff_role (staff_id, role) SELECT id, 'finance-manager' FROM staff WHERE code = 'S03' ON CONFLICT DO NOTHING`;
});

it("a day at the cash desk: float, receipts, one undone, a drawer that is short, and who may book that", async () => {
  expect(await close(0n)).toMatchObject({ ok: false, code: "ENTITY_NEEDED" }); // two companies, and no shift that says which
  await cash(99_900n); // before the shift: not of this drawer
  expect(await open(20_000n)).toMatchObject({ ok: true, shiftNo: "BC-E1-2026-00001" });
  expect(await open(20_000n)).toMatchObject({ ok: false, code: "SHIFT_OPEN" });
  const first = await cash(10_000n);
  const second = await cash(5_050n);
  const mistake = await cash(700n);
  await undoReceipt(database.db, { receiptNo: mistake, reason: undefined }, at(TODAY));
  // 200.00 + 100.00 + 50.50 = 350.50; 350.00 lie in the drawer.
  const closed = await close(35_000n);
  expect(closed).toMatchObject({
    ok: true,
    cashFen: 15_050n,
    expectedFen: 35_050n,
    differenceFen: -50n,
    receipts: [
      { receiptNo: first, amountFen: 10_000n },
      { receiptNo: second, amountFen: 5_050n },
    ],
  });
  await expectBooksInOrder(database.db);
  expect(await approve("BC-E1-2026-00001", "S01")).toMatchObject({ ok: false, code: "OWN_SHIFT" });
  expect(await approve("BC-E1-2026-00001", "S03")).toMatchObject({
    ok: true,
    differenceFen: -50n,
    debit: "1901",
    credit: "1001",
  });
  expect(await approve("BC-E1-2026-00001", "S03")).toMatchObject({ ok: false, code: "ALREADY_APPROVED" });
  await expectBooksInOrder(database.db);

  // The next shift pays the first receipt back: 350.00 − 100.00, and it all fits.
  await open(35_000n);
  await undoReceipt(database.db, { receiptNo: first, reason: undefined }, at(TODAY));
  expect(await close(25_000n)).toMatchObject({
    shiftNo: "BC-E1-2026-00002",
    receipts: [{ receiptNo: first, amountFen: -10_000n }],
    differenceFen: 0n,
  });
  expect(await approve("BC-E1-2026-00002", "S03")).toMatchObject({ ok: false, code: "NO_DIFFERENCE" });
});

it("money by card is the acquirer's debt, not the drawer's, and a slip counts once", async () => {
  const card = {
    channel: "pos" as const,
    tenantCode: "T1",
    entityCode: "E1",
    amountFen: 8_800n,
    valueDate: date(TODAY),
    channelNo: "POS-SLIP-000123",
  };
  await open(0n);
  const first = accepted(await recordReceipt(database.db, card, at(TODAY)));
  const again = accepted(await recordReceipt(database.db, card, at(TODAY)));
  expect(again).toMatchObject({ receiptNo: first.receiptNo, repeated: true });
  expect(await close(0n)).toMatchObject({ receipts: [], differenceFen: 0n });
  const [balance] = await rows<{ fen: bigint }>(
    database.db,
    Prisma.sql`SELECT sum(CASE WHEN debit_account = '1012.02' THEN amount_fen ELSE -amount_fen END)::bigint AS fen FROM ledger_posting
      WHERE '1012.02' IN (debit_account, credit_account)`,
  );
  expect(balance?.fen).toBe(8_800n);
  await expectBooksInOrder(database.db);
});
