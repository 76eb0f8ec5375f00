import { Prisma } from "../../../../generated/prisma/client.ts";
import { rows } from "../../../db/rows.ts";
import type { Transaction } from "../../../db/transaction.ts";
import { isByTenant } from "../../../domain/ledger/accounts.ts";
import type { Balance } from "../../../domain/ledger/balances.ts";
import { compareBalances, recomputeBalances } from "../../../domain/ledger/recompute.ts";
import { type Fen, formatYuan } from "../../../domain/money/fen.ts";
import { atMost, type LedgerCheck, sqlCheck } from "../check.ts";
import { loadBookFacts } from "./book-facts.ts";

/** I6: ledger balances = balances recomputed from what happened, per entity, account and (where it is kept so) tenant. */
export const checkBookBalances: LedgerCheck = async (tx) => {
  const ledger = await loadLedgerBalances(tx);
  const problems = compareBalances(ledger, recomputeBalances(await loadBookFacts(tx)));
  const codes = await loadCodes(tx);
  const nameOf = (id: string) => codes.get(id) ?? id;
  return {
    checked: { balances: ledger.length },
    problems: atMost(
      "I6",
      problems.map(({ entity, account, tenant, ledgerFen, expectedFen }) => ({
        code: "I6",
        subject: [nameOf(entity), account, ...(tenant === undefined ? [] : [nameOf(tenant)])].join(" "),
        message: `账面余额 ${formatYuan(ledgerFen)}，按业务重算 ${formatYuan(expectedFen)} / the books say ${formatYuan(ledgerFen)}, what happened says ${formatYuan(expectedFen)}`,
      })),
    ),
  };
};

async function loadLedgerBalances(tx: Transaction): Promise<Balance[]> {
  const found = await rows<{ entity: string; account: string; tenant: string | null; balance_fen: Fen }>(
    tx,
    Prisma.sql`SELECT entity_id::text AS entity, account, tenant_id::text AS tenant, sum(amount_fen)::bigint AS balance_fen
      FROM (SELECT entity_id, debit_account AS account, tenant_id, amount_fen FROM ledger_posting
        UNION ALL SELECT entity_id, credit_account, tenant_id, -amount_fen FROM ledger_posting) sides
      GROUP BY 1, 2, 3`,
  );
  return found.map(({ entity, account, tenant, balance_fen: balanceFen }) => ({
    entity,
    account,
    ...(tenant !== null && isByTenant(account) ? { tenant } : {}),
    balanceFen,
  }));
}

async function loadCodes(tx: Transaction): Promise<Map<string, string>> {
  const found = await rows<{ id: string; code: string }>(
    tx,
    Prisma.sql`SELECT id::text, code FROM legal_entity UNION ALL SELECT id::text, code FROM tenant`,
  );
  return new Map(found.map(({ id, code }) => [id, code]));
}

/**
 * I6 once more, against the projections that people see: 1122 of a tenant = Σ open claims (principal and fee, without
 * deposits), 2203 = Σ prepayment left.
 */
export const checkSubledgers = sqlCheck<{ subject: string; ledger_fen: Fen; detail_fen: Fen }>({
  code: "I6",
  counts: "tenantAccounts",
  count: Prisma.sql`SELECT count(*) AS count FROM tenant_account`,
  find: Prisma.sql`WITH sides AS (
      SELECT entity_id, tenant_id, debit_account AS account, amount_fen FROM ledger_posting WHERE debit_account IN ('1122', '2203')
      UNION ALL SELECT entity_id, tenant_id, credit_account, -amount_fen FROM ledger_posting WHERE credit_account IN ('1122', '2203')),
    parts AS (
      SELECT entity_id, tenant_id, account, amount_fen AS ledger_fen, 0 AS detail_fen FROM sides
      UNION ALL SELECT r.entity_id, r.tenant_id, '1122', 0,
          CASE WHEN l.kind = 'deposit' THEN 0 ELSE r.open_fen END + r.late_fee_open_fen
        FROM receivable r JOIN bill_line l ON l.id = r.line_id
      UNION ALL SELECT entity_id, tenant_id, '2203', 0, -remaining_fen FROM prepayment)
    SELECT concat_ws(' ', e.code, p.account, t.code) AS subject, sum(p.ledger_fen)::bigint AS ledger_fen,
      sum(p.detail_fen)::bigint AS detail_fen
    FROM parts p JOIN legal_entity e ON e.id = p.entity_id LEFT JOIN tenant t ON t.id = p.tenant_id
    GROUP BY e.code, p.account, t.code HAVING sum(p.ledger_fen) <> sum(p.detail_fen) ORDER BY 1`,
  say: ({ ledger_fen, detail_fen }) =>
    `账面余额 ${formatYuan(ledger_fen)}，明细合计 ${formatYuan(detail_fen)} / the books say ${formatYuan(ledger_fen)}, the open items sum to ${formatYuan(detail_fen)}`,
});
