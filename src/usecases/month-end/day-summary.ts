import type { Card } from "../../../cards/card.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { rows } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import { UNCLAIMED_MONEY } from "../../domain/ledger/accounts.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { findAddressees, tellStaff } from "../staff/tell-staff.ts";

/** A bank or merchant account on a day. */
export interface AccountDay {
  readonly account: string;
  readonly inFen: Fen;
  readonly outFen: Fen;
  readonly lines: number;
  readonly matched: number;
  /** "none": no statement of the day has come. */
  readonly state: "closed" | "open" | "none";
}

export interface ChannelSum {
  readonly channel: "wechat" | "bank" | "cash" | "pos";
  readonly count: number;
  readonly amountFen: Fen;
}

export interface ShiftOfDay {
  readonly shiftNo: string;
  readonly cashier: string;
  readonly closed: boolean;
  /** Of a closed one. */
  readonly differenceFen: Fen | null;
}

/** What came in on a day for an entity, and what is left to do. Amounts in fen. */
export interface DaySummary {
  readonly entityId: string;
  readonly entity: string;
  readonly entityName: string;
  readonly date: CivilDate;
  readonly accounts: readonly AccountDay[];
  /** Receipts with this value date that count, by way of payment. */
  readonly channels: readonly ChannelSum[];
  readonly receivedFen: Fen;
  /** Balances of now: 2241.02, and every 1012 account that is not empty. */
  readonly unclaimedFen: Fen;
  readonly clearing: readonly { readonly account: string; readonly amountFen: Fen }[];
  readonly openExceptions: number;
  readonly openExceptionsFen: Fen;
  readonly shifts: readonly ShiftOfDay[];
}

/** 收款日报 of every entity, by code. A handful of statements, whatever the number of entities. */
export async function summariseDay(tx: Transaction, date: CivilDate): Promise<DaySummary[]> {
  const entities = await rows<{ id: string; code: string; name: string }>(
    tx,
    Prisma.sql`SELECT id::text, code, name FROM legal_entity ORDER BY code COLLATE "C"`,
  );
  const accounts = await accountDays(tx, date);
  const channels = await rows<ChannelSum & { entityId: string }>(
    tx,
    Prisma.sql`SELECT entity_id::text AS "entityId", channel, count(*)::int AS count, sum(amount_fen)::bigint AS "amountFen"
      FROM receipt WHERE state = 'counted' AND value_date = ${date}::date GROUP BY 1, 2 ORDER BY 2`,
  );
  const balances = await rows<{ entityId: string; account: string; fen: Fen }>(
    tx,
    Prisma.sql`SELECT entity_id::text AS "entityId", account, sum(fen)::bigint AS fen
      FROM (SELECT entity_id, debit_account AS account, amount_fen AS fen FROM ledger_posting
          WHERE debit_account = ${UNCLAIMED_MONEY} OR debit_account LIKE '1012.%'
        UNION ALL SELECT entity_id, credit_account, -amount_fen FROM ledger_posting
          WHERE credit_account = ${UNCLAIMED_MONEY} OR credit_account LIKE '1012.%') sides
      GROUP BY 1, 2 HAVING sum(fen) <> 0 ORDER BY 2`,
  );
  const exceptions = await rows<{ entityId: string; count: number; fen: Fen }>(
    tx,
    Prisma.sql`SELECT entity_id::text AS "entityId", count(*)::int AS count,
        sum(abs(coalesce(amount_fen, (facts->>'amountFen')::bigint, 0)))::bigint AS fen
      FROM exception_item WHERE state = 'open' GROUP BY 1`,
  );
  const shifts = await rows<ShiftOfDay & { entityId: string }>(
    tx,
    Prisma.sql`SELECT c.entity_id::text AS "entityId", c.shift_no AS "shiftNo", s.name AS cashier,
        c.state = 'closed' AS closed, c.counted_fen - c.expected_fen AS "differenceFen"
      FROM cashier_shift c JOIN staff s ON s.id = c.staff_id
      WHERE c.opened_on <= ${date}::date AND (c.closed_on IS NULL OR c.closed_on = ${date}::date) ORDER BY 2`,
  );
  return entities.map(({ id, code, name }) => {
    const own = <T extends { readonly entityId: string }>(list: readonly T[]): T[] =>
      list.filter((one) => one.entityId === id);
    const [exception] = own(exceptions);
    return {
      entityId: id,
      entity: code,
      entityName: name,
      date,
      accounts: own(accounts),
      channels: own(channels),
      receivedFen: own(channels).reduce((sum, { amountFen }) => sum + amountFen, 0n),
      unclaimedFen: -(own(balances).find(({ account }) => account === UNCLAIMED_MONEY)?.fen ?? 0n),
      clearing: own(balances)
        .filter(({ account }) => account !== UNCLAIMED_MONEY)
        .map(({ account, fen: amountFen }) => ({ account, amountFen })),
      openExceptions: exception?.count ?? 0,
      openExceptionsFen: exception?.fen ?? 0n,
      shifts: own(shifts),
    };
  });
}

