import { Prisma } from "../../../generated/prisma/client.ts";
import { claimFeeThrough, loadClaims } from "../../db/line-claims.ts";
import { row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";

/** `late-fee <billNo> --as-of DATE` (interfaces.md section 1). */
export interface LateFeeStatement {
  readonly ok: true;
  readonly asOf: CivilDate;
  /** The lines that a late fee runs on, by position; `days` counted, cap or not. */
  readonly lines: readonly { readonly charge: string; readonly days: number; readonly amountFen: Fen }[];
  readonly totalFen: Fen;
}

/**
 * The whole late fee of a bill for the days d ≤ `asOf` (money-rules 7), before what was paid or waived of it. Computed from
 * the facts known now; writes nothing. Refused for a bill that is not issued.
 */
export async function lateFeeAsOf(
  tx: Transaction,
  billNo: string,
  asOf: CivilDate,
): Promise<LateFeeStatement | Refusal> {
  const bill = await row<{ id: string }>(
    tx,
    Prisma.sql`SELECT id FROM bill WHERE bill_no = ${billNo} AND state IN ('issued', 'published')`,
  );
  if (!bill) {
    return refuse(
      "BILL_UNKNOWN",
      `没有已出账的账单 ${billNo}，请检查账单号。`,
      `There is no issued bill ${billNo}. Check the bill number.`,
    );
  }
  const claims = await loadClaims(tx, { billIds: [bill.id], settled: true });
  const lines = claims
    .filter((claim) => claim.lateFeeFacts.terms !== null)
    .map((claim) => {
      const { days, totalFen } = claimFeeThrough(claim, asOf);
      return { charge: claim.charge, days, amountFen: totalFen };
    });
  return { ok: true, asOf, lines, totalFen: lines.reduce((sum, line) => sum + line.amountFen, 0n) };
}
