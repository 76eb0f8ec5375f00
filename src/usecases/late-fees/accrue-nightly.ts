import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { loadClaims } from "../../db/line-claims.ts";
import { rows } from "../../db/rows.ts";
import { lockTenantAccounts, type TenantAccountKey } from "../../db/tenant-account.ts";
import { inTransaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { accrueLateFees, findOpenLines } from "./accrue-late-fees.ts";

export interface NightlyAccrual {
  readonly accounts: number;
  /** Lines whose fee changed. */
  readonly lines: number;
  /** Σ posted. */
  readonly postedFen: Fen;
}

/** Enough to make statements rare, few enough that receipts of these accounts don't wait long. */
const ACCOUNTS_AT_A_TIME = 200;
const CHUNK_LIMIT_MS = 60_000;

/**
 * Posts the late fee of every open line through the end of `throughDate`, in chunks of accounts, each a transaction of its
 * own. Running it again, or after an interruption, posts only what is missing.
 */
export async function accrueNightly(db: Database, throughDate: CivilDate): Promise<NightlyAccrual> {
  const accounts = await rows<TenantAccountKey>(
    db,
    Prisma.sql`SELECT DISTINCT r.tenant_id AS "tenantId", r.entity_id AS "entityId"
      FROM receivable r JOIN bill b ON b.id = r.bill_id
      WHERE (r.open_fen > 0 OR r.late_fee_open_fen > 0) AND b.due_date <= ${throughDate}::date ORDER BY 1, 2`,
  );
  let lines = 0;
  let postedFen = 0n;
  for (let start = 0; start < accounts.length; start += ACCOUNTS_AT_A_TIME) {
    const chunk = accounts.slice(start, start + ACCOUNTS_AT_A_TIME);
    const changed = await inTransaction(
      db,
      async (tx) => {
        await lockTenantAccounts(tx, chunk);
        const claims = await loadClaims(tx, { lineIds: await findOpenLines(tx, chunk) });
        const accruals = await accrueLateFees(tx, claims, throughDate);
        return accruals.filter((accrual) => accrual.differenceFen !== 0n);
      },
      { timeoutMs: CHUNK_LIMIT_MS },
    );
    lines += changed.length;
    postedFen += changed.reduce((sum, accrual) => sum + accrual.differenceFen, 0n);
  }
  return { accounts: accounts.length, lines, postedFen };
}
