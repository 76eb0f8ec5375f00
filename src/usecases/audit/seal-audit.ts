import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { execute, row, rows } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { type AuditRoot, auditRootIn } from "./audit-root.ts";
import { AUDIT_COLUMNS, type AuditRow, GENESIS_HASH, sealHashOf } from "./chain.ts";

export interface SealResult {
  /** Batches and events that this call sealed. */
  readonly batches: number;
  readonly events: number;
  /** The chain's end afterwards: what goes to the log, so that it is known outside; undefined while nothing is sealed. */
  readonly root: AuditRoot | undefined;
}

/** A batch fits in memory, and one verification reads no more than this at a time. */
const BATCH_EVENTS = 5_000;
const SEAL_LIMIT_MS = 60_000;

/**
 * Seals the audit events that no batch holds yet, in order of sequence, each batch chained to the one before (I16).
 * Idempotent: with nothing unsealed it writes nothing. One sealer at a time; each batch is a transaction of its own.
 */
export async function sealAudit(db: Database, businessDate: CivilDate): Promise<SealResult> {
  let batches = 0;
  let events = 0;
  for (;;) {
    const sealed = await inTransaction(db, (tx) => sealBatch(tx, businessDate), { timeoutMs: SEAL_LIMIT_MS });
    if (sealed === 0) break;
    batches += 1;
    events += sealed;
    if (sealed < BATCH_EVENTS) break;
  }
  return { batches, events, root: await auditRootIn(db) };
}

async function sealBatch(tx: Transaction, businessDate: CivilDate): Promise<number> {
  await tx.$executeRaw(Prisma.sql`SELECT pg_advisory_xact_lock(hashtext('parkledger-audit-seal'))`);
  const found = await rows<AuditRow>(
    tx,
    Prisma.sql`SELECT ${AUDIT_COLUMNS} FROM audit_event WHERE seal_batch IS NULL
      ORDER BY audit_event.sequence LIMIT ${BATCH_EVENTS}`,
  );
  const first = found[0];
  const last = found.at(-1);
  if (!first || !last) return 0;
  const previous = await row<{ batch: bigint; hash: string }>(
    tx,
    Prisma.sql`SELECT batch, hash FROM audit_seal ORDER BY batch DESC LIMIT 1`,
  );
  const seal = {
    batch: (previous?.batch ?? 0n) + 1n,
    firstSequence: BigInt(first.sequence),
    lastSequence: BigInt(last.sequence),
    businessDate,
    previousHash: previous?.hash ?? GENESIS_HASH,
  };
  await execute(
    tx,
    Prisma.sql`INSERT INTO audit_seal (batch, first_sequence, last_sequence, business_date, previous_hash, hash)
      VALUES (${seal.batch}, ${seal.firstSequence}, ${seal.lastSequence}, ${businessDate}::date, ${seal.previousHash},
        ${sealHashOf(seal, found)})`,
  );
  const ids = found.map((event) => event.id);
  const marked = await execute(
    tx,
    Prisma.sql`UPDATE audit_event SET seal_batch = ${seal.batch} WHERE id = ANY (${ids}::uuid[]) AND seal_batch IS NULL`,
  );
  if (marked !== found.length) throw new Error(`${found.length} audit events hashed, ${marked} sealed`);
  return marked;
}
