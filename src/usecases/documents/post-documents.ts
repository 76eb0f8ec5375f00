import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { enqueueMessages, type OutboxMessage } from "../../db/outbox/enqueue.ts";
import { execute, rows } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import type { PrintContext } from "./context.ts";
import { type PrintedDocument, printDocument } from "./print-document.ts";

/** Somebody at the tenant with a mailbox. */
export interface MailReader {
  readonly personId: string;
  readonly personName: string;
  readonly tenantName: string;
}

export interface PostContext extends PrintContext {
  readonly today: () => CivilDate;
  /** Wire clock. */
  readonly nowMs: () => number;
  /** What goes with the paper; undefined: e-mail is off, and papers are printed when a link to them is opened. */
  readonly mail:
    | ((document: PrintedDocument, reader: MailReader) => { readonly subject: string; readonly text: string })
    | undefined;
  readonly onProblem: (error: unknown, documentId: string) => void;
  /** At the end of the process or of the job's time. */
  readonly signal?: AbortSignal | undefined;
}

const CLAIM_SECONDS = 300;
const MAX_ATTEMPTS = 3;
/** As many as there are pages in the renderer's pool. */
const AT_ONCE = 2;

/**
 * Prints what waits to be sent and puts it into the mailboxes of the tenant's members; returns how many documents were
 * looked at. Any number of processes may do this at once: each document is claimed, and a claim that has run out is taken up
 * again. The messages have keys of their own, so that nobody gets a paper twice.
 */
export async function postDocuments(db: Database, context: PostContext): Promise<number> {
  let done = 0;
  for (;;) {
    if (context.signal?.aborted) return done;
    const claimed = await claim(db, context.nowMs());
    if (claimed.length === 0) return done;
    await Promise.all(claimed.map((documentId) => postOne(db, documentId, context)));
    done += claimed.length;
  }
}

async function claim(db: Database, nowMs: number): Promise<string[]> {
  const now = new Date(nowMs).toISOString();
  const found = await rows<{ document_id: string }>(
    db,
    Prisma.sql`UPDATE document_posting p SET state = 'claimed', attempts = p.attempts + 1,
        claimed_until = ${now}::timestamptz + make_interval(secs => ${CLAIM_SECONDS}::double precision)
      FROM (SELECT document_id FROM document_posting
        WHERE state = 'waiting' OR (state = 'claimed' AND claimed_until < ${now}::timestamptz)
        ORDER BY created_at, document_id LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED) next
      WHERE p.document_id = next.document_id RETURNING p.document_id`,
  );
  return found.map((one) => one.document_id);
}

async function postOne(db: Database, documentId: string, context: PostContext): Promise<void> {
  try {
    const { mail } = context;
    const readers = mail === undefined ? [] : await findReaders(db, documentId);
    // Where nobody reads mail the link prints it: a paper shows the day on which it is opened.
    const printed = readers.length === 0 ? undefined : await printDocument(db, documentId, context.today(), context);
    await inTransaction(db, async (tx) => {
      if (printed && mail) {
        await enqueueMessages(
          tx,
          readers.map((reader) => emailOf(printed, reader, mail(printed, reader))),
        );
      }
      await execute(
        tx,
        Prisma.sql`UPDATE document_posting SET state = 'done', claimed_until = NULL, failure = NULL
          WHERE document_id = ${documentId}::uuid`,
      );
    });
  } catch (error) {
    context.onProblem(error, documentId);
    // The name only: the text may quote what is on the paper. It is tried again when its claim has run out.
    await execute(
      db,
      Prisma.sql`UPDATE document_posting SET failure = ${error instanceof Error ? error.name : "unknown"},
        state = CASE WHEN attempts >= ${MAX_ATTEMPTS} THEN 'failed' ELSE state END
        WHERE document_id = ${documentId}::uuid AND state = 'claimed'`,
    );
  }
}

const findReaders = (tx: Transaction, documentId: string): Promise<MailReader[]> =>
  rows<MailReader>(
    tx,
    Prisma.sql`SELECT p.id AS "personId", p.name AS "personName", t.name AS "tenantName"
      FROM document d JOIN tenant t ON t.id = d.tenant_id
        JOIN tenant_member m ON m.tenant_id = d.tenant_id AND m.revoked_at IS NULL
        JOIN person p ON p.id = m.person_id AND p.forgotten_at IS NULL AND p.email IS NOT NULL
      WHERE d.id = ${documentId}::uuid ORDER BY p.name COLLATE "C", p.id`,
  );

const emailOf = (
  printed: PrintedDocument,
  { personId }: MailReader,
  words: { readonly subject: string; readonly text: string },
): OutboxMessage => ({
  channel: "email",
  appId: "email",
  recipient: personId,
  personId,
  occasion: "notice",
  message: { ...words, fileIds: [printed.fileId] },
  dedupeKey: `document|${printed.documentId}|email|${personId}`,
});
