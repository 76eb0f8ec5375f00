import { Prisma } from "../../../generated/prisma/client.ts";
import { type Actor, recordAudit } from "../../db/audit.ts";
import type { Database } from "../../db/client.ts";
import { newId } from "../../db/ids.ts";
import { toRecordset } from "../../db/recordset.ts";
import { execute, rows } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import type { CivilDate, Month } from "../../domain/time/civil-date.ts";
import type { VoucherMapping } from "../../domain/vouchers/account-mapping.ts";
import { makeVouchers, type Unmapped } from "../../domain/vouchers/make-vouchers.ts";
import { TEMPLATE_VERSION } from "../../domain/vouchers/templates.ts";
import type { Voucher } from "../../domain/vouchers/voucher.ts";
import type { VoucherRecord } from "../../domain/vouchers/voucher-record.ts";
import { loadVoucherEvents } from "./voucher-events.ts";
import { findVoucherMapping } from "./voucher-mapping.ts";

export type VoucherExport =
  | {
      readonly ok: true /** By entity, word, number and line. */;
      readonly entries: readonly VoucherRecord[];
      readonly newVouchers: number;
    }
  | {
      readonly ok: false;
      readonly code: "ENTITY_UNKNOWN" | "VOUCHER_UNMAPPED";
      readonly problems: readonly { readonly entity: string; readonly message: string }[];
    };

export interface VoucherCommand {
  readonly month: Month;
  /** Code: only this one. */
  readonly entity?: string | undefined;
  /** Only those of these that exist; both left out: all. */
  readonly entityIds?: readonly string[] | undefined;
}

interface Entity {
  readonly id: string;
  readonly code: string;
}

const EXPORT_LIMIT_MS = 600_000;

/**
 * The vouchers of a month: what is not vouchered yet is written now, and stays as it is from then on; then all of the
 * month is returned, so that exporting again gives the same rows and, after new events, the old ones with new ones behind
 * them. Where an event has no template or an account no counterpart, nothing is written for any entity, an exception
 * VOUCHER_UNMAPPED stands for each, and the refusal names them.
 */
export const exportVouchers = (
  db: Database,
  command: VoucherCommand,
  context: Actor & { readonly today: CivilDate },
): Promise<VoucherExport> =>
  inTransaction(db, (tx) => exportVouchersIn(tx, command, context), { timeoutMs: EXPORT_LIMIT_MS });

/** The same within a transaction of the caller's, which holds the entities' rows until it ends. */
export async function exportVouchersIn(
  tx: Transaction,
  command: VoucherCommand,
  context: Actor & { readonly today: CivilDate },
): Promise<VoucherExport> {
  const result = await write(tx, command, context);
  if ("unmapped" in result) {
    await raiseUnmapped(tx, result.unmapped);
    const problems = result.unmapped.map(({ entity, unmapped }) => ({
      entity: entity.code,
      message: sayUnmapped(unmapped),
    }));
    return { ok: false, code: "VOUCHER_UNMAPPED", problems };
  }
  return result;
}

interface EntityUnmapped {
  readonly entity: Entity;
  readonly unmapped: Unmapped;
}

