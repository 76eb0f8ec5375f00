import { expect } from "vitest";
import { approvalCards } from "../../../bot/notices/approval-notices.ts";
import type { Card } from "../../../cards/card.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import { row, rows } from "../../../src/db/rows.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { parseYuan } from "../../../src/domain/money/fen.ts";
import type { ApprovalContext } from "../../../src/usecases/approvals/approval.ts";
import { type DecidedApproval, decideApproval } from "../../../src/usecases/approvals/decide-approval.ts";
import { checkLedger } from "../../../src/usecases/ledger-check/check-ledger.ts";
import { preparePrepayment } from "../../../src/usecases/payments/prepare-prepayment.ts";
import { settlePayment } from "../../../src/usecases/payments/settle-payment.ts";
import { findOrder } from "../../../src/usecases/payments/stored-order.ts";
import type { Refusal } from "../../../src/usecases/receipts/refusal.ts";
import { liftHolds } from "../../../src/usecases/refunds/lift-hold.ts";
import { payDueRefunds } from "../../../src/usecases/refunds/pay-due-refunds.ts";
import {
  type RefundCommand,
  type RefundRequestContext,
  type RequestedRefund,
  requestRefund,
} from "../../../src/usecases/refunds/request-refund.ts";
import { findRefund, type StoredRefund } from "../../../src/usecases/refunds/stored-refund.ts";
import { findStaffMember } from "../../../src/usecases/staff/find-staff-member.ts";
import { openPaymentWorld, type PaymentWorld } from "../payments/payment-world.ts";

/*
 * The demo world with money to give back. T001 (owner 陈志强, finance 林会计) owes nothing on 2026-09-05, so what it pays ahead
 * to E1 is prepayment to the fen. Staff: S04 area manager, S06 and S07 finance managers, S08 CFO.
 */

const HOUR_MS = 3_600_000;

export interface RefundWorld extends PaymentWorld {
  /** Lets the wire clock of our side run ahead: what waits minutes is due. */
  later(ms: number): void;
}

/** The pretend channel takes refunds on and ends them when the test says so. Closed at the end of the test, or as `atEnd` says. */
export async function openRefundWorld(atEnd?: (close: () => Promise<void>) => void): Promise<RefundWorld> {
  let aheadMs = 0;
  const world = await openPaymentWorld(
    { refundsEndThemselves: false },
    { wireAheadMs: () => aheadMs, ...(atEnd === undefined ? {} : { atEnd }) },
  );
  return Object.assign(world, {
    later(ms: number) {
      aheadMs += ms;
    },
  });
}

/** Pays an amount ahead by WeChat Pay, an hour before now; returns the receipt. */
export async function paysAhead(
  world: PaymentWorld,
  yuan: string,
  options: { readonly tenant?: string; readonly entity?: string; readonly openId?: string } = {},
): Promise<{ readonly receiptId: string; readonly receiptNo: string; readonly key: string }> {
  const { tenant = "T001", entity = "E1", openId = `o${tenant}` } = options;
  const parties = await idsOf(world, tenant, entity);
  const prepared = await preparePrepayment(
    world.db,
    { ...parties, amountFen: parseYuan(yuan), createdBy: "h5", method: "native" },
    world.context,
  );
  if (prepared.state !== "payable") throw new Error(prepared.state);
  const order = await findOrder(world.db, prepared.outTradeNo);
  if (!order?.prepay.ticket || !("codeUrl" in order.prepay.ticket)) throw new Error("no code to pay with");
  world.wechat.notifications.dropNext();
  expect(world.wechat.pay(order.prepay.ticket.codeUrl, openId).state).toBe("paid");
  const status = await world.context.gateways.get(order.merchantId)?.gateway.query(order.outTradeNo);
  if (status?.state !== "paid") throw new Error("not paid");
  const settled = await settlePayment(world.db, status.fact, "query", world.context);
  if (settled.state !== "settled") throw new Error(settled.state);
  world.clock.advanceMs(HOUR_MS);
  return { ...settled, key: `prepayment:${settled.receiptId}` };
}

export async function idsOf(world: PaymentWorld, tenant: string, entity: string) {
  const found = await row<{ tenantId: string; entityId: string }>(
    world.db,
    Prisma.sql`SELECT t.id AS "tenantId", e.id AS "entityId" FROM tenant t, legal_entity e
      WHERE t.code = ${tenant} AND e.code = ${entity}`,
  );
  if (!found) throw new Error(`no ${tenant} or ${entity}`);
  return found;
}

/** A person by name: contacts and staff. */
export async function personId(world: PaymentWorld, name: string): Promise<string> {
  const found = await row<{ id: string }>(world.db, Prisma.sql`SELECT id FROM person WHERE name = ${name}`);
  if (!found) throw new Error(`nobody is called ${name}`);
  return found.id;
}

export const contextOf = (world: PaymentWorld, actor = "person:test"): ApprovalContext & RefundRequestContext => ({
  actor,
  channel: "test",
  today: world.clock.today(),
  nowMs: world.clock.nowMs(),
  cards: approvalCards(),
  refunds: world.refunds.notices,
  notices: world.refunds.notices,
  encryption: world.refunds.encryption,
});

