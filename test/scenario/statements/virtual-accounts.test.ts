import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../../src/db/ids.ts";
import { execute, row, rows } from "../../../src/db/rows.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { decideApproval } from "../../../src/usecases/approvals/decide-approval.ts";
import { PLAIN_APPROVAL_CARDS } from "../../../src/usecases/approvals/plain-cards.ts";
import { findStaffMember } from "../../../src/usecases/staff/find-staff-member.ts";
import { hireFinanceManager, kindsOf, openDesk, type StatementDesk } from "../../db/reconciliation/statement-world.ts";
import { withDatabase } from "../../support/database.ts";
import { balances, date, expectBooksInOrder, importPark, issueBill, standing } from "../../support/ledger-world.ts";

/*
 * virtual-accounts.md by way of bank statements. Open on 2026-02-20: utilities 3,120.40 with a fee of 39.01 (25 days ×
 * 156.02 fen = 3,900.5), rent 12,888.00, management 1,718.40; together 1,776,581 fen.
 */
const DAY = "2026-02-20";
const NEXT = "2026-02-21";
const NUMBER = "7559123456000001";
const APP_ID = "wx-park";

type Db = ReturnType<typeof withDatabase>["db"];

async function openPark(db: Db): Promise<StatementDesk> {
  await importPark(db, [
    { code: "L1", lateFee: { dailyRate: "0.0005" } },
    { code: "L2" },
    { code: "L3" },
    { code: "L4", tenant: "T2" },
  ]);
  await hireFinanceManager(db);
  const january = { issueDate: "2026-01-15", dueDate: "2026-01-25" };
  const february = { issueDate: "2026-01-26", dueDate: "2026-02-05" };
  for (const bill of [
    { billNo: "P-1", lease: "L1", ...january, lines: [{ charge: "elec", kind: "electricity", amountFen: 312_040n }] },
    { billNo: "P-2", lease: "L2", ...february, lines: [{ charge: "rent", kind: "rent", amountFen: 1_288_800n }] },
    { billNo: "P-3", lease: "L3", ...february, lines: [{ charge: "mgmt", kind: "management", amountFen: 171_840n }] },
  ] as const)
    await issueBill(db, bill);
  await giveNumber(db, "T1", NUMBER, "[2026-01-01,)");
  await putInChat(db);
  return openDesk(db, APP_ID);
}

/** 王会计 of T1 in the official account, the finance manager in WeCom. */
async function putInChat(db: Db): Promise<void> {
  const personId = newId();
  await execute(db, Prisma.sql`INSERT INTO person (id, name) VALUES (${personId}::uuid, '王会计')`);
  await execute(
    db,
    Prisma.sql`INSERT INTO tenant_member (id, tenant_id, person_id, role)
      SELECT ${newId()}::uuid, id, ${personId}::uuid, 'owner' FROM tenant WHERE code = 'T1'`,
  );
  await execute(
    db,
    Prisma.sql`INSERT INTO channel_identity (id, person_id, platform, app_id, external_id)
      SELECT ${newId()}::uuid, ${personId}::uuid, 'official-account', ${APP_ID}, 'o-王会计'
      UNION ALL SELECT ${newId()}::uuid, person_id, 'wecom', 'corp', 'w-S09' FROM staff WHERE code = 'S09'`,
  );
}

/** What was sent to this person, each message as its words, the oldest first. */
const said = async (db: Db, recipient: string): Promise<string[]> =>
  (
    await rows<{ message: string }>(
      db,
      Prisma.sql`SELECT message::text AS message FROM outbox WHERE recipient = ${recipient} ORDER BY id`,
    )
  ).map(({ message }) => message);

const giveNumber = (db: Db, tenant: string, number: string, valid: string) =>
  execute(
    db,
    Prisma.sql`INSERT INTO virtual_account (id, entity_id, bank_account_id, tenant_id, number, valid)
      SELECT ${newId()}::uuid, a.entity_id, a.id, t.id, ${number}, ${valid}::daterange
      FROM bank_account a CROSS JOIN tenant t WHERE a.code = 'CMB1' AND t.code = ${tenant}`,
  );

