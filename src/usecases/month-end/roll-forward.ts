import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { CHART_OF_ACCOUNTS } from "../../domain/ledger/accounts.ts";
import type { Fen } from "../../domain/money/fen.ts";
import { type Month, rangeOfMonth } from "../../domain/time/civil-date.ts";
import { claimFacts } from "./claim-facts.ts";
import type { LiabilityMovement, LiabilityRollForward, ReceivableRow } from "./month-end-pack.ts";

/** Claims of a month by kind, from what happened. Kinds without a figure are left out. */
export function rollReceivables(tx: Transaction, entityId: string, month: Month): Promise<ReceivableRow[]> {
  const { from, to } = rangeOfMonth(month);
  const inMonth = (movement: string) =>
    Prisma.sql`coalesce(sum(amount_fen) FILTER (WHERE booked_on >= ${from}::date AND movement = ${movement}), 0)::bigint`;
  return rows<ReceivableRow>(
    tx,
    Prisma.sql`SELECT kind,
        coalesce(sum(amount_fen) FILTER (WHERE booked_on < ${from}::date), 0)::bigint AS "openingFen",
        ${inMonth("opening")} AS "takenOverFen", ${inMonth("billed")} AS "billedFen", ${inMonth("late-fee")} AS "lateFeeFen",
        ${inMonth("correction")} AS "correctionFen", -${inMonth("received")} AS "receivedFen",
        -${inMonth("waived")} AS "waivedFen", -${inMonth("written-off")} AS "writtenOffFen",
        -${inMonth("bank-fee")} AS "bankFeeFen", sum(amount_fen)::bigint AS "closingFen"
      FROM (${claimFacts(entityId)}) facts WHERE booked_on <= ${to}::date
      GROUP BY kind ORDER BY kind = 'late-fee', kind COLLATE "C"`,
  );
}

/** The sum of the rows, each column for itself. */
export function totalOf(receivables: readonly ReceivableRow[]): ReceivableRow {
  const sum = (of: (row: ReceivableRow) => Fen): Fen => receivables.reduce((total, row) => total + of(row), 0n);
  return {
    kind: "total",
    openingFen: sum((row) => row.openingFen),
    takenOverFen: sum((row) => row.takenOverFen),
    billedFen: sum((row) => row.billedFen),
    lateFeeFen: sum((row) => row.lateFeeFen),
    correctionFen: sum((row) => row.correctionFen),
    receivedFen: sum((row) => row.receivedFen),
    waivedFen: sum((row) => row.waivedFen),
    writtenOffFen: sum((row) => row.writtenOffFen),
    bankFeeFen: sum((row) => row.bankFeeFen),
    closingFen: sum((row) => row.closingFen),
  };
}

/** 2203 and 2241 with everything below them, in the order of the chart. */
export const isLiability = (account: string): boolean => account.startsWith("2203") || account.startsWith("2241");

/** What we owe (prepayment, deferred income, deposits, unclaimed money, refunds) over a month, by event of the ledger. */
export async function rollLiabilities(
  tx: Transaction,
  entityId: string,
  month: Month,
): Promise<LiabilityRollForward[]> {
  const { from, to } = rangeOfMonth(month);
  const found = await rows<{ account: string; event: string | null; increaseFen: Fen; decreaseFen: Fen }>(
    tx,
    Prisma.sql`SELECT account, CASE WHEN booking_date >= ${from}::date THEN event_type END AS event,
        coalesce(sum(fen) FILTER (WHERE fen > 0), 0)::bigint AS "increaseFen",
        coalesce(-sum(fen) FILTER (WHERE fen < 0), 0)::bigint AS "decreaseFen"
      FROM (SELECT p.credit_account AS account, t.booking_date, t.event_type, p.amount_fen AS fen
          FROM ledger_posting p JOIN ledger_transaction t ON t.id = p.transaction_id
          WHERE p.entity_id = ${entityId}::uuid AND (p.credit_account LIKE '2203%' OR p.credit_account LIKE '2241%')
        UNION ALL SELECT p.debit_account, t.booking_date, t.event_type, -p.amount_fen
          FROM ledger_posting p JOIN ledger_transaction t ON t.id = p.transaction_id
          WHERE p.entity_id = ${entityId}::uuid AND (p.debit_account LIKE '2203%' OR p.debit_account LIKE '2241%')) sides
      WHERE booking_date <= ${to}::date
      GROUP BY 1, 2 ORDER BY 1, 2`,
  );
  return CHART_OF_ACCOUNTS.filter(({ code }) => isLiability(code)).flatMap(({ code, name }) => {
    const own = found.filter(({ account }) => account === code);
    if (own.length === 0) return [];
    const balanceOf = (list: typeof own): Fen =>
      list.reduce((total, { increaseFen, decreaseFen }) => total + increaseFen - decreaseFen, 0n);
    const before = own.filter(({ event }) => event === null);
    const movements: LiabilityMovement[] = own.flatMap(({ event, increaseFen, decreaseFen }) =>
      event === null ? [] : [{ event, increaseFen, decreaseFen }],
    );
    return [{ account: code, name, openingFen: balanceOf(before), movements, closingFen: balanceOf(own) }];
  });
}
