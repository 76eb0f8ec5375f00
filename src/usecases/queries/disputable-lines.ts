import { Prisma } from "../../../generated/prisma/client.ts";
import { loadClaims } from "../../db/line-claims.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import { type DateRange, type Month, monthOf } from "../../domain/time/civil-date.ts";
import type { LineKind } from "../../domain/world/lease.ts";

/** A line of a published bill on which something is open. */
export interface DisputableLine {
  readonly lineId: string;
  readonly billNo: string;
  readonly billMonth: Month;
  readonly kind: LineKind;
  readonly period: DateRange;
  readonly correction: number;
  readonly amountFen: Fen;
  readonly disputed: boolean;
}

/** The open lines of a tenant in bill order, disputed ones too. What is settled is a matter for a person. */
export async function findDisputableLines(tx: Transaction, tenantId: string): Promise<DisputableLine[]> {
  const claims = await loadClaims(tx, { tenantId, publishedOnly: true });
  const billIds = [...new Set(claims.map((claim) => claim.billId))];
  const months = await rows<{ id: string; period: Month }>(
    tx,
    Prisma.sql`SELECT id, period FROM bill WHERE id = ANY (${billIds}::uuid[])`,
  );
  const monthOfBill = new Map(months.map(({ id, period }) => [id, period]));
  return claims.map(({ lineId, billId, billNo, kind, period, correction, amountFen, disputed }) => ({
    lineId,
    billNo,
    billMonth: monthOfBill.get(billId) ?? monthOf(period.from),
    kind,
    period,
    correction,
    amountFen,
    disputed,
  }));
}
