import { Prisma } from "../../../generated/prisma/client.ts";
import { row } from "../../db/rows.ts";
import { lockTenantAccounts } from "../../db/tenant-account.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import { endOrder, findOrder } from "../payments/stored-order.ts";
import { receiveMoney } from "../receipts/record-receipt.ts";
import { refuse } from "../receipts/refusal.ts";
import { receiptContextOf } from "../reconciliation/context.ts";
import { type AppliedProposal, matchLine, received } from "./claim-proposal.ts";
import { type ExceptionItem, raiseException } from "./exception.ts";
import { nextChannelNo } from "./receipt-moves.ts";
import type { ResolutionContext } from "./resolution.ts";

interface LineMoney {
  readonly amountFen: Fen;
  readonly valueDate: string;
  readonly channelNo: string | null;
  readonly orderNo: string | null;
  readonly entity: string;
}

export const lineMoney = async (tx: Transaction, exception: ExceptionItem): Promise<LineMoney> => {
  const found = await row<LineMoney>(
    tx,
    Prisma.sql`SELECT l.amount_fen AS "amountFen", l.value_date::text AS "valueDate", l.channel_no AS "channelNo",
        l.order_no AS "orderNo", e.code AS entity
      FROM statement_line l JOIN legal_entity e ON e.id = l.entity_id WHERE l.id = ${exception.statementLineId ?? null}::uuid`,
  );
  if (!found) throw new Error(`exception ${exception.id} has no statement line`);
  return found;
};

/** The statement row is the third witness of the payment: the order is paid, its lines first. */
export async function settle(
  tx: Transaction,
  exception: ExceptionItem,
  context: ResolutionContext,
): Promise<AppliedProposal> {
  const line = await lineMoney(tx, exception);
  const found = line.orderNo === null ? undefined : await findOrder(tx, line.orderNo);
  if (!found)
    return refuse("ORDER_UNKNOWN", "没有找到这个订单，不能按订单入账，请选择挂待认领。", "There is no such order.");
  await lockTenantAccounts(tx, [{ tenantId: found.tenantId, entityId: found.entityId }]);
  const order = (await findOrder(tx, found.outTradeNo, "lock")) ?? found;
  const recorded = await receiveMoney(
    tx,
    {
      channel: "wechat",
      accountCode: exception.accountCode,
      channelNo: await nextChannelNo(tx, {
        channel: "wechat",
        accountCode: exception.accountCode,
        channelNo: line.channelNo ?? `line-${exception.statementLineId}`,
      }),
      tenantCode: order.tenantCode,
      entityCode: order.entityCode,
      amountFen: line.amountFen,
      valueDate: exception.facts.valueDate ?? exception.date,
      lineIds: [...new Set(order.parts.map((part) => part.lineId))],
      paymentOrderId: order.orderId,
    },
    receiptContextOf(context),
  );
  if (!recorded.ok) return recorded;
  await endOrder(tx, order.orderId, "PAID");
  const matched = await matchLine(tx, exception, received(recorded), "按账单补记收款", context);
  return { ok: true, effects: [{ type: "received", receiptId: received(recorded) }, ...matched] };
}

/** The money is in the channel's account and nobody knows whose it is: 1012.01 → 2241.02, and somebody looks for the payer. */
export async function toUnclaimed(
  tx: Transaction,
  exception: ExceptionItem,
  context: ResolutionContext,
): Promise<AppliedProposal> {
  const line = await lineMoney(tx, exception);
  const recorded = await receiveMoney(
    tx,
    {
      channel: "wechat",
      accountCode: exception.accountCode,
      channelNo: await nextChannelNo(tx, {
        channel: "wechat",
        accountCode: exception.accountCode,
        channelNo: line.channelNo ?? `line-${exception.statementLineId}`,
      }),
      tenantCode: null,
      entityCode: line.entity,
      amountFen: line.amountFen,
      valueDate: exception.facts.valueDate ?? exception.date,
    },
    receiptContextOf(context),
  );
  if (!recorded.ok) return recorded;
  const receiptId = received(recorded);
  const matched = await matchLine(tx, exception, receiptId, "挂待认领", context);
  const { id } = await raiseException(
    tx,
    {
      kind: "UNKNOWN_PAYER",
      entityId: exception.entityId,
      accountCode: exception.accountCode,
      date: exception.date,
      subjectKey: `receipt|${receiptId}`,
      amountFen: line.amountFen,
      orderNo: exception.orderNo,
      receiptId,
      facts: {
        reasons: ["渠道收款没有对应的订单，挂在待认领"],
        unclaimed: true,
        valueDate: exception.facts.valueDate ?? exception.date,
        ...(recorded.receiptNo === undefined ? {} : { receiptNo: recorded.receiptNo }),
      },
    },
    context,
  );
  return {
    ok: true,
    effects: [{ type: "received", receiptId }, ...matched, { type: "raised", exceptionId: id }],
  };
}
