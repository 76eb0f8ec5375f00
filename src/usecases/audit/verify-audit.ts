import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { row, rows } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { AUDIT_COLUMNS, type AuditRow, GENESIS_HASH, sealHashOf } from "./chain.ts";

export interface AuditProblem {
  readonly code:
    | "BATCH_CHANGED"
    | "CHAIN_BROKEN"
    | "SEAL_MISSING"
    | "EVENT_MISPLACED"
    | "EVENT_INSERTED"
    | "ROOT_DIFFERS";
  /** "batch 3" or "event 17". */
  readonly subject: string;
  readonly message: string;
}

export interface AuditVerification {
  readonly ok: boolean;
  readonly checked: { readonly batches: number; readonly events: number; readonly unsealed: number };
  readonly problems: readonly AuditProblem[];
}

interface SealRow {
  readonly batch: bigint;
  readonly first_sequence: bigint;
  readonly last_sequence: bigint;
  readonly business_date: CivilDate;
  readonly previous_hash: string;
  readonly hash: string;
}

const VERIFY_LIMIT_MS = 1_800_000;
const SEALS_AT_A_TIME = 500;

/**
 * Computes the whole chain again (I16) and finds events that were altered, deleted, inserted or reordered, and seals that
 * were changed or taken out. Whoever can rewrite every seal can make a chain that holds: `known` is a root kept outside
 * (the log, `cli audit root`), and a chain without it is not ours.
 */
export async function verifyAudit(
  db: Database,
  known?: { readonly batch: number; readonly hash: string },
): Promise<AuditVerification> {
  return inTransaction(db, (tx) => verify(tx, known), { timeoutMs: VERIFY_LIMIT_MS, isolation: "RepeatableRead" });
}

async function verify(
  tx: Transaction,
  known: { readonly batch: number; readonly hash: string } | undefined,
): Promise<AuditVerification> {
  const problems: AuditProblem[] = [];
  let previous: SealRow | undefined;
  let batches = 0;
  let events = 0;
  let rootSeen = known === undefined;
  for (;;) {
    const seals = await rows<SealRow>(
      tx,
      Prisma.sql`SELECT batch, first_sequence, last_sequence, business_date::text, previous_hash, hash FROM audit_seal
        WHERE batch > ${previous?.batch ?? 0n} ORDER BY batch LIMIT ${SEALS_AT_A_TIME}`,
    );
    for (const seal of seals) {
      const found = await rows<AuditRow>(
        tx,
        Prisma.sql`SELECT ${AUDIT_COLUMNS} FROM audit_event
          WHERE sequence BETWEEN ${seal.first_sequence} AND ${seal.last_sequence} AND seal_batch = ${seal.batch}
          ORDER BY audit_event.sequence`,
      );
      problems.push(...linkProblems(seal, previous), ...contentProblems(seal, found));
      if (known && BigInt(known.batch) === seal.batch && known.hash === seal.hash) rootSeen = true;
      batches += 1;
      events += found.length;
      previous = seal;
    }
    if (seals.length < SEALS_AT_A_TIME) break;
  }
  if (known && !rootSeen) {
    problems.push({
      code: "ROOT_DIFFERS",
      subject: `batch ${known.batch}`,
      message: `批次 ${known.batch} 的哈希与外部留存的不一致，审计链可能被整体重做 / the chain has no batch ${known.batch} with the root that was kept outside`,
    });
  }
  problems.push(...(await misplacedEvents(tx)), ...(await insertedEvents(tx)));
  const open = await row<{ count: bigint }>(
    tx,
    Prisma.sql`SELECT count(*) AS count FROM audit_event WHERE seal_batch IS NULL`,
  );
  return {
    ok: problems.length === 0,
    checked: { batches, events, unsealed: Number(open?.count ?? 0n) },
    problems,
  };
}

