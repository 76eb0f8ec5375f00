import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type DunningPause, type DunningStage, dunningStage } from "../../domain/dunning/dunning-stage.ts";
import type { DunningStep } from "../../domain/dunning/ladder.ts";
import { groupBy } from "../../domain/group-by.ts";
import type { Fen } from "../../domain/money/fen.ts";
import { type CivilDate, daysBetween } from "../../domain/time/civil-date.ts";
import { claimsSaid, type DunnedClaim, type FactsAt, loadFacts, sumOpen, type TenantFacts } from "./load-facts.ts";

/** What is to be done for one tenant now. */
export interface TenantPlan {
  readonly tenantId: string;
  readonly dueDate: CivilDate;
  readonly daysOverdue: number;
  readonly say: DunningStep;
  readonly tasks: readonly DunningStep[];
  readonly passedOver: readonly DunningStep[];
  /** What the message is about. */
  readonly claims: readonly DunnedClaim[];
  readonly openFen: Fen;
}

export interface PausedTenant {
  readonly tenantId: string;
  readonly pause: DunningPause;
}

/** The pure stage of each tenant, with what its message is about. */
export async function planTenants(
  tx: Transaction,
  tenantIds: readonly string[],
  at: FactsAt,
): Promise<{ readonly plans: readonly TenantPlan[]; readonly paused: readonly PausedTenant[] }> {
  const plans: TenantPlan[] = [];
  const paused: PausedTenant[] = [];
  for (const tenant of await loadFacts(tx, tenantIds, at)) {
    const stage = dunningStage(tenant.facts);
    if (stage.pause === undefined) plans.push(toPlan(tenant, stage));
    else paused.push({ tenantId: tenant.tenantId, pause: stage.pause });
  }
  return { plans, paused };
}

function toPlan(
  { tenantId, claims, facts }: TenantFacts,
  { dueDate, say, tasks, passedOver }: Extract<DunningStage, { pause?: never }>,
): TenantPlan {
  const said = claimsSaid(claims, dueDate, facts.date);
  const daysOverdue = daysBetween(dueDate, facts.date);
  return { tenantId, dueDate, daysOverdue, say, tasks, passedOver, claims: said, openFen: sumOpen(said) };
}

/** Names for cards and lists, by id. */
export async function namesOf(
  tx: Transaction,
  table: "tenant" | "legal_entity",
  ids: readonly string[],
): Promise<ReadonlyMap<string, { readonly code: string; readonly name: string }>> {
  const found = await rows<{ id: string; code: string; name: string }>(
    tx,
    Prisma.sql`SELECT id, code, name FROM ${Prisma.raw(table)} WHERE id = ANY (${[...new Set(ids)]}::uuid[])`,
  );
  return new Map(found.map(({ id, code, name }) => [id, { code, name }]));
}

/** The figures that a message about a plan states, one for each legal entity. */
export const figuresOf = ({ tenantId, claims }: Pick<TenantPlan, "tenantId" | "claims">) =>
  byEntity(claims).map(({ entityId, openFen, billNos }) => ({ tenantId, entityId, amountFen: openFen, billNos }));

/** What each legal entity is owed of a plan, in the order of the oldest bill. */
export const byEntity = (
  claims: readonly DunnedClaim[],
): readonly { readonly entityId: string; readonly openFen: Fen; readonly billNos: readonly string[] }[] =>
  [...groupBy(claims, (claim) => claim.entityId)].map(([entityId, owed]) => ({
    entityId,
    openFen: sumOpen(owed),
    billNos: [...new Set(owed.map((claim) => claim.billNo))],
  }));
