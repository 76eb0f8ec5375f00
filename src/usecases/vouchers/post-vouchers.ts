import type { Card } from "../../../cards/card.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import type { FieldEncryption } from "../../db/field-encryption.ts";
import { enqueueMessages } from "../../db/outbox/enqueue.ts";
import { execute, row, rows } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate, Month } from "../../domain/time/civil-date.ts";
import type { VoucherRecord } from "../../domain/vouchers/voucher-record.ts";
import type { StoredDocument } from "../../ports/document-store.ts";
import type { Platform } from "../../ports/messenger.ts";
import { storeFile } from "../documents/file-store.ts";
import { findStaffMember } from "../staff/find-staff-member.ts";
import { exportVouchersIn, type VoucherExport } from "./export-vouchers.ts";
import { mayExportVouchers, type VoucherFormat } from "./request-vouchers.ts";

/** What is in a file of vouchers. */
export interface VoucherFigures {
  readonly fileName: string;
  readonly vouchers: number;
  readonly newVouchers: number;
  readonly debitFen: Fen;
  readonly creditFen: Fen;
  /** More than one set of books in the file. */
  readonly books: number;
}

export interface PostVouchersContext {
  readonly today: CivilDate;
  readonly encryption: FieldEncryption;
  /** The layouts of src/vouchers. */
  readonly fileOf: (format: VoucherFormat, month: Month, entries: readonly VoucherRecord[]) => Promise<StoredDocument>;
  readonly cards: {
    readonly done: (figures: VoucherFigures, month: Month) => Card;
    readonly none: (month: Month) => Card;
    /** One line for each account or event without a counterpart. */
    readonly unmapped: (month: Month, problems: readonly string[]) => Card;
    readonly failed: (month: Month) => Card;
  };
  readonly onProblem: (error: unknown, requestId: string) => void;
}

/** As long as the command line's export has. */
const EXPORT_LIMIT_MS = 600_000;
const MOST_ATTEMPTS = 3;

interface StoredRequest {
  readonly id: string;
  readonly staffCode: string;
  readonly month: Month;
  readonly format: VoucherFormat;
  readonly channel: Platform;
  readonly appId: string;
  readonly recipient: string;
  readonly attempts: number;
}

/**
 * Makes and sends the files that were asked for, each in a transaction of its own: vouchers, file and message are there
 * together or not at all. Any number of processes may run it; a file that fails three times is said to have failed.
 */
export async function postVouchers(db: Database, context: PostVouchersContext): Promise<number> {
  const waiting = await rows<{ id: string }>(
    db,
    Prisma.sql`SELECT id FROM voucher_request WHERE state = 'waiting' ORDER BY requested_at, id`,
  );
  let ended = 0;
  for (const { id } of waiting) {
    const attempts = await countAttempt(db, id);
    if (attempts === undefined) continue;
    try {
      if (await inTransaction(db, (tx) => make(tx, id, context), { timeoutMs: EXPORT_LIMIT_MS })) ended += 1;
    } catch (error) {
      context.onProblem(error, id);
      if (attempts >= MOST_ATTEMPTS) await inTransaction(db, (tx) => giveUp(tx, id, context));
    }
  }
  return ended;
}

/** Counted before the work, so that what kills a process is not tried for ever. Undefined: another process has it. */
const countAttempt = async (db: Database, id: string): Promise<number | undefined> =>
  (
    await row<{ attempts: number }>(
      db,
      Prisma.sql`UPDATE voucher_request r SET attempts = r.attempts + 1
        FROM (SELECT id FROM voucher_request WHERE id = ${id}::uuid AND state = 'waiting' FOR UPDATE SKIP LOCKED) free
        WHERE r.id = free.id RETURNING r.attempts`,
    )
  )?.attempts;

const lockRequest = (tx: Transaction, id: string): Promise<StoredRequest | undefined> =>
  row<StoredRequest>(
    tx,
    Prisma.sql`SELECT r.id, s.code AS "staffCode", r.month, r.format, r.channel, r.app_id AS "appId", r.recipient, r.attempts
      FROM voucher_request r JOIN staff s ON s.id = r.staff_id
      WHERE r.id = ${id}::uuid AND r.state = 'waiting' FOR UPDATE OF r SKIP LOCKED`,
  );

async function make(tx: Transaction, id: string, context: PostVouchersContext): Promise<boolean> {
  const request = await lockRequest(tx, id);
  if (!request) return false;
  // Asked again: between the wish and the file somebody may have lost the role, or a company.
  const member = await findStaffMember(tx, { code: request.staffCode });
  if (!member || !mayExportVouchers(member)) {
    await end(tx, request, "failed");
    return true;
  }
  const exported = await exportVouchersIn(
    tx,
    { month: request.month, entityIds: member.entityIds },
    { actor: `staff:${member.code}`, channel: request.channel, today: context.today },
  );
  await send(tx, request, member.personId, await messageOf(tx, request, exported, context));
  await end(tx, request, "done");
  return true;
}

async function messageOf(
  tx: Transaction,
  request: StoredRequest,
  exported: VoucherExport,
  context: PostVouchersContext,
) {
  const { month, format } = request;
  if (!exported.ok) {
    return context.cards.unmapped(
      month,
      exported.problems.map((one) => `${one.entity} ${one.message}`),
    );
  }
  if (exported.entries.length === 0) return context.cards.none(month);
  const file = await context.fileOf(format, month, exported.entries);
  const documentId = await storeFile(tx, context.encryption, file);
  const figures = { fileName: file.fileName, ...figuresOf(exported.entries), newVouchers: exported.newVouchers };
  return { kind: "file" as const, documentId, fallback: context.cards.done(figures, month) };
}

type Message = Awaited<ReturnType<typeof messageOf>>;

/** What is in the file is said before it. */
const send = (tx: Transaction, request: StoredRequest, personId: string | undefined, message: Message): Promise<void> =>
  enqueueMessages(
    tx,
    ("kind" in message ? [message.fallback, message] : [message]).map((one, index) => ({
      channel: request.channel,
      appId: request.appId,
      recipient: request.recipient,
      personId,
      occasion: "notice",
      message: one,
      dedupeKey: `vouchers|${request.id}|${index}`,
    })),
  );

const end = (tx: Transaction, request: StoredRequest, state: "done" | "failed"): Promise<number> =>
  execute(tx, Prisma.sql`UPDATE voucher_request SET state = ${state}, ended_at = now() WHERE id = ${request.id}::uuid`);

async function giveUp(tx: Transaction, id: string, context: PostVouchersContext): Promise<void> {
  const request = await lockRequest(tx, id);
  if (!request) return;
  await send(tx, request, undefined, context.cards.failed(request.month));
  await end(tx, request, "failed");
}

function figuresOf(entries: readonly VoucherRecord[]) {
  const sum = (of: (entry: VoucherRecord) => Fen): Fen => entries.reduce((total, entry) => total + of(entry), 0n);
  return {
    vouchers: new Set(entries.map((entry) => `${entry.entityCode}|${entry.word}|${entry.number}`)).size,
    debitFen: sum((entry) => entry.debitFen),
    creditFen: sum((entry) => entry.creditFen),
    books: new Set(entries.map((entry) => entry.bookCode)).size,
  };
}
