import { expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../../src/db/client.ts";
import { row } from "../../../src/db/rows.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { previewPayment } from "../../../src/usecases/explain/preview-payment.ts";
import { recordReceipt } from "../../../src/usecases/receipts/record-receipt.ts";
import { withDatabase } from "../../support/database.ts";
import { accepted, at, date, importPark, issueBill } from "../../support/ledger-world.ts";
import { fingerprint } from "../billing/park.ts";

const database = withDatabase();
const TODAY = "2026-03-01";

const tenantId = async (db: Database) =>
  (await row<{ id: string }>(db, Prisma.sql`SELECT id FROM tenant WHERE code = 'T1'`))?.id ?? "";

const previewOf = async (amountFen: bigint) => {
  const id = await tenantId(database.db);
  return inTransaction(database.db, (tx) => previewPayment(tx, { tenantId: id, amountFen, today: date(TODAY) }));
};

it("previews what then really happens, to the fen, late fees included, and writes nothing", async () => {
  const { db } = database;
  await importPark(db, [
    { code: "L1", lateFee: { dailyRate: "0.0005" } },
    { code: "L2", entity: "E2" },
  ]);
  const bill = (billNo: string, lease: string, month: string, fen: bigint) =>
    issueBill(db, {
      billNo,
      lease,
      issueDate: `2026-${month}-01`,
      dueDate: `2026-${month}-11`,
      lines: [
        { charge: "rent", kind: "rent", amountFen: fen },
        { charge: "elec", kind: "electricity", amountFen: 12_345n },
      ],
    });
  await bill("B1", "L1", "01", 100_000n);
  await bill("B2", "L1", "02", 100_000n);
  await bill("B3", "L2", "02", 50_000n);
  const before = await fingerprint(db);

  // Each time more than the last, at the end more than is owed.
  for (const amountFen of [1n, 5000n, 112_345n, 200_000n]) {
    const previews = await previewOf(amountFen);
    expect(previews.map(({ entityName }) => entityName)).toEqual(["乙公司", "甲公司"]);
    const preview = previews[1];
    if (amountFen === 1n) expect(await fingerprint(db)).toEqual(before);
    const real = accepted(
      await recordReceipt(
        db,
        { channel: "bank", tenantCode: "T1", entityCode: "E1", amountFen, valueDate: date(TODAY) },
        at(TODAY),
      ),
    );
    expect(preview?.allocations).toEqual(real.allocations);
    expect(preview?.prepaymentFen).toBe(real.prepaymentFen);
    const next = await previewOf(1n);
    const stillOwed = next.find(({ entityName }) => entityName === "甲公司")?.owedFen ?? 0n;
    expect(preview?.owedAfterFen).toBe(stillOwed);
  }
  // All of E1 is paid: only E2 is left to ask about.
  expect((await previewOf(1n)).map(({ entityName }) => entityName)).toEqual(["乙公司"]);
});

it("has nothing to say where nothing is owed", async () => {
  const other = await row<{ id: string }>(database.db, Prisma.sql`SELECT id FROM tenant WHERE code = 'T2'`);
  const previews = await inTransaction(database.db, (tx) =>
    previewPayment(tx, { tenantId: other?.id ?? "", amountFen: 100n, today: date(TODAY) }),
  );
  expect(previews).toEqual([]);
});
