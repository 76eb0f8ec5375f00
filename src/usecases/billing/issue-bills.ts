import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { openBookingDate } from "../../db/ledger/period.ts";
import { type LedgerTransactionRecord, postToLedger } from "../../db/ledger/post.ts";
import { toRecordset } from "../../db/recordset.ts";
import { execute, rows } from "../../db/rows.ts";
import { lockTenantAccounts } from "../../db/tenant-account.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { LineRole } from "../../domain/allocation/open-line.ts";
import { planSetOff, type SetOffPlan, type SetOffTarget } from "../../domain/allocation/set-off.ts";
import { groupBy } from "../../domain/group-by.ts";
import { daysByMonth, planDeferral } from "../../domain/ledger/deferral.ts";
import { lineIssued } from "../../domain/ledger/line-events.ts";
import { freedToPrepayment } from "../../domain/ledger/money-events.ts";
import type { Posting, PostingContext } from "../../domain/ledger/posting.ts";
import type { Fen } from "../../domain/money/fen.ts";
import { type CivilDate, monthOf, parseCivilDate } from "../../domain/time/civil-date.ts";
import type { ChargeKind } from "../../domain/world/lease.ts";
import { applyPrepayments } from "../receipts/apply-prepayments.ts";
import { releaseForCorrection } from "../receipts/release-for-correction.ts";

interface IssuingLine {
  readonly line_id: string;
  readonly bill_id: string;
  readonly entity_id: string;
  readonly defer_advance: boolean;
  readonly tenant_id: string;
  readonly project_id: string;
  readonly lease_id: string;
  readonly charge_code: string;
  readonly role: LineRole;
  readonly ordinal: number;
  /** Of the charge, also for its discounts: whose income the line is. */
  readonly income_kind: ChargeKind | "deposit";
  readonly period_from: CivilDate;
  readonly period_to: CivilDate;
  readonly correction_no: number;
  readonly amount_fen: Fen;
  readonly net_fen: Fen;
  readonly tax_fen: Fen;
  readonly issue_date: CivilDate;
}

/**
 * Issues the numbered drafts of some leases, all in the caller's transaction: accounts locked first, negative lines set
 * off, claims opened, the books posted, prepayments applied (money-rules 2, 8 and 9). The number of statements does not
 * depend on the number of bills, only on that of their issue dates.
 */
export const issueBills = (tx: Transaction, runId: string, leaseIds: readonly string[]): Promise<void> =>
  issueDrafts(tx, Prisma.sql`b.run_id = ${runId}::uuid AND b.lease_id = ANY (${[...leaseIds]}::uuid[])`);

/** The same for the numbered drafts that the condition on bill `b` names. */
export async function issueDrafts(tx: Transaction, which: Prisma.Sql): Promise<void> {
  const lines = await loadLines(tx, which);
  await lockTenantAccounts(tx, distinctAccounts(lines));
  const byIssueDate = groupBy(lines, (line) => line.issue_date);
  // In the order of time: prepayments pay what is issued first, on the day on which it is issued.
  const inOrder = [...byIssueDate].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [issueDate, issued] of inOrder) await issueLines(tx, issued, parseCivilDate(issueDate));
}

async function issueLines(tx: Transaction, lines: readonly IssuingLine[], issueDate: CivilDate): Promise<void> {
  const plan = planSetOff(lines.map(setOffLine), await earlierTargets(tx, lines));
  await openClaims(tx, lines, plan);
  await writeSetOffs(tx, plan);
  await postBills(tx, lines);
  await markIssued(tx, lines);
  await freeOverpaid(tx, plan, issueDate);
  await bookCredits(tx, lines, plan);
  await applyPrepayments(tx, distinctAccounts(lines), issueDate);
}

async function loadLines(tx: Transaction, which: Prisma.Sql): Promise<IssuingLine[]> {
  return rows<IssuingLine>(
    tx,
    Prisma.sql`SELECT line.id AS line_id, b.id AS bill_id, b.entity_id, e.defer_advance, b.tenant_id, b.project_id,
        b.lease_id, line.charge_code, line.role, line.ordinal, line.period_from::text, line.period_to::text,
        line.correction_no, line.amount_fen, line.net_fen, line.tax_fen, b.issue_date::text,
        CASE WHEN line.kind <> 'discount' THEN line.kind ELSE (SELECT c.kind FROM bill_line c
          WHERE c.lease_id = line.lease_id AND c.charge_code = line.charge_code AND c.role = 'charge'
            AND c.period_from = line.period_from LIMIT 1) END AS income_kind
      FROM bill b JOIN bill_line line ON line.bill_id = b.id JOIN legal_entity e ON e.id = b.entity_id
      WHERE b.state = 'draft' AND ${which}
      ORDER BY b.bill_no, line.position`,
  );
}

