import { Prisma } from "../../../generated/prisma/client.ts";
import { row, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { ComparedLine } from "../../domain/explanation/compare-months.ts";
import type { CivilDate, Month } from "../../domain/time/civil-date.ts";

/** The lines of one charge on the bills of two months of a lease. */
export interface ChargeMonths {
  readonly charge: string;
  readonly after: { readonly month: Month; readonly lines: readonly ComparedLine[] };
  readonly before: { readonly month: Month; readonly lines: readonly ComparedLine[] };
}

/**
 * A charge on a bill's month and on an earlier (or any other named) one of its lease; months are those of the bills. Without
 * `against`: the latest earlier month that has the charge. Undefined when bill, charge or the other month's lines do not
 * exist. `tenantId` for a chat: then only published bills of that tenant count (I15).
 */
export async function findChargeMonths(
  tx: Transaction,
  wanted: {
    readonly billNo: string;
    readonly charge: string;
    readonly against?: Month | undefined;
    readonly tenantId?: string | undefined;
  },
): Promise<ChargeMonths | undefined> {
  const { billNo, charge, tenantId } = wanted;
  const visible =
    tenantId === undefined
      ? Prisma.sql`b.state IN ('issued', 'published')`
      : Prisma.sql`b.tenant_id = ${tenantId}::uuid AND b.state = 'published'`;
  const bill = await row<{ lease_id: string; period: Month }>(
    tx,
    Prisma.sql`SELECT b.lease_id, b.period FROM bill b WHERE b.bill_no = ${billNo} AND ${visible}`,
  );
  if (!bill) return undefined;
  const found = await rows<{
    month: Month;
    role: string;
    correction: number;
    period_from: CivilDate;
    period_to: CivilDate;
    amountFen: bigint;
    inputs: ComparedLine["inputs"];
  }>(
    tx,
    Prisma.sql`SELECT b.period AS month, line.role, line.correction_no AS correction, line.period_from::text,
        line.period_to::text, line.amount_fen AS "amountFen", line.inputs
      FROM bill_line line JOIN bill b ON b.id = line.bill_id
      WHERE line.lease_id = ${bill.lease_id}::uuid AND line.charge_code = ${charge} AND ${visible}
        AND (b.period = ${bill.period} OR b.period = ${wanted.against ?? null} OR ${wanted.against === undefined})
      ORDER BY b.period, line.position`,
  );
  const earlier = found.filter((line) => line.month < bill.period).at(-1)?.month;
  const against = wanted.against ?? earlier;
  const linesOf = (month: Month | undefined): ComparedLine[] =>
    found
      .filter((line) => line.month === month)
      .map(({ role, correction, period_from, period_to, amountFen, inputs }) => ({
        role,
        correction,
        period: { from: period_from, to: period_to },
        amountFen,
        inputs,
      }));
  const [before, after] = [linesOf(against), linesOf(bill.period)];
  if (against === undefined || before.length === 0 || after.length === 0) return undefined;
  return { charge, before: { month: against, lines: before }, after: { month: bill.period, lines: after } };
}
