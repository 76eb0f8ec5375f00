import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { execute, row, rows } from "../../db/rows.ts";
import { inTransaction } from "../../db/transaction.ts";
import { addDays, type CivilDate } from "../../domain/time/civil-date.ts";
import type { MeterSource } from "../../ports/meter-source.ts";
import { takeReadings } from "./take-readings.ts";

export interface CollectionContext {
  readonly today: CivilDate;
  readonly signal?: AbortSignal | undefined;
}

export interface Collected {
  readonly pages: number;
  readonly taken: number;
  readonly known: number;
  readonly quarantined: number;
  readonly missing: number;
}

/** Days before the one asked for that are looked at again where devices had been silent: vendors deliver late. */
const DAYS_LOOKED_BACK = 2;

/**
 * Fetches the readings of a day from a vendor's platform, after those of the days before that had come late. Each page is
 * committed with the place of the next one, so that a killed night goes on where it stopped; a page that comes twice
 * changes nothing.
 */
export async function collectReadings(
  db: Database,
  source: MeterSource,
  date: CivilDate,
  context: CollectionContext,
): Promise<Collected> {
  const late = await rows<{ date: CivilDate }>(
    db,
    Prisma.sql`SELECT reading_date::text AS date FROM reading_collection WHERE source = ${source.name} AND missing > 0
        AND state = 'done' AND reading_date < ${date}::date AND reading_date >= ${addDays(date, -DAYS_LOOKED_BACK)}::date
      ORDER BY reading_date`,
  );
  // Readings of a day enter before those of the next: a later one would stand in the way of an earlier one.
  for (const day of late) {
    await execute(
      db,
      Prisma.sql`UPDATE reading_collection SET state = 'running', cursor = NULL, pages = 0, missing = 0
        WHERE source = ${source.name} AND reading_date = ${day.date}::date AND state = 'done'`,
    );
  }
  const unfinished = await rows<{ date: CivilDate }>(
    db,
    Prisma.sql`SELECT reading_date::text AS date FROM reading_collection
      WHERE source = ${source.name} AND state = 'running' AND reading_date < ${date}::date ORDER BY reading_date`,
  );
  for (const day of unfinished) await collectDay(db, source, day.date, context);
  return collectDay(db, source, date, context);
}

async function collectDay(
  db: Database,
  source: MeterSource,
  date: CivilDate,
  context: CollectionContext,
): Promise<Collected> {
  await execute(
    db,
    Prisma.sql`INSERT INTO reading_collection (source, reading_date, state) VALUES (${source.name}, ${date}::date, 'running')
      ON CONFLICT DO NOTHING`,
  );
  for (;;) {
    const place = await placeOf(db, source.name, date);
    if (place.state === "done") return place;
    const page = await source.readPage(date, place.cursor ?? undefined, context.signal);
    if (page.nextCursor !== undefined && page.nextCursor === place.cursor) {
      throw new Error(`${source.name}: page ${place.cursor} names itself as the next one`);
    }
    await inTransaction(db, async (tx) => {
      // Two workers at one night: the second finds that the place has moved and reads the next page.
      const moved = await execute(
        tx,
        Prisma.sql`UPDATE reading_collection SET pages = pages + 1, cursor = ${page.nextCursor ?? null},
            missing = missing + ${page.missing}, state = ${page.nextCursor === undefined ? "done" : "running"},
            finished_at = CASE WHEN ${page.nextCursor === undefined} THEN now() END
          WHERE source = ${source.name} AND reading_date = ${date}::date AND state = 'running'
            AND cursor IS NOT DISTINCT FROM ${place.cursor} AND pages = ${place.pages}`,
      );
      if (moved === 0) return;
      const taken = await takeReadings(
        tx,
        page.readings.map((reading) => ({ ...reading, kind: "periodic", rollover: false })),
        { actor: "job:meters", channel: "job", today: context.today, source: source.name },
      );
      const count = (state: string) => taken.filter(({ verdict }) => verdict.state === state).length;
      await execute(
        tx,
        Prisma.sql`UPDATE reading_collection SET taken = taken + ${count("take")}, known = known + ${count("known")},
            quarantined = quarantined + ${count("doubt")}
          WHERE source = ${source.name} AND reading_date = ${date}::date`,
      );
    });
  }
}

async function placeOf(db: Database, source: string, date: CivilDate) {
  const place = await row<Collected & { readonly state: "running" | "done"; readonly cursor: string | null }>(
    db,
    Prisma.sql`SELECT state, cursor, pages, taken, known, quarantined, missing FROM reading_collection
      WHERE source = ${source} AND reading_date = ${date}::date`,
  );
  if (!place) throw new Error(`the collection of ${source} on ${date} has vanished`);
  return place;
}
