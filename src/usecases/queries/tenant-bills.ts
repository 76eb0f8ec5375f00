import { Prisma } from "../../../generated/prisma/client.ts";
import { loadClaims, openLineOf } from "../../db/line-claims.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { groupBy } from "../../domain/group-by.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate, DateRange, Month } from "../../domain/time/civil-date.ts";
import type { LineKind } from "../../domain/world/lease.ts";
import { leaseInPortfolio, type Portfolio } from "../staff/portfolio.ts";

export interface TenantBillLine {
  readonly lineId: string;
  readonly charge: string;
  readonly role: string;
  readonly kind: LineKind;
  readonly period: DateRange;
  readonly correction: number;
  readonly amountFen: Fen;
}

/** A published bill as its tenant sees it on a date. */
export interface TenantBill {
  readonly billId: string;
  readonly billNo: string;
  readonly paymentCode: string;
  readonly tenantId: string;
  readonly entityId: string;
  readonly entityName: string;
  readonly tenantName: string;
  readonly projectName: string;
  readonly period: Month;
  readonly issueDate: CivilDate;
  readonly dueDate: CivilDate;
  readonly totalFen: Fen;
  readonly lines: readonly TenantBillLine[];
  /** Principal still open. */
  readonly openFen: Fen;
  /** Fee open on `asOf`: through the day before (money-rules 7). */
  readonly lateFeeFen: Fen;
  readonly owedFen: Fen;
  readonly paidFen: Fen;
  readonly asOf: CivilDate;
}

/** Which of a tenant's published bills; by due date, then number. */
export interface TenantBillFilter {
  readonly tenantId: string;
  readonly billNo?: string | undefined;
  readonly period?: { readonly from: Month; readonly to: Month } | undefined;
  /** true: only those on which something is owed on `asOf`. */
  readonly owed?: boolean | undefined;
  /** Only bills of leases in it: for a colleague who stands before the tenant. */
  readonly portfolio?: Portfolio | undefined;
  readonly limit?: number | undefined;
}

/** Always filtered by tenant: no caller can read another's bill by its number (I15). */
export async function findTenantBills(
  tx: Transaction,
  filter: TenantBillFilter,
  asOf: CivilDate,
): Promise<TenantBill[]> {
  const conditions = [Prisma.sql`b.tenant_id = ${filter.tenantId}::uuid`, Prisma.sql`b.state = 'published'`];
  if (filter.billNo !== undefined) conditions.push(Prisma.sql`b.bill_no = ${filter.billNo}`);
  if (filter.portfolio) conditions.push(leaseInPortfolio(Prisma.sql`b.lease_id`, filter.portfolio));
  if (filter.period) conditions.push(Prisma.sql`b.period BETWEEN ${filter.period.from} AND ${filter.period.to}`);
  if (filter.owed) {
    conditions.push(Prisma.sql`EXISTS (SELECT 1 FROM receivable r WHERE r.bill_id = b.id
      AND (r.open_fen > 0 OR r.late_fee_open_fen > 0))`);
  }
  return loadBills(tx, conditions, filter.limit ?? 200, asOf);
}

/** Bills of any number of tenants, for notices: each goes to the tenant that it names. */
export async function findBillsById(
  tx: Transaction,
  billIds: readonly string[],
  asOf: CivilDate,
): Promise<TenantBill[]> {
  return loadBills(tx, [Prisma.sql`b.id = ANY (${[...billIds]}::uuid[])`], billIds.length, asOf);
}

async function loadBills(
  tx: Transaction,
  conditions: Prisma.Sql[],
  limit: number,
  asOf: CivilDate,
): Promise<TenantBill[]> {
  const bills = await rows<Omit<TenantBill, "lines" | "openFen" | "lateFeeFen" | "owedFen" | "paidFen" | "asOf">>(
    tx,
    Prisma.sql`SELECT * FROM (
        SELECT b.id AS "billId", b.bill_no AS "billNo", b.payment_code AS "paymentCode", b.tenant_id AS "tenantId",
          b.entity_id AS "entityId", e.name AS "entityName", t.name AS "tenantName", p.name AS "projectName", b.period,
          b.issue_date::text AS "issueDate", b.due_date::text AS "dueDate", b.total_fen AS "totalFen"
        FROM bill b JOIN legal_entity e ON e.id = b.entity_id JOIN tenant t ON t.id = b.tenant_id
          JOIN project p ON p.id = b.project_id
        WHERE ${Prisma.join(conditions, " AND ")}
        ORDER BY b.due_date DESC, b.bill_no DESC LIMIT ${limit}
      ) latest ORDER BY "dueDate", "billNo" COLLATE "C"`,
  );
  const billIds = bills.map((bill) => bill.billId);
  const claims = groupBy(await loadClaims(tx, { billIds, settled: true }), (claim) => claim.billId);
  const lines = await linesOf(tx, billIds);
  return bills.map((bill): TenantBill => {
    const open = (claims.get(bill.billId) ?? []).map((claim) => openLineOf(claim, asOf));
    const openFen = open.reduce((sum, line) => sum + line.principalFen, 0n);
    const lateFeeFen = open.reduce((sum, line) => sum + line.lateFeeFen, 0n);
    return {
      ...bill,
      lines: lines.get(bill.billId) ?? [],
      openFen,
      lateFeeFen,
      owedFen: openFen + lateFeeFen,
      paidFen: bill.totalFen > openFen ? bill.totalFen - openFen : 0n,
      asOf,
    };
  });
}

async function linesOf(tx: Transaction, billIds: readonly string[]): Promise<Map<string, TenantBillLine[]>> {
  const found = await rows<{
    bill_id: string;
    id: string;
    charge_code: string;
    role: string;
    kind: LineKind;
    period_from: CivilDate;
    period_to: CivilDate;
    correction_no: number;
    amount_fen: Fen;
  }>(
    tx,
    Prisma.sql`SELECT bill_id, id, charge_code, role, kind, period_from::text, period_to::text, correction_no, amount_fen
      FROM bill_line WHERE bill_id = ANY (${[...billIds]}::uuid[]) ORDER BY bill_id, position`,
  );
  const byBill = new Map<string, TenantBillLine[]>();
  for (const row of found) {
    const line = {
      lineId: row.id,
      charge: row.charge_code,
      role: row.role,
      kind: row.kind,
      period: { from: row.period_from, to: row.period_to },
      correction: row.correction_no,
      amountFen: row.amount_fen,
    };
    const lines = byBill.get(row.bill_id);
    if (lines) lines.push(line);
    else byBill.set(row.bill_id, [line]);
  }
  return byBill;
}
