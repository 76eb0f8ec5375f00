import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { newId } from "../../db/ids.ts";
import { execute, rows } from "../../db/rows.ts";
import type { StatementSource } from "../../domain/reconciliation/statement.ts";
import { addDays, type CivilDate } from "../../domain/time/civil-date.ts";
import type { BillDownload, BillKind, ChannelBills } from "../../ports/channel-bills.ts";
import type { StatementFile } from "../../ports/statement-file.ts";
import { importStatement, type StatementContext } from "./import-statement.ts";

export interface CollectContext extends StatementContext {
  /** By merchant number. */
  readonly bills: ReadonlyMap<string, ChannelBills>;
  readonly openStatement: (name: string, bytes: Uint8Array, as: { source: StatementSource }) => Promise<StatementFile>;
}

/** What became of one bill. */
export interface CollectedBill {
  readonly accountCode: string;
  readonly date: CivilDate;
  readonly kind: BillKind;
  readonly outcome: "imported" | "none" | "creating" | "failed";
  readonly detail: string;
}

/** Days before that are asked for again, for what was not ready or failed. Bills are kept for three months. */
const LOOK_BACK_DAYS = 7;
const SOURCES: readonly { readonly kind: BillKind; readonly source: StatementSource }[] = [
  { kind: "trade", source: "wechat-trade" },
  { kind: "fund", source: "wechat-fund" },
];

/**
 * Downloads and imports every bill of the days up to `through` that is not there yet, for each configured merchant account.
 * A day without trade is noted, so that it is asked for once. Idempotent; one failure does not stop the others.
 */
export async function collectBills(
  db: Database,
  through: CivilDate,
  context: CollectContext,
): Promise<CollectedBill[]> {
  const accounts = await rows<{ code: string; entityId: string; merchantId: string }>(
    db,
    Prisma.sql`SELECT code, entity_id AS "entityId", mch_id AS "merchantId" FROM merchant_account WHERE channel = 'wechat'
      ORDER BY code COLLATE "C"`,
  );
  const results: CollectedBill[] = [];
  for (const account of accounts) {
    const channel = context.bills.get(account.merchantId);
    if (channel === undefined) continue;
    for (const { kind, source } of SOURCES) {
      for (const date of await missingDays(db, account.code, source, through)) {
        const answer = await channel.download(kind, date);
        const { outcome, detail } = await take(db, { account, kind, source, date }, answer, context);
        results.push({ accountCode: account.code, date, kind, outcome, detail });
      }
    }
  }
  return results;
}

/** From the day on which the account was first used; what nobody ever paid by needs no bills. */
async function missingDays(
  db: Database,
  accountCode: string,
  source: StatementSource,
  through: CivilDate,
): Promise<CivilDate[]> {
  const found = await rows<{ date: CivilDate }>(
    db,
    Prisma.sql`SELECT day::date::text AS date
      FROM generate_series(${addDays(through, 1 - LOOK_BACK_DAYS)}::date, ${through}::date, interval '1 day') AS day
      WHERE NOT EXISTS (SELECT 1 FROM statement_file f WHERE f.account_code = ${accountCode} AND f.source = ${source}
        AND f.statement_date = day::date) ORDER BY day`,
  );
  return found.map(({ date }) => date);
}

interface WantedBill {
  readonly account: { readonly code: string; readonly entityId: string };
  readonly kind: BillKind;
  readonly source: StatementSource;
  readonly date: CivilDate;
}

async function take(
  db: Database,
  { account, kind, source, date }: WantedBill,
  answer: BillDownload,
  context: CollectContext,
): Promise<{ outcome: CollectedBill["outcome"]; detail: string }> {
  switch (answer.state) {
    case "creating":
      return { outcome: "creating", detail: "STATEMENT_CREATING" };
    case "refused":
      return { outcome: "failed", detail: `${answer.code} ${answer.reason}` };
    case "unknown":
      return { outcome: "failed", detail: answer.reason };
    case "none":
      // The channel's word that the day is empty is what its completeness rests on.
      await execute(
        db,
        Prisma.sql`INSERT INTO statement_file (id, entity_id, account_code, source, statement_date, sha256, name, layout, recorded_by)
          VALUES (${newId()}::uuid, ${account.entityId}::uuid, ${account.code}, ${source}, ${date}::date,
            ${`none|${source}|${date}`}, '', 'none', ${context.actor}) ON CONFLICT (account_code, sha256) DO NOTHING`,
      );
      return { outcome: "none", detail: "NO_STATEMENT_EXIST" };
    case "ready": {
      const file = await context.openStatement(`${account.code}-${kind}-${date}.csv`, answer.bytes, { source });
      const imported = await importStatement(db, { source, accountCode: account.code, date, file }, context);
      return imported.ok
        ? {
            outcome: "imported",
            detail: `${imported.newLines} of ${imported.lines} lines new, ${imported.gaps.length} gaps`,
          }
        : { outcome: "failed", detail: imported.problems.join(" ") };
    }
    default:
      throw new RangeError(`unknown answer: ${JSON.stringify(answer satisfies never)}`);
  }
}