const to = (amountFen: bigint, more: object = {}) => ({
  amountFen,
  payer: "租户一",
  account: "6222001",
  remark: `转入 ${NUMBER}`,
  ...more,
});

const SETTLED = { open: { elec: 0n, rent: 0n, mgmt: 0n }, lateFees: { elec: 0n, rent: 0n, mgmt: 0n } };

describe("transfers to a virtual number", () => {
  const database = withDatabase();
  let desk: StatementDesk;
  beforeAll(async () => {
    desk = await openPark(database.db);
  });

  it("V3: 39.00 pay the fee but one fen, and nothing else", async () => {
    await desk.import("2026-02-19", [], 0n).catch(() => undefined);
    await desk.import(DAY, [to(3_900n, { serial: "A1" })], 0n);
    const run = await desk.run(DAY);
    expect(run.matched.map((one) => one.stage)).toEqual([3]);
    expect(run.exceptions).toEqual([]);
    expect((await standing(database.db)).lateFees.elec).toBe(1n);
    expect((await standing(database.db)).open.elec).toBe(312_040n);
  });

  it("V2: the rest and 2,234.19 more settle everything and leave a prepayment", async () => {
    // 1,776,581 − 3,900 = 1,772,681 fen are still owed.
    // V5: this file overlaps with the one before.
    const overlapping = [to(3_900n, { serial: "A1" }), to(1_772_681n + 223_419n, { serial: "A2" })];
    expect(await desk.import(DAY, overlapping, 0n)).toMatchObject({ lines: 2, newLines: 1 });
    await desk.run(DAY);
    expect(await standing(database.db)).toEqual({ ...SETTLED, prepaymentFen: 223_419n });
    expect((await said(database.db, "o-王会计")).at(-1)).toMatch(/多出的¥2,234.19已转入预存款.*如需退回请回复“退款”/);
    expect(await balances(database.db)).toMatchObject({ "1002": 2_000_000n });
  });

  it("V5: a statement again, and one that overlaps, add nothing", async () => {
    const before = await row<{ count: bigint }>(database.db, Prisma.sql`SELECT count(*) AS count FROM statement_line`);
    const again = await desk.import(
      DAY,
      [to(3_900n, { serial: "A1" }), to(1_772_681n + 223_419n, { serial: "A2" })],
      0n,
    );
    expect(again).toMatchObject({ lines: 2, newLines: 0, file: { duplicateOf: expect.anything() } });
    const after = await row<{ count: bigint }>(database.db, Prisma.sql`SELECT count(*) AS count FROM statement_line`);
    expect(after).toEqual(before);
    expect((await desk.run(DAY)).matched).toHaveLength(2);
    // One message for each of the two transfers, and none for hearing of them again.
    expect(await said(database.db, "o-王会计")).toHaveLength(2);
  });

  it("V6: the bank takes V2's money back the next day: prepayment first, then the latest lines", async () => {
    await desk.import(NEXT, [
      { amountFen: -(1_772_681n + 223_419n), payer: "租户一", account: "6222001", remark: "冲账", serial: "A3" },
    ]);
    const run = await desk.run(NEXT);
    expect(kindsOf(run)).toEqual(["REVERSED_LINE"]);
    const [reversed] = run.exceptions;
    await desk.resolve(reversed?.id ?? "", "undo-receipt");
    const now = await standing(database.db);
    expect(now.prepaymentFen).toBe(0n);
    expect(now.open).toEqual({ elec: 312_040n, rent: 1_288_800n, mgmt: 171_840n });
    // 1,772,681 fen were allocated: the last fen of the fee and the three lines.
    expect((await said(database.db, "o-王会计")).at(-1)).toMatch(
      /银行冲回了您的一笔转账¥19,961\.00.*视同没有付过.*从预存款扣回：¥2,234\.19.*重新待付：¥17,726\.81，违约金按未付款计算/,
    );
    const [toFinance = ""] = await said(database.db, "w-S09");
    expect(toFinance).toMatch(/银行冲账/);
    expect(toFinance).toMatch(/¥19,961\.00/);
    await expectBooksInOrder(database.db);
    expect((await desk.close(NEXT)).closed).toBe(true);
  });
});