/** Every account of ours; the channel's fund flow says the same money again and is left out. */
const accountDays = (tx: Transaction, date: CivilDate): Promise<(AccountDay & { entityId: string })[]> =>
  rows(
    tx,
    Prisma.sql`SELECT a.entity_id::text AS "entityId", a.code AS account,
        coalesce(sum(l.amount_fen) FILTER (WHERE l.amount_fen > 0), 0)::bigint AS "inFen",
        coalesce(-sum(l.amount_fen) FILTER (WHERE l.amount_fen < 0), 0)::bigint AS "outFen", count(l.id)::int AS lines,
        count(l.id) FILTER (WHERE EXISTS (SELECT 1 FROM match_item m
          WHERE m.statement_line_id = l.id AND m.active AND m.book_kind <> 'exception'))::int AS matched,
        CASE WHEN bool_or(s.closed) THEN 'closed' WHEN count(l.id) > 0 OR EXISTS (SELECT 1 FROM statement_file f
            WHERE f.account_code = a.code AND (f.statement_date = ${date}::date OR ${date}::date BETWEEN f.first_date AND f.last_date))
          THEN 'open' ELSE 'none' END AS state
      FROM (SELECT entity_id, code FROM bank_account UNION ALL SELECT entity_id, code FROM merchant_account) a
      LEFT JOIN statement_day s ON s.account_code = a.code AND s.day = ${date}::date
      LEFT JOIN statement_line l ON l.account_code = a.code AND l.booking_date = ${date}::date AND l.source <> 'wechat-fund'
      GROUP BY 1, 2 ORDER BY 2`,
  );

/**
 * Tells cashiers and finance managers of the day of their entities, each one card with theirs only, once. Entities on which
 * nothing happened and nothing waits are left out. Returns how many people were told.
 */
export const tellDaySummary = (
  db: Database,
  date: CivilDate,
  cardOf: (summaries: readonly DaySummary[]) => Card,
): Promise<number> =>
  inTransaction(db, async (tx) => {
    const summaries = (await summariseDay(tx, date)).filter(isWorthTelling);
    // The day of a company is of no building: not for a portfolio that is narrowed down to some.
    const to = { roles: ["cashier", "finance-manager"], buildingIds: [] } as const;
    const of = (entityIds: readonly string[]) => summaries.filter(({ entityId }) => entityIds.includes(entityId));
    const readers = (await findAddressees(tx, to)).filter(({ entityIds }) => of(entityIds).length > 0);
    if (readers.length === 0) return 0;
    const told = await tellStaff(tx, {
      to: { ...to, staffIds: readers.map(({ staffId }) => staffId) },
      card: ({ entityIds }) => cardOf(of(entityIds)),
      dedupeKey: `day-summary|${date}`,
    });
    return told.length;
  });

const isWorthTelling = (day: DaySummary): boolean =>
  day.receivedFen !== 0n ||
  day.unclaimedFen !== 0n ||
  day.openExceptions > 0 ||
  day.shifts.length > 0 ||
  day.accounts.some(({ lines, state }) => lines > 0 || state === "open");
