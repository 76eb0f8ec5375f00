import { createHash } from "node:crypto";
import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { type LedgerTransactionRecord, postToLedger } from "../../db/ledger/post.ts";
import { toRecordset } from "../../db/recordset.ts";
import { execute } from "../../db/rows.ts";
import { lockTenantAccounts, type TenantAccountKey } from "../../db/tenant-account.ts";
import type { Transaction } from "../../db/transaction.ts";
import { canonicalJson } from "../../domain/canonical-json.ts";
import { openingPosition } from "../../domain/ledger/line-events.ts";
import type { Fen } from "../../domain/money/fen.ts";
import { formatRatio, ratio } from "../../domain/money/ratio.ts";
import { monthOf } from "../../domain/time/civil-date.ts";
import type { LeaseTerms } from "../../domain/world/lease.ts";
import type { OpeningPosition } from "../../domain/world/world.ts";
import { formatBillNo, paymentCodeOf } from "../bill-numbering.ts";
import type { CodeBook } from "./code-book.ts";

export interface OpeningTotals {
  readonly entity: string;
  readonly receivablesFen: Fen;
  readonly prepaymentsFen: Fen;
  readonly depositsFen: Fen;
}

/** What the opening needs to know of a lease, whether it is in the file or in the database. */
export interface OpeningLease {
  readonly terms: LeaseTerms;
  readonly versionId: string;
}

/** How an opening line is taxed and named: by its charge, like every other line of it. */
export type LineFacts = (
  lease: LeaseTerms,
  charge: string,
) => {
  readonly kind: string;
  readonly entity: string;
  readonly taxRate: string;
  readonly netFen: (amountFen: Fen) => Fen;
};

/**
 * Books the opening positions (money-rules 9, last row): receivables as published bills of origin `opening`, one per
 * lease, entity and due date; prepayments; deposits held; how far the old system had billed. Once only: the caller has
 * refused a second, different opening and passed over an equal one.
 */