const setOffLine = (line: IssuingLine) => ({
  lineId: line.line_id,
  lease: line.lease_id,
  charge: line.charge_code,
  role: line.role,
  ordinal: line.ordinal,
  periodFrom: line.period_from,
  correction: line.correction_no,
  amountFen: line.amount_fen,
});

/** Earlier positive lines of the charges and periods that negative lines of this issue belong to. */
async function earlierTargets(tx: Transaction, lines: readonly IssuingLine[]): Promise<SetOffTarget[]> {
  const wanted = lines
    .filter((line) => line.amount_fen < 0n)
    .map((line) => ({ lease_id: line.lease_id, charge_code: line.charge_code, period_from: line.period_from }));
  if (wanted.length === 0) return [];
  return rows<SetOffTarget>(
    tx,
    Prisma.sql`SELECT DISTINCT line.id AS "lineId", line.lease_id AS lease, line.charge_code AS charge, line.role,
        line.ordinal, line.period_from::text AS "periodFrom", line.correction_no AS correction,
        line.amount_fen AS "amountFen", line.amount_fen - r.principal_fen AS "setOffFen",
        (coalesce((SELECT sum(a.amount_fen) FROM allocation a WHERE a.line_id = line.id AND a.component = 'principal'), 0)
          - coalesce((SELECT sum(v.amount_fen) FROM allocation a JOIN allocation_reversal v ON v.allocation_id = a.id
            WHERE a.line_id = line.id AND a.component = 'principal'), 0)
          + coalesce((SELECT sum(f.amount_fen) FROM claim_relief f WHERE f.line_id = line.id), 0))::bigint AS "allocatedFen"
      FROM jsonb_to_recordset(${toRecordset(wanted)}::jsonb) AS t(lease_id uuid, charge_code text, period_from date)
      JOIN bill_line line ON line.lease_id = t.lease_id AND line.charge_code = t.charge_code
        AND line.period_from = t.period_from
      JOIN receivable r ON r.line_id = line.id`,
  );
}

async function openClaims(tx: Transaction, lines: readonly IssuingLine[], plan: SetOffPlan): Promise<void> {
  const standing = new Map(plan.targets.map((target) => [target.lineId, target]));
  const isNew = new Set(lines.map((line) => line.line_id));
  const claims = lines
    .filter((line) => line.amount_fen > 0n)
    .map((line) => ({
      line_id: line.line_id,
      bill_id: line.bill_id,
      entity_id: line.entity_id,
      tenant_id: line.tenant_id,
      lease_id: line.lease_id,
      principal_fen: standing.get(line.line_id)?.principalFen ?? line.amount_fen,
    }));
  await execute(
    tx,
    Prisma.sql`INSERT INTO receivable (line_id, bill_id, entity_id, tenant_id, lease_id, principal_fen, open_fen)
      SELECT line_id, bill_id, entity_id, tenant_id, lease_id, principal_fen, principal_fen
      FROM jsonb_to_recordset(${toRecordset(claims)}::jsonb) AS t(line_id uuid, bill_id uuid, entity_id uuid,
        tenant_id uuid, lease_id uuid, principal_fen bigint)`,
  );
  const lowered = plan.targets.filter((target) => !isNew.has(target.lineId));
  await execute(
    tx,
    Prisma.sql`UPDATE receivable r SET principal_fen = t."principalFen", open_fen = t."openFen"
      FROM jsonb_to_recordset(${toRecordset(lowered)}::jsonb) AS t("lineId" uuid, "principalFen" bigint, "openFen" bigint)
      WHERE r.line_id = t."lineId"`,
  );
}

async function writeSetOffs(tx: Transaction, plan: SetOffPlan): Promise<void> {
  const values = plan.setOffs.map((setOff) => ({ id: newId(), ...setOff }));
  await execute(
    tx,
    Prisma.sql`INSERT INTO set_off (id, from_line_id, to_line_id, amount_fen)
      SELECT id, "lineId", "targetLineId", "amountFen" FROM jsonb_to_recordset(${toRecordset(values)}::jsonb)
        AS t(id uuid, "lineId" uuid, "targetLineId" uuid, "amountFen" bigint)`,
  );
}