describe("V1 and V4: all that is owed, and twins", () => {
  const database = withDatabase();
  let desk: StatementDesk;
  beforeAll(async () => {
    desk = await openPark(database.db);
  });

  it("V1: 17,765.81 settle everything without a rest", async () => {
    await desk.import(DAY, [to(1_776_581n)], 0n);
    const run = await desk.run(DAY);
    expect(run.exceptions).toEqual([]);
    expect(await standing(database.db)).toEqual({ ...SETTLED, prepaymentFen: 0n });
    expect(run.closed).toBe(true);
    const messages = await said(database.db, "o-王会计");
    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatch(/¥17,765\.81/);
    expect(messages[0]).not.toMatch(/预存/);
  });

  it("V4: two transfers of one amount in one second are two receipts", async () => {
    const twin = to(50_000n, { time: "11:11:11" });
    await desk.import(NEXT, [twin, twin]);
    expect((await desk.run(NEXT)).matched).toHaveLength(2);
    const count = await row<{ count: bigint }>(
      database.db,
      Prisma.sql`SELECT count(*) AS count FROM receipt WHERE amount_fen = 50000 AND state = 'counted'`,
    );
    expect(count?.count).toBe(2n);
    await expectBooksInOrder(database.db);
  });
});

describe("numbers and payers that do not go together", () => {
  const database = withDatabase();
  let desk: StatementDesk;
  beforeEach(async () => {
    if (desk) return;
    desk = await openPark(database.db);
    await giveNumber(database.db, "T2", "7559123456000002", "[2025-01-01,2026-02-01)");
  });

  it("V7: A's number from B's account settles A, and says so", async () => {
    await desk.import(DAY, [to(1_776_581n, { payer: "租户二", account: "6222002" })], 0n);
    const run = await desk.run(DAY);
    expect(kindsOf(run)).toEqual(["MULTI_TENANT_PAYER"]);
    expect(run.matched).toHaveLength(1);
    expect((await standing(database.db)).open.rent).toBe(0n);
    const receipts = await rows(
      database.db,
      Prisma.sql`SELECT t.code, r.amount_fen AS fen, r.state FROM receipt r JOIN tenant t ON t.id = r.tenant_id`,
    );
    expect(receipts).toEqual([{ code: "T1", fen: 1_776_581n, state: "counted" }]);
    expect((await said(database.db, "w-S09")).join()).toMatch(/同一付款人涉及多个租户/);
  });

  it("V8: the number of a closed lease: unclaimed money, the former tenant proposed", async () => {
    await desk.import(NEXT, [
      { amountFen: 8_888n, payer: "某公司", account: "6222009", remark: "转入 7559123456000002" },
    ]);
    const run = await desk.run(NEXT);
    expect(kindsOf(run)).toEqual(["UNKNOWN_PAYER"]);
    expect(run.exceptions[0]?.proposals[0]?.code).toBe("claim:T2");
    expect(await balances(database.db)).toMatchObject({ "2241.02": -8_888n });
    await expectBooksInOrder(database.db);
  });
});

