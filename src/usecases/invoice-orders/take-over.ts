import { Prisma } from "../../../generated/prisma/client.ts";
import { execute, row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";

/**
 * A person makes, or takes back, what a provider was to make. What the provider has under way stays with it: refused with
 * what to do, because it may come out at any moment and there would be two. What it has not begun ends here. The caller
 * holds the application, or the red letter.
 */
export async function takeFromProvider(
  tx: Transaction,
  of: { readonly applicationId: string } | { readonly invoiceId: string } | { readonly redLetterId: string },
  as: "by-hand" | "withdrawn",
): Promise<Refusal | undefined> {
  const condition =
    "redLetterId" in of
      ? Prisma.sql`red_letter_id = ${of.redLetterId}::uuid`
      : "invoiceId" in of
        ? Prisma.sql`red_letter_id IS NULL AND invoice_id = ${of.invoiceId}::uuid`
        : Prisma.sql`red_letter_id IS NULL AND invoice_id IN (SELECT id FROM invoice WHERE application_id = ${of.applicationId}::uuid)`;
  const underWay = await row<{ order_no: string }>(
    tx,
    Prisma.sql`SELECT order_no FROM invoice_order WHERE ${condition} AND state IN ('sent', 'making') ORDER BY order_no LIMIT 1`,
  );
  if (underWay) {
    return refuse(
      "ORDER_UNDER_WAY",
      `${underWay.order_no} 正在由开票服务商自动开具，现在改动可能开出两张；请等结果，一般几分钟，没开成会通知财务处理。`,
      "The provider has it under way.",
    );
  }
  await execute(
    tx,
    Prisma.sql`UPDATE invoice_order SET state = ${as}, retry_wanted = false, next_step_at = NULL, version = version + 1
      WHERE ${condition} AND state IN ('waiting', 'failed')`,
  );
  return undefined;
}
