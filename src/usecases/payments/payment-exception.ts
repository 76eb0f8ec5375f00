import { Prisma } from "../../../generated/prisma/client.ts";
import { row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { toJsonInteger } from "../../domain/money/fen.ts";
import { civilDateAt } from "../../domain/time/civil-date.ts";
import type { PaymentFact } from "../../ports/payment-gateway.ts";
import { raiseException } from "../exceptions/exception.ts";
import type { PaymentContext } from "./context.ts";
import type { Witness } from "./settle-payment.ts";
import type { StoredOrder } from "./stored-order.ts";

/** Of a payment and the order that it names. */
export type PaymentDifference = "outTradeNo" | "amount" | "currency" | "merchantId" | "appId";

const DIFFERENCE_NAMES: Readonly<Record<PaymentDifference, string>> = {
  outTradeNo: "订单号",
  amount: "金额",
  currency: "币种",
  merchantId: "商户号",
  appId: "公众号",
};

/**
 * Puts a payment that we can't book before people, once per payment and kind, whoever says it how often: with its owner and
 * deadline at once, though its row of the bill comes the next day and is the same difference then.
 */
export async function recordPaymentException(
  tx: Transaction,
  exception: {
    readonly fact: PaymentFact;
    readonly witness: Witness;
    readonly kind: "LOCAL_MISSING" | "AMOUNT_MISMATCH";
    readonly differences: readonly PaymentDifference[];
    /** The order that it names, if there is one. */
    readonly order: StoredOrder | undefined;
  },
  { businessClock }: PaymentContext,
): Promise<void> {
  const { fact, witness, kind, differences, order } = exception;
  const merchant = await merchantOf(tx, fact.merchantId);
  const valueDate = civilDateAt(Date.parse(fact.successTime));
  const names = differences.map((one) => DIFFERENCE_NAMES[one]).join("、");
  await raiseException(
    tx,
    {
      kind,
      entityId: order?.entityId ?? merchant.entityId,
      accountCode: merchant.code,
      date: valueDate,
      subjectKey: `${fact.channel}|${fact.merchantId}|${fact.transactionId}`,
      amountFen: order === undefined ? fact.amountFen : fact.amountFen - order.amountFen,
      orderNo: fact.outTradeNo,
      tenantId: order?.tenantId,
      facts: {
        reasons: [
          order === undefined ? "渠道说已付，我方没有这个订单" : `渠道说的付款与我方订单不同：${names}`,
          "等账单导入后入账",
        ],
        early: true,
        statementFen: toJsonInteger(fact.amountFen),
        valueDate,
        orderNo: fact.outTradeNo,
        transactionId: fact.transactionId,
        ...(order === undefined
          ? {}
          : { booksFen: toJsonInteger(order.amountFen), tenant: order.tenantCode, orderKnown: true, askable: true }),
      },
    },
    {
      actor: "channel:wechat",
      channel: `wechat-pay-${witness}`,
      today: businessClock.today(),
      nowMs: businessClock.nowMs(),
    },
  );
}

async function merchantOf(
  tx: Transaction,
  merchantId: string,
): Promise<{ readonly code: string; readonly entityId: string }> {
  const found = await row<{ code: string; entityId: string }>(
    tx,
    Prisma.sql`SELECT code, entity_id AS "entityId" FROM merchant_account WHERE channel = 'wechat' AND mch_id = ${merchantId}`,
  );
  if (!found) throw new Error(`merchant number ${merchantId} belongs to no merchant account of ours`);
  return found;
}