export async function writeOpening(
  tx: Transaction,
  opening: OpeningPosition,
  book: CodeBook,
  leaseOf: (code: string) => OpeningLease,
  factsOf: LineFacts,
): Promise<OpeningTotals[]> {
  const totals = new Map<string, { receivablesFen: Fen; prepaymentsFen: Fen; depositsFen: Fen }>();
  const totalOf = (entity: string) => {
    const found = totals.get(entity) ?? { receivablesFen: 0n, prepaymentsFen: 0n, depositsFen: 0n };
    totals.set(entity, found);
    return found;
  };
  const dates = { bookingDate: opening.asOf, valueDate: opening.asOf };
  const entityId = (code: string) => book.idOf("legal_entity", code);
  const accounts: TenantAccountKey[] = [];
  const bills = new Map<string, { row: Record<string, unknown>; lines: object[]; totalFen: Fen }>();
  const lines: Record<string, unknown>[] = [];
  const invoices: object[] = [];
  const ledger: LedgerTransactionRecord[] = [];

  const sorted = [...opening.receivables].sort((a, b) =>
    a.lease !== b.lease ? compare(a.lease, b.lease) : a.dueDate !== b.dueDate ? compare(a.dueDate, b.dueDate) : 0,
  );
  for (const receivable of sorted) {
    const { terms, versionId } = leaseOf(receivable.lease);
    const facts = factsOf(terms, receivable.charge);
    const key = `${receivable.lease}|${receivable.dueDate}|${facts.entity}`;
    let bill = bills.get(key);
    if (!bill) {
      const id = newId();
      const sequence = BigInt(
        [...bills.keys()].filter((other) => bills.get(other)?.row.project === terms.project).length + 1,
      );
      const billNo = formatBillNo(`${terms.project}-OPEN`, monthOf(opening.asOf), sequence);
      bill = {
        row: {
          id,
          project: terms.project,
          entity_id: entityId(facts.entity),
          project_id: book.idOf("project", terms.project),
          tenant_id: book.idOf("tenant", terms.tenant),
          lease_id: book.idOf("lease", terms.code),
          lease_version_id: versionId,
          bill_no: billNo,
          payment_code: paymentCodeOf(id),
          period: monthOf(opening.asOf),
          issue_date: opening.asOf,
          due_date: receivable.dueDate,
        },
        lines: [],
        totalFen: 0n,
      };
      bills.set(key, bill);
    }
    const netFen = facts.netFen(receivable.amountFen);
    const inputs = { opening: { asOf: opening.asOf, amountFen: receivable.amountFen.toString() } };
    const line = {
      id: newId(),
      bill_id: bill.row.id,
      entity_id: bill.row.entity_id,
      tenant_id: bill.row.tenant_id,
      lease_id: bill.row.lease_id,
      charge_code: receivable.charge,
      kind: facts.kind,
      period_from: receivable.period.from,
      period_to: receivable.period.to,
      position: bill.lines.length,
      amount_fen: receivable.amountFen,
      net_fen: netFen,
      tax_fen: receivable.amountFen - netFen,
      tax_rate: facts.taxRate,
      input_hash: createHash("sha256").update(canonicalJson(inputs)).digest("hex"),
      inputs,
      derivation: { op: "constant", label: "期初应收", value: formatRatio(ratio(receivable.amountFen, 100n)) },
    };
    bill.lines.push(line);
    bill.totalFen += receivable.amountFen;
    lines.push(line);
    totalOf(facts.entity).receivablesFen += receivable.amountFen;
    accounts.push({ tenantId: String(bill.row.tenant_id), entityId: String(bill.row.entity_id) });
    if (receivable.invoicedFen > 0n) {
      invoices.push({
        id: newId(),
        entity_id: bill.row.entity_id,
        tenant_id: bill.row.tenant_id,
        line_id: line.id,
        amount_fen: receivable.invoicedFen,
      });
    }
    ledger.push({
      eventType: "opening.receivable",
      eventId: line.id,
      postings: openingPosition(
        {
          entity: String(bill.row.entity_id),
          project: String(bill.row.project_id),
          tenant: String(bill.row.tenant_id),
          lease: String(bill.row.lease_id),
          lineId: line.id,
          servicePeriod: receivable.period,
          ...dates,
        },
        { type: "receivable", amountFen: receivable.amountFen },
      ),
    });
  }

  const prepayments = opening.prepayments.filter(hasBalance).map((prepayment) => {
    const row = {
      id: newId(),
      entity_id: entityId(prepayment.entity),
      tenant_id: book.idOf("tenant", prepayment.tenant),
      bound_kind: prepayment.kind ?? "",
      amount_fen: prepayment.amountFen,
      value_date: opening.asOf,
    };
    totalOf(prepayment.entity).prepaymentsFen += prepayment.amountFen;
    accounts.push({ tenantId: row.tenant_id, entityId: row.entity_id });
    ledger.push({
      eventType: "opening.prepayment",
      eventId: row.id,
      postings: openingPosition(
        { entity: row.entity_id, tenant: row.tenant_id, ...dates },
        { type: "prepayment", amountFen: prepayment.amountFen },
      ),
    });
    return row;
  });

  const deposits = opening.depositsHeld.filter(hasBalance).map((deposit) => {
    const { terms } = leaseOf(deposit.lease);
    const row = {
      lease_id: book.idOf("lease", deposit.lease),
      entity_id: entityId(terms.entity),
      amount_fen: deposit.amountFen,
    };
    totalOf(terms.entity).depositsFen += deposit.amountFen;
    ledger.push({
      eventType: "opening.deposit",
      eventId: row.lease_id,
      postings: openingPosition(
        {
          entity: row.entity_id,
          project: book.idOf("project", terms.project),
          tenant: book.idOf("tenant", terms.tenant),
          lease: row.lease_id,
          ...dates,
        },
        { type: "deposit", amountFen: deposit.amountFen },
      ),
    });
    return row;
  });

  await lockTenantAccounts(tx, accounts);
  await insertBills(
    tx,
    [...bills.values()].map((bill) => ({ ...bill.row, total_fen: bill.totalFen })),
    lines,
  );
  await insertInvoices(tx, invoices);
  await execute(
    tx,
    Prisma.sql`INSERT INTO prepayment (id, entity_id, tenant_id, origin, origin_id, bound_kind, amount_fen, remaining_fen, value_date)
      SELECT id, entity_id, tenant_id, 'opening', id, bound_kind, amount_fen, amount_fen, value_date
      FROM jsonb_to_recordset(${toRecordset(prepayments)}::jsonb) AS t(id uuid, entity_id uuid, tenant_id uuid,
        bound_kind text, amount_fen bigint, value_date date)`,
  );
  await execute(
    tx,
    Prisma.sql`INSERT INTO opening_deposit (lease_id, entity_id, amount_fen)
      SELECT * FROM jsonb_to_recordset(${toRecordset(deposits)}::jsonb) AS t(lease_id uuid, entity_id uuid, amount_fen bigint)`,
  );
  const billedThrough = opening.billedThrough.map((through) => ({
    lease_id: book.idOf("lease", through.lease),
    charge_code: through.charge,
    through_date: through.to,
  }));
  await execute(
    tx,
    Prisma.sql`INSERT INTO opening_billed_through (lease_id, charge_code, through_date)
      SELECT * FROM jsonb_to_recordset(${toRecordset(billedThrough)}::jsonb) AS t(lease_id uuid, charge_code text, through_date date)`,
  );
  await postToLedger(tx, ledger);
  return [...totals].map(([entity, total]) => ({ entity, ...total })).sort((a, b) => compare(a.entity, b.entity));
}

