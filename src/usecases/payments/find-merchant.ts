import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { PaymentContext } from "./context.ts";

/** The merchant account that collects for an entity: its first, by code, that is configured. */
export async function findMerchantOf(
  tx: Transaction,
  entityId: string,
  context: Pick<PaymentContext, "gateways">,
): Promise<{ readonly id: string; readonly merchantId: string } | undefined> {
  const found = await rows<{ id: string; merchantId: string }>(
    tx,
    Prisma.sql`SELECT id, mch_id AS "merchantId" FROM merchant_account WHERE entity_id = ${entityId}::uuid AND channel = 'wechat'
      ORDER BY code COLLATE "C"`,
  );
  return found.find(({ merchantId }) => context.gateways.has(merchantId));
}
