import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { row, rows } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import { type Month, rangeOfMonth } from "../../domain/time/civil-date.ts";
import { findMissing } from "../periods/missing.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import { ageClaims } from "./aging.ts";
import type { MonthEndPack, PackDay, PackException } from "./month-end-pack.ts";
import { rollLiabilities, rollReceivables, totalOf } from "./roll-forward.ts";
import { tieOut } from "./ties.ts";

/** A large park's month is read in seconds; a slow disk may take its time. */
const PACK_LIMIT_MS = 600_000;

/** The month-end pack of an entity, from one snapshot; changes nothing. */
export const makePack = (
  db: Database,
  wish: { readonly entity: string; readonly month: Month },
): Promise<{ readonly ok: true; readonly pack: MonthEndPack } | Refusal> =>
  inTransaction(db, (tx) => makePackIn(tx, wish), { isolation: "RepeatableRead", timeoutMs: PACK_LIMIT_MS });

/** The same inside the caller's transaction. */
export async function makePackIn(
  tx: Transaction,
  { entity: code, month }: { readonly entity: string; readonly month: Month },
): Promise<{ readonly ok: true; readonly pack: MonthEndPack } | Refusal> {
  const entity = await row<{ id: string; name: string; locked: boolean }>(
    tx,
    Prisma.sql`SELECT e.id, e.name, coalesce(p.state = 'locked', false) AS locked FROM legal_entity e
      LEFT JOIN accounting_period p ON p.entity_id = e.id AND p.month = ${month} WHERE e.code = ${code}`,
  );
  if (!entity) return refuse("ENTITY_UNKNOWN", `没有公司 ${code}，请检查编号。`, `There is no legal entity ${code}.`);
  const { to: asOf } = rangeOfMonth(month);
  const receivables = await rollReceivables(tx, entity.id, month);
  const receivablesTotal = totalOf(receivables);
  const liabilities = await rollLiabilities(tx, entity.id, month);
  const pack: MonthEndPack = {
    entity: code,
    entityName: entity.name,
    month,
    asOf,
    locked: entity.locked,
    receivables,
    receivablesTotal,
    liabilities,
    ties: await tieOut(tx, entity.id, month, { receivables: receivablesTotal, liabilities }),
    aging: await ageClaims(tx, entity.id, asOf),
    days: await findDays(tx, entity.id, month),
    daysWithoutStatement: await findGaps(tx, entity.id, month),
    exceptions: await findOpenExceptions(tx, entity.id, month),
    missing: await findMissing(tx, entity.id, month),
  };
  return { ok: true, pack };
}

const findDays = (tx: Transaction, entityId: string, month: Month): Promise<PackDay[]> =>
  rows<PackDay>(
    tx,
    Prisma.sql`SELECT account_code AS account, day::text AS date, closed,
        coalesce((certificate->>'lines')::int, 0) AS lines, coalesce((certificate->>'inFen')::bigint, 0) AS "inFen",
        coalesce((certificate->>'outFen')::bigint, 0) AS "outFen"
      FROM statement_day WHERE entity_id = ${entityId}::uuid AND to_char(day, 'YYYY-MM') = ${month}
      ORDER BY account_code COLLATE "C", day`,
  );

/** Only accounts of which a statement ever came in: a park may keep others elsewhere. */
const findGaps = (tx: Transaction, entityId: string, month: Month): Promise<MonthEndPack["daysWithoutStatement"]> => {
  const { from, to } = rangeOfMonth(month);
  return rows(
    tx,
    Prisma.sql`SELECT a.account_code AS account, count(*)::int AS days, min(d.day)::date::text AS first
      FROM (SELECT account_code, min(coalesce(first_date, statement_date)) AS since FROM statement_file
          WHERE entity_id = ${entityId}::uuid GROUP BY 1) a
      CROSS JOIN generate_series(greatest(a.since, ${from}::date)::timestamp, ${to}::date::timestamp, '1 day') AS d(day)
      WHERE NOT EXISTS (SELECT 1 FROM statement_day s WHERE s.account_code = a.account_code AND s.day = d.day::date)
      GROUP BY 1 ORDER BY 1`,
  );
};

const findOpenExceptions = (tx: Transaction, entityId: string, month: Month): Promise<PackException[]> =>
  rows<PackException>(
    tx,
    Prisma.sql`SELECT id::text, kind, coalesce(account_code, '') AS account, day::text AS date, fen AS "amountFen",
        owner_role AS "ownerRole"
      FROM (SELECT *, coalesce(business_date, (facts->>'date')::date) AS day,
          coalesce(amount_fen, (facts->>'amountFen')::bigint, 0)::bigint AS fen FROM exception_item
        WHERE entity_id = ${entityId}::uuid AND state = 'open') x
      WHERE day IS NULL OR day <= ${rangeOfMonth(month).to}::date
      ORDER BY day NULLS FIRST, id`,
  );
