import { beforeAll, describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../../src/db/rows.ts";
import { addDays } from "../../../src/domain/time/civil-date.ts";
import { accrueNightly } from "../../../src/usecases/late-fees/accrue-nightly.ts";
import { recordReceipt } from "../../../src/usecases/receipts/record-receipt.ts";
import { undoReceipt } from "../../../src/usecases/receipts/undo-receipt.ts";
import { withDatabase } from "../../support/database.ts";
import { accepted, at, date, expectBooksInOrder, importPark, issueBill } from "../../support/ledger-world.ts";

const TODAY = "2026-03-01";
const database = withDatabase();

beforeAll(async () => {
  await importPark(database.db, [{ code: "L1", lateFee: { dailyRate: "0.0005" } }]);
  for (let index = 1; index <= 5; index += 1) {
    await issueBill(database.db, {
      billNo: `P-${index}`,
      lease: "L1",
      issueDate: "2026-01-01",
      dueDate: `2026-01-1${index}`,
      lines: [
        { charge: `rent-${index}`, kind: "rent", amountFen: 20_000n },
        { charge: `elec-${index}`, kind: "electricity", amountFen: 9_999n },
      ],
    });
  }
});

/** Sums of 13.37 to 130.07 yuan, more or less back-dated: together about as much as is owed. */
const receive = async (index: number) =>
  accepted(
    await recordReceipt(
      database.db,
      {
        channel: "bank",
        tenantCode: "T1",
        entityCode: "E1",
        channelNo: `B-${index}`,
        amountFen: BigInt(1_337 + ((index * 389) % 11_671)),
        valueDate: addDays(date(TODAY), -((index * 7) % 40)),
      },
      at(TODAY),
    ),
  );

describe("fifty receipts and undos of one account at the same moment", () => {
  it("leave every invariant true, and numbers without a gap", async () => {
    const early = [];
    for (let index = 0; index < 20; index += 1) early.push(await receive(index));
    await expectBooksInOrder(database.db);

    const undos = early.map(({ receiptNo }) => undoReceipt(database.db, { receiptNo: receiptNo ?? "" }, at(TODAY)));
    const receipts = Array.from({ length: 28 }, (_, index) => receive(100 + index));
    const nights = [date("2026-02-27"), date("2026-02-28")].map((night) => accrueNightly(database.db, night));
    await Promise.all([...undos, ...receipts, ...nights]);

    await expectBooksInOrder(database.db);
    const numbers = await rows<{ no: string; state: string }>(
      database.db,
      Prisma.sql`SELECT receipt_no AS no, state FROM receipt ORDER BY receipt_no`,
    );
    expect(numbers.map(({ no }) => Number(no.slice(-6)))).toEqual(Array.from({ length: 48 }, (_, index) => index + 1));
    expect(numbers.filter(({ state }) => state === "undone")).toHaveLength(20);
  });

  it("and the undo of one receipt, asked for four times at once, happens once", async () => {
    const { receiptNo } = await receive(900);
    const undo = () => undoReceipt(database.db, { receiptNo: receiptNo ?? "" }, at(TODAY));
    const answers = (await Promise.all([undo(), undo(), undo(), undo()])).map(accepted);
    expect(answers.filter(({ repeated }) => !repeated)).toHaveLength(1);
    await expectBooksInOrder(database.db);
  });
});
