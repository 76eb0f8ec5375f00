import { Prisma } from "../../../generated/prisma/client.ts";
import { row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { PaperKind } from "../../domain/documents/paper.ts";
import { readShortCode } from "../../domain/documents/short-code.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";

/** What the holder of a paper may hear: what it is and its hash, which they can compare; never whose it is or how much. */
export interface CheckedPaper {
  readonly kind: PaperKind;
  readonly entityName: string;
  readonly asOf: CivilDate;
  readonly contentHash: string;
  readonly shortCode: string;
}

/** The paper with this code, as typed; undefined when we printed none. */
export async function checkShortCode(tx: Transaction, typed: string): Promise<CheckedPaper | undefined> {
  const shortCode = readShortCode(typed);
  if (shortCode === undefined) return undefined;
  return row<CheckedPaper>(
    tx,
    Prisma.sql`SELECT d.kind, e.name AS "entityName", v.as_of::text AS "asOf", v.content_hash AS "contentHash",
        v.short_code AS "shortCode"
      FROM document_version v JOIN document d ON d.id = v.document_id JOIN legal_entity e ON e.id = d.entity_id
      WHERE v.short_code = ${shortCode}`,
  );
}
