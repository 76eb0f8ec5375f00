import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { StoredMoveOut } from "./stored-move-out.ts";

/** An invoiced line of which less is due than was invoiced: its invoice needs a red letter (and a smaller one). */
export interface RedLetterNeed {
  readonly billNo: string;
  readonly charge: string;
  readonly invoiceNo: string;
  readonly invoicedFen: Fen;
  readonly dueFen: Fen;
  /** A red letter of it is under way. */
  readonly underWay: boolean;
}

/** Lines of the lease that were credited after they were invoiced, by bill. */
export const findRedLetterNeeds = (
  tx: Transaction,
  { leaseId }: Pick<StoredMoveOut, "leaseId">,
): Promise<RedLetterNeed[]> =>
  rows<RedLetterNeed>(
    tx,
    Prisma.sql`SELECT b.bill_no AS "billNo", l.charge_code AS charge,
        coalesce((SELECT min(v.number) FROM invoice_coverage g JOIN invoice v ON v.id = g.invoice_id
          WHERE g.line_id = l.id AND v.state NOT IN ('withdrawn', 'reversed')), '')
          AS "invoiceNo",
        i.invoiced_fen::bigint AS "invoicedFen", r.principal_fen AS "dueFen",
        EXISTS (SELECT 1 FROM invoice_coverage g JOIN red_letter x ON x.invoice_id = g.invoice_id
          WHERE g.line_id = l.id AND x.state IN ('draft', 'pending-approval', 'approved', 'awaiting-peer', 'confirmed'))
          AS "underWay"
      FROM receivable r JOIN bill_line l ON l.id = r.line_id JOIN bill b ON b.id = l.bill_id
        JOIN line_invoiced i ON i.line_id = l.id AND i.component = 'principal'
      WHERE r.lease_id = ${leaseId}::uuid AND i.invoiced_fen > r.principal_fen
      ORDER BY b.bill_no COLLATE "C", l.position`,
  );
