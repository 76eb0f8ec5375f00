import type { Card } from "../../../cards/card.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { Actor } from "../../db/audit.ts";
import { newId } from "../../db/ids.ts";
import { row, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type Fen, toJsonInteger } from "../../domain/money/fen.ts";
import { type DifferenceKind, DUTIES } from "../../domain/reconciliation/difference.ts";
import { type ExceptionFacts, type Proposal, proposalsFor } from "../../domain/reconciliation/proposals.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import type { StaffRole } from "../../domain/world/property.ts";
import type { Place } from "../staff/permissions.ts";
import { buildingsOfTenant, moneyInPortfolio, type Portfolio, projectsOfTenant } from "../staff/portfolio.ts";

/** Who acts, when, on which clock. */
export interface ExceptionContext extends Actor {
  readonly today: CivilDate;
  /** Business clock: deadlines. */
  readonly nowMs: number;
  /** The copy of a card that was clicked: the answer to the click replaces it. */
  readonly clickedTaskId?: string | undefined;
}

/** The cards that staff get; bot/notices/exception-notices.ts builds them, compose hands them in. */
export interface ExceptionCards {
  /** One difference, or several that are alike. */
  readonly alert: (exceptions: readonly ExceptionItem[]) => Card;
  readonly escalated: (exceptions: readonly ExceptionItem[]) => Card;
  /** For every copy of a card when its difference was settled or opened again. */
  readonly status: (exception: ExceptionItem) => Card;
}

/** A difference between statement and books. Amounts in fen. */
export interface ExceptionItem {
  readonly id: string;
  readonly kind: DifferenceKind;
  readonly entityId: string;
  readonly accountCode: string;
  readonly date: CivilDate;
  readonly amountFen: Fen;
  readonly orderNo: string | undefined;
  readonly tenantId: string | undefined;
  /** Of the leases of its tenant; undefined where no tenant with a lease is known. */
  readonly projectIds: readonly string[] | undefined;
  /** The same; empty: it is the entity's affair as a whole. */
  readonly buildingIds: readonly string[];
  readonly statementLineId: string | undefined;
  readonly receiptId: string | undefined;
  readonly state: "open" | "resolved";
  readonly version: number;
  readonly ownerRole: StaffRole;
  /** Business clock. */
  readonly dueAtMs: number | undefined;
  readonly resolvedWith: string | undefined;
  readonly resolvedBy: string | undefined;
  /** Photos of slips that are kept for this money (usecases/photos). */
  readonly slips: number;
  /** The approval document that has to go through before it is settled. */
  readonly waitsFor: string | undefined;
  /** Somebody wants the channel to be asked, and it has not answered yet. */
  readonly asksChannel: boolean;
  readonly facts: ExceptionFacts;
  readonly proposals: readonly Proposal[];
}

export interface NewException {
  readonly kind: DifferenceKind;
  readonly entityId: string;
  readonly accountCode: string;
  readonly date: CivilDate;
  /** The same difference found again is the same row. */
  readonly subjectKey: string;
  readonly amountFen: Fen;
  readonly orderNo?: string | null | undefined;
  readonly tenantId?: string | undefined;
  readonly statementLineId?: string | undefined;
  readonly receiptId?: string | undefined;
  readonly facts: ExceptionFacts;
}

const HOUR_MS = 3_600_000;

const saidEarly = Prisma.sql`(exception_item.statement_line_id IS NULL AND EXCLUDED.statement_line_id IS NOT NULL
  AND exception_item.facts ? 'early')`;

