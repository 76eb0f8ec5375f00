import { Prisma } from "../../../generated/prisma/client.ts";
import { row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";

/** An e-mail goes to a person by id, or with this before it to the mailbox on an invoice title. */
export const TITLE_MAILBOX = "invoice-title:";

/** The address behind the recipient of an e-mail, read when it leaves; undefined when there is none (any more). */
export async function mailboxOf(tx: Transaction, recipient: string): Promise<string | undefined> {
  const found = await row<{ email: string | null }>(
    tx,
    recipient.startsWith(TITLE_MAILBOX)
      ? Prisma.sql`SELECT nullif(email, '') AS email FROM invoice_title WHERE id = ${recipient.slice(TITLE_MAILBOX.length)}::uuid`
      : Prisma.sql`SELECT email FROM person WHERE id = ${recipient}::uuid AND forgotten_at IS NULL`,
  );
  return found?.email ?? undefined;
}
