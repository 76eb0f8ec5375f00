import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { toRecordset } from "../../db/recordset.ts";
import { execute, row, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { PaperKind } from "../../domain/documents/paper.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";

/** What a document is about. A letter and a settlement say what was so on their day, whenever they are opened. */
export type DocumentSubject =
  | { readonly kind: "bill"; readonly billId: string }
  | { readonly kind: "receipt"; readonly receiptId: string }
  | {
      readonly kind: "dunning-letter";
      readonly tenantId: string;
      readonly entityId: string;
      readonly asOf: CivilDate;
      readonly payBefore: CivilDate;
    }
  | {
      readonly kind: "statement";
      readonly tenantId: string;
      readonly entityId: string;
      readonly from: CivilDate;
      readonly to: CivilDate;
    }
  /** `version` of a sheet that a settlement made; absent: what would be settled on that day. */
  | { readonly kind: "settlement"; readonly leaseId: string; readonly asOf: CivilDate; readonly version?: number };

export interface StoredSubject {
  readonly id: string;
  readonly kind: PaperKind;
  readonly tenantId: string;
  readonly entityId: string;
  readonly subject: DocumentSubject;
}

/** The id of the document about a subject, the same for the same subject; undefined when there is no such bill, receipt or lease. */
export async function requestDocument(tx: Transaction, subject: DocumentSubject): Promise<string | undefined> {
  const parties = await partiesOf(tx, subject);
  if (!parties) return undefined;
  const ids = await insertDocuments(tx, [{ subject, ...parties }]);
  return ids.get(keyOf(subject));
}

/**
 * The documents of bills that are being published, by bill id; they are printed and sent by themselves. One statement each,
 * whatever the number of bills.
 */
export async function requestBillDocuments(
  tx: Transaction,
  bills: readonly { readonly billId: string; readonly tenantId: string; readonly entityId: string }[],
): Promise<Map<string, string>> {
  const ids = await insertDocuments(
    tx,
    bills.map(({ billId, tenantId, entityId }) => ({
      subject: { kind: "bill", billId } as const,
      tenantId,
      entityId,
    })),
  );
  await execute(
    tx,
    Prisma.sql`INSERT INTO document_posting (document_id, state) SELECT id, 'waiting' FROM unnest(${[...ids.values()]}::uuid[]) AS t(id)
      ON CONFLICT (document_id) DO NOTHING`,
  );
  return new Map(
    bills.flatMap(({ billId }) => {
      const id = ids.get(keyOf({ kind: "bill", billId }));
      return id === undefined ? [] : [[billId, id] as const];
    }),
  );
}

export type LetterSubject = Extract<DocumentSubject, { kind: "dunning-letter" }>;

/** The ids of these letters by `letterKey`, the same for the same letter; in two statements, whatever their number. */
export const requestLetters = (tx: Transaction, letters: readonly LetterSubject[]): Promise<Map<string, string>> =>
  insertDocuments(
    tx,
    letters.map((subject) => ({ subject, tenantId: subject.tenantId, entityId: subject.entityId })),
  );

export const letterKey = (letter: LetterSubject): string => keyOf(letter);

/** Prints and sends a document by itself: to those of the tenant who have an e-mail address. */
export const postDocument = (tx: Transaction, documentId: string): Promise<number> =>
  execute(
    tx,
    Prisma.sql`INSERT INTO document_posting (document_id, state) VALUES (${documentId}::uuid, 'waiting')
      ON CONFLICT (document_id) DO NOTHING`,
  );

export const findDocument = (tx: Transaction, documentId: string): Promise<StoredSubject | undefined> =>
  row<StoredSubject>(
    tx,
    Prisma.sql`SELECT id, kind, tenant_id AS "tenantId", entity_id AS "entityId", subject FROM document
      WHERE id = ${documentId}::uuid`,
  );

interface NewDocument {
  readonly subject: DocumentSubject;
  readonly tenantId: string;
  readonly entityId: string;
}

async function insertDocuments(tx: Transaction, documents: readonly NewDocument[]): Promise<Map<string, string>> {
  if (documents.length === 0) return new Map();
  const values = documents.map(({ subject, tenantId, entityId }) => ({
    id: newId(),
    kind: subject.kind,
    entity_id: entityId,
    tenant_id: tenantId,
    subject,
    subject_key: keyOf(subject),
  }));
  await execute(
    tx,
    Prisma.sql`INSERT INTO document (id, kind, entity_id, tenant_id, subject, subject_key)
      SELECT * FROM jsonb_to_recordset(${toRecordset(values)}::jsonb) AS t(id uuid, kind text, entity_id uuid,
        tenant_id uuid, subject jsonb, subject_key text) ON CONFLICT (subject_key) DO NOTHING`,
  );
  const found = await rows<{ id: string; key: string }>(
    tx,
    Prisma.sql`SELECT id, subject_key AS key FROM document WHERE subject_key = ANY (${values.map((value) => value.subject_key)}::text[])`,
  );
  return new Map(found.map(({ id, key }) => [key, id]));
}

function keyOf(subject: DocumentSubject): string {
  switch (subject.kind) {
    case "bill":
      return `bill|${subject.billId}`;
    case "receipt":
      return `receipt|${subject.receiptId}`;
    case "dunning-letter":
      return `dunning-letter|${subject.tenantId}|${subject.entityId}|${subject.asOf}|${subject.payBefore}`;
    case "statement":
      return `statement|${subject.tenantId}|${subject.entityId}|${subject.from}|${subject.to}`;
    case "settlement":
      return `settlement|${subject.leaseId}|${subject.asOf}${subject.version === undefined ? "" : `|${subject.version}`}`;
    default:
      return subject satisfies never;
  }
}

type Parties = Pick<NewDocument, "tenantId" | "entityId">;

async function partiesOf(tx: Transaction, subject: DocumentSubject): Promise<Parties | undefined> {
  switch (subject.kind) {
    case "bill":
      return row<Parties>(
        tx,
        Prisma.sql`SELECT tenant_id AS "tenantId", entity_id AS "entityId" FROM bill
          WHERE id = ${subject.billId}::uuid AND state IN ('issued', 'published')`,
      );
    case "receipt":
      return row<Parties>(
        tx,
        Prisma.sql`SELECT tenant_id AS "tenantId", entity_id AS "entityId" FROM receipt
          WHERE id = ${subject.receiptId}::uuid AND tenant_id IS NOT NULL`,
      );
    case "settlement":
      return row<Parties>(
        tx,
        Prisma.sql`SELECT tenant_id AS "tenantId", entity_id AS "entityId" FROM lease WHERE id = ${subject.leaseId}::uuid`,
      );
    case "dunning-letter":
    case "statement":
      return { tenantId: subject.tenantId, entityId: subject.entityId };
    default:
      return subject satisfies never;
  }
}