/** Puts a difference before people, once; returns its id, also when it was known. */
export async function raiseException(
  tx: Transaction,
  exception: NewException,
  context: ExceptionContext,
): Promise<{ readonly id: string; readonly isNew: boolean }> {
  const id = newId();
  const duty = DUTIES[exception.kind];
  const dueAt = new Date(context.nowMs + duty.deadlineHours * HOUR_MS).toISOString();
  const raised = await row<{ id: string; inserted: boolean }>(
    tx,
    Prisma.sql`INSERT INTO exception_item (id, entity_id, kind, subject_key, facts, state, account_code, business_date,
        amount_fen, order_no, tenant_id, statement_line_id, receipt_id, owner_role, due_at)
      VALUES (${id}::uuid, ${exception.entityId}::uuid, ${exception.kind}, ${exception.subjectKey},
        ${JSON.stringify(exception.facts)}::jsonb, 'open', ${exception.accountCode}, ${exception.date}::date,
        ${exception.amountFen}, ${exception.orderNo ?? null}, ${exception.tenantId ?? null}::uuid,
        ${exception.statementLineId ?? null}::uuid, ${exception.receiptId ?? null}::uuid, ${duty.owner},
        ${dueAt}::timestamptz)
      ON CONFLICT (kind, subject_key) DO UPDATE SET account_code = coalesce(exception_item.account_code, EXCLUDED.account_code),
        -- A notification was first: the day, the figures and whatever else the statement's own line says is what counts.
        business_date = CASE WHEN ${saidEarly} THEN EXCLUDED.business_date
          ELSE coalesce(exception_item.business_date, EXCLUDED.business_date) END,
        amount_fen = CASE WHEN ${saidEarly} AND exception_item.state = 'open' THEN EXCLUDED.amount_fen
          ELSE coalesce(exception_item.amount_fen, EXCLUDED.amount_fen) END,
        order_no = coalesce(exception_item.order_no, EXCLUDED.order_no),
        statement_line_id = coalesce(exception_item.statement_line_id, EXCLUDED.statement_line_id),
        receipt_id = coalesce(exception_item.receipt_id, EXCLUDED.receipt_id),
        owner_role = coalesce(exception_item.owner_role, EXCLUDED.owner_role),
        due_at = coalesce(exception_item.due_at, EXCLUDED.due_at),
        facts = CASE WHEN ${saidEarly} AND exception_item.state = 'open' THEN (exception_item.facts - 'early') || EXCLUDED.facts
          WHEN exception_item.account_code IS NULL THEN EXCLUDED.facts || exception_item.facts ELSE exception_item.facts END
      RETURNING id, (xmax = 0) AS inserted`,
  );
  if (!raised) throw new Error("an exception was written and has no id");
  return { id: raised.id, isNew: raised.inserted };
}

type ItemRow = Omit<ExceptionItem, "dueAtMs" | "proposals" | "facts" | "projectIds"> & {
  readonly projectIds: readonly string[];
  readonly due_ms: bigint | null;
  readonly facts: ExceptionFacts;
};

const SELECT = Prisma.sql`SELECT x.id, x.kind, x.entity_id AS "entityId", x.account_code AS "accountCode",
    x.business_date::text AS date, x.amount_fen AS "amountFen", x.order_no AS "orderNo", x.tenant_id AS "tenantId",
    x.statement_line_id AS "statementLineId", x.receipt_id AS "receiptId", x.state, x.version,
    x.owner_role AS "ownerRole", (extract(epoch FROM x.due_at) * 1000)::bigint AS due_ms,
    x.resolved_with AS "resolvedWith", x.resolved_by AS "resolvedBy", x.facts,
    x.requery_at IS NOT NULL AS "asksChannel", (SELECT a.number FROM approval_request a WHERE a.type = 'write-off'
      AND a.subject_kind = 'exception' AND a.subject_id = x.id AND a.state = 'pending') AS "waitsFor",
    (SELECT count(*)::int FROM transfer_claim c JOIN evidence_photo p ON p.subject_kind = 'transfer-claim'
      AND p.subject_id = c.id AND p.state = 'kept' WHERE c.exception_id = x.id) AS slips,
    ${projectsOfTenant(Prisma.sql`x.tenant_id`)} AS "projectIds", ${buildingsOfTenant(Prisma.sql`x.tenant_id`)} AS "buildingIds"
  FROM exception_item x`;

