import { beforeEach, describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../../src/db/ids.ts";
import { execute, rows } from "../../../src/db/rows.ts";
import type { TenantAccountKey } from "../../../src/db/tenant-account.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { applyPrepayments } from "../../../src/usecases/receipts/apply-prepayments.ts";
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
  standing,
} from "../../support/ledger-world.ts";

let database: Awaited<ReturnType<typeof createTestDatabase>>;

beforeEach(async () => {
  database = await createTestDatabase();
  await importPark(database.db, [
    { code: "L1", lateFee: { dailyRate: "0.0005" } },
    { code: "L2", autoApplyPrepayment: false },
    { code: "L3", tenant: "T2" },
  ]);
  return () => database.close();
});

const MARCH = { issueDate: "2026-03-01", dueDate: "2026-03-11" };

const accounts = (): Promise<TenantAccountKey[]> =>
  rows<TenantAccountKey>(
    database.db,
    Prisma.sql`SELECT t.id AS "tenantId", e.id AS "entityId" FROM tenant t, legal_entity e WHERE e.code = 'E1'`,
  );
const apply = async (issueDate: string) => {
  const of = await accounts();
  const applied = await inTransaction(database.db, (tx) => applyPrepayments(tx, of, date(issueDate)));
  return applied.map(({ charge, kind, amountFen }) => `${charge} ${kind} ${amountFen}`);
};
const prepay = async (tenantCode: string, amountFen: bigint, valueDate: string) =>
  accepted(
    await recordReceipt(
      database.db,
      { channel: "bank", tenantCode, entityCode: "E1", amountFen, valueDate: date(valueDate) },
      at(valueDate),
    ),
  );
/** A prepayment that the old system had bound to a kind, with its posting. */
const openingPrepayment = (kind: string, amountFen: bigint) =>
  inTransaction(database.db, async (tx) => {
    const id = newId();
    await execute(
      tx,
      Prisma.sql`INSERT INTO prepayment (id, entity_id, tenant_id, origin, origin_id, bound_kind, amount_fen, remaining_fen, value_date)
        SELECT ${id}::uuid, e.id, t.id, 'opening', ${id}::uuid, ${kind}, ${amountFen}, ${amountFen}, '2026-01-01'
        FROM tenant t, legal_entity e WHERE t.code = 'T1' AND e.code = 'E1'`,
    );
    await execute(
      tx,
      Prisma.sql`WITH made AS (INSERT INTO ledger_transaction (id, entity_id, event_type, event_id, period, booking_date, value_date)
          SELECT ${newId()}::uuid, e.id, 'opening.prepayment', ${id}::uuid, '2026-01', '2026-01-01', '2026-01-01'
          FROM legal_entity e WHERE e.code = 'E1' RETURNING id, entity_id)
        INSERT INTO ledger_posting (id, transaction_id, entity_id, debit_account, credit_account, amount_fen, tenant_id)
        SELECT ${newId()}::uuid, made.id, made.entity_id, '4104.09', '2203', ${amountFen}, t.id
        FROM made, tenant t WHERE t.code = 'T1'`,
    );
  });

