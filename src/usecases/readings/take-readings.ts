import { createHash } from "node:crypto";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { Actor } from "../../db/audit.ts";
import { newId } from "../../db/ids.ts";
import { toRecordset } from "../../db/recordset.ts";
import { execute } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { canonicalJson } from "../../domain/canonical-json.ts";
import { groupBy } from "../../domain/group-by.ts";
import {
  asReading,
  type DoubtCode,
  judgeReading,
  type OfferedReading,
  type ReadingVerdict,
} from "../../domain/metering/judge-reading.ts";
import type { StandingReading } from "../../domain/metering/reading-index.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import type { Reading } from "../../domain/world/property.ts";
import { loadMetersByCode, type StoredMeter } from "./meters-by-code.ts";
import { storeReadings } from "./store-readings.ts";

export interface TakingContext extends Actor {
  readonly today: CivilDate;
  /** Where they come from: "thingsboard", "file:<name>", "staff:S01", "tenant:T001". */
  readonly source: string;
  /** Nothing is written: what is reported is what would happen. */
  readonly dryRun?: boolean | undefined;
}

export interface TakenReading {
  readonly offered: OfferedReading;
  readonly verdict: ReadingVerdict;
}

export interface DoubtfulReading {
  readonly offered: OfferedReading;
  readonly code: DoubtCode | "REPORTED_BY_TENANT" | "USAGE_UNUSUAL";
  readonly message: string;
  readonly tenantId?: string | undefined;
  readonly reportedBy?: string | undefined;
  readonly photo?: string | undefined;
}

/**
 * Takes readings in: those that fit what stands enter and mark the leases whose issued lines rest on them, the others go
 * into quarantine with a reason. Repeating it changes nothing. Answers in the order in which they were offered.
 */
export async function takeReadings(
  tx: Transaction,
  offered: readonly OfferedReading[],
  context: TakingContext,
): Promise<readonly TakenReading[]> {
  const meters = await loadMetersByCode(tx, [...new Set(offered.map((reading) => reading.meter))], {
    lock: !context.dryRun,
  });
  const verdicts = new Map<OfferedReading, ReadingVerdict>();
  for (const [code, ofMeter] of groupBy(offered, (reading) => reading.meter)) {
    const known = meters.get(code);
    const standing: StandingReading[] = [...(known?.readings ?? [])];
    // In the order of days, so that a file may list them in any.
    const inOrder = [...ofMeter].sort((a, b) => (a.standsOn < b.standsOn ? -1 : a.standsOn > b.standsOn ? 1 : 0));
    for (const reading of inOrder) {
      const verdict = judgeReading(known?.meter, standing, reading, context.today);
      verdicts.set(reading, verdict);
      if (verdict.state !== "take" || !known) continue;
      const last = standing.at(-1) ?? known.meter;
      standing.push({ reading: asReading(reading), multiplier: last.multiplier, digits: last.digits });
    }
  }
  const taken = offered.map((reading) => ({ offered: reading, verdict: verdictOf(verdicts, reading) }));
  if (context.dryRun) return taken;
  const rows = taken.filter(({ verdict }) => verdict.state === "take").map((row) => asReading(row.offered));
  await storeReadings(tx, rows, meters, context);
  await quarantine(
    tx,
    taken.flatMap(({ offered: reading, verdict }) =>
      verdict.state === "doubt" ? [{ offered: reading, code: verdict.code, message: verdict.message }] : [],
    ),
    meters,
    context.source,
  );
  return taken;
}

function verdictOf(verdicts: ReadonlyMap<OfferedReading, ReadingVerdict>, reading: OfferedReading): ReadingVerdict {
  const verdict = verdicts.get(reading);
  if (!verdict) throw new Error("a reading was offered and not judged");
  return verdict;
}

/** Puts readings aside for a person to look at. The same reading of the same meter and day is one row. */
export async function quarantine(
  tx: Transaction,
  doubtful: readonly DoubtfulReading[],
  meters: ReadonlyMap<string, StoredMeter>,
  source: string,
): Promise<void> {
  if (doubtful.length === 0) return;
  const values = doubtful.map(({ offered, code, message, tenantId, reportedBy, photo }) => ({
    id: newId(),
    fingerprint: fingerprintOf(offered),
    meter_code: offered.meter,
    meter_id: meters.get(offered.meter)?.meterId ?? null,
    stands_on: offered.standsOn,
    readings: asReading(offered) satisfies Reading,
    code,
    message,
    tenant_id: tenantId ?? null,
    reported_by: reportedBy ?? null,
    photo: photo ?? null,
  }));
  await execute(
    tx,
    Prisma.sql`INSERT INTO reading_quarantine (id, fingerprint, meter_code, meter_id, stands_on, readings, source, code,
        message, tenant_id, reported_by, photo, state)
      SELECT t.id, t.fingerprint, t.meter_code, t.meter_id, t.stands_on, t.readings, ${source}, t.code, t.message,
        t.tenant_id, t.reported_by, t.photo, 'open'
      FROM jsonb_to_recordset(${toRecordset(values)}::jsonb) AS t(id uuid, fingerprint text, meter_code text,
        meter_id uuid, stands_on date, readings jsonb, code text, message text, tenant_id uuid, reported_by uuid,
        photo text)
      ON CONFLICT (fingerprint) DO NOTHING`,
  );
}

const fingerprintOf = ({ meter, standsOn, values, rollover }: OfferedReading): string =>
  createHash("sha256").update(canonicalJson({ meter, standsOn, values, rollover })).digest("hex");
