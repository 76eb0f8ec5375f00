import { Prisma } from "../../../generated/prisma/client.ts";
import { recordAudit } from "../../db/audit.ts";
import { toRecordset } from "../../db/recordset.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type CivilDate, monthOf } from "../../domain/time/civil-date.ts";
import type { Reading } from "../../domain/world/property.ts";
import { markRechecks } from "../import-world/mark-rechecks.ts";
import { writeReadings } from "../import-world/write-readings.ts";
import type { StoredMeter } from "./meters-by-code.ts";
import type { TakingContext } from "./take-readings.ts";

/**
 * Writes readings that a person or a rule has accepted; those before them on the same meter and day are marked as
 * superseded, never changed. Leases whose issued lines rest on them are looked at by the next run (money-rules 2,
 * "Corrections").
 */
export async function storeReadings(
  tx: Transaction,
  readings: readonly Reading[],
  meters: ReadonlyMap<string, StoredMeter>,
  context: TakingContext,
): Promise<void> {
  if (readings.length === 0) return;
  await writeReadings(tx, readings, { source: context.source, meterIdOf: (code) => idOf(meters, code) });
  const meant = readings.map((reading) => ({ meterId: idOf(meters, reading.meter), from: reading.standsOn }));
  await markRechecks(tx, { ...NO_CHANGES, meters: await billedAlready(tx, meant) }, "reading");
  await recordAudit(tx, [
    {
      actor: context.actor,
      channel: context.channel,
      businessDate: context.today,
      action: "reading.taken",
      subjectKind: "reading",
      subjectId: context.source,
      after: { count: readings.length, ...(readings.length <= 20 ? { readings } : {}) },
    },
  ]);
}

const NO_CHANGES = { leases: [], meters: [], tariffs: [], areas: [], pools: [] };

interface MeantMeter {
  readonly meterId: string;
  readonly from: CivilDate;
}

/**
 * The ones that issued lines or pool months may rest on. Of a night's 10,000 readings almost none: looking at every lease
 * again would make the next run compute years for nothing.
 */
async function billedAlready(tx: Transaction, meters: readonly MeantMeter[]): Promise<MeantMeter[]> {
  return rows<MeantMeter>(
    tx,
    Prisma.sql`SELECT t."meterId", t."from"::text AS "from" FROM jsonb_to_recordset(${toRecordset(
      meters.map((meter) => ({ ...meter, month: monthOf(meter.from) })),
    )}::jsonb) AS t("meterId" uuid, "from" date, month text) JOIN meter m ON m.id = t."meterId"
      WHERE EXISTS (SELECT 1 FROM lease_charge c JOIN bill_line b ON b.lease_id = c.lease_id AND b.charge_code = c.code
          WHERE c.rule->>'meter' = m.code AND b.period_to >= t."from")
        OR EXISTS (SELECT 1 FROM pool p JOIN pool_allocation a ON a.pool_id = p.id WHERE a.month >= t.month
          AND (p.terms->'meters' ? m.code OR p.terms->'minusMeters' ? m.code OR p.terms->>'weight' = 'consumption'))`,
  );
}

function idOf(meters: ReadonlyMap<string, StoredMeter>, code: string): string {
  const meter = meters.get(code);
  if (!meter) throw new Error(`a reading of the unknown meter ${code} was accepted`);
  return meter.meterId;
}