describe("prepayments, when bills are issued", () => {
  it("pay what is open of their own tenant, the bound ones first and only their kind, the oldest before the newer", async () => {
    await openingPrepayment("water", 8_000n);
    await prepay("T1", 3_000n, "2026-02-01");
    await prepay("T1", 90_000n, "2026-02-02");
    await prepay("T2", 1_000n, "2026-02-01");
    await issueBill(database.db, {
      billNo: "P-1",
      lease: "L1",
      ...MARCH,
      lines: [
        { charge: "rent", kind: "rent", amountFen: 50_000n },
        { charge: "water", kind: "water", amountFen: 10_000n },
      ],
    });
    await issueBill(database.db, {
      billNo: "P-3",
      lease: "L3",
      ...MARCH,
      lines: [{ charge: "rent-2", kind: "rent", amountFen: 2_500n }],
    });
    expect((await apply("2026-03-01")).sort()).toEqual([
      // T2: all it has. T1: the bound 8,000 to water; then, water before rent, 2,000 and 1,000 of the older 3,000 …
      "rent rent 1000",
      // … and the rest of the rent from the newer 90,000.
      "rent rent 49000",
      "rent-2 rent 1000",
      "water water 2000",
      "water water 8000",
    ]);
    expect((await standing(database.db)).prepaymentFen).toBe(41_000n);
    await expectBooksInOrder(database.db);
    expect(await apply("2026-03-01")).toEqual([]);
  });

  it("pay late fees through the day before the issue date, but no lease that declined", async () => {
    const february = { issueDate: "2026-02-01", dueDate: "2026-02-19" };
    const rent = { kind: "rent", amountFen: 100_000n } as const;
    await prepay("T1", 150_000n, "2026-01-31");
    await issueBill(database.db, { billNo: "P-1", lease: "L1", ...february, lines: [{ charge: "rent", ...rent }] });
    await issueBill(database.db, { billNo: "P-2", lease: "L2", ...february, lines: [{ charge: "declined", ...rent }] });
    // 02-20 … 02-28 are 9 days × 50 fen.
    expect(await apply("2026-03-01")).toEqual(["rent late-fee 450", "rent rent 100000"]);
    expect((await standing(database.db)).open).toEqual({ rent: 0n, declined: 100_000n });
    await expectBooksInOrder(database.db);
  });

  it("are taken back with the receipt they came from, the fee as if never paid (V6)", async () => {
    const receipt = await prepay("T1", 150_000n, "2026-02-01");
    await issueBill(database.db, {
      billNo: "P-1",
      lease: "L1",
      ...MARCH,
      lines: [{ charge: "rent", kind: "rent", amountFen: 100_000n }],
    });
    const before = await balances(database.db);
    await apply("2026-03-01");
    const undone = accepted(await undoReceipt(database.db, { receiptNo: receipt.receiptNo ?? "" }, at("2026-03-20")));
    expect(undone).toMatchObject({ prepaymentFen: 50_000n, allocations: [{ charge: "rent", amountFen: 100_000n }] });
    expect(await standing(database.db)).toMatchObject({ open: { rent: 100_000n }, prepaymentFen: 0n });
    const { "1002": _bank, "2203": _prepaid, ...claims } = before;
    expect(await balances(database.db)).toEqual(claims);
    await expectBooksInOrder(database.db);
    // 03-12 … 03-19: 8 days × 50.
    const asked = await recordReceipt(
      database.db,
      { channel: "cash", tenantCode: "T1", amountFen: 400n, valueDate: date("2026-03-20"), preview: true },
      at("2026-03-20"),
    );
    expect(accepted(asked).allocations).toMatchObject([{ kind: "late-fee", amountFen: 400n }]);
  });
});

describe("principal that a correction lowers below what was paid", () => {
  it("comes free latest first: into the prepayment it came from, then into prepayment of the receipt", async () => {
    await issueBill(database.db, {
      billNo: "P-0",
      lease: "L3",
      ...MARCH,
      lines: [{ charge: "rent", kind: "rent", amountFen: 100_000n }],
    });
    const lineId = (await rows<{ id: string }>(database.db, Prisma.sql`SELECT id FROM bill_line`))[0]?.id ?? "";
    const first = await prepay("T2", 60_000n, "2026-03-02");
    expect(first.prepaymentFen).toBe(0n);
    // Money that comes as prepayment of another receipt and is used at the next issue.
    await prepay("T2", 45_000n, "2026-03-03");
    await correctLine(database.db, lineId, 70_000n, "2026-04-01");
    const left = await rows<{ origin: string; receipt: string; fen: bigint }>(
      database.db,
      Prisma.sql`SELECT p.origin, r.receipt_no AS receipt, p.remaining_fen AS fen
        FROM prepayment p JOIN receipt r ON r.id = p.receipt_id ORDER BY p.id`,
    );
    // 100,000 were paid as 60,000 + 40,000; 70,000 come free: the second receipt's 40,000, then 30,000 of the first.
    expect(left).toEqual([
      { origin: "receipt", receipt: "SK-E1-2026-000002", fen: 5_000n },
      { origin: "correction", receipt: "SK-E1-2026-000002", fen: 40_000n },
      { origin: "correction", receipt: "SK-E1-2026-000001", fen: 30_000n },
    ]);
    await expectBooksInOrder(database.db);

    await issueBill(database.db, {
      billNo: "P-4",
      lease: "L3",
      issueDate: "2026-04-01",
      dueDate: "2026-04-11",
      lines: [{ charge: "april", kind: "rent", amountFen: 50_000n }],
    });
    await apply("2026-04-01");
    const april = (
      await rows<{ id: string }>(database.db, Prisma.sql`SELECT id FROM bill_line WHERE charge_code = 'april'`)
    )[0];
    await correctLine(database.db, april?.id ?? "", 50_000n, "2026-05-01");
    expect((await standing(database.db)).prepaymentFen).toBe(75_000n);
    await expectBooksInOrder(database.db);

    for (const receiptNo of ["SK-E1-2026-000001", "SK-E1-2026-000002"]) {
      accepted(await undoReceipt(database.db, { receiptNo }, at("2026-05-02")));
    }
    expect(await standing(database.db)).toMatchObject({ open: { rent: 30_000n, april: 0n }, prepaymentFen: 0n });
    expect(await balances(database.db)).not.toHaveProperty("2203");
    await expectBooksInOrder(database.db);
  });
});