async function write(
  tx: Transaction,
  { month, entity: only, entityIds }: VoucherCommand,
  context: Actor & { readonly today: CivilDate },
): Promise<VoucherExport | { readonly unmapped: readonly EntityUnmapped[] }> {
  // The row lock puts two exports of one entity in a row, so that numbers have no gap and no event is taken twice.
  const entities = await rows<Entity>(
    tx,
    Prisma.sql`SELECT id, code FROM legal_entity WHERE ${only === undefined ? Prisma.sql`true` : Prisma.sql`code = ${only}`}
        AND ${entityIds === undefined ? Prisma.sql`true` : Prisma.sql`id = ANY(${[...entityIds]}::uuid[])`}
      ORDER BY code COLLATE "C" FOR UPDATE`,
  );
  if (entities.length === 0) {
    return {
      ok: false,
      code: "ENTITY_UNKNOWN",
      problems: [{ entity: only ?? "", message: `没有法人主体 ${only ?? ""}` }],
    };
  }
  const unmapped: EntityUnmapped[] = [];
  const plans: { entity: Entity; mapping: VoucherMapping; vouchers: readonly Voucher[] }[] = [];
  for (const entity of entities) {
    const mapping = await findVoucherMapping(tx, entity);
    const plan = makeVouchers(await loadVoucherEvents(tx, entity.id, month), mapping);
    unmapped.push(...plan.unmapped.map((one) => ({ entity, unmapped: one })));
    plans.push({ entity, mapping, vouchers: plan.vouchers });
  }
  if (unmapped.length > 0) return { unmapped };
  for (const { entity, mapping, vouchers } of plans) await writeVouchers(tx, { entity, mapping, month }, vouchers);
  await settleUnmapped(tx, entities, context.actor);
  const newVouchers = plans.reduce((count, plan) => count + plan.vouchers.length, 0);
  await recordAudit(
    tx,
    entities.map((entity) => ({
      actor: context.actor,
      channel: context.channel,
      ip: context.ip,
      businessDate: context.today,
      action: "vouchers.exported",
      subjectKind: "legal-entity",
      subjectId: entity.id,
      after: { month, newVouchers: plans.find((plan) => plan.entity === entity)?.vouchers.length ?? 0 },
    })),
  );
  return { ok: true, entries: await loadEntries(tx, entities, month), newVouchers };
}

async function writeVouchers(
  tx: Transaction,
  book: { readonly entity: Entity; readonly mapping: VoucherMapping; readonly month: Month },
  vouchers: readonly Voucher[],
): Promise<void> {
  if (vouchers.length === 0) return;
  const last = new Map(
    (
      await rows<{ word: string; last: number }>(
        tx,
        Prisma.sql`SELECT word, max(number) AS last FROM voucher
          WHERE entity_id = ${book.entity.id}::uuid AND period = ${book.month} GROUP BY word`,
      )
    ).map((one) => [one.word, one.last]),
  );
  const heads = vouchers.map((voucher) => {
    const number = (last.get(voucher.word) ?? 0) + 1;
    last.set(voucher.word, number);
    return { id: newId(), number, voucher };
  });
  await execute(
    tx,
    Prisma.sql`INSERT INTO voucher (id, entity_id, period, word, number, voucher_date, book_code, mapping_version, template_version, document_no)
      SELECT t.id, ${book.entity.id}::uuid, ${book.month}, t.word, t.number, t.voucher_date, ${book.mapping.bookCode},
        ${book.mapping.version}, ${TEMPLATE_VERSION}, t.document_no
      FROM jsonb_to_recordset(${toRecordset(
        heads.map(({ id, number, voucher }) => ({
          id,
          number,
          word: voucher.word,
          voucher_date: voucher.date,
          document_no: voucher.documentNo,
        })),
      )}::jsonb) AS t(id uuid, number integer, word text, voucher_date date, document_no text)`,
  );
  await execute(
    tx,
    Prisma.sql`INSERT INTO voucher_entry (voucher_id, line_no, summary, account_code, external_code, external_name, debit_fen, credit_fen, tenant_id, project_id)
      SELECT * FROM jsonb_to_recordset(${toRecordset(
        heads.flatMap(({ id, voucher }) =>
          voucher.entries.map((entry, index) => ({
            voucher_id: id,
            line_no: index + 1,
            summary: entry.summary,
            account_code: entry.account,
            external_code: entry.externalCode,
            external_name: entry.externalName,
            debit_fen: entry.debitFen,
            credit_fen: entry.creditFen,
            tenant_id: entry.tenantId ?? null,
            project_id: entry.projectId ?? null,
          })),
        ),
      )}::jsonb) AS t(voucher_id uuid, line_no integer, summary text, account_code text, external_code text, external_name text,
        debit_fen bigint, credit_fen bigint, tenant_id uuid, project_id uuid)`,
  );
  await execute(
    tx,
    Prisma.sql`INSERT INTO voucher_event (transaction_id, voucher_id)
      SELECT * FROM jsonb_to_recordset(${toRecordset(
        heads.flatMap(({ id, voucher }) =>
          voucher.eventIds.map((event) => ({ transaction_id: event, voucher_id: id })),
        ),
      )}::jsonb) AS t(transaction_id uuid, voucher_id uuid)`,
  );
}

