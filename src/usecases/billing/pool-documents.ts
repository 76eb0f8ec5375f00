import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { type LedgerTransactionRecord, postToLedger } from "../../db/ledger/post.ts";
import { toRecordset } from "../../db/recordset.ts";
import { execute, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { canonicalJson } from "../../domain/canonical-json.ts";
import type { PoolHomes, PoolMonths } from "../../domain/charging/run-plan/pool-months.ts";
import { operatorShareBorne } from "../../domain/ledger/line-events.ts";
import { formatRatio } from "../../domain/money/ratio.ts";
import { poolMonthInputs } from "../../domain/pools/pool-line.ts";
import type { ComputedPoolMonth } from "../../domain/pools/pool-month.ts";
import { OPERATOR } from "../../domain/pools/pool-month.ts";
import { type CivilDate, rangeOfMonth } from "../../domain/time/civil-date.ts";
import type { Project } from "../../domain/world/property.ts";
import { bookingDatesOf } from "../receipts/booking-dates.ts";
import { sha256 } from "./plan-leases.ts";

/**
 * Stores the pool months of a run as versioned documents (money-rules 5): a month that comes out as it is stored stays,
 * another one gets a new version with all its shares, closed at once. What the operator bears is booked as the
 * difference to the version before.
 */
export async function writePoolDocuments(
  tx: Transaction,
  poolMonths: PoolMonths,
  { homes, projects }: { readonly homes: PoolHomes; readonly projects: readonly Project[] },
  { issueDate, project }: { readonly issueDate: CivilDate; readonly project: string | undefined },
): Promise<void> {
  const homeOf = (code: string) => homes.get(code) ?? "";
  const live = new Set(projects.filter(({ mode }) => mode === "live").map(({ code }) => code));
  // Only what this run bills: a project that is off or in shadow has no books here.
  const isBilled = (code: string) => {
    const home = homeOf(code);
    return live.has(home) && (project === undefined || home === project);
  };
  const computed = [...poolMonths.values()].filter(
    (month): month is ComputedPoolMonth => month.ok && month.costFen >= 0n && isBilled(month.pool),
  );
  if (computed.length === 0) return;
  const months = [...new Set(computed.map(({ month }) => month))];
  const stored = new Map(
    (
      await rows<StoredVersion & { key: string }>(
        tx,
        Prisma.sql`SELECT DISTINCT ON (p.code, a.month) a.month || '|' || p.code AS key, a.version,
            a.input_hash AS "inputHash",
            coalesce((SELECT s.amount_fen FROM pool_share s WHERE s.allocation_id = a.id AND s.holder = ${OPERATOR}), 0)::bigint AS "operatorFen"
          FROM pool_allocation a JOIN pool p ON p.id = a.pool_id WHERE a.month = ANY (${months}::text[])
          ORDER BY p.code, a.month, a.version DESC`,
      )
    ).map((version) => [version.key, version]),
  );
  const entities = new Map(
    (
      await rows<Home & { code: string }>(
        tx,
        Prisma.sql`SELECT code, entity_id AS "entityId", id AS "projectId" FROM project`,
      )
    ).map((project) => [project.code, project]),
  );
  for (let from = 0; from < computed.length; from += DOCUMENTS_AT_A_TIME) {
    const documents = computed.slice(from, from + DOCUMENTS_AT_A_TIME).flatMap((month) => {
      const before = stored.get(`${month.month}|${month.pool}`);
      const inputHash = sha256(canonicalJson(poolMonthInputs(month)));
      const home = entities.get(homeOf(month.pool));
      if (!home || before?.inputHash === inputHash) return [];
      return [{ id: newId(), month, home, inputHash, before }];
    });
    if (documents.length === 0) continue;
    await insertDocuments(tx, documents);
    await bookOperatorShares(tx, documents, issueDate);
  }
}

/** The latest version of a pool's month that is stored. */
interface StoredVersion {
  readonly version: number;
  readonly inputHash: string;
  readonly operatorFen: bigint;
}

interface Home {
  readonly entityId: string;
  readonly projectId: string;
}

interface PoolDocument {
  readonly id: string;
  readonly month: ComputedPoolMonth;
  readonly home: Home;
  readonly inputHash: string;
  readonly before: StoredVersion | undefined;
}

async function bookOperatorShares(
  tx: Transaction,
  documents: readonly PoolDocument[],
  issueDate: CivilDate,
): Promise<void> {
  const ledger: LedgerTransactionRecord[] = [];
  const bookingDate = bookingDatesOf(tx);
  for (const { id, month, home, before } of documents) {
    const context = {
      entity: home.entityId,
      project: home.projectId,
      servicePeriod: rangeOfMonth(month.month),
      bookingDate: await bookingDate(home.entityId, issueDate),
      valueDate: issueDate,
    };
    const differenceFen = month.operatorFen - (before?.operatorFen ?? 0n);
    const postings = operatorShareBorne(context, differenceFen);
    ledger.push({ eventType: "pool.operator-share", eventId: id, postings });
  }
  await postToLedger(tx, ledger);
}

const MANY_DOCUMENTS = 50;
/** The shares of a large park in one statement would be in memory as rows, as text and as bytes at once. */
const DOCUMENTS_AT_A_TIME = 100;

async function insertDocuments(tx: Transaction, documents: readonly PoolDocument[]): Promise<void> {
  const allocations = documents.map((document) => ({
    id: document.id,
    pool: document.month.pool,
    entity_id: document.home.entityId,
    month: document.month.month,
    version: (document.before?.version ?? 0) + 1,
    cost_fen: document.month.costFen,
    input_hash: document.inputHash,
  }));
  await execute(
    tx,
    Prisma.sql`INSERT INTO pool_allocation (id, pool_id, entity_id, month, version, state, cost_fen, input_hash)
      SELECT t.id, p.id, t.entity_id, t.month, t.version, 'open', t.cost_fen, t.input_hash
      FROM jsonb_to_recordset(${toRecordset(allocations)}::jsonb) AS t(id uuid, pool text, entity_id uuid, month text,
        version integer, cost_fen bigint, input_hash text) JOIN pool p ON p.code = t.pool`,
  );
  // The trigger that looks at each share's document would otherwise go through all of them, row by row.
  if (documents.length >= MANY_DOCUMENTS) await execute(tx, Prisma.sql`ANALYZE pool_allocation`);
  await insertShares(tx, documents);
  // Closing is where the database checks that the shares sum to the cost (I3).
  await execute(
    tx,
    Prisma.sql`UPDATE pool_allocation SET state = 'closed' WHERE id = ANY (${documents.map(({ id }) => id)}::uuid[])`,
  );
}

async function insertShares(
  tx: Transaction,
  documents: readonly { readonly id: string; readonly month: ComputedPoolMonth }[],
): Promise<void> {
  const shares = documents.flatMap(({ id, month }) =>
    month.shares.map((share) => ({
      allocation_id: id,
      holder: share.lease === OPERATOR ? OPERATOR : `${share.unit}|${share.lease}`,
      lease_code: share.lease === OPERATOR ? "" : share.lease,
      weight: formatRatio(share.takenWeight),
      days: share.days,
      amount_fen: share.amountFen,
    })),
  );
  await execute(
    tx,
    Prisma.sql`INSERT INTO pool_share (allocation_id, holder, lease_code, weight, days, amount_fen)
      SELECT * FROM jsonb_to_recordset(${toRecordset(shares)}::jsonb) AS t(allocation_id uuid, holder text,
        lease_code text, weight text, days integer, amount_fen bigint)`,
  );
}