function linkProblems(seal: SealRow, previous: SealRow | undefined): AuditProblem[] {
  const subject = `batch ${seal.batch}`;
  const expected = (previous?.batch ?? 0n) + 1n;
  if (seal.batch !== expected) {
    return [
      {
        code: "SEAL_MISSING",
        subject: `batch ${expected}`,
        message: `缺少批次 ${expected} 的封存记录 / the seal of batch ${expected} is gone`,
      },
    ];
  }
  if (seal.previous_hash === (previous?.hash ?? GENESIS_HASH)) return [];
  const message = `批次 ${seal.batch} 与前一批次的哈希接不上 / batch ${seal.batch} is not chained to the batch before it`;
  return [{ code: "CHAIN_BROKEN", subject, message }];
}

function contentProblems(seal: SealRow, events: readonly AuditRow[]): AuditProblem[] {
  const hash = sealHashOf(
    {
      batch: seal.batch,
      firstSequence: seal.first_sequence,
      lastSequence: seal.last_sequence,
      businessDate: seal.business_date,
      previousHash: seal.previous_hash,
    },
    events,
  );
  if (hash === seal.hash) return [];
  return [
    {
      code: "BATCH_CHANGED",
      subject: `batch ${seal.batch}`,
      message: `批次 ${seal.batch}（序号 ${seal.first_sequence}–${seal.last_sequence}）的审计记录被改动、删除或插入 / events ${seal.first_sequence}–${seal.last_sequence} of batch ${seal.batch} are not those that were sealed`,
    },
  ];
}

/** Events that name a batch which does not cover them, or does not exist: no hash would have read them. */
async function misplacedEvents(tx: Transaction): Promise<AuditProblem[]> {
  const found = await rows<{ sequence: bigint; seal_batch: bigint }>(
    tx,
    Prisma.sql`SELECT e.sequence, e.seal_batch FROM audit_event e LEFT JOIN audit_seal s ON s.batch = e.seal_batch
      WHERE e.seal_batch IS NOT NULL
        AND (s.batch IS NULL OR e.sequence NOT BETWEEN s.first_sequence AND s.last_sequence)
      ORDER BY e.sequence LIMIT 100`,
  );
  return found.map(({ sequence, seal_batch }) => ({
    code: "EVENT_MISPLACED",
    subject: `event ${sequence}`,
    message: `审计记录 ${sequence} 声称属于批次 ${seal_batch}，但该批次不含它 / event ${sequence} claims batch ${seal_batch}, which does not hold it`,
  }));
}

/**
 * Events in a number that the chain had already passed. A transaction that was still running when a batch was sealed
 * makes honest ones, but it began at most a transaction's longest life (5 minutes) before; older ones were put in.
 */
async function insertedEvents(tx: Transaction): Promise<AuditProblem[]> {
  const found = await rows<{ sequence: bigint; batch: bigint }>(
    tx,
    Prisma.sql`WITH passed AS (
        SELECT batch, first_sequence, max(last_sequence) OVER (ORDER BY batch ROWS BETWEEN UNBOUNDED PRECEDING
          AND 1 PRECEDING) AS sequence FROM audit_seal),
      late AS (
        SELECT e.sequence, e.at, e.seal_batch FROM passed p JOIN audit_event e ON e.seal_batch = p.batch
          WHERE p.first_sequence < p.sequence AND e.sequence < p.sequence
        UNION ALL SELECT e.sequence, e.at, NULL FROM audit_event e
          WHERE e.seal_batch IS NULL AND e.sequence < (SELECT max(last_sequence) FROM audit_seal))
      SELECT late.sequence, s.batch FROM late
      JOIN LATERAL (SELECT batch, sealed_at FROM audit_seal
        WHERE last_sequence > late.sequence AND (late.seal_batch IS NULL OR batch < late.seal_batch)
        ORDER BY batch LIMIT 1) s ON late.at < s.sealed_at - interval '15 minutes'
      ORDER BY late.sequence LIMIT 100`,
  );
  return found.map(({ sequence, batch }) => ({
    code: "EVENT_INSERTED",
    subject: `event ${sequence}`,
    message: `审计记录 ${sequence} 在批次 ${batch} 封存之后才被插入 / event ${sequence} was put in after batch ${batch} had been sealed`,
  }));
}
