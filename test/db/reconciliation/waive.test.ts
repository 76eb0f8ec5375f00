import { expect, it } from "vitest";
import { approvalCards } from "../../../bot/notices/approval-notices.ts";
import { refundNotices } from "../../../bot/notices/refund-notices.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../../src/db/rows.ts";
import { resolveException } from "../../../src/usecases/exceptions/resolve-exception.ts";
import { undoResolution } from "../../../src/usecases/exceptions/undo-resolution.ts";
import { findStaffMember } from "../../../src/usecases/staff/find-staff-member.ts";
import { decides, importApprovalWorld } from "../../support/approval-world.ts";
import { withDatabase } from "../../support/database.ts";
import { date, expectBooksInOrder, issueBill, standing } from "../../support/ledger-world.ts";
import { expectRestored, openDesk } from "./statement-world.ts";

const DAY = "2026-03-05";
const database = withDatabase();

/** 一号电子 owes 1,000.00 until the 20th and transfers 980.00: up to 500.00 an area manager may forgive. */
it("what is short is forgiven by the approval document, and by nobody else", async () => {
  const { db } = database;
  await importApprovalWorld(db);
  await issueBill(db, {
    billNo: "DG-202603-00001",
    lease: "L1",
    issueDate: "2026-03-01",
    dueDate: "2026-03-20",
    lines: [{ charge: "rent", kind: "rent", amountFen: 100_000n }],
  });
  const desk = await openDesk(db);
  await desk.import(DAY, [{ amountFen: 98_000n, payer: "一号电子", remark: "DG-202603-00001", serial: "W1" }], 0n);
  const { exceptions } = await desk.run(DAY);
  expect(exceptions.map((one) => [one.kind, one.amountFen])).toEqual([["UNDERPAYMENT", 2_000]]);
  const exceptionId = exceptions[0]?.id ?? "";
  const staff = await findStaffMember(db, { code: "S05" });
  if (!staff) throw new Error("no S05");
  const context = {
    actor: "staff:S05",
    channel: "test",
    today: date(DAY),
    nowMs: Date.parse(`${DAY}T10:00:00+08:00`),
    staff,
    approvals: { cards: approvalCards(), refunds: refundNotices(undefined) },
  };
  const ask = async () => {
    const resolved = await resolveException(db, { exceptionId, proposal: "waive" }, context);
    if (!resolved.ok) throw new Error(resolved.message.zh);
    // Nothing moves before the last approval.
    expect(resolved.postings).toEqual([]);
    expect((await standing(db)).open).toEqual({ rent: 2_000n });
    const [request] = await rows<{ id: string; version: number; amountFen: bigint }>(
      db,
      Prisma.sql`SELECT id, version, amount_fen AS "amountFen" FROM approval_request WHERE state = 'pending'`,
    );
    if (!request) throw new Error("no document");
    expect(request.amountFen).toBe(2_000n);
    return request;
  };

  let request = { id: "", version: 0 };
  await expectRestored(db, async () => {
    request = await ask();
    expect(await undoResolution(db, { exceptionId }, context)).toMatchObject({ ok: true });
  });
  // The document went with it: nobody can approve it any more.
  expect(await decides(db, "陈经理", request, "approve", DAY)).toMatchObject({ ok: false, code: "ALREADY_EXPIRED" });

  request = await ask();
  expect(await decides(db, "周财务", request, "approve", DAY)).toMatchObject({ ok: false });
  expect(await decides(db, "陈经理", request, "approve", DAY)).toMatchObject({ ok: true });
  expect((await standing(db)).open).toEqual({ rent: 0n });
  await expectBooksInOrder(db);
  expect(await undoResolution(db, { exceptionId }, context)).toMatchObject({ ok: false, code: "WAIVER_APPROVED" });
});
