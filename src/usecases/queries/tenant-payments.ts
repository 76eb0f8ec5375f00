import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate, DateRange } from "../../domain/time/civil-date.ts";

export interface TenantPayment {
  readonly receiptNo: string;
  readonly entityName: string;
  readonly channel: "wechat" | "bank" | "cash" | "pos";
  readonly amountFen: Fen;
  /** Of it given back, or on its way back. */
  readonly refundedFen: Fen;
  readonly valueDate: CivilDate;
}

export interface PaymentFilter {
  readonly period?: DateRange | undefined;
  readonly limit: number;
}

/** What a tenant has paid, the latest first; undone receipts never counted. */
export async function findTenantPayments(
  tx: Transaction,
  tenantId: string,
  filter: PaymentFilter,
): Promise<TenantPayment[]> {
  const { period } = filter;
  const when = period ? Prisma.sql`r.value_date BETWEEN ${period.from}::date AND ${period.to}::date` : Prisma.sql`true`;
  return rows<TenantPayment>(
    tx,
    Prisma.sql`SELECT r.receipt_no AS "receiptNo", e.name AS "entityName", r.channel, r.amount_fen AS "amountFen",
        r.value_date::text AS "valueDate",
        coalesce((SELECT sum(f.amount_fen) FROM refund f WHERE f.receipt_id = r.id
          AND f.state NOT IN ('requested', 'rejected', 'cancelled')), 0)::bigint AS "refundedFen"
      FROM receipt r JOIN legal_entity e ON e.id = r.entity_id
      WHERE r.tenant_id = ${tenantId}::uuid AND r.state = 'counted' AND ${when}
      ORDER BY r.value_date DESC, r.receipt_no COLLATE "C" DESC LIMIT ${filter.limit}`,
  );
}
