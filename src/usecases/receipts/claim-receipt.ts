import { Prisma } from "../../../generated/prisma/client.ts";
import { recordAudit } from "../../db/audit.ts";
import type { Database } from "../../db/client.ts";
import { enqueueMessages } from "../../db/outbox/enqueue.ts";
import { execute, row } from "../../db/rows.ts";
import { lockTenantAccounts } from "../../db/tenant-account.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import { allocateReceipt } from "./allocate-receipt.ts";
import { bookingDatesOf } from "./booking-dates.ts";
import type { ReceiptContext, RecordedReceipt } from "./receipt.ts";
import { type Refusal, refuse } from "./refusal.ts";
import { findReceipt } from "./stored-receipt.ts";

export interface ClaimCommand {
  readonly receiptNo: string;
  readonly tenantCode: string;
  readonly billNos?: readonly string[] | undefined;
}

/** See claimMoney. */
export const claimReceipt = (
  db: Database,
  command: ClaimCommand,
  context: ReceiptContext,
): Promise<RecordedReceipt | Refusal> => inTransaction(db, (tx) => claimMoney(tx, command, context));

/**
 * Unclaimed money turns out to be a tenant's (money-rules 9): 2241.02 → 1122 / 2203, booked today with the true value date,
 * so that the late fee stops on the day on which the money arrived. Money that this tenant has claimed before is refused
 * like any other claimed money: the receipt says whose it is.
 */
export async function claimMoney(
  tx: Transaction,
  command: ClaimCommand,
  context: ReceiptContext,
): Promise<RecordedReceipt | Refusal> {
  const tenant = await row<{ id: string }>(tx, Prisma.sql`SELECT id FROM tenant WHERE code = ${command.tenantCode}`);
  if (!tenant) {
    const { tenantCode } = command;
    return refuse(
      "TENANT_UNKNOWN",
      `没有编号为 ${tenantCode} 的租户，请检查租户编号。`,
      `There is no tenant ${tenantCode}. Check the code.`,
    );
  }
  const seen = await findReceipt(tx, command.receiptNo);
  if (seen) await lockTenantAccounts(tx, [{ tenantId: tenant.id, entityId: seen.entityId }]);
  await execute(tx, Prisma.sql`SELECT 1 FROM receipt WHERE receipt_no = ${command.receiptNo} FOR UPDATE`);
  const receipt = await findReceipt(tx, command.receiptNo);
  if (!receipt || receipt.state === "undone" || receipt.tenantId !== null) {
    return refuse(
      "NOTHING_TO_CLAIM",
      `${command.receiptNo} 不是待认领的款项（不存在、已撤销或已认领），请核对收款编号。`,
      `${command.receiptNo} is no unclaimed money: unknown, undone or claimed already. Check the number.`,
    );
  }
  const refund = await row<{ refundNo: string }>(
    tx,
    Prisma.sql`SELECT refund_no AS "refundNo" FROM refund WHERE receipt_id = ${receipt.receiptId}::uuid
      AND state NOT IN ('rejected', 'cancelled') ORDER BY refund_no COLLATE "C" LIMIT 1`,
  );
  if (refund) {
    return refuse(
      "RECEIPT_BEING_REFUNDED",
      `${command.receiptNo} 有退款 ${refund.refundNo} 已办或在办，不能认领。请先处理该退款。`,
      `${command.receiptNo} is refunded or being refunded (${refund.refundNo}). Deal with the refund first.`,
    );
  }
  await execute(
    tx,
    Prisma.sql`UPDATE receipt SET tenant_id = ${tenant.id}::uuid WHERE id = ${receipt.receiptId}::uuid`,
  );
  const allocated = await allocateReceipt(tx, {
    receiptId: receipt.receiptId,
    tenantId: tenant.id,
    entity: { id: receipt.entityId, code: receipt.entity },
    amountFen: receipt.amountFen,
    dates: {
      bookingDate: await bookingDatesOf(tx)(receipt.entityId, context.today),
      valueDate: receipt.valueDate,
    },
    designated: { billNos: command.billNos ?? [], lineIds: [] },
    designatedBy: context.actor,
    event: { type: "receipt.claimed" },
  });
  const { receiptId, receiptNo, entity, amountFen, valueDate } = receipt;
  const result: RecordedReceipt = {
    ok: true,
    receiptId,
    receiptNo,
    entity,
    tenant: command.tenantCode,
    amountFen,
    valueDate,
    ...allocated,
    repeated: false,
  };
  await recordAudit(tx, [
    {
      actor: context.actor,
      channel: context.channel,
      ip: context.ip,
      businessDate: context.today,
      action: "receipt.claimed",
      subjectKind: "receipt",
      subjectId: receiptId,
      after: result,
    },
  ]);
  await enqueueMessages(tx, (await context.messagesOf?.(result, tx)) ?? []);
  return result;
}
