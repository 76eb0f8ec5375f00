import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { DunningStep } from "../../domain/dunning/ladder.ts";
import type { StaffRole } from "../../domain/world/property.ts";
import type { BusinessClock } from "../../ports/clock.ts";
import type { TenantPlan } from "../dunning/plan.ts";
import { createTasks, type NewTask } from "./create-tasks.ts";
import type { TaskKind } from "./task.ts";
import { TASK_TEXT } from "./text.zh-CN.ts";

/** The tasks that the ladder asks for, where the tenant's oldest overdue line is; one for each step and due date. */
export async function createDunningTasks(
  tx: Transaction,
  plans: readonly TenantPlan[],
  clock: BusinessClock,
): Promise<number> {
  const wanted = plans.filter(({ tasks }) => tasks.length > 0);
  if (wanted.length === 0) return 0;
  const places = await placesOf(
    tx,
    wanted.flatMap(({ claims }) => claims.slice(0, 1).map(({ leaseId }) => leaseId)),
  );
  return createTasks(
    tx,
    wanted.flatMap((plan) => {
      const place = places.get(plan.claims[0]?.leaseId ?? "");
      return place === undefined ? [] : plan.tasks.map((step) => toTask(plan, step, place));
    }),
    clock,
  );
}

interface Place {
  readonly projectId: string;
  readonly buildingId: string | null;
}

function toTask(plan: TenantPlan, step: DunningStep, { projectId, buildingId }: Place): NewTask {
  const { kind, roles } = whatOf(step);
  return {
    kind,
    subjectKey: `dunning|${plan.tenantId}|${plan.dueDate}|${step.offsetDays}|${step.action}`,
    tenantId: plan.tenantId,
    projectId,
    buildingId,
    title: TASK_TEXT.titles[kind],
    roles,
  };
}

const STEWARD_FIRST: readonly StaffRole[] = ["steward", "area-manager"];
const MANAGER_FIRST: readonly StaffRole[] = ["area-manager", "finance-manager"];

function whatOf(step: DunningStep): { readonly kind: TaskKind; readonly roles: readonly StaffRole[] } {
  switch (step.action) {
    case "steward-task":
      return { kind: "dunning", roles: STEWARD_FIRST };
    case "formal-notice":
      return { kind: "formal-notice", roles: STEWARD_FIRST };
    case "escalate":
      return { kind: "escalation", roles: MANAGER_FIRST };
    case "remind":
    case "notice":
      throw new Error(`the step ${step.action} makes no task`);
    default:
      return step.action satisfies never;
  }
}

/** Project and building of leases, by lease; a lease over several buildings by the first. */
export async function placesOf(tx: Transaction, leaseIds: readonly string[]): Promise<ReadonlyMap<string, Place>> {
  const found = await rows<Place & { leaseId: string }>(
    tx,
    Prisma.sql`SELECT l.id AS "leaseId", l.project_id AS "projectId",
        (SELECT u.building_id FROM lease_unit lu JOIN unit u ON u.id = lu.unit_id WHERE lu.lease_id = l.id
          ORDER BY u.code COLLATE "C" LIMIT 1) AS "buildingId"
      FROM lease l WHERE l.id = ANY (${[...new Set(leaseIds)]}::uuid[])`,
  );
  return new Map(found.map(({ leaseId, ...place }) => [leaseId, place]));
}