const loadEntries = (tx: Transaction, entities: readonly Entity[], month: Month): Promise<VoucherRecord[]> =>
  rows<VoucherRecord>(
    tx,
    Prisma.sql`SELECT n.code AS "entityCode", n.name AS "entityName", v.book_code AS "bookCode", v.period,
        v.voucher_date::text AS date, v.word, v.number, e.line_no AS "lineNo", v.document_no AS "documentNo", e.summary,
        e.external_code AS "accountCode", e.external_name AS "accountName", e.debit_fen AS "debitFen", e.credit_fen AS "creditFen",
        coalesce(t.code, '') AS "customerCode", coalesce(t.name, '') AS "customerName",
        coalesce(p.code, '') AS "projectCode", coalesce(p.name, '') AS "projectName"
      FROM voucher v
      JOIN legal_entity n ON n.id = v.entity_id
      JOIN voucher_entry e ON e.voucher_id = v.id
      LEFT JOIN tenant t ON t.id = e.tenant_id
      LEFT JOIN project p ON p.id = e.project_id
      WHERE v.period = ${month} AND v.entity_id = ANY(${entities.map((entity) => entity.id)}::uuid[])
      ORDER BY n.code COLLATE "C", v.word COLLATE "C", v.number, e.line_no`,
  );

/** One open exception per entity and missing piece, however often somebody tries; open again where another month had settled it. */
async function raiseUnmapped(tx: Transaction, found: readonly EntityUnmapped[]): Promise<void> {
  await execute(
    tx,
    Prisma.sql`INSERT INTO exception_item (id, entity_id, kind, subject_key, facts, state)
      SELECT t.id, t.entity_id, 'VOUCHER_UNMAPPED', t.subject_key, t.facts, 'open'
      FROM jsonb_to_recordset(${toRecordset(
        found.map(({ entity, unmapped }) => ({
          id: newId(),
          entity_id: entity.id,
          subject_key: `${entity.code}|${unmapped.what}|${unmapped.code}`,
          facts: unmapped,
        })),
      )}::jsonb) AS t(id uuid, entity_id uuid, subject_key text, facts jsonb)
      ON CONFLICT (kind, subject_key) DO UPDATE SET state = 'open', facts = EXCLUDED.facts, resolved_with = NULL,
        resolved_by = NULL, resolved_at = NULL WHERE exception_item.state = 'resolved'`,
  );
}

/** What was missing is there now, or this export would have been refused. */
const settleUnmapped = (tx: Transaction, entities: readonly Entity[], actor: string): Promise<number> =>
  execute(
    tx,
    Prisma.sql`UPDATE exception_item SET state = 'resolved', resolved_with = 'mapped', resolved_by = ${actor}, resolved_at = now()
      WHERE kind = 'VOUCHER_UNMAPPED' AND state = 'open' AND entity_id = ANY(${entities.map((entity) => entity.id)}::uuid[])`,
  );

const sayUnmapped = ({ what, code, events }: Unmapped): string =>
  what === "account"
    ? `科目 ${code} 没有对应的外部科目（${events} 笔业务），请用 voucher mapping 补上后重新导出`
    : `业务 ${code} 没有凭证模板（${events} 笔），不能导出`;
