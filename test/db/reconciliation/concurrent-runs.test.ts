import { beforeAll, describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { row } from "../../../src/db/rows.ts";
import { recordReceipt } from "../../../src/usecases/receipts/record-receipt.ts";
import { undoReceipt } from "../../../src/usecases/receipts/undo-receipt.ts";
import { withDatabase } from "../../support/database.ts";
import { accepted, at, date, expectBooksInOrder, importPark, issueBill } from "../../support/ledger-world.ts";
import { hireFinanceManager, openDesk, type StatementDesk } from "./statement-world.ts";

const DAY = "2026-02-20";

describe("two runs, receipts and undos on the same bills at once", () => {
  const database = withDatabase();
  let desk: StatementDesk;

  beforeAll(async () => {
    await importPark(database.db, [{ code: "L1" }]);
    await hireFinanceManager(database.db);
    desk = await openDesk(database.db);
    for (let index = 1; index <= 8; index += 1) {
      await issueBill(database.db, {
        billNo: `P-202602-0000${index}`,
        lease: "L1",
        issueDate: "2026-02-01",
        dueDate: "2026-02-10",
        lines: [{ charge: `rent-${index}`, kind: "rent", amountFen: 10_000n + BigInt(index) }],
      });
    }
  });

  it("take every line once and keep every invariant", async () => {
    const rows = Array.from({ length: 8 }, (_, index) => ({
      amountFen: 10_001n + BigInt(index),
      payer: "租户一",
      account: "6222001",
      remark: `P-202602-0000${index + 1}`,
      serial: `C${index}`,
    }));
    await desk.import(DAY, rows, 0n);
    const cash = async (amountFen: bigint): Promise<void> => {
      const command = { channel: "cash" as const, tenantCode: "T1", entityCode: "E1", amountFen, valueDate: date(DAY) };
      const receipt = accepted(await recordReceipt(database.db, command, at(DAY)));
      accepted(await undoReceipt(database.db, { receiptNo: receipt.receiptNo ?? "" }, at(DAY)));
    };
    await Promise.all([desk.run(DAY), desk.run(DAY), cash(15_000n), cash(7_000n), desk.run(DAY)]);
    await desk.run(DAY);
    const receipts = await row<{ count: bigint; fen: bigint }>(
      database.db,
      Prisma.sql`SELECT count(*) AS count, sum(amount_fen)::bigint AS fen FROM receipt WHERE channel = 'bank' AND state = 'counted'`,
    );
    // 8 transfers: 8 × 10,000 + (1 + … + 8) fen.
    expect(receipts).toEqual({ count: 8n, fen: 80_036n });
    const matches = await row<{ count: bigint }>(
      database.db,
      Prisma.sql`SELECT count(*) AS count FROM match_item WHERE active`,
    );
    expect(matches?.count).toBe(8n);
    await expectBooksInOrder(database.db);
  });
});
