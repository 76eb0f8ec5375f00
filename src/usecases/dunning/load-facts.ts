import { Prisma } from "../../../generated/prisma/client.ts";
import { type LineClaim, loadClaims, openLineOf } from "../../db/line-claims.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { DunnedLine, DunningFacts } from "../../domain/dunning/dunning-stage.ts";
import type { DunningAction, DunningStep } from "../../domain/dunning/ladder.ts";
import { groupBy } from "../../domain/group-by.ts";
import type { Fen } from "../../domain/money/fen.ts";
import { addDays, type CivilDate } from "../../domain/time/civil-date.ts";

/** An open line with whom it is owed to and where. */
export interface DunnedClaim extends DunnedLine {
  readonly lineId: string;
  readonly billNo: string;
  readonly entityId: string;
  readonly projectId: string;
  readonly leaseId: string;
}

export interface TenantFacts {
  readonly tenantId: string;
  readonly claims: readonly DunnedClaim[];
  readonly facts: DunningFacts;
}

export interface FactsAt {
  readonly date: CivilDate;
  /** Shanghai, "HH:MM:SS". */
  readonly timeOfDay: string;
  readonly ladder: readonly DunningStep[];
  /** A step that is looked at again: as if it had not been handled, nor anything said for it. */
  readonly exceptStepId?: string | undefined;
}

/** Tenants with something open that a step of the ladder could be about on a date. */
export async function findDunnable(
  tx: Transaction,
  date: CivilDate,
  ladder: readonly DunningStep[],
): Promise<readonly string[]> {
  const leadDays = ladder.reduce((most, step) => Math.max(most, -step.offsetDays), 0);
  const found = await rows<{ id: string }>(
    tx,
    Prisma.sql`SELECT DISTINCT r.tenant_id AS id FROM receivable r JOIN bill b ON b.id = r.bill_id
      JOIN project p ON p.id = b.project_id AND p.mode = 'live'
      WHERE b.state = 'published' AND (r.open_fen > 0 OR r.late_fee_open_fen > 0)
        AND b.due_date <= ${addDays(date, leadDays)}::date ORDER BY 1`,
  );
  return found.map(({ id }) => id);
}

/** The facts that decide the stage of each of these tenants, in a few queries whatever their number. */
export async function loadFacts(
  tx: Transaction,
  tenantIds: readonly string[],
  at: FactsAt,
): Promise<readonly TenantFacts[]> {
  const ids = [...tenantIds];
  const claims = await loadClaims(tx, { tenantIds: ids, publishedOnly: true, liveOnly: true });
  const promises = new Map(
    (
      await rows<{ lineId: string; until: CivilDate }>(
        tx,
        Prisma.sql`SELECT line_id AS "lineId", promise_until::text AS until FROM receivable
          WHERE tenant_id = ANY (${ids}::uuid[]) AND promise_until IS NOT NULL`,
      )
    ).map(({ lineId, until }) => [lineId, until]),
  );
  const handled = groupBy(
    await rows<{ tenantId: string; dueDate: CivilDate; offsetDays: number; action: DunningAction }>(
      tx,
      Prisma.sql`SELECT tenant_id AS "tenantId", due_date::text AS "dueDate", offset_days AS "offsetDays", action
        FROM dunning_step WHERE tenant_id = ANY (${ids}::uuid[]) AND recalled_at IS NULL
          AND id IS DISTINCT FROM ${at.exceptStepId ?? null}::uuid`,
    ),
    (step) => step.tenantId,
  );
  const messaged = await idsOf(
    tx,
    Prisma.sql`SELECT tenant_id AS id FROM dunning_step WHERE tenant_id = ANY (${ids}::uuid[]) AND recalled_at IS NULL
      AND said AND handled_on = ${at.date}::date AND id IS DISTINCT FROM ${at.exceptStepId ?? null}::uuid`,
  );
  const held = await idsOf(
    tx,
    Prisma.sql`SELECT tenant_id AS id FROM dunning_hold WHERE tenant_id = ANY (${ids}::uuid[]) AND held @> ${at.date}::date`,
  );
  const byTenant = groupBy(claims, (claim) => claim.tenantId);
  return ids.map((tenantId) => {
    const lines = (byTenant.get(tenantId) ?? []).map((claim) => toDunned(claim, promises.get(claim.lineId), at.date));
    return {
      tenantId,
      claims: lines,
      facts: {
        date: at.date,
        timeOfDay: at.timeOfDay,
        lines,
        held: held.has(tenantId),
        handled: handled.get(tenantId) ?? [],
        messagedToday: messaged.has(tenantId),
        ladder: at.ladder,
      },
    };
  });
}

function toDunned(claim: LineClaim, promisedUntil: CivilDate | undefined, date: CivilDate): DunnedClaim {
  const { principalFen, lateFeeFen, dueDate } = openLineOf(claim, date);
  return {
    lineId: claim.lineId,
    billNo: claim.billNo,
    entityId: claim.entityId,
    projectId: claim.projectId,
    leaseId: claim.leaseId,
    dueDate,
    openFen: principalFen + lateFeeFen,
    disputed: claim.disputed,
    held: false,
    ...(promisedUntil === undefined ? {} : { promisedUntil }),
  };
}

/**
 * What a message for a due date is about: everything of the tenant that is due by then or overdue on the date, but for
 * what is disputed or promised.
 */
export const claimsSaid = (claims: readonly DunnedClaim[], dueDate: CivilDate, date: CivilDate): DunnedClaim[] =>
  claims.filter(
    (claim) =>
      claim.openFen > 0n &&
      !claim.disputed &&
      (claim.promisedUntil === undefined || date > claim.promisedUntil) &&
      (claim.dueDate <= dueDate || claim.dueDate < date),
  );

export const sumOpen = (claims: readonly DunnedClaim[]): Fen => claims.reduce((sum, claim) => sum + claim.openFen, 0n);

const idsOf = async (tx: Transaction, query: Prisma.Sql): Promise<ReadonlySet<string>> =>
  new Set((await rows<{ id: string }>(tx, query)).map(({ id }) => id));
