import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { RedPart } from "./red-letters.ts";

/** What an invoice still covers of one part of a line, less what red letters took back. */
export interface LineCover {
  readonly lineId: string;
  readonly component: RedPart["component"];
  readonly billNo: string;
  readonly invoiceId: string;
  /** Undefined: asked for and not made yet. */
  readonly number: string | undefined;
  readonly applicationNo: string | undefined;
  readonly coveredFen: Fen;
  /** Of all invoices on this part. */
  readonly invoicedFen: Fen;
  /** What money has paid of this part. */
  readonly receivedFen: Fen;
  /** Its number may come before the money (先票后款). */
  readonly beforeMoney: boolean;
  /** A red letter of this invoice is under way. */
  readonly reversing: boolean;
}

/** The invoices on these lines, the latest first. Opening positions that were invoiced elsewhere have no number to reverse. */
export async function loadLineCover(tx: Transaction, lineIds: readonly string[]): Promise<LineCover[]> {
  if (lineIds.length === 0) return [];
  const found = await rows<
    Omit<LineCover, "number" | "applicationNo"> & { number: string | null; application_no: string | null }
  >(
    tx,
    Prisma.sql`SELECT c.line_id AS "lineId", c.component, b.bill_no AS "billNo", c.invoice_id AS "invoiceId", i.number,
        a.application_no, coalesce(a.before_money, false) AS "beforeMoney", v.invoiced_fen AS "invoicedFen",
        (c.amount_fen - coalesce((SELECT sum(k.amount_fen) FROM red_letter_coverage k JOIN red_letter r ON r.id = k.red_letter_id
          WHERE r.invoice_id = c.invoice_id AND r.state = 'red-issued' AND k.line_id = c.line_id AND k.component = c.component), 0))::bigint AS "coveredFen",
        coalesce((SELECT sum(g.amount_fen - coalesce((SELECT sum(w.amount_fen) FROM allocation_reversal w WHERE w.allocation_id = g.id), 0))
          FROM allocation g WHERE g.line_id = c.line_id AND g.component = c.component), 0)::bigint AS "receivedFen",
        EXISTS (SELECT 1 FROM red_letter r WHERE r.invoice_id = c.invoice_id
          AND r.state IN ('draft', 'pending-approval', 'approved', 'awaiting-peer', 'confirmed')) AS reversing
      FROM invoice_coverage c JOIN invoice i ON i.id = c.invoice_id AND i.state IN ('issued', 'requested')
        JOIN line_invoiced v ON v.line_id = c.line_id AND v.component = c.component
        JOIN bill_line l ON l.id = c.line_id JOIN bill b ON b.id = l.bill_id
        LEFT JOIN invoice_application a ON a.id = i.application_id
      WHERE c.line_id = ANY(${[...lineIds]}::uuid[]) ORDER BY i.recorded_at DESC, i.id DESC`,
  );
  return found
    .map(({ number, application_no, ...cover }) => ({
      ...cover,
      number: number ?? undefined,
      applicationNo: application_no ?? undefined,
    }))
    .filter((cover) => cover.coveredFen > 0n);
}
