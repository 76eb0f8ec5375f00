import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { execute, row } from "../../db/rows.ts";
import { inTransaction } from "../../db/transaction.ts";
import type { OfferedReading } from "../../domain/metering/judge-reading.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { type TakingContext, takeReadings } from "./take-readings.ts";

export interface ReadingsOfFile {
  /** Lower-case hex, of the bytes as received. */
  readonly sha256: string;
  readonly name: string;
  readonly template: string;
  readonly readings: readonly { readonly row: number; readonly offered: OfferedReading }[];
}

export interface ImportedReadings {
  /** Set where the very same bytes were imported before. */
  readonly duplicateOf?: { readonly name: string; readonly importedOn: CivilDate };
  readonly taken: number;
  readonly known: number;
  readonly quarantined: readonly {
    readonly row: number;
    readonly meter: string;
    readonly date: CivilDate;
    readonly code: string;
    readonly message: string;
  }[];
}

const IMPORT_LIMIT_MS = 300_000;

/** Takes the readings of a file in, all in one transaction. The same file again changes nothing. */
export const importReadings = (
  db: Database,
  file: ReadingsOfFile,
  context: Omit<TakingContext, "source">,
): Promise<ImportedReadings> =>
  inTransaction(
    db,
    async (tx) => {
      const before = await row<{ name: string; importedOn: CivilDate }>(
        tx,
        Prisma.sql`SELECT name, imported_on::text AS "importedOn" FROM reading_file WHERE sha256 = ${file.sha256}`,
      );
      const taken = await takeReadings(
        tx,
        file.readings.map(({ offered }) => offered),
        { ...context, source: `file:${file.name}` },
      );
      if (!before && !context.dryRun) {
        await execute(
          tx,
          Prisma.sql`INSERT INTO reading_file (sha256, name, template, rows, imported_by, imported_on)
            VALUES (${file.sha256}, ${file.name}, ${file.template}, ${file.readings.length}, ${context.actor},
              ${context.today}::date) ON CONFLICT (sha256) DO NOTHING`,
        );
      }
      return {
        ...(before ? { duplicateOf: before } : {}),
        taken: taken.filter(({ verdict }) => verdict.state === "take").length,
        known: taken.filter(({ verdict }) => verdict.state === "known").length,
        quarantined: taken.flatMap(({ offered, verdict }, index) =>
          verdict.state === "doubt"
            ? [
                {
                  row: file.readings[index]?.row ?? 0,
                  meter: offered.meter,
                  date: offered.standsOn,
                  code: verdict.code,
                  message: verdict.message,
                },
              ]
            : [],
        ),
      };
    },
    { timeoutMs: IMPORT_LIMIT_MS },
  );
