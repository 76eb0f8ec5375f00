import { createHash } from "node:crypto";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { newId } from "../../db/ids.ts";
import { row, rows } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import { canonicalJson } from "../../domain/canonical-json.ts";
import type { Paper } from "../../domain/documents/paper.ts";
import { shortCodeOf } from "../../domain/documents/short-code.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { loadBillPaper } from "./bill-paper.ts";
import type { PaperContext, PrintContext } from "./context.ts";
import { findDocument, type StoredSubject } from "./documents.ts";
import { loadDunningLetter } from "./dunning-letter.ts";
import { readFile, storeFile } from "./file-store.ts";
import { loadReceiptPaper } from "./receipt-paper.ts";
import { loadSettlementPaper } from "./settlement-paper.ts";
import { recordStatedOnPaper } from "./stated-on-paper.ts";
import { loadStatementPaper } from "./statement-paper.ts";

/** A paper that was printed and kept. */
export interface PrintedDocument {
  readonly documentId: string;
  /** What a file message names. */
  readonly fileId: string;
  readonly fileName: string;
  readonly bytes: Uint8Array;
  readonly sha256: string;
  readonly pages: number;
  readonly contentHash: string;
  readonly shortCode: string;
}

const MEDIA_TYPE = "application/pdf";

/**
 * The document as it stands today, printed if exactly this was not printed before. Letters and settlements keep what they
 * said first. Undefined when there is no such document; throws what the renderer throws.
 */
export async function printDocument(
  db: Database,
  documentId: string,
  today: CivilDate,
  context: PrintContext,
): Promise<PrintedDocument | undefined> {
  const stored = await findDocument(db, documentId);
  if (!stored) return undefined;
  if (isFrozen(stored)) {
    const first = await findVersion(db, Prisma.sql`v.document_id = ${documentId}::uuid`, context);
    if (first) return first;
  }
  // One snapshot: a payment between two of its queries would give a bill that does not add up.
  const paper = await inTransaction(db, (tx) => loadPaper(tx, stored, today, context), { isolation: "RepeatableRead" });
  await recordStatedOnPaper(db, stored, paper, today);
  const contentHash = createHash("sha256").update(canonicalJson(paper)).digest("hex");
  const known = await findVersion(db, Prisma.sql`v.content_hash = ${contentHash}`, context);
  if (known) return known;
  const shortCode = shortCodeOf(contentHash);
  const html = await context.paperHtml(paper, { contentHash, shortCode, checkUrl: context.checkUrl });
  const fileName = fileNameOf(paper);
  const pdf = await context.renderer.render({ html, title: fileName.replace(/\.pdf$/, ""), date: dateOf(paper) });
  await inTransaction(db, async (tx) => {
    const [inserted] = await rows<{ id: string }>(
      tx,
      Prisma.sql`SELECT id FROM document_version WHERE content_hash = ${contentHash}`,
    );
    if (inserted) return;
    const fileId = await storeFile(tx, context.encryption, { fileName, mediaType: MEDIA_TYPE, bytes: pdf.bytes });
    await tx.$executeRaw(Prisma.sql`INSERT INTO document_version (id, document_id, as_of, content_hash, short_code, file_id, pages)
      VALUES (${newId()}::uuid, ${documentId}::uuid, ${today}::date, ${contentHash}, ${shortCode}, ${fileId}::uuid, ${pdf.pages})
      ON CONFLICT (content_hash) DO NOTHING`);
  });
  // Where two printed at once, the one that was kept.
  return findVersion(db, Prisma.sql`v.content_hash = ${contentHash}`, context);
}

/** What the document says today. */
export function loadPaper(
  tx: Transaction,
  { subject }: StoredSubject,
  today: CivilDate,
  context: PaperContext,
): Promise<Paper> {
  switch (subject.kind) {
    case "bill":
      return loadBillPaper(tx, subject.billId, today, context);
    case "receipt":
      return loadReceiptPaper(tx, subject.receiptId, context);
    case "dunning-letter":
      return loadDunningLetter(tx, subject, context);
    case "statement":
      return loadStatementPaper(tx, subject, today);
    case "settlement":
      return loadSettlementPaper(tx, subject, context);
    default:
      return subject satisfies never;
  }
}

const isFrozen = ({ kind }: StoredSubject): boolean => kind === "dunning-letter" || kind === "settlement";

async function findVersion(
  db: Database,
  condition: Prisma.Sql,
  context: PrintContext,
): Promise<PrintedDocument | undefined> {
  const found = await row<Omit<PrintedDocument, "fileName" | "bytes">>(
    db,
    Prisma.sql`SELECT v.document_id AS "documentId", v.file_id AS "fileId", f.sha256, v.pages,
        v.content_hash AS "contentHash", v.short_code AS "shortCode"
      FROM document_version v JOIN document_file f ON f.id = v.file_id WHERE ${condition}
      ORDER BY v.printed_at, v.id LIMIT 1`,
  );
  const file = found && (await readFile(db, context.encryption, found.fileId));
  return found && file && { ...found, fileName: file.fileName, bytes: file.bytes };
}

/** The day that stands in the file as the one on which it was made. */
function dateOf(paper: Paper): CivilDate {
  switch (paper.kind) {
    case "bill":
    case "dunning-letter":
    case "settlement":
      return paper.asOf;
    case "receipt":
      return paper.date;
    case "statement":
      return paper.through;
    default:
      return paper satisfies never;
  }
}

/** What the file is called where somebody saves it. */
export function fileNameOf(paper: Paper): string {
  switch (paper.kind) {
    case "bill":
      return `账单${plain(paper.billNo)}.pdf`;
    case "receipt":
      return `收据${plain(paper.receiptNo)}.pdf`;
    case "dunning-letter":
      return `催款函${plain(paper.addressee.tenantCode)}-${paper.asOf}.pdf`;
    case "statement":
      return `对账单${plain(paper.addressee.tenantCode)}-${paper.range.from}-${paper.range.to}.pdf`;
    case "settlement":
      return `退租结算单${plain(paper.leaseCode)}-${paper.asOf}.pdf`;
    default:
      return paper satisfies never;
  }
}

/** Codes are free text; a name of a file is not. */
const plain = (code: string): string => code.replaceAll(/[^\p{L}\p{N}._-]/gu, "_");
