import { Prisma } from "../../../generated/prisma/client.ts";
import { row, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import type { RegisterValues } from "../../domain/world/property.ts";
import { keepPhoto, type SentPhoto } from "./keep-photo.ts";

/** Has the photo of a dial kept with a reading, proposed or entered; returns its id. The same photo again is the same row. */
export async function keepReadingPhoto(tx: Transaction, readingId: string, photo: SentPhoto): Promise<string> {
  await keepPhoto(tx, { kind: "reading", id: readingId }, photo);
  const found = await row<{ id: string }>(
    tx,
    Prisma.sql`SELECT id FROM evidence_photo WHERE subject_kind = 'reading' AND subject_id = ${readingId}::uuid
      AND media_id = ${photo.mediaId}`,
  );
  if (!found) throw new Error("the photo of a reading was written and is not there");
  return found.id;
}

export interface PhotographedReading {
  readonly photoId: string;
  readonly meter: string;
  readonly standsOn: CivilDate;
  readonly values: RegisterValues;
  /** Who reported it: "tenant:T001", "staff:S01". */
  readonly source: string;
  /** "entered": a colleague's own; else what became of a tenant's. */
  readonly state: "entered" | "open" | "accepted" | "refused";
}

/** Readings with a photo that is kept, the latest day first. */
export const findPhotographedReadings = (tx: Transaction, limit = 200): Promise<PhotographedReading[]> =>
  rows<PhotographedReading>(
    tx,
    Prisma.sql`SELECT p.id AS "photoId", coalesce(q.meter_code, m.code) AS meter,
        coalesce(q.stands_on, r.stands_on)::text AS "standsOn", coalesce(q.readings, r.value)->'values' AS values,
        coalesce(q.source, r.source) AS source, coalesce(q.state, 'entered') AS state
      FROM evidence_photo p
        LEFT JOIN reading_quarantine q ON q.id = p.subject_id
        LEFT JOIN reading r ON r.id = p.subject_id LEFT JOIN meter m ON m.id = r.meter_id
      WHERE p.subject_kind = 'reading' AND p.state = 'kept'
      ORDER BY 3 DESC, p.sent_at DESC, p.id LIMIT ${limit}`,
  );
