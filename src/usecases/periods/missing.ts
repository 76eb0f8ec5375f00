import { Prisma } from "../../../generated/prisma/client.ts";
import { claimFeeThrough, loadClaims } from "../../db/line-claims.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { RECEIVABLES } from "../../domain/ledger/accounts.ts";
import type { Fen } from "../../domain/money/fen.ts";
import { type CivilDate, lastDayOf, type Month } from "../../domain/time/civil-date.ts";
import type { MissingForClose } from "./accounting-periods.ts";

/** What of a month is not in the books yet, by date. */
export async function findMissing(tx: Transaction, entityId: string, month: Month): Promise<MissingForClose[]> {
  const missing = [
    ...(await draftBills(tx, entityId, month)),
    ...(await feesNotAccrued(tx, entityId, month)),
    ...(await openDays(tx, entityId, month)),
  ];
  return missing.sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0));
}

async function draftBills(tx: Transaction, entityId: string, month: Month): Promise<MissingForClose[]> {
  const found = await rows<{ date: CivilDate; lease: string; amount_fen: Fen }>(
    tx,
    Prisma.sql`SELECT b.issue_date::text AS date, l.code AS lease, b.total_fen AS amount_fen
      FROM bill b JOIN lease l ON l.id = b.lease_id
      WHERE b.entity_id = ${entityId}::uuid AND b.state = 'draft' AND b.period <= ${month} ORDER BY b.issue_date, l.code`,
  );
  return found.map(({ date, lease, amount_fen: amountFen }) => ({
    date,
    account: RECEIVABLES,
    amountFen,
    what: `合同 ${lease} 的账单还是草稿，请出账或作废 / the bill of lease ${lease} is still a draft`,
  }));
}

/**
 * Days of an account that were held against its statement and did not come out (money-rules 10). Accounts without statements
 * are no obstacle, since a park may do without, and neither are open differences: their money has its account in the books
 * (2241.02) until somebody decides. A day on which nothing moved, like a Sunday, has no line to show: a later day that is
 * closed proves it by its opening balance.
 */
async function openDays(tx: Transaction, entityId: string, month: Month): Promise<MissingForClose[]> {
  const found = await rows<{ date: CivilDate; account: string }>(
    tx,
    Prisma.sql`SELECT s.day::text AS date, s.account_code AS account FROM statement_day s
      WHERE s.entity_id = ${entityId}::uuid AND NOT s.closed AND to_char(s.day, 'YYYY-MM') = ${month}
        AND (EXISTS (SELECT 1 FROM statement_line l WHERE l.account_code = s.account_code AND l.booking_date = s.day)
          OR EXISTS (SELECT 1 FROM receipt r WHERE r.account_code = s.account_code AND r.value_date = s.day AND r.state = 'counted')
          OR NOT EXISTS (SELECT 1 FROM statement_day n WHERE n.account_code = s.account_code AND n.day > s.day AND n.closed))
      ORDER BY s.day, s.account_code COLLATE "C"`,
  );
  return found.map(({ date, account }) => ({
    date,
    account,
    amountFen: 0n,
    what: `账户 ${account} 这一天还没有日结，请运行 day close 查看原因 / the day of account ${account} is not closed`,
  }));
}

/** Fees through the month's last day that are not posted; lines evaluated further already hold them. */
async function feesNotAccrued(tx: Transaction, entityId: string, month: Month): Promise<MissingForClose[]> {
  const through = lastDayOf(month);
  const lines = await rows<{ line_id: string }>(
    tx,
    Prisma.sql`SELECT r.line_id FROM receivable r JOIN bill b ON b.id = r.bill_id
      WHERE r.entity_id = ${entityId}::uuid AND r.open_fen > 0 AND b.due_date < ${through}::date
        AND (r.late_fee_through IS NULL OR r.late_fee_through < ${through}::date)`,
  );
  if (lines.length === 0) return [];
  const claims = await loadClaims(tx, { lineIds: lines.map((line) => line.line_id) });
  return claims.flatMap((claim) => {
    const amountFen = claimFeeThrough(claim, through).totalFen - claim.lateFeePostedFen;
    if (amountFen === 0n) return [];
    const what = `账单 ${claim.billNo} 的 ${claim.charge} 违约金未计提到月末 / the late fee of ${claim.billNo} ${claim.charge} is not accrued to the month's end`;
    return [{ date: through, account: RECEIVABLES, amountFen, what }];
  });
}
