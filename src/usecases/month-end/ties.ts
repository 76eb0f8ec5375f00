import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { CHART_OF_ACCOUNTS, RECEIVABLES } from "../../domain/ledger/accounts.ts";
import { recomputeBalances } from "../../domain/ledger/recompute.ts";
import type { Fen } from "../../domain/money/fen.ts";
import { firstDayOf, type Month, rangeOfMonth } from "../../domain/time/civil-date.ts";
import { loadBookFacts } from "../ledger-check/checks/book-facts.ts";
import { claimFacts, kindOf } from "./claim-facts.ts";
import type { LiabilityRollForward, ReceivableRow, Tie } from "./month-end-pack.ts";
import { isLiability } from "./roll-forward.ts";

/**
 * The figures of the pack held against other witnesses: claims at both ends of the month against account 1122, claims of
 * today by kind against what the bills leave open, and the balances of today that I6 recomputes from what happened. All are
 * returned, also where they agree.
 */
export async function tieOut(
  tx: Transaction,
  entityId: string,
  month: Month,
  figures: { readonly receivables: ReceivableRow; readonly liabilities: readonly LiabilityRollForward[] },
): Promise<Tie[]> {
  const { to } = rangeOfMonth(month);
  const balances = await rows<{ account: string; openingFen: Fen; closingFen: Fen; todayFen: Fen }>(
    tx,
    Prisma.sql`SELECT account, coalesce(sum(fen) FILTER (WHERE booking_date < ${firstDayOf(month)}::date), 0)::bigint AS "openingFen",
        coalesce(sum(fen) FILTER (WHERE booking_date <= ${to}::date), 0)::bigint AS "closingFen", sum(fen)::bigint AS "todayFen"
      FROM (SELECT p.debit_account AS account, t.booking_date, p.amount_fen AS fen
          FROM ledger_posting p JOIN ledger_transaction t ON t.id = p.transaction_id WHERE p.entity_id = ${entityId}::uuid
        UNION ALL SELECT p.credit_account, t.booking_date, -p.amount_fen
          FROM ledger_posting p JOIN ledger_transaction t ON t.id = p.transaction_id WHERE p.entity_id = ${entityId}::uuid) sides
      GROUP BY 1`,
  );
  const of = (account: string) =>
    balances.find((one) => one.account === account) ?? { openingFen: 0n, closingFen: 0n, todayFen: 0n };
  const ties: Tie[] = [];
  const add = (tie: Omit<Tie, "differenceFen">): number =>
    ties.push({ ...tie, differenceFen: tie.factsFen - tie.ledgerFen });

  const claims = of(RECEIVABLES);
  const { openingFen, closingFen } = figures.receivables;
  add({ account: RECEIVABLES, what: "opening", factsFen: openingFen, ledgerFen: claims.openingFen });
  add({ account: RECEIVABLES, what: "closing", factsFen: closingFen, ledgerFen: claims.closingFen });
  // Liabilities are owed by us: credits above zero.
  for (const one of figures.liabilities) {
    const { account } = one;
    add({ account, what: "opening", factsFen: one.openingFen, ledgerFen: -of(account).openingFen });
    add({ account, what: "closing", factsFen: one.closingFen, ledgerFen: -of(account).closingFen });
  }
  for (const { kind, factsFen, ledgerFen } of await openItems(tx, entityId)) {
    add({ account: RECEIVABLES, what: "open-items-today", kind, factsFen, ledgerFen });
  }
  const expected = await recomputedToday(tx, entityId);
  for (const { code } of CHART_OF_ACCOUNTS) {
    const factsFen = expected.get(code);
    if (factsFen === undefined || (code !== RECEIVABLES && !isLiability(code))) continue;
    const sign = code === RECEIVABLES ? 1n : -1n;
    add({ account: code, what: "facts-today", factsFen: factsFen * sign, ledgerFen: of(code).todayFen * sign });
  }
  return ties;
}

/** Claims of today by kind: as the movements sum up, and as the bills show them. */
const openItems = (tx: Transaction, entityId: string): Promise<{ kind: string; factsFen: Fen; ledgerFen: Fen }[]> =>
  rows(
    tx,
    Prisma.sql`SELECT kind, sum(facts)::bigint AS "factsFen", sum(items)::bigint AS "ledgerFen"
      FROM (SELECT kind, amount_fen AS facts, 0 AS items FROM (${claimFacts(entityId)}) f
        UNION ALL SELECT ${kindOf("l")}, 0, r.open_fen FROM receivable r JOIN bill_line l ON l.id = r.line_id
          WHERE r.entity_id = ${entityId}::uuid AND l.kind <> 'deposit'
        UNION ALL SELECT 'late-fee', 0, r.late_fee_open_fen FROM receivable r WHERE r.entity_id = ${entityId}::uuid) parts
      GROUP BY kind ORDER BY kind = 'late-fee', kind COLLATE "C"`,
  );

/** By account, debits less credits. */
async function recomputedToday(tx: Transaction, entityId: string): Promise<ReadonlyMap<string, Fen>> {
  const facts = (await loadBookFacts(tx)).filter((fact) => fact.entity === entityId);
  const byAccount = new Map<string, Fen>();
  for (const { account, balanceFen } of recomputeBalances(facts)) {
    byAccount.set(account, (byAccount.get(account) ?? 0n) + balanceFen);
  }
  return byAccount;
}
