import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { toRecordset } from "../../db/recordset.ts";
import { execute } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { canonicalJson } from "../../domain/canonical-json.ts";
import { formatRatio, parseRatio } from "../../domain/money/ratio.ts";
import type { Reading, RegisterValues } from "../../domain/world/property.ts";

/** What of a reading is compared: two equal ones are the same row, whatever file they came in ("05.00" is "5"). */
export const readingFingerprint = (reading: Reading): string =>
  canonicalJson({
    ...reading,
    revision: undefined,
    values: plainDecimals(reading.values),
    final: reading.final === undefined ? undefined : plainDecimals(reading.final),
    multiplier: reading.multiplier === undefined ? undefined : plainDecimal(reading.multiplier),
  });

const plainDecimal = (text: string): string => formatRatio(parseRatio(text));
const plainDecimals = (values: RegisterValues): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([register, value]) => [register, plainDecimal(value)]));

/**
 * Adds readings, each on the meter that its code stands for; the ones before them on the same meter and day are marked as
 * superseded, never changed. `source` says who brought them.
 */
export async function writeReadings(
  tx: Transaction,
  readings: readonly Reading[],
  origin: { readonly source: string; readonly meterIdOf: (code: string) => string },
): Promise<void> {
  const values = readings.map((reading) => ({
    id: newId(),
    meter_id: origin.meterIdOf(reading.meter),
    stands_on: reading.standsOn,
    revision: reading.revision,
    reading_date: reading.date,
    at_time: reading.at,
    kind: reading.kind,
    value: reading,
  }));
  await execute(
    tx,
    Prisma.sql`INSERT INTO reading (id, meter_id, stands_on, revision, reading_date, at_time, kind, value, source)
      SELECT t.*, ${origin.source} FROM jsonb_to_recordset(${toRecordset(values)}::jsonb) AS t(id uuid, meter_id uuid,
        stands_on date, revision integer, reading_date date, at_time text, kind text, value jsonb)`,
  );
  await execute(
    tx,
    Prisma.sql`UPDATE reading r SET superseded_by = later.id FROM reading later
      WHERE later.id = ANY (${values.map(({ id }) => id)}::uuid[]) AND later.meter_id = r.meter_id
        AND later.stands_on = r.stands_on AND later.revision = r.revision + 1 AND r.superseded_by IS NULL`,
  );
}
