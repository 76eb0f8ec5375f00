import { beforeEach, describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { row, rows } from "../../../src/db/rows.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { cancelApproval } from "../../../src/usecases/approvals/cancel-approval.ts";
import { findRequest } from "../../../src/usecases/approvals/stored-request.ts";
import { waiveLateFee } from "../../../src/usecases/late-fees/waive-late-fee.ts";
import { asks, contextAt, decides, importApprovalWorld, personOf } from "../../support/approval-world.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { balances, correctLine, expectBooksInOrder, issueBill, standing } from "../../support/ledger-world.ts";

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let lineId: string;

async function freshBill(amountFen = 1_200_000n): Promise<TestDatabase["db"]> {
  database = await createTestDatabase();
  await importApprovalWorld(database.db);
  const lines = await issueBill(database.db, {
    billNo: "DG-202601-00001",
    lease: "L1",
    issueDate: "2026-01-01",
    dueDate: "2026-01-11",
    lines: [{ charge: "rent", kind: "rent", amountFen }],
  });
  lineId = lines.get("rent") ?? "";
  return database.db;
}

const principal = (amountFen: bigint) => ({ kind: "write-off", part: "principal", lineId, amountFen }) as const;

describe("a write-off of principal", () => {
  it("uses the provision, stops the late fee and leaves the books in order (1231 → 1122)", async () => {
    const db = await freshBill();
    const request = await asks(db, "陈经理", principal(300_000n));
    // ≤ 5,000 yuan: one finance manager.
    expect(await decides(db, "周财务", request)).toMatchObject({ ok: true, request: { state: "approved" } });
    // Issued: 12,000 to 1122. Given up: 3,000. Fee through 2026-02-28: 48 days after 01-11 × 12,000 × 0.0005 = 288.00.
    expect(await balances(db)).toMatchObject({ "1122": 1_200_000n - 300_000n + 28_800n, "1231": 300_000n });
    expect((await standing(db)).open).toEqual({ rent: 900_000n });
    await expectBooksInOrder(db);
    await database.close();
  });

  it("shrinks before anybody's money becomes prepayment, when a correction makes the line smaller", async () => {
    const db = await freshBill(100_000n);
    await decides(db, "周财务", await asks(db, "陈经理", principal(100_000n)));
    await correctLine(db, lineId, 40_000n, "2026-03-02");
    expect(await standing(db)).toMatchObject({ open: { rent: 0n }, prepaymentFen: 0n });
    expect(await balances(db)).toMatchObject({ "1231": 60_000n });
    await expectBooksInOrder(db);
    await database.close();
  });

  it("is impossible once it was paid: nothing is posted, the document has lapsed with the reason", async () => {
    const db = await freshBill(100_000n);
    const both = await asks(db, "陈经理", principal(60_000n));
    const waiver = await asks(db, "何出纳", { kind: "waiver", part: "principal", lineId, amountFen: 60_000n });
    await decides(db, "周财务", waiver);
    const late = await decides(db, "周财务", both);
    expect(late).toMatchObject({
      ok: true,
      request: { state: "expired" },
      impossible: { code: "WAIVER_OUT_OF_RANGE" },
    });
    expect((await standing(db)).open).toEqual({ rent: 40_000n });
    await expectBooksInOrder(db);
    await database.close();
  });
});

describe("a waiver of a late fee", () => {
  // Fee through 2026-02-28: 48 days × 0.0005 × principal: 12,000 → 288.00 (area manager), 250,000 → 6,000.00 (two people).
  it("of up to 500 yuan needs the area manager of its own project, on the policy's word", async () => {
    const db = await freshBill();
    const request = await asks(db, "李管家", { kind: "waiver", part: "late-fee", lineId });
    expect(request.amountFen).toBe(28_800n);
    expect(await decides(db, "莫经理", request)).toMatchObject({ code: "APPROVER_WITHOUT_ROLE" });
    expect(await decides(db, "李管家", request)).toMatchObject({ code: "APPROVER_IS_REQUESTER" });
    expect(await decides(db, "离职的郑", request)).toMatchObject({ code: "NOT_STAFF" });
    expect(await decides(db, "赵总", request)).toMatchObject({ code: "APPROVER_WITHOUT_ROLE" });
    expect(await decides(db, "陈经理", request)).toMatchObject({ ok: true, request: { state: "approved" } });
    expect(await decides(db, "陈经理", request)).toMatchObject({ code: "ALREADY_DECIDED" });
    expect(await decides(db, "马钉钉", request)).toMatchObject({ code: "ALREADY_APPROVED" });
    expect((await standing(db)).lateFees).toEqual({ rent: 0n });
    await expectBooksInOrder(db);
    await database.close();
  });

  it("above 5,000 yuan needs a finance manager and then the CFO; asked from the command line it waits for both", async () => {
    const db = await freshBill(25_000_000n);
    const waived = await waiveLateFee(
      db,
      { lineId, reason: "和解", requestedBy: "S03", approvedBy: "S05" },
      contextAt("2026-03-01"),
    );
    expect(waived).toMatchObject({ ok: true, state: "pending", amountFen: 600_000n, openFen: 600_000n });
    if (!waived.ok) return;
    expect(await decides(db, "吴财务", waived.approval)).toMatchObject({ code: "APPROVER_WITHOUT_ROLE" });
    expect(await decides(db, "赵总", waived.approval)).toMatchObject({ ok: true, request: { state: "approved" } });
    expect((await standing(db)).lateFees).toEqual({ rent: 0n });
    await expectBooksInOrder(db);
    await database.close();
  });

  it("asked for again with another amount begins again: earlier decisions and cards are void", async () => {
    const db = await freshBill(25_000_000n);
    const first = await asks(db, "李管家", { kind: "waiver", part: "late-fee", lineId });
    await decides(db, "周财务", first);
    const same = await asks(db, "李管家", { kind: "waiver", part: "late-fee", lineId });
    expect(same).toMatchObject({ id: first.id, version: 1 });
    const again = await asks(db, "李管家", { kind: "waiver", part: "late-fee", lineId, amountFen: 40_000n });
    // 400 yuan: the area manager's, and nobody has agreed to it yet.
    expect(again).toMatchObject({
      id: first.id,
      version: 2,
      decisions: [],
      steps: [{ role: "area-manager", count: 1 }],
    });
    expect(await decides(db, "陈经理", first)).toMatchObject({ code: "STALE_VERSION" });
    expect(await decides(db, "陈经理", again)).toMatchObject({ ok: true, request: { state: "approved" } });
    await expect(asks(db, "何出纳", { kind: "waiver", part: "late-fee", lineId })).resolves.toMatchObject({
      version: 1,
    });
    const other = { kind: "waiver", part: "late-fee", lineId, amountFen: 100n } as const;
    await expect(asks(db, "李管家", other)).rejects.toThrow("ALREADY_ASKED");
    await database.close();
  });
});

describe("fifty people at once", () => {
  beforeEach(async () => {
    await freshBill();
  });

  it.each([1, 2, 3])("approve, reject and cancel one request: exactly one outcome (%i)", async () => {
    const { db } = database;
    const request = await asks(db, "李管家", { kind: "waiver", part: "late-fee", lineId });
    const requester = await personOf(db, "李管家");
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, index) => {
        if (index % 3 === 0) return decides(db, index % 2 === 0 ? "陈经理" : "马钉钉", request);
        if (index % 3 === 1) return decides(db, index % 2 === 0 ? "马钉钉" : "陈经理", request, "reject");
        return inTransaction(db, (tx) =>
          cancelApproval(tx, { requestId: request.id, personId: requester }, contextAt("2026-03-01")),
        );
      }),
    );
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
    const after = await findRequest(db, request.number);
    const waivers = await rows(db, Prisma.sql`SELECT id FROM late_fee_waiver`);
    expect(after?.state).not.toBe("pending");
    expect(waivers).toHaveLength(after?.state === "approved" ? 1 : 0);
    expect((await standing(db)).lateFees).toEqual({ rent: after?.state === "approved" ? 0n : 28_800n });
    const decisions = await row<{ count: bigint }>(db, Prisma.sql`SELECT count(*) AS count FROM approval_decision`);
    expect(decisions?.count).toBe(after?.state === "cancelled" ? 0n : 1n);
    await expectBooksInOrder(db);
    await database.close();
  });
});
