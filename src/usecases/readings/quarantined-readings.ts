import { Prisma } from "../../../generated/prisma/client.ts";
import { recordAudit } from "../../db/audit.ts";
import type { Database } from "../../db/client.ts";
import { execute, row, rows } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import { judgeReading } from "../../domain/metering/judge-reading.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import type { Reading, RegisterValues } from "../../domain/world/property.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import { loadMetersByCode } from "./meters-by-code.ts";
import { storeReadings } from "./store-readings.ts";
import type { TakingContext } from "./take-readings.ts";

export interface QuarantinedReading {
  readonly id: string;
  readonly meter: string;
  readonly standsOn: CivilDate;
  readonly values: RegisterValues;
  readonly source: string;
  readonly code: string;
  readonly message: string;
  /** Photos of the dial that are kept, the latest first. */
  readonly photoIds: readonly string[];
}

/** What waits for a person, oldest first; `meters` undefined: of all meters. */
export const findQuarantined = (tx: Transaction, limit = 200): Promise<QuarantinedReading[]> =>
  rows<QuarantinedReading>(
    tx,
    Prisma.sql`SELECT id, meter_code AS meter, stands_on::text AS "standsOn", readings->'values' AS values, source, code,
        message, ARRAY(SELECT p.id::text FROM evidence_photo p WHERE p.subject_kind = 'reading'
          AND p.subject_id = reading_quarantine.id AND p.state = 'kept' ORDER BY p.sent_at DESC, p.id) AS "photoIds"
      FROM reading_quarantine WHERE state = 'open' ORDER BY recorded_at, id LIMIT ${limit}`,
  );

export interface AcceptedReading {
  readonly ok: true;
  readonly meter: string;
  readonly standsOn: CivilDate;
}

/** A person vouches for a doubtful reading. */
export interface Acceptance {
  readonly id: string;
  /** The counter had passed its last figure. */
  readonly rollover?: boolean | undefined;
  readonly reason: string;
}

/**
 * Lets a quarantined reading in: one of a day that has a reading already becomes its correction, a late one stands on its
 * day, and issued lines that rest on either are corrected by the next run. What no person can vouch for (an unknown
 * meter, a missing register, a counter that went back without having rolled over) stays out.
 */
export const acceptReading = (
  db: Database,
  acceptance: Acceptance,
  context: Omit<TakingContext, "source">,
): Promise<AcceptedReading | Refusal> => inTransaction(db, (tx) => acceptReadingIn(tx, acceptance, context));

export async function acceptReadingIn(
  tx: Transaction,
  { id, rollover, reason }: Acceptance,
  context: Omit<TakingContext, "source">,
): Promise<AcceptedReading | Refusal> {
  const found = await row<{ readings: Reading; source: string; state: string }>(
    tx,
    Prisma.sql`SELECT readings, source, state FROM reading_quarantine WHERE id::text = ${id} FOR UPDATE`,
  );
  if (!found) return refuse("READING_UNKNOWN", `没有待核实的读数 ${id}`, `There is no quarantined reading ${id}.`);
  if (found.state !== "open") return refuse("READING_DECIDED", "这笔读数已经处理过了", "It was decided before.");
  const reading = { ...found.readings, rollover: found.readings.rollover || rollover === true };
  const meters = await loadMetersByCode(tx, [reading.meter], { lock: true });
  const known = meters.get(reading.meter);
  const verdict = judgeReading(known?.meter, known?.readings ?? [], { ...reading, kind: "periodic" }, context.today);
  const sameDay = known?.readings.find((standing) => standing.reading.standsOn === reading.standsOn);
  if (verdict.state === "doubt" && verdict.code !== "READING_DUPLICATE" && verdict.code !== "READING_OUT_OF_ORDER") {
    return refuse(verdict.code, verdict.message, "It cannot be accepted as it is.");
  }
  if (verdict.state !== "known") {
    const revision = sameDay ? sameDay.reading.revision + 1 : 0;
    const stored = { ...reading, revision, ...(sameDay ? { corrects: reason } : {}) };
    await storeReadings(tx, [stored], meters, { ...context, source: found.source });
  }
  await execute(
    tx,
    Prisma.sql`UPDATE reading_quarantine SET state = 'accepted', meter_id = (SELECT id FROM meter WHERE code = ${reading.meter}),
        decided_by = ${context.actor}, decided_on = ${context.today}::date, note = ${reason}
      WHERE id::text = ${id}`,
  );
  return { ok: true, meter: reading.meter, standsOn: reading.standsOn };
}

/** Says that a quarantined reading is wrong; it never enters. */
export const refuseReading = (
  db: Database,
  refusal: { readonly id: string; readonly reason: string },
  context: Omit<TakingContext, "source">,
): Promise<{ readonly ok: true } | Refusal> => inTransaction(db, (tx) => refuseReadingIn(tx, refusal, context));

export async function refuseReadingIn(
  tx: Transaction,
  { id, reason }: { readonly id: string; readonly reason: string },
  context: Omit<TakingContext, "source">,
): Promise<{ readonly ok: true } | Refusal> {
  const done = await execute(
    tx,
    Prisma.sql`UPDATE reading_quarantine SET state = 'refused', decided_by = ${context.actor},
        decided_on = ${context.today}::date, note = ${reason} WHERE id::text = ${id} AND state = 'open'`,
  );
  if (done === 0) return refuse("READING_UNKNOWN", `没有待核实的读数 ${id}`, `There is no open reading ${id}.`);
  await recordAudit(tx, [
    {
      actor: context.actor,
      channel: context.channel,
      businessDate: context.today,
      action: "reading.refused",
      subjectKind: "reading-quarantine",
      subjectId: id,
      after: { reason },
    },
  ]);
  return { ok: true };
}
