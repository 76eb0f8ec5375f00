import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";

/** As many as fit on a card. */
const LATEST = 3;

/** The invoices of a tenant that have a file, the newest first, each with the one that people can read. */
export const latestInvoiceFiles = (
  tx: Transaction,
  tenantId: string,
): Promise<{ readonly number: string; readonly fileId: string }[]> =>
  rows(
    tx,
    Prisma.sql`SELECT number, id AS "fileId" FROM (
        SELECT DISTINCT ON (i.id) i.number, i.issued_on, f.id FROM invoice i JOIN invoice_file f ON f.invoice_id = i.id AND f.red_letter_id IS NULL
        WHERE i.tenant_id = ${tenantId}::uuid AND i.state = 'issued'
        ORDER BY i.id, array_position(ARRAY['pdf', 'ofd', 'xml'], f.format), f.added_at) latest
      ORDER BY issued_on DESC, number DESC LIMIT ${LATEST}`,
  );
