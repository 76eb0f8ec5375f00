import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";

/** The end of the audit chain: whoever wrote this down outside can later tell whether the chain was made anew. */
export interface AuditRoot {
  /** Business date of the batch. */
  readonly date: CivilDate;
  readonly batch: number;
  /** SHA-256 in hex. */
  readonly hash: string;
  /** Events that the chain holds up to and including this batch. */
  readonly events: number;
}

/** The root as of the end of a business date, default the latest; undefined when nothing was sealed by then. */
export async function auditRoot(db: Database, date?: CivilDate): Promise<AuditRoot | undefined> {
  return auditRootIn(db, date);
}

export async function auditRootIn(tx: Transaction, date?: CivilDate): Promise<AuditRoot | undefined> {
  const condition = date === undefined ? Prisma.sql`true` : Prisma.sql`s.business_date <= ${date}::date`;
  const found = await row<{ date: CivilDate; batch: bigint; hash: string; events: bigint }>(
    tx,
    Prisma.sql`SELECT s.business_date::text AS date, s.batch, s.hash,
        (SELECT count(*) FROM audit_event e WHERE e.seal_batch <= s.batch) AS events
      FROM audit_seal s WHERE ${condition} ORDER BY s.batch DESC LIMIT 1`,
  );
  return found && { ...found, batch: Number(found.batch), events: Number(found.events) };
}
