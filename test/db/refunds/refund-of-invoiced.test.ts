import { describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../../src/db/client.ts";
import { execute, row, rows } from "../../../src/db/rows.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { EMPTY_TITLE } from "../../../src/domain/invoice/title.ts";
import { addDays } from "../../../src/domain/time/civil-date.ts";
import { findExceptions } from "../../../src/usecases/exceptions/exception.ts";
import { resolveException } from "../../../src/usecases/exceptions/resolve-exception.ts";
import { undoResolution } from "../../../src/usecases/exceptions/undo-resolution.ts";
import { applyForInvoice } from "../../../src/usecases/invoices/apply-for-invoice.ts";
import { saveTitle } from "../../../src/usecases/invoices/invoice-titles.ts";
import { issueInvoice } from "../../../src/usecases/invoices/issue-invoice.ts";
import { moveRedLetter, type RedStep } from "../../../src/usecases/invoices/red-letters.ts";
import { renewRefundReversals } from "../../../src/usecases/invoices/refund-red-letters.ts";
import { checkLedger } from "../../../src/usecases/ledger-check/check-ledger.ts";
import { prepareOrder } from "../../../src/usecases/payments/prepare-order.ts";
import { settlePayment } from "../../../src/usecases/payments/settle-payment.ts";
import { undoReceipt } from "../../../src/usecases/receipts/undo-receipt.ts";
import { payDueRefunds } from "../../../src/usecases/refunds/pay-due-refunds.ts";
import type { StoredRefund } from "../../../src/usecases/refunds/stored-refund.ts";
import { findStaffMember } from "../../../src/usecases/staff/find-staff-member.ts";
import {
  approves,
  asks,
  decides,
  expectBooksInOrder,
  heard,
  idsOf,
  openRefundWorld,
  type RefundWorld,
  refundOf,
  works,
} from "./refund-world.ts";

const MERCHANT = "1900000001";
const NUMBER = "26442000000000000001";
const RED_NUMBER = "26442000000000000009";

interface Invoiced {
  readonly receiptId: string;
  readonly receiptNo: string;
  readonly lineId: string;
}

/** T002 pays ¥71.11 late fee and ¥6,772.50 rent to E1 by WeChat and has the rent invoiced, all of it. */
async function paysAndIsInvoiced(world: RefundWorld): Promise<Invoiced> {
  await execute(
    world.db,
    Prisma.sql`UPDATE bill SET published_at = now() WHERE published_at IS NULL AND state <> 'draft'`,
  );
  const selection = await world.selectionOf("T002", "E1");
  const prepared = await prepareOrder(world.db, { ...selection, method: "native", createdBy: "h5" }, world.context);
  if (prepared.state !== "payable" || !("codeUrl" in prepared.ticket)) throw new Error(prepared.state);
  world.wechat.notifications.dropNext();
  world.wechat.pay(prepared.ticket.codeUrl, "oT002");
  const status = await world.context.gateways.get(prepared.order.merchantId)?.gateway.query(prepared.order.outTradeNo);
  if (status?.state !== "paid") throw new Error("not paid");
  const settled = await settlePayment(world.db, status.fact, "query", world.context);
  if (settled.state !== "settled") throw new Error(settled.state);
  world.clock.advanceMs(3_600_000);
  const line = await row<{ lineId: string; billNo: string }>(
    world.db,
    Prisma.sql`SELECT a.line_id AS "lineId", b.bill_no AS "billNo" FROM allocation a JOIN bill_line l ON l.id = a.line_id
      JOIN bill b ON b.id = l.bill_id WHERE a.source_id = ${settled.receiptId}::uuid AND a.component = 'principal'`,
  );
  if (!line) throw new Error("the rent was not paid");
  const { tenantId } = await idsOf(world, "T002", "E1");
  await inTransaction(world.db, async (tx) => {
    const context = invoicing(world);
    const title = { ...EMPTY_TITLE, name: "东莞锐达模具有限公司", taxNo: "91350100M000100Y43" };
    await saveTitle(tx, { tenantId, title }, context);
    const asked = await applyForInvoice(
      tx,
      {
        tenantId,
        billNos: [line.billNo],
        kind: "ordinary",
        memberRole: "finance",
        titleConfirmed: true,
        amountFen: 677_250n,
      },
      context,
    );
    if (!asked.ok) throw new Error(`${asked.code} ${asked.message.zh}`);
    const made = await issueInvoice(
      tx,
      { applicationNo: asked.applicationNo, number: NUMBER, issuedOn: context.today },
      context,
    );
    if (!made.ok) throw new Error(made.code);
  });
  return { ...settled, lineId: line.lineId };
}

const invoicing = (world: RefundWorld) => ({
  actor: "staff:S07",
  channel: "test",
  today: world.clock.today(),
  nowMs: world.clock.nowMs(),
  encryption: world.refunds.encryption,
});

const lettersOf = (world: RefundWorld) =>
  rows<{ redNo: string; state: string; fen: number }>(
    world.db,
    Prisma.sql`SELECT red_no AS "redNo", state, amount_fen::int AS fen FROM red_letter ORDER BY red_no`,
  );

const steps = (redNo: string): RedStep[] => [
  { redNo, event: { type: "form-submitted", needsPeer: true }, formNo: "44000026090000000001" },
  { redNo, event: { type: "peer-confirmed" } },
  { redNo, event: { type: "red-issued" }, number: RED_NUMBER },
];
const moves = (world: RefundWorld, step: RedStep, db: Database = world.db) =>
  inTransaction(db, (tx) => moveRedLetter(tx, step, invoicing(world)));

const openLine = (world: RefundWorld, lineId: string) =>
  row<{ principal: number; open: number; paid: number; invoiced: number }>(
    world.db,
    Prisma.sql`SELECT r.principal_fen::int AS principal, r.open_fen::int AS open,
        (SELECT sum(a.amount_fen - coalesce((SELECT sum(v.amount_fen) FROM allocation_reversal v WHERE v.allocation_id = a.id), 0))::int
          FROM allocation a WHERE a.line_id = r.line_id AND a.component = 'principal') AS paid,
        coalesce((SELECT invoiced_fen FROM line_invoiced i WHERE i.line_id = r.line_id AND i.component = 'principal'), 0)::int AS invoiced
      FROM receivable r WHERE r.line_id = ${lineId}::uuid`,
  );

describe("a refund of invoiced money", () => {
  it("waits for the red letter, which the same approval begins; then the money leaves", async () => {
    const world = await openRefundWorld();
    const { receiptId, lineId } = await paysAndIsInvoiced(world);
    const { refund } = await asks(world, { of: { receiptId, lineId, effect: "credit" }, yuan: "400.00", by: "黄锐" });
    expect(await lettersOf(world)).toEqual([]);
    await approves(world, refund, "S04");
    const [letter] = await lettersOf(world);
    // 6,772.50 invoiced, 6,372.50 received after the refund: 400.00 goes back.
    expect(letter).toMatchObject({ state: "approved", fen: 40_000 });
    expect(await refundOf(world, refund)).toMatchObject({ state: "approved", waitsForRedLetter: true });
    expect(await heard(world, "钱经理", refund)).toContain("退款要先红冲发票");
    for (const step of steps(letter?.redNo ?? "")) {
      expect((await works(world)).stepped).toBe(0);
      expect(await moves(world, step)).toMatchObject({ ok: true });
    }
    await expectBooksInOrder(world);
    await works(world);
    expect(await refundOf(world, refund)).toMatchObject({ state: "processing", waitsForRedLetter: false });
    world.wechat.endRefund(MERCHANT, refund.outRefundNo, "SUCCESS");
    await world.wechat.notifications.settled();
    expect(await refundOf(world, refund)).toMatchObject({ state: "paid" });
    expect(await openLine(world, lineId)).toEqual({ principal: 637_250, open: 0, paid: 637_250, invoiced: 637_250 });
    await expectBooksInOrder(world);
  });

  it("goes on waiting when the form falls, until another red letter is made of the same invoice", async () => {
    const world = await openRefundWorld();
    const { receiptId, lineId } = await paysAndIsInvoiced(world);
    const { refund } = await asks(world, { of: { receiptId, lineId, effect: "reopen" }, yuan: "6772.50", by: "黄锐" });
    await approves(world, refund, "S06", "S08");
    const [first] = await lettersOf(world);
    const redNo = first?.redNo ?? "";
    const renew = () => inTransaction(world.db, (tx) => renewRefundReversals(tx, refund.refundNo, invoicing(world)));
    expect(await renew()).toMatchObject({ code: "NOTHING_TO_RENEW" });
    await moves(world, { redNo, event: { type: "form-submitted", needsPeer: true } });
    await moves(world, { redNo, event: { type: "peer-refused" } });
    expect((await works(world)).stepped).toBe(0);
    expect(await refundOf(world, refund)).toMatchObject({ state: "approved", waitsForRedLetter: true });
    expect(await renew()).toMatchObject({ ok: true });
    expect(await renew()).toMatchObject({ code: "NOTHING_TO_RENEW" });
    const second = (await lettersOf(world)).find((one) => one.state === "approved");
    expect(second).toMatchObject({ fen: 677_250 });
    for (const step of steps(second?.redNo ?? "")) await moves(world, step);
    await works(world);
    expect(await refundOf(world, refund)).toMatchObject({ state: "processing" });
    // Open again, and on no invoice: the approver chose so.
    expect(await openLine(world, lineId)).toMatchObject({ open: 677_250, paid: 0, invoiced: 0 });
    await expectBooksInOrder(world);
  });

  it("does not wait where the entity's policy says so, and the red letter is begun all the same", async () => {
    const world = await openRefundWorld();
    const { receiptId, lineId } = await paysAndIsInvoiced(world);
    const { entityId } = await idsOf(world, "T002", "E1");
    await execute(
      world.db,
      Prisma.sql`INSERT INTO invoice_setting (entity_id, refund_waits_for_red_letter, changed_by) VALUES (${entityId}::uuid, false, 'test')`,
    );
    const { refund } = await asks(world, { of: { receiptId, lineId, effect: "credit" }, yuan: "400.00", by: "黄锐" });
    await approves(world, refund, "S04");
    expect(await lettersOf(world)).toMatchObject([{ state: "approved" }]);
    await works(world);
    expect(await refundOf(world, refund)).toMatchObject({ state: "processing" });
  });

  it("is refused while an invoice of it is reversed for another reason", async () => {
    const world = await openRefundWorld();
    const { receiptId, lineId } = await paysAndIsInvoiced(world);
    const { refund } = await asks(world, { of: { receiptId, lineId, effect: "credit" }, yuan: "400.00", by: "黄锐" });
    await execute(
      world.db,
      Prisma.sql`INSERT INTO red_letter (id, red_no, invoice_id, reason, explanation, amount_fen, state, requested_by, business_date)
        SELECT gen_random_uuid(), 'HZ-X', id, 'mistake', 'x', amount_fen, 'approved', 'test', '2026-09-05' FROM invoice WHERE number = ${NUMBER}`,
    );
    const decided = await decides(world, refund, "S04");
    expect(decided).toMatchObject({ ok: true, impossible: { code: "REFUND_INVOICE_REVERSING" } });
    expect(await openLine(world, lineId)).toMatchObject({ paid: 677_250 });
  });

  it("survives a crash at every statement: money never left before the red letter, never two of them, the line never settled by it", async () => {
    const world = await openRefundWorld();
    const { receiptId, lineId } = await paysAndIsInvoiced(world);
    const { refund } = await asks(world, { of: { receiptId, lineId, effect: "credit" }, yuan: "400.00", by: "黄锐" });
    let crashes = 0;
    /** Does a piece of work again and again, each time the process dies one statement later, until it is done. */
    const throughCrashes = async (work: (db: Database) => Promise<unknown>) => {
      for (let at = 1; at < 400; at += 1) {
        const crashing = dyingAfter(world.db, at);
        await work(crashing.db).catch((error: unknown) => {
          if (!(error instanceof Died)) throw error;
        });
        // Whatever the worker would do by itself meanwhile, as long as the money has to stay.
        if ((await lettersOf(world))[0]?.state !== "red-issued") await works(world);
        await expectSafe(world, refund, lineId);
        if (!crashing.died()) return;
        crashes += 1;
        // The claim of the process that died runs out.
        world.later(120_000);
      }
      throw new Error("never done");
    };
    await throughCrashes((db) => decides({ ...world, db }, refund, "S04"));
    const redNo = (await lettersOf(world))[0]?.redNo ?? "";
    for (const step of steps(redNo)) {
      await throughCrashes(async (db) => {
        const moved = await moves(world, step, db);
        expect(moved).toMatchObject({ ok: true });
      });
    }
    await throughCrashes((db) => payDueRefunds(db, world.refunds));
    world.later(120_000);
    await works(world);
    world.wechat.endRefund(MERCHANT, refund.outRefundNo, "SUCCESS");
    await world.wechat.notifications.settled();
    expect(await refundOf(world, refund)).toMatchObject({ state: "paid" });
    expect(await lettersOf(world)).toMatchObject([{ state: "red-issued", fen: 40_000 }]);
    expect(await openLine(world, lineId)).toEqual({ principal: 637_250, open: 0, paid: 637_250, invoiced: 637_250 });
    expect(crashes).toBeGreaterThan(60);
    await expectBooksInOrder(world);
  }, 240_000);
});

describe("an invoiced payment that is taken back (V10)", () => {
  it("leaves the invoice standing, puts it before finance once, and makes no red letter by itself", async () => {
    const world = await openRefundWorld();
    const { receiptNo, lineId } = await paysAndIsInvoiced(world);
    // S06 has only a building in which T002 rents nothing.
    await execute(
      world.db,
      Prisma.sql`INSERT INTO staff_building SELECT s.id, b.id FROM staff s, building b WHERE s.code = 'S06'
        AND NOT EXISTS (SELECT 1 FROM lease l JOIN tenant t ON t.id = l.tenant_id AND t.code = 'T002'
          JOIN lease_unit h ON h.lease_id = l.id JOIN unit u ON u.id = h.unit_id WHERE u.building_id = b.id) LIMIT 1`,
    );
    const undo = () =>
      undoReceipt(world.db, { receiptNo }, { actor: "staff:S06", channel: "test", today: world.clock.today() });
    expect(await undo()).toMatchObject({ ok: true });
    expect(await undo()).toMatchObject({ ok: true, repeated: true });
    const found = await rows<{ kind: string; facts: Record<string, unknown> }>(
      world.db,
      Prisma.sql`SELECT kind, facts FROM exception_item WHERE kind = 'FAPIAO_MISMATCH'`,
    );
    expect(found).toMatchObject([
      { facts: { invoice: NUMBER, invoicedFen: 677_250, receivedFen: 0, overFen: 677_250 } },
    ]);
    expect(await lettersOf(world)).toEqual([]);
    expect(await openLine(world, lineId)).toMatchObject({ open: 677_250, invoiced: 677_250 });
    const told = await row<{ count: bigint }>(
      world.db,
      Prisma.sql`SELECT count(*) AS count FROM outbox WHERE dedupe_key LIKE 'fapiao-mismatch|%' AND message->'card'->>'title' = '发票与收款不符'`,
    );
    expect(Number(told?.count)).toBeGreaterThan(0);
    const strangers = await rows(
      world.db,
      Prisma.sql`SELECT 1 AS told FROM outbox o JOIN staff s ON s.person_id = o.person_id AND s.code = 'S06'
        WHERE o.dedupe_key LIKE 'fapiao-mismatch|%'`,
    );
    expect(strangers).toEqual([]);
    await expectBooksInOrder(world);
    await finance(world);
    // Without the exception the books say so.
    await execute(world.db, Prisma.sql`DELETE FROM exception_resolution`);
    await execute(world.db, Prisma.sql`DELETE FROM exception_item WHERE kind = 'FAPIAO_MISMATCH'`);
    const { problems } = await checkLedger(world.db, { today: world.clock.today() });
    expect(problems.map(({ code }) => code)).toEqual(["I11"]);
  });
});

/** Finance has an owner, three days and three choices; a red letter that was asked for is taken back with the choice. */
async function finance(world: RefundWorld): Promise<void> {
  const [difference] = await inTransaction(world.db, (tx) => findExceptions(tx, { state: "open" }));
  const staff = await findStaffMember(world.db, { code: "S07" });
  if (!difference || !staff) throw new Error("nothing to decide, or nobody");
  const today = world.clock.today();
  expect(difference).toMatchObject({
    kind: "FAPIAO_MISMATCH",
    tenantId: (await idsOf(world, "T002", "E1")).tenantId,
    ownerRole: "finance-manager",
    amountFen: 677_250n,
    dueAtMs: Date.parse(`${addDays(today, 3)}T18:00:00+08:00`),
  });
  expect(difference.proposals.map(({ code }) => code)).toEqual(["wait", "red-part", "red-all"]);
  const context = { ...invoicing(world), staff };
  const choose = (proposal: string) => resolveException(world.db, { exceptionId: difference.id, proposal }, context);
  const undo = () => undoResolution(world.db, { exceptionId: difference.id }, context);
  for (const proposal of ["red-part", "red-all"]) {
    expect(await choose(proposal)).toMatchObject({ ok: true, postings: [] });
    expect((await lettersOf(world)).at(-1)).toMatchObject({ state: "pending-approval", fen: 677_250 });
    expect(await undo()).toMatchObject({ ok: true });
    expect((await lettersOf(world)).at(-1)).toMatchObject({ state: "withdrawn" });
  }
  expect(await choose("wait")).toMatchObject({ ok: true });
}

/** What has to hold whatever died where. */
async function expectSafe(world: RefundWorld, refund: StoredRefund, lineId: string): Promise<void> {
  const now = await refundOf(world, refund);
  const letters = await lettersOf(world);
  expect(letters.filter((one) => one.state !== "withdrawn").length).toBeLessThanOrEqual(1);
  const channel = world.wechat.refunds.find(MERCHANT, refund.outRefundNo);
  const hasLeft = !["requested", "approved"].includes(now.state) || channel !== undefined;
  if (!hasLeft) return;
  expect(letters).toMatchObject([{ state: "red-issued" }]);
  expect(await openLine(world, lineId)).toMatchObject({ paid: 637_250, invoiced: 637_250 });
}

class Died extends Error {}

/** A database whose process dies after so many statements, wherever it is then; what was open is rolled back. */
function dyingAfter(db: Database, statements: number): { readonly db: Database; died(): boolean } {
  let done = 0;
  let dead = false;
  const guard = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(inner, name) {
        const value: unknown = Reflect.get(inner, name);
        if (name === "$transaction") {
          return (work: (tx: object) => Promise<unknown>, options: object) =>
            db.$transaction((tx) => work(guard(tx)), options);
        }
        if (typeof value !== "function" || !/^\$(query|execute)Raw/.test(String(name))) return value;
        return (...args: unknown[]) => {
          done += 1;
          if (dead || done > statements) {
            dead = true;
            throw new Died(`died at statement ${statements + 1}`);
          }
          return Reflect.apply(value, inner, args) as unknown;
        };
      },
    });
  return { db: guard(db) as Database, died: () => dead };
}
