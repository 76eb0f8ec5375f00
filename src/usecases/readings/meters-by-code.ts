import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { indexReadings, type MeterReadings } from "../../domain/metering/reading-index.ts";
import type { Meter, Reading, Register, Utility } from "../../domain/world/property.ts";

/** A meter with the readings that stand on it. */
export interface StoredMeter {
  readonly meterId: string;
  readonly meter: Meter;
  readonly readings: MeterReadings;
}

/** Meters by their codes, two queries whatever their number. `lock`: nobody else takes readings of them meanwhile. */
export async function loadMetersByCode(
  tx: Transaction,
  codes: readonly string[],
  { lock }: { readonly lock: boolean },
): Promise<ReadonlyMap<string, StoredMeter>> {
  const found = await rows<{
    id: string;
    code: string;
    utility: Utility;
    unit: string | null;
    registers: Register[];
    multiplier: string;
    digits: number;
  }>(
    tx,
    Prisma.sql`SELECT m.id, m.code, m.utility, (SELECT u.code FROM meter_assignment a JOIN unit u ON u.id = a.unit_id
          WHERE a.meter_id = m.id AND upper_inf(a.held) LIMIT 1) AS unit,
        m.registers, trim_scale(m.multiplier)::text AS multiplier, m.digits
      FROM meter m WHERE m.code = ANY (${[...codes]}::text[]) ORDER BY m.id
      ${lock ? Prisma.sql`FOR UPDATE OF m` : Prisma.empty}`,
  );
  const stored = await rows<{ value: Reading; revision: number }>(
    tx,
    Prisma.sql`SELECT r.value, r.revision FROM reading r
      WHERE r.meter_id = ANY (${found.map(({ id }) => id)}::uuid[]) AND r.superseded_by IS NULL`,
  );
  const meters = found.map(({ id: _id, unit, ...meter }): Meter => ({ ...meter, ...(unit === null ? {} : { unit }) }));
  const index = indexReadings(
    meters,
    stored.map(({ value, revision }) => ({ ...value, revision })),
  );
  return new Map(
    found.flatMap(({ id, code }, position) => {
      const meter = meters[position];
      return meter ? [[code, { meterId: id, meter, readings: index.get(code) ?? [] }] as const] : [];
    }),
  );
}
