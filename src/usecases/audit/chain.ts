import { createHash } from "node:crypto";
import { Prisma } from "../../../generated/prisma/client.ts";
import { canonicalJson } from "../../domain/canonical-json.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";

/** What the first batch is chained to. */
export const GENESIS_HASH = "0".repeat(64);

/**
 * An audit event as it is hashed: every column but the seal. All text, because JavaScript would round what PostgreSQL
 * holds exactly (microseconds, long numbers in before and after), and a rounded difference would not be seen.
 */
export interface AuditRow {
  readonly id: string;
  readonly sequence: string;
  readonly at: string;
  readonly business_date: string;
  readonly actor: string;
  readonly channel: string;
  readonly ip: string | null;
  readonly action: string;
  readonly subject_kind: string;
  readonly subject_id: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** The select list of an AuditRow; PostgreSQL writes jsonb in one form, whatever was put in. */
export const AUDIT_COLUMNS = Prisma.sql`id, sequence::text,
  to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at, business_date::text, actor, channel, ip, action,
  subject_kind, subject_id, before::text, after::text`;

export interface SealedRange {
  readonly batch: bigint;
  readonly firstSequence: bigint;
  readonly lastSequence: bigint;
  readonly businessDate: CivilDate;
  readonly previousHash: string;
}

/**
 * SHA-256, in hex, of one JSON line for the batch (number, range, date, hash of the batch before, count) and one for each
 * event in order of sequence. Anybody can compute it again from the tables with this description.
 */
export function sealHashOf(seal: SealedRange, events: readonly AuditRow[]): string {
  const hash = createHash("sha256");
  const { batch, firstSequence, lastSequence, businessDate, previousHash } = seal;
  const head = { batch, firstSequence, lastSequence, businessDate, previousHash, events: events.length };
  hash.update(`${canonicalJson(head)}\n`);
  for (const event of events) hash.update(`${canonicalJson(event)}\n`);
  return hash.digest("hex");
}