async function insertBills(tx: Transaction, bills: readonly object[], lines: readonly object[]): Promise<void> {
  await execute(
    tx,
    Prisma.sql`INSERT INTO bill (id, entity_id, project_id, tenant_id, lease_id, lease_version_id, origin, state, bill_no,
        payment_code, period, issue_date, due_date, total_fen, issued_at, published_at)
      SELECT id, entity_id, project_id, tenant_id, lease_id, lease_version_id, 'opening', 'published', bill_no,
        payment_code, period, issue_date, due_date, total_fen, now(), now()
      FROM jsonb_to_recordset(${toRecordset(bills)}::jsonb) AS t(id uuid, entity_id uuid, project_id uuid,
        tenant_id uuid, lease_id uuid, lease_version_id uuid, bill_no text, payment_code text, period text,
        issue_date date, due_date date, total_fen bigint)`,
  );
  await execute(
    tx,
    Prisma.sql`INSERT INTO bill_line (id, bill_id, entity_id, lease_id, charge_code, role, ordinal, kind, period_from,
        period_to, correction_no, position, amount_fen, net_fen, tax_fen, tax_rate, engine_version, input_hash, inputs,
        derivation)
      SELECT id, bill_id, entity_id, lease_id, charge_code, 'charge', 0, kind, period_from, period_to, 0, position,
        amount_fen, net_fen, tax_fen, tax_rate, 'opening', input_hash, inputs, derivation
      FROM jsonb_to_recordset(${toRecordset(lines)}::jsonb) AS t(id uuid, bill_id uuid, entity_id uuid, lease_id uuid,
        charge_code text, kind text, period_from date, period_to date, position integer, amount_fen bigint,
        net_fen bigint, tax_fen bigint, tax_rate numeric, input_hash text, inputs jsonb, derivation jsonb)`,
  );
  await execute(
    tx,
    Prisma.sql`INSERT INTO receivable (line_id, bill_id, entity_id, tenant_id, lease_id, principal_fen, open_fen)
      SELECT id, bill_id, entity_id, tenant_id, lease_id, amount_fen, amount_fen
      FROM jsonb_to_recordset(${toRecordset(lines)}::jsonb) AS t(id uuid, bill_id uuid, entity_id uuid, tenant_id uuid,
        lease_id uuid, amount_fen bigint)`,
  );
}

/** What the old system had already invoiced; the numbers of its invoices are not known, so each gets one of ours. */
async function insertInvoices(tx: Transaction, invoices: readonly object[]): Promise<void> {
  const values = toRecordset(invoices);
  await execute(
    tx,
    Prisma.sql`INSERT INTO invoice (id, entity_id, tenant_id, number, amount_fen, state)
      SELECT id, entity_id, tenant_id, 'OPENING-' || id, amount_fen, 'opening'
      FROM jsonb_to_recordset(${values}::jsonb) AS t(id uuid, entity_id uuid, tenant_id uuid, amount_fen bigint)`,
  );
  await execute(
    tx,
    Prisma.sql`INSERT INTO invoice_coverage (line_id, invoice_id, amount_fen)
      SELECT line_id, id, amount_fen
      FROM jsonb_to_recordset(${values}::jsonb) AS t(line_id uuid, id uuid, amount_fen bigint)`,
  );
}

const hasBalance = ({ amountFen }: { readonly amountFen: Fen }): boolean => amountFen > 0n;

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
