import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { loadClaims, openLineOf } from "../../db/line-claims.ts";
import { row, rows } from "../../db/rows.ts";
import { toJsonInteger } from "../../domain/money/fen.ts";
import type { CivilDate, DateRange } from "../../domain/time/civil-date.ts";

/** `bill show`: a bill with its lines, and what is owed on it today. Amounts are fen. */
export interface BillDocument {
  readonly billNo: string;
  readonly state: string;
  readonly origin: string;
  readonly period: string;
  readonly tenant: string;
  readonly lease: string;
  readonly entity: string;
  readonly project: string;
  readonly paymentCode: string;
  readonly issueDate: CivilDate;
  readonly dueDate: CivilDate;
  readonly totalFen: number;
  readonly openFen: number;
  /** Through yesterday (money-rules 7). */
  readonly lateFeeFen: number;
  readonly owedFen: number;
  readonly lines: readonly BillDocumentLine[];
}

interface BillDocumentLine {
  readonly charge: string;
  readonly role: string;
  readonly ordinal: number;
  readonly kind: string;
  readonly period: DateRange;
  readonly correction: number;
  readonly amountFen: number;
  readonly netFen: number;
  readonly taxFen: number;
  readonly taxRate: string;
  readonly estimated: boolean;
  readonly openFen: number;
  readonly engineVersion?: string;
  readonly inputHash?: string;
  readonly inputs?: unknown;
  readonly derivation?: unknown;
}

/** Any bill that has a number, whoever its tenant is: for the operator's command line, never for a chat. */
export async function findBill(
  db: Database,
  billNo: string,
  today: CivilDate,
  explain: boolean,
): Promise<BillDocument | undefined> {
  const bill = await row<Omit<BillDocument, "lines" | "openFen" | "lateFeeFen" | "owedFen"> & { readonly id: string }>(
    db,
    Prisma.sql`SELECT b.id, b.bill_no AS "billNo", b.state, b.origin, b.period, t.code AS tenant, l.code AS lease,
        e.code AS entity, p.code AS project, b.payment_code AS "paymentCode", b.issue_date::text AS "issueDate",
        b.due_date::text AS "dueDate", b.total_fen::float8 AS "totalFen"
      FROM bill b JOIN tenant t ON t.id = b.tenant_id JOIN lease l ON l.id = b.lease_id
        JOIN legal_entity e ON e.id = b.entity_id JOIN project p ON p.id = b.project_id
      WHERE b.bill_no = ${billNo}`,
  );
  if (!bill) return undefined;
  const claims = await loadClaims(db, { billIds: [bill.id], settled: true });
  const open = new Map(claims.map((claim) => [claim.lineId, openLineOf(claim, today)]));
  const openFen = [...open.values()].reduce((sum, line) => sum + line.principalFen, 0n);
  const lateFeeFen = [...open.values()].reduce((sum, line) => sum + line.lateFeeFen, 0n);
  const stored = await rows<
    Omit<BillDocumentLine, "period" | "openFen"> & { id: string; period_from: CivilDate; period_to: CivilDate }
  >(
    db,
    Prisma.sql`SELECT id, charge_code AS charge, role, ordinal, kind, period_from::text, period_to::text,
        correction_no AS correction, amount_fen::float8 AS "amountFen", net_fen::float8 AS "netFen",
        tax_fen::float8 AS "taxFen", trim_scale(tax_rate)::text AS "taxRate", estimated,
        engine_version AS "engineVersion", input_hash AS "inputHash", inputs, derivation
      FROM bill_line WHERE bill_id = ${bill.id}::uuid ORDER BY position`,
  );
  const { id: _id, ...document } = bill;
  return {
    ...document,
    openFen: toJsonInteger(openFen),
    lateFeeFen: toJsonInteger(lateFeeFen),
    owedFen: toJsonInteger(openFen + lateFeeFen),
    lines: stored.map(({ id, period_from, period_to, engineVersion, inputHash, inputs, derivation, ...line }) => ({
      ...line,
      period: { from: period_from, to: period_to },
      openFen: toJsonInteger(open.get(id)?.principalFen ?? 0n),
      ...(explain ? { engineVersion, inputHash, inputs, derivation } : {}),
    })),
  };
}
