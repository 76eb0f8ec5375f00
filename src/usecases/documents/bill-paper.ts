import { Prisma } from "../../../generated/prisma/client.ts";
import { loadClaims, openLineOf } from "../../db/line-claims.ts";
import { row, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { BillPaper, PaperPayment } from "../../domain/documents/paper.ts";
import { explainLine } from "../../domain/explanation/explain-line.ts";
import { lineTerms } from "../../domain/explanation/line-terms.ts";
import type { Fen } from "../../domain/money/fen.ts";
import { addDays, type CivilDate, type DateRange, earlier, later } from "../../domain/time/civil-date.ts";
import { findExplainableLines } from "../explain/explainable-lines.ts";
import { findBillsById, type TenantBill } from "../queries/tenant-bills.ts";
import { PAPER_LINK_DAYS, type PaperContext } from "./context.ts";
import { findParties, findPayee } from "./paper-parts.ts";
import { findUsageHistory } from "./usage-history.ts";

interface BillFacts {
  readonly leaseId: string;
  readonly leaseCode: string;
  readonly projectId: string;
  readonly state: string;
  readonly units: readonly string[];
  readonly followUrl: string | null;
}

/** The paper of an issued or published bill as it stands on a date. Throws when there is no such bill. */
export async function loadBillPaper(
  tx: Transaction,
  billId: string,
  asOf: CivilDate,
  context: PaperContext,
): Promise<BillPaper> {
  const [bill] = await findBillsById(tx, [billId], asOf);
  if (!bill) throw new Error(`no bill ${billId}`);
  const facts = await findFacts(tx, bill, asOf);
  const tax = await findTaxes(tx, billId);
  const lines = (await findExplainableLines(tx, { billNo: bill.billNo })).map((stored) => {
    const taxes = tax.get(stored.lineId);
    if (!taxes) throw new Error(`no line ${stored.lineId}`);
    return { stored, taxes };
  });
  const sumOf = (part: (line: (typeof lines)[number]) => Fen): Fen =>
    lines.reduce((total, line) => total + part(line), 0n);
  const order = { tenantId: bill.tenantId, entityId: bill.entityId, billNos: [bill.billNo] };
  const mayBePaid = bill.owedFen > 0n && facts.state === "published";
  return {
    kind: "bill",
    ...(await findParties(tx, { ...order, projectId: facts.projectId })),
    billNo: bill.billNo,
    leaseCode: facts.leaseCode,
    units: facts.units,
    month: bill.period,
    issueDate: bill.issueDate,
    dueDate: bill.dueDate,
    asOf,
    lines: lines.map(({ stored, taxes }) => ({
      name: context.lineLabel(stored, bill.period),
      period: stored.period,
      terms: lineTerms(stored),
      amountFen: stored.amountFen,
      ...taxes,
    })),
    totalFen: bill.totalFen,
    netFen: sumOf(({ taxes }) => taxes.netFen),
    taxFen: sumOf(({ taxes }) => taxes.taxFen),
    lateFeeFen: bill.lateFeeFen,
    // The tenant's chat shows no negative figure here; a bill that is itself a credit has nothing paid on it.
    paidFen: bill.totalFen + bill.lateFeeFen - bill.owedFen,
    owedFen: bill.owedFen,
    payments: await findPayments(tx, billId, asOf),
    previousFen: await findPrevious(tx, bill, asOf),
    prepaymentFen: await findPrepayment(tx, bill),
    payee: await findPayee(tx, order, asOf, context.encryption),
    paymentCode: bill.paymentCode,
    payUrl: mayBePaid ? context.payUrl(order, addDays(asOf, PAPER_LINK_DAYS)) : undefined,
    followUrl: facts.followUrl ?? undefined,
    usage: await findUsageHistory(tx, facts.leaseId, bill.issueDate),
    derivations: lines.map(({ stored }) => ({
      name: context.lineLabel(stored, bill.period),
      amountFen: stored.amountFen,
      lines: explainLine({ ...stored, name: context.lineName(stored) }),
    })),
  };
}

/** The units held in the bill's period of service; a bill after the end of the lease names all it ever held. */
async function findFacts(tx: Transaction, bill: TenantBill, asOf: CivilDate): Promise<BillFacts> {
  const whole = bill.lines.reduce<DateRange>(
    (range, { period }) => ({
      from: earlier(period.from, range.from),
      to: later(period.to, range.to),
    }),
    { from: bill.issueDate, to: bill.issueDate },
  );
  const found = await row<BillFacts>(
    tx,
    Prisma.sql`SELECT l.id AS "leaseId", l.code AS "leaseCode", b.project_id AS "projectId", b.state,
        ARRAY(SELECT DISTINCT u.code FROM lease_unit h JOIN unit u ON u.id = h.unit_id
          WHERE h.lease_id = l.id AND h.held && daterange(${whole.from}::date, ${whole.to}::date, '[]')
          ORDER BY u.code) AS units,
        (SELECT s.content FROM bill_scene_code s WHERE s.bill_id = b.id AND s.expires_on > ${asOf}::date) AS "followUrl"
      FROM bill b JOIN lease l ON l.id = b.lease_id WHERE b.id = ${bill.billId}::uuid`,
  );
  if (!found) throw new Error(`no lease of bill ${bill.billNo}`);
  return found;
}

interface LineTaxes {
  readonly taxRate: string;
  readonly netFen: Fen;
  readonly taxFen: Fen;
  readonly estimated: boolean;
}

async function findTaxes(tx: Transaction, billId: string): Promise<Map<string, LineTaxes>> {
  const found = await rows<LineTaxes & { readonly id: string }>(
    tx,
    Prisma.sql`SELECT id, trim_scale(tax_rate)::text AS "taxRate", net_fen AS "netFen", tax_fen AS "taxFen", estimated
      FROM bill_line WHERE bill_id = ${billId}::uuid`,
  );
  return new Map(found.map(({ id, ...taxes }) => [id, taxes]));
}

/** What came in for this bill, late fees included, by date; what was taken back since is left out. */
const findPayments = (tx: Transaction, billId: string, asOf: CivilDate): Promise<PaperPayment[]> =>
  rows<PaperPayment>(
    tx,
    Prisma.sql`SELECT a.value_date::text AS date, coalesce(r.receipt_no, '') AS "receiptNo",
        coalesce(r.channel, 'prepayment') AS method, sum(a.amount_fen - coalesce(back.fen, 0))::bigint AS "amountFen"
      FROM allocation a JOIN bill_line l ON l.id = a.line_id AND l.bill_id = ${billId}::uuid
        LEFT JOIN LATERAL (SELECT sum(v.amount_fen) AS fen FROM allocation_reversal v WHERE v.allocation_id = a.id) back ON true
        LEFT JOIN receipt r ON a.source = 'receipt' AND r.id = a.source_id
      WHERE a.value_date <= ${asOf}::date
      GROUP BY 1, 2, 3 HAVING sum(a.amount_fen - coalesce(back.fen, 0)) > 0 ORDER BY 1, 2`,
  );

/** What is open on the tenant's bills to the same entity that came before this one. */
async function findPrevious(tx: Transaction, bill: TenantBill, asOf: CivilDate): Promise<Fen> {
  const before = await rows<{ id: string }>(
    tx,
    Prisma.sql`SELECT id FROM bill WHERE entity_id = ${bill.entityId}::uuid AND tenant_id = ${bill.tenantId}::uuid
      AND state = 'published' AND (issue_date, bill_no COLLATE "C") < (${bill.issueDate}::date, ${bill.billNo})`,
  );
  if (before.length === 0) return 0n;
  const claims = await loadClaims(tx, { billIds: before.map(({ id }) => id) });
  return claims
    .map((claim) => openLineOf(claim, asOf))
    .reduce((total, line) => total + line.principalFen + line.lateFeeFen, 0n);
}

async function findPrepayment(tx: Transaction, bill: TenantBill): Promise<Fen> {
  const found = await row<{ fen: Fen }>(
    tx,
    Prisma.sql`SELECT coalesce(sum(remaining_fen), 0)::bigint AS fen FROM prepayment
      WHERE entity_id = ${bill.entityId}::uuid AND tenant_id = ${bill.tenantId}::uuid AND remaining_fen > 0`,
  );
  return found?.fen ?? 0n;
}