/** One ledger event per bill; deposit lines post nothing until they are paid (money-rules 9). */
async function postBills(tx: Transaction, lines: readonly IssuingLine[]): Promise<void> {
  const bookingDates = await bookingDatesOf(tx, lines);
  const byBill = new Map<string, Posting[]>();
  for (const line of lines) {
    const kind = line.income_kind;
    if (kind === "deposit") continue;
    const context = contextOf(line, bookingDates);
    const deferral = line.defer_advance
      ? planDeferral(
          line.net_fen,
          monthOf(context.bookingDate),
          daysByMonth({ from: line.period_from, to: line.period_to }),
        )
      : undefined;
    const postings = lineIssued(context, {
      kind,
      netFen: line.net_fen,
      taxFen: line.tax_fen,
      ...(deferral === undefined ? {} : { deferral }),
    });
    byBill.set(line.bill_id, [...(byBill.get(line.bill_id) ?? []), ...postings]);
  }
  await postToLedger(
    tx,
    [...byBill].map(([billId, postings]) => ({ eventType: "bill.issued", eventId: billId, postings })),
  );
}

async function markIssued(tx: Transaction, lines: readonly IssuingLine[]): Promise<void> {
  const billIds = [...new Set(lines.map((line) => line.bill_id))];
  await execute(
    tx,
    Prisma.sql`UPDATE bill SET state = 'issued', issued_at = now() WHERE id = ANY (${billIds}::uuid[]) AND state = 'draft'`,
  );
}

/** Money that paid what turned out not to be owed goes back to the tenant's prepayment, and the fee on it with it. */
const freeOverpaid = (tx: Transaction, plan: SetOffPlan, issueDate: CivilDate): Promise<void> =>
  releaseForCorrection(
    tx,
    plan.targets.map(({ lineId, freedFen }) => ({ lineId, amountFen: freedFen })),
    issueDate,
  );

/** A credit that no line could take (a month that was estimated too high): prepayment outright. */
async function bookCredits(tx: Transaction, lines: readonly IssuingLine[], plan: SetOffPlan): Promise<void> {
  if (plan.credits.length === 0) return;
  const bookingDates = await bookingDatesOf(tx, lines);
  const byId = new Map(lines.map((line) => [line.line_id, line]));
  const ledger: LedgerTransactionRecord[] = [];
  const prepayments = plan.credits.flatMap(({ lineId, amountFen }) => {
    const line = byId.get(lineId);
    if (!line) return [];
    const id = newId();
    ledger.push({
      eventType: "correction.credited",
      eventId: id,
      postings: freedToPrepayment(contextOf(line, bookingDates), [{ purpose: "receivable", amountFen }]),
    });
    return [
      {
        id,
        entity_id: line.entity_id,
        tenant_id: line.tenant_id,
        origin_id: lineId,
        amount_fen: amountFen,
        value_date: line.issue_date,
      },
    ];
  });
  await execute(
    tx,
    Prisma.sql`INSERT INTO prepayment (id, entity_id, tenant_id, origin, origin_id, amount_fen, remaining_fen, value_date)
      SELECT id, entity_id, tenant_id, 'correction', origin_id, amount_fen, amount_fen, value_date
      FROM jsonb_to_recordset(${toRecordset(prepayments)}::jsonb) AS t(id uuid, entity_id uuid, tenant_id uuid,
        origin_id uuid, amount_fen bigint, value_date date)`,
  );
  await postToLedger(tx, ledger);
}

function contextOf(line: IssuingLine, bookingDates: ReadonlyMap<string, CivilDate>): PostingContext {
  return {
    entity: line.entity_id,
    project: line.project_id,
    tenant: line.tenant_id,
    lease: line.lease_id,
    lineId: line.line_id,
    servicePeriod: { from: line.period_from, to: line.period_to },
    bookingDate: bookingDates.get(`${line.entity_id}|${line.issue_date}`) ?? line.issue_date,
    valueDate: line.issue_date,
  };
}

/** By "entity|issue date"; a handful, whatever the number of lines. */
async function bookingDatesOf(tx: Transaction, lines: readonly IssuingLine[]): Promise<Map<string, CivilDate>> {
  const wanted = new Map(lines.map((line) => [`${line.entity_id}|${line.issue_date}`, line]));
  const dates = new Map<string, CivilDate>();
  for (const [key, line] of wanted) dates.set(key, await openBookingDate(tx, line.entity_id, line.issue_date));
  return dates;
}

function distinctAccounts(lines: readonly IssuingLine[]): { tenantId: string; entityId: string }[] {
  const accounts = new Map(
    lines.map((line) => [
      `${line.tenant_id}|${line.entity_id}`,
      { tenantId: line.tenant_id, entityId: line.entity_id },
    ]),
  );
  return [...accounts.values()];
}