export const tryToAsk = async (
  world: PaymentWorld,
  command: Omit<RefundCommand, "requestedBy" | "reason" | "amountFen"> & {
    readonly yuan?: string;
    readonly by?: string;
    readonly reason?: string;
  },
): Promise<RequestedRefund | Refusal> => {
  const { yuan, by = "陈志强", reason = "重复付款", ...rest } = command;
  const requestedBy = await personId(world, by);
  return inTransaction(world.db, (tx) =>
    requestRefund(
      tx,
      { ...rest, reason, requestedBy, ...(yuan === undefined ? {} : { amountFen: parseYuan(yuan) }) },
      contextOf(world),
    ),
  );
};

export async function asks(world: PaymentWorld, command: Parameters<typeof tryToAsk>[1]): Promise<RequestedRefund> {
  const asked = await tryToAsk(world, command);
  if (!asked.ok) throw new Error(`refused: ${asked.code} ${asked.message.zh}`);
  return asked;
}

/** A colleague decides on the version in force. */
export async function decides(
  world: PaymentWorld,
  refund: Pick<StoredRefund, "refundId">,
  staff: string,
  decision: "approve" | "reject" = "approve",
  reason?: string,
): Promise<DecidedApproval | Refusal> {
  const member = await findStaffMember(world.db, { code: staff });
  if (!member) throw new Error(`no colleague ${staff}`);
  const request = await row<{ id: string; version: number }>(
    world.db,
    Prisma.sql`SELECT id, version FROM approval_request WHERE subject_id = ${refund.refundId}::uuid`,
  );
  if (!request) throw new Error("no approval document");
  return inTransaction(world.db, (tx) =>
    decideApproval(
      tx,
      { requestId: request.id, version: request.version, decision, reason, personId: member.personId },
      contextOf(world, `staff:${staff}`),
    ),
  );
}

export async function approves(world: PaymentWorld, refund: Pick<StoredRefund, "refundId">, ...staff: string[]) {
  for (const code of staff) {
    const decided = await decides(world, refund, code);
    if (!decided.ok) throw new Error(`refused: ${decided.code} ${decided.message.zh}`);
  }
}

export async function lifts(world: PaymentWorld, refund: Pick<StoredRefund, "refundNo">, staff: string) {
  const member = await findStaffMember(world.db, { code: staff });
  if (!member) throw new Error(`no colleague ${staff}`);
  return inTransaction(world.db, (tx) =>
    liftHolds(
      tx,
      { refundNo: refund.refundNo, staff: member, note: "已电话核实" },
      { ...contextOf(world, `staff:${staff}`), notices: world.refunds.notices },
    ),
  );
}

/** What the worker does when it looks. */
export const works = (world: PaymentWorld) => payDueRefunds(world.db, world.refunds);

export async function refundOf(world: PaymentWorld, refund: Pick<StoredRefund, "refundId">): Promise<StoredRefund> {
  const found = await findRefund(world.db, { refundId: refund.refundId });
  if (!found) throw new Error("the refund is gone");
  return found;
}

/** What was said to somebody, of one refund or of all, in order: titles of cards. */
export const heard = async (
  world: PaymentWorld,
  name: string,
  of: Pick<StoredRefund, "refundId"> | undefined = undefined,
): Promise<string[]> =>
  (
    await rows<{ card: Card }>(
      world.db,
      Prisma.sql`SELECT o.message AS card FROM outbox o JOIN person p ON p.id = o.person_id
        WHERE p.name = ${name} AND o.dedupe_key LIKE ${`refund|${of?.refundId ?? ""}%`} ORDER BY o.stream_seq`,
    )
  ).map(({ card }) => card.title);

/** Balances of the accounts that refunds (or one of them) move, debits less credits, in fen. */
export async function balancesOf(
  world: PaymentWorld,
  of: Pick<StoredRefund, "refundId"> | undefined = undefined,
): Promise<Readonly<Record<string, number>>> {
  const isMeant =
    of === undefined ? Prisma.sql`t.event_type LIKE 'refund.%'` : Prisma.sql`t.event_id = ${of.refundId}::uuid`;
  const found = await rows<{ account: string; fen: number }>(
    world.db,
    Prisma.sql`SELECT account, sum(fen)::float8 AS fen FROM (
        SELECT debit_account AS account, amount_fen AS fen FROM ledger_posting p JOIN ledger_transaction t
          ON t.id = p.transaction_id WHERE ${isMeant}
        UNION ALL SELECT credit_account, -amount_fen FROM ledger_posting p JOIN ledger_transaction t
          ON t.id = p.transaction_id WHERE ${isMeant}) sides
      GROUP BY account HAVING sum(fen) <> 0 ORDER BY account`,
  );
  return Object.fromEntries(found.map(({ account, fen }) => [account, fen]));
}

export async function expectBooksInOrder(world: PaymentWorld): Promise<void> {
  const { problems } = await checkLedger(world.db, { today: world.clock.today() });
  expect(problems).toEqual([]);
}
