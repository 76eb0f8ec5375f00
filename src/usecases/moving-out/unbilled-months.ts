import { Prisma } from "../../../generated/prisma/client.ts";
import { row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type BillingIndex, billedThroughOf } from "../../domain/charging/run-plan/billing-index.ts";
import { lastDayOf, type Month, monthOf, parseMonth, shiftMonth, toDayNumber } from "../../domain/time/civil-date.ts";
import type { LeaseTerms } from "../../domain/world/lease.ts";

/**
 * The first month whose run could have billed something of a lease here: the final bill catches up from it on. What an
 * opening position says was billed elsewhere stays there; of a lease that says nothing, what lies before the first run of
 * its project was billed by whoever billed then.
 */
export async function firstMonthToBill(tx: Transaction, leaseId: string): Promise<Month> {
  const found = await row<{ month: string }>(
    tx,
    Prisma.sql`SELECT to_char(greatest(l.start_date, coalesce(
        (SELECT min(o.through_date) + 1 FROM opening_billed_through o WHERE o.lease_id = l.id),
        (SELECT max(b.issue_date) + 1 FROM bill b WHERE b.lease_id = l.id AND b.origin = 'opening'),
        (SELECT min(r.period || '-01')::date FROM billing_run r JOIN project p ON p.id = l.project_id
          WHERE r.state IN ('issued', 'published') AND r.project_code IN ('', p.code)),
        l.start_date)), 'YYYY-MM') AS month
      FROM lease l WHERE l.id = ${leaseId}::uuid`,
  );
  if (!found) throw new Error(`no lease ${leaseId}`);
  return parseMonth(found.month);
}

/**
 * Service months of pools that a catch-up through the run for `period` computes beside the one before it: the month before
 * that one, whose days the end of the lease may change, and those that the lease ran in and has no pool line of.
 */
export function unbilledPoolMonths(
  index: BillingIndex,
  terms: LeaseTerms,
  { since, period }: { readonly since: Month; readonly period: Month },
): readonly Month[] {
  const charges = index
    .timelineOf(terms)
    .charges.filter(({ segments }) => segments.some((segment) => segment.terms.rule.type === "pool"));
  const issued = new Set(
    (index.issuedByLease.get(terms.code) ?? []).map((line) => `${line.charge}|${monthOf(line.period.from)}`),
  );
  const isUnbilled = (month: Month): boolean =>
    charges.some(
      ({ code }) =>
        !issued.has(`${code}|${month}`) &&
        toDayNumber(lastDayOf(month)) > (billedThroughOf(index, terms.code, code) ?? Number.NEGATIVE_INFINITY),
    );
  const latest = shiftMonth(period, -2);
  const months = [latest];
  const first = shiftMonth(since, -1);
  for (let month = shiftMonth(latest, -1); month >= first && month >= monthOf(terms.start); ) {
    if (isUnbilled(month)) months.push(month);
    month = shiftMonth(month, -1);
  }
  return months;
}
