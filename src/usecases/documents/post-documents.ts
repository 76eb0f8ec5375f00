import type { Card } from "../../../cards/card.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { enqueueMessages, type OutboxMessage } from "../../db/outbox/enqueue.ts";
import { execute, rows } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import type { Platform } from "../../ports/messenger.ts";
import type { PrintContext } from "./context.ts";
import { type PrintedDocument, printDocument } from "./print-document.ts";

/** Somebody at the tenant, and a way to them. A person with a mailbox and a WeCom account is there twice. */
export interface PaperReader {
  readonly channel: Platform | "email";
  readonly appId: string;
  /** As the platform names them; for e-mail the person's id. */
  readonly recipient: string;
  readonly personId: string;
  readonly personName: string;
  readonly tenantName: string;
}

export interface PostContext extends PrintContext {
  readonly today: () => CivilDate;
  /** Wire clock. */
  readonly nowMs: () => number;
  /** What goes with the paper; undefined: e-mail is off. */
  readonly mail:
    | ((document: PrintedDocument, reader: PaperReader) => { readonly subject: string; readonly text: string })
    | undefined;
  /** With a link to the paper: what is said where no files can be sent. */
  readonly card: (document: PrintedDocument) => Card;
  readonly onProblem: (error: unknown, documentId: string) => void;
  /** At the end of the process or of the job's time. */
  readonly signal?: AbortSignal | undefined;
}

const CLAIM_SECONDS = 300;
const MAX_ATTEMPTS = 3;
/** As many as there are pages in the renderer's pool. */
const AT_ONCE = 2;

/**
 * Prints what waits to be sent and sends it to the tenant's members by their ways: as a
 * file, by e-mail, as a link; returns how many documents were
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
    const readers = await findReaders(db, documentId, context.mail !== undefined);
    // Where nobody is sent it the link prints it: a paper shows the day on which it is opened.
    const printed = readers.length === 0 ? undefined : await printDocument(db, documentId, context.today(), context);
    await inTransaction(db, async (tx) => {
      if (printed) {
        await enqueueMessages(
          tx,
          readers.map((reader) => messageTo(reader, printed, context)),
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

/**
 * The members of the document's tenant: mailboxes, WeCom and DingTalk. On the official account a bill's own card leads to
 * its paper already, so there only other papers are announced.
 */
const findReaders = (tx: Transaction, documentId: string, withMail: boolean): Promise<PaperReader[]> =>
  rows<PaperReader>(
    tx,
    Prisma.sql`WITH member AS (
        SELECT p.id, p.name, p.email, t.name AS tenant_name, d.kind
        FROM document d JOIN tenant t ON t.id = d.tenant_id
          JOIN tenant_member m ON m.tenant_id = d.tenant_id AND m.revoked_at IS NULL
          JOIN person p ON p.id = m.person_id AND p.forgotten_at IS NULL
        WHERE d.id = ${documentId}::uuid
      )
      SELECT 'email' AS channel, 'email' AS "appId", id::text AS recipient, id AS "personId", name AS "personName",
        tenant_name AS "tenantName" FROM member WHERE ${withMail} AND email IS NOT NULL
      UNION ALL
      SELECT c.platform, c.app_id, c.external_id, m.id, m.name, m.tenant_name
        FROM member m JOIN channel_identity c ON c.person_id = m.id AND c.reachable
        WHERE c.platform IN ('wecom', 'dingtalk') OR (c.platform = 'official-account' AND m.kind <> 'bill')
      ORDER BY 1, 2, 3`,
  );

function messageTo(reader: PaperReader, printed: PrintedDocument, context: PostContext): OutboxMessage {
  const { channel, appId, recipient, personId } = reader;
  const address = {
    appId,
    recipient,
    personId,
    occasion: "notice" as const,
    dedupeKey: `document|${printed.documentId}|${channel}|${recipient}`,
  };
  if (channel === "email") {
    const words = context.mail?.(printed, reader) ?? { subject: printed.fileName, text: "" };
    return { ...address, channel, message: { ...words, fileIds: [printed.fileId] } };
  }
  const fallback = context.card(printed);
  if (channel === "official-account") return { ...address, channel, message: fallback };
  return { ...address, channel, message: { kind: "file", documentId: printed.fileId, fallback } };
}
