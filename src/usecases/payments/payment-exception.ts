import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { execute, row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { toJsonInteger } from "../../domain/money/fen.ts";
import type { PaymentFact } from "../../ports/payment-gateway.ts";
import type { Witness } from "./settle-payment.ts";

/** Puts a payment that we can't book before people, once per payment and kind, whoever says it how often. */
export async function recordPaymentException(
  tx: Transaction,
  exception: {
    readonly fact: PaymentFact;
    readonly witness: Witness;
    readonly kind: "LOCAL_MISSING" | "AMOUNT_MISMATCH";
    readonly differences: readonly string[];
    /** Of the order, if there is one; else that of the merchant account. */
    readonly entityId: string | undefined;
  },
): Promise<void> {
  const { fact, witness, kind, differences } = exception;
  const entityId = exception.entityId ?? (await entityOfMerchant(tx, fact.merchantId));
  const facts = {
    channel: fact.channel,
    merchantId: fact.merchantId,
    appId: fact.appId,
    outTradeNo: fact.outTradeNo,
    transactionId: fact.transactionId,
    amountFen: toJsonInteger(fact.amountFen),
    currency: fact.currency,
    successTime: fact.successTime,
    witness,
    differences,
  };
  await execute(
    tx,
    Prisma.sql`INSERT INTO exception_item (id, entity_id, kind, subject_key, facts, state)
      VALUES (${newId()}::uuid, ${entityId}::uuid, ${kind}, ${`${fact.channel}|${fact.merchantId}|${fact.transactionId}`},
        ${JSON.stringify(facts)}::jsonb, 'open')
      ON CONFLICT (kind, subject_key) DO NOTHING`,
  );
}

async function entityOfMerchant(tx: Transaction, merchantId: string): Promise<string> {
  const found = await row<{ entity_id: string }>(
    tx,
    Prisma.sql`SELECT entity_id FROM merchant_account WHERE channel = 'wechat' AND mch_id = ${merchantId}`,
  );
  if (!found) throw new Error(`merchant number ${merchantId} belongs to no merchant account of ours`);
  return found.entity_id;
}