describe("months that are closed, bills that are invoiced", () => {
  const database = withDatabase();
  let desk: StatementDesk;
  beforeAll(async () => {
    desk = await openPark(database.db);
  });

  it("V9: a value date of a locked month: booked in the open one, the fee stops at the value date", async () => {
    await execute(
      database.db,
      Prisma.sql`INSERT INTO accounting_period (entity_id, month, state, changed_by)
        SELECT id, '2026-01', 'locked', 'staff:S01' FROM legal_entity WHERE code = 'E1'`,
    );
    // Due 01-25; through 01-29 four days × 156.02 fen = 624.08 → 624 fen.
    await desk.import(DAY, [to(312_040n + 624n, { valueDate: "2026-01-30", serial: "C1" })], 0n);
    const run = await desk.run(DAY);
    expect(kindsOf(run)).toEqual(["CLOSED_PERIOD"]);
    const booked = await row<{ period: string; day: string }>(
      database.db,
      Prisma.sql`SELECT period, value_date::text AS day FROM ledger_transaction WHERE event_type = 'receipt.recorded'`,
    );
    expect(booked).toEqual({ period: "2026-02", day: "2026-01-30" });
    expect((await standing(database.db)).open.elec).toBe(0n);
    expect((await standing(database.db)).lateFees.elec).toBe(0n);
    // The choice asks for the reopening itself; nothing is booked, and the undo asks no more.
    const [closed] = run.exceptions;
    const id = closed?.id ?? "";
    const documents = () =>
      rows<{ type: string; state: string; month: string }>(
        database.db,
        Prisma.sql`SELECT type, state, payload->>'month' AS month FROM approval_request ORDER BY number`,
      );
    const asked = await desk.resolve(id, "reopen");
    expect(asked).toMatchObject({ postings: [], exception: { state: "resolved" } });
    expect(asked.approvals).toHaveLength(1);
    expect(await documents()).toEqual([{ type: "reopen", state: "pending", month: "2026-01" }]);
    await desk.undo(id);
    expect((await documents()).map(({ state }) => state)).toEqual(["expired"]);
    // Asked again, and a second person agrees: the month is open, and the money stays where it was booked.
    const [approvalId = ""] = (await desk.resolve(id, "reopen")).approvals ?? [];
    const second = await findStaffMember(database.db, { code: "S01" });
    expect(
      await inTransaction(database.db, (tx) =>
        decideApproval(
          tx,
          { requestId: approvalId, version: 1, decision: "approve", personId: second?.personId ?? "" },
          {
            actor: "staff:S01",
            channel: "test",
            today: date(DAY),
            nowMs: Date.parse(`${DAY}T12:00:00+08:00`),
            cards: PLAIN_APPROVAL_CARDS,
          },
        ),
      ),
    ).toMatchObject({ ok: true });
    const state = await row(database.db, Prisma.sql`SELECT month, state FROM accounting_period`);
    expect(state).toEqual({ month: "2026-01", state: "open" });
    await expect(desk.undo(id)).rejects.toThrow(/已经批准/);
  });

  it("V10: an invoiced bill: undone, the invoice stands and finance is told", async () => {
    const invoiceId = newId();
    await execute(
      database.db,
      Prisma.sql`INSERT INTO invoice (id, entity_id, tenant_id, number, amount_fen, state)
        SELECT ${invoiceId}::uuid, e.id, t.id, 'FP1', 312040, 'opening' FROM legal_entity e, tenant t
        WHERE e.code = 'E1' AND t.code = 'T1'`,
    );
    await execute(
      database.db,
      Prisma.sql`INSERT INTO invoice_coverage (line_id, invoice_id, amount_fen)
        SELECT id, ${invoiceId}::uuid, 312040 FROM bill_line WHERE charge_code = 'elec'`,
    );
    await desk.import(NEXT, [
      { amountFen: -(312_040n + 624n), payer: "租户一", account: "6222001", remark: "退汇", serial: "C2" },
    ]);
    const [reversed] = (await desk.run(NEXT)).exceptions;
    expect(reversed?.facts).toMatchObject({ invoiced: true });
    expect(String(reversed?.facts.reasons)).toMatch(/发票不会自动红冲/);
    expect((await said(database.db, "w-S09")).join()).toMatch(/发票不会自动红冲/);
    await desk.resolve(reversed?.id ?? "", "undo-receipt");
    expect((await standing(database.db)).open.elec).toBe(312_040n);
    const invoice = await row<{ state: string }>(
      database.db,
      Prisma.sql`SELECT state FROM invoice WHERE id = ${invoiceId}::uuid`,
    );
    expect(invoice?.state).toBe("opening");
    expect(await rows(database.db, Prisma.sql`SELECT id FROM invoice WHERE number IS DISTINCT FROM 'FP1'`)).toEqual([]);
    await expectBooksInOrder(database.db);
  });
});