const toItem = ({ due_ms, facts, ...item }: ItemRow): ExceptionItem => {
  const complete: ExceptionFacts = { ...facts, reasons: facts.reasons ?? [] };
  return {
    ...item,
    orderNo: item.orderNo ?? undefined,
    tenantId: item.tenantId ?? undefined,
    projectIds: item.projectIds.length === 0 ? undefined : item.projectIds,
    statementLineId: item.statementLineId ?? undefined,
    receiptId: item.receiptId ?? undefined,
    resolvedWith: item.resolvedWith ?? undefined,
    resolvedBy: item.resolvedBy ?? undefined,
    waitsFor: item.waitsFor ?? undefined,
    dueAtMs: due_ms === null ? undefined : Number(due_ms),
    facts: complete,
    proposals: proposalsFor(item.kind, complete, item.amountFen),
  };
};

/** Where a difference lies, for the portfolio of who reads, is told of and settles it. */
export const placeOfException = ({ entityId, projectIds, buildingIds }: ExceptionItem): Place => ({
  entityId,
  projectIds,
  buildingIds,
});

/** The differences of an account and day, or all of an entity, in the order in which they were found. */
export async function findExceptions(
  tx: Transaction,
  where: {
    readonly accountCode?: string | undefined;
    readonly date?: CivilDate | undefined;
    readonly ids?: readonly string[] | undefined;
    /** Whose portfolio. */
    readonly reader?: (Portfolio & { readonly entityIds: readonly string[] }) | undefined;
    readonly state?: "open" | "resolved" | undefined;
  },
): Promise<ExceptionItem[]> {
  const conditions = [Prisma.sql`x.account_code IS NOT NULL`];
  if (where.accountCode !== undefined) conditions.push(Prisma.sql`x.account_code = ${where.accountCode}`);
  if (where.date !== undefined) conditions.push(Prisma.sql`x.business_date = ${where.date}::date`);
  if (where.ids !== undefined) conditions.push(Prisma.sql`x.id::text = ANY (${[...where.ids]})`);
  if (where.reader) {
    conditions.push(moneyInPortfolio(Prisma.sql`x.entity_id`, Prisma.sql`x.tenant_id`, where.reader));
  }
  if (where.state !== undefined) conditions.push(Prisma.sql`x.state = ${where.state}`);
  const found = await rows<ItemRow>(
    tx,
    Prisma.sql`${SELECT} WHERE ${Prisma.join(conditions, " AND ")} ORDER BY x.business_date, x.id`,
  );
  return found.map(toItem);
}

/** One difference; `lock` keeps it until the transaction ends. */
export async function findException(
  tx: Transaction,
  id: string,
  lock: "lock" | "read" = "read",
): Promise<ExceptionItem | undefined> {
  const found = await row<ItemRow>(
    tx,
    Prisma.sql`${SELECT} WHERE x.id::text = ${id} AND x.account_code IS NOT NULL
      ${lock === "lock" ? Prisma.sql`FOR UPDATE OF x` : Prisma.empty}`,
  );
  return found && toItem(found);
}

/** The document of interfaces.md section 1. */
export const documentOf = (exception: ExceptionItem) => ({
  id: exception.id,
  kind: exception.kind,
  amountFen: toJsonInteger(exception.amountFen),
  ...(exception.orderNo === undefined ? {} : { orderNo: exception.orderNo }),
  account: exception.accountCode,
  date: exception.date,
  state: exception.state,
  owner: exception.ownerRole,
  ...(exception.dueAtMs === undefined ? {} : { dueAt: new Date(exception.dueAtMs).toISOString() }),
  ...(exception.waitsFor === undefined ? {} : { waitsFor: exception.waitsFor }),
  facts: exception.facts,
  proposals: exception.proposals,
});
