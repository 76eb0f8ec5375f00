import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { toRecordset } from "../../db/recordset.ts";
import { execute, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type CivilDate, formatDate } from "../../domain/time/civil-date.ts";
import type { World } from "../../domain/world/world.ts";
import type { CodeBook } from "./code-book.ts";
import type { ImportProblem } from "./problem.ts";

/** The day on which a unit's area changed, for the leases that hold it. */
export interface AreaChange {
  readonly unitId: string;
  /** Undefined: the unit had no such area before, so it holds from the beginning. */
  readonly from: CivilDate | undefined;
}

/**
 * Writes the areas of units. A unit's first area holds from the beginning; a different one holds from today on, because
 * nothing in force before today changes silently (interfaces.md section 2), and is reported.
 */
export async function writeAreas(
  tx: Transaction,
  world: World,
  book: CodeBook,
  today: CivilDate,
): Promise<{ changes: AreaChange[]; warnings: ImportProblem[] }> {
  const current = new Map(
    (
      await rows<{ unit_id: string; kind: string; area_sqm: string; lower: string | null }>(
        tx,
        Prisma.sql`SELECT unit_id, kind, area_sqm::text AS area_sqm, lower(valid)::text AS lower
          FROM unit_area WHERE upper_inf(valid)`,
      )
    ).map((area) => [`${area.unit_id}|${area.kind}`, area]),
  );
  const added: object[] = [];
  const closed: object[] = [];
  const changes: AreaChange[] = [];
  const warnings: ImportProblem[] = [];
  world.units.forEach((unit, index) => {
    const unitId = book.idOf("unit", unit.code);
    for (const area of unit.areas) {
      const stored = current.get(`${unitId}|${area.kind}`);
      if (stored && sameDecimal(stored.area_sqm, area.areaSqm)) continue;
      const from = stored ? today : undefined;
      if (stored) closed.push({ unit_id: unitId, kind: area.kind, until: today });
      added.push({ id: newId(), unit_id: unitId, kind: area.kind, area_sqm: area.areaSqm, valid_from: from ?? null });
      changes.push({ unitId, from });
      if (stored) {
        warnings.push({
          path: `$.units[${index}]`,
          code: "AREA_CHANGED",
          message: `${unit.code} 的面积由 ${stored.area_sqm} 改为 ${area.areaSqm} 平方米，自${formatDate(today)}起生效；此前已出账的不变`,
        });
      }
    }
  });
  // A row that began today is replaced whole: a range of no days must not stay behind.
  await execute(
    tx,
    Prisma.sql`DELETE FROM unit_area a USING jsonb_to_recordset(${toRecordset(closed)}::jsonb)
        AS t(unit_id uuid, kind text, until date)
      WHERE a.unit_id = t.unit_id AND a.kind = t.kind AND upper_inf(a.valid) AND lower(a.valid) >= t.until`,
  );
  await execute(
    tx,
    Prisma.sql`UPDATE unit_area a SET valid = daterange(lower(a.valid), t.until)
      FROM jsonb_to_recordset(${toRecordset(closed)}::jsonb) AS t(unit_id uuid, kind text, until date)
      WHERE a.unit_id = t.unit_id AND a.kind = t.kind AND upper_inf(a.valid)`,
  );
  await execute(
    tx,
    Prisma.sql`INSERT INTO unit_area (id, unit_id, kind, area_sqm, valid)
      SELECT id, unit_id, kind, area_sqm, daterange(valid_from, NULL)
      FROM jsonb_to_recordset(${toRecordset(added)}::jsonb) AS t(id uuid, unit_id uuid, kind text, area_sqm numeric,
        valid_from date)`,
  );
  return { changes, warnings };
}

/** "128.5" and "128.50" are the same area. */
const sameDecimal = (a: string, b: string): boolean => trimmed(a) === trimmed(b);
const trimmed = (text: string): string => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
