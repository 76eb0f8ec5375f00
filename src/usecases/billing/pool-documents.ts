import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { openBookingDate } from "../../db/ledger/period.ts";
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
  const stored = new Map(
    (
      await rows<{ key: string; version: number; input_hash: string; operator_fen: bigint }>(
        tx,
        Prisma.sql`SELECT DISTINCT ON (p.code, a.month) a.month || '|' || p.code AS key, a.version, a.input_hash,
            coalesce((SELECT s.amount_fen FROM pool_share s WHERE s.allocation_id = a.id AND s.holder = ${OPERATOR}), 0)::bigint AS operator_fen
          FROM pool_allocation a JOIN pool p ON p.id = a.pool_id ORDER BY p.code, a.month, a.version DESC`,
      )
    ).map((row) => [row.key, row]),
  );
  const entities = new Map(
    (
      await rows<{ code: string; entity_id: string; project_id: string }>(
        tx,
        Prisma.sql`SELECT code, entity_id, id AS project_id FROM project`,
      )
    ).map((project) => [project.code, project]),
  );
  const documents = computed.flatMap((month) => {
    const before = stored.get(`${month.month}|${month.pool}`);
    const inputHash = sha256(canonicalJson(poolMonthInputs(month)));
    const home = entities.get(homeOf(month.pool));
    if (!home || before?.input_hash === inputHash) return [];
    return [
      {
        id: newId(),
        month,
        home,
        inputHash,
        version: (before?.version ?? 0) + 1,
        beforeFen: before?.operator_fen ?? 0n,
      },
    ];
  });
  await insertDocuments(tx, documents);
  const ledger: LedgerTransactionRecord[] = [];
  for (const document of documents) {
    const context = {
      entity: document.home.entity_id,
      project: document.home.project_id,
      servicePeriod: rangeOfMonth(document.month.month),
      bookingDate: await openBookingDate(tx, document.home.entity_id, issueDate),
      valueDate: issueDate,
    };
    const differenceFen = document.month.operatorFen - document.beforeFen;
    ledger.push({
      eventType: "pool.operator-share",
      eventId: document.id,
      postings: operatorShareBorne(context, differenceFen),
    });
  }
  await postToLedger(tx, ledger);
}

const MANY_DOCUMENTS = 50;
/** The shares of a large park in one statement would be in memory as rows, as text and as bytes at once. */
const DOCUMENTS_AT_A_TIME = 100;

async function insertDocuments(
  tx: Transaction,
  documents: readonly {
    readonly id: string;
    readonly month: ComputedPoolMonth;
    readonly home: { readonly entity_id: string };
    readonly inputHash: string;
    readonly version: number;
  }[],
): Promise<void> {
  const allocations = documents.map((document) => ({
    id: document.id,
    pool: document.month.pool,
    entity_id: document.home.entity_id,
    month: document.month.month,
    version: document.version,
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
  for (let from = 0; from < documents.length; from += DOCUMENTS_AT_A_TIME) {
    await insertShares(tx, documents.slice(from, from + DOCUMENTS_AT_A_TIME));
  }
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
