import type { CashierOrder } from "../../bot/context.ts";
import type { InboundEvent } from "../../bot/events.ts";
import { type TaskLinks, taskCards, taskView } from "../../bot/notices/dunning-notices.ts";
import type { TaskServices } from "../../bot/task-services.ts";
import { taskListCard } from "../../cards/task-card.ts";
import { Prisma } from "../../generated/prisma/client.ts";
import type { Transaction } from "../db/transaction.ts";
import { addDays } from "../domain/time/civil-date.ts";
import type { BusinessClock } from "../ports/clock.ts";
import { findUnreached } from "../usecases/dunning/advance-chain.ts";
import { findDisputableLines } from "../usecases/queries/disputable-lines.ts";
import { findTenantBills } from "../usecases/queries/tenant-bills.ts";
import type { StaffMember } from "../usecases/staff/find-staff-member.ts";
import { may } from "../usecases/staff/permissions.ts";
import { findArrears, findDunningHistory, findTenantsNamed } from "../usecases/tasks/arrears.ts";
import {
  finishTask,
  noteTask,
  placeOfTask,
  reassignTask,
  taskInPortfolio,
  visibleTask,
} from "../usecases/tasks/note-task.ts";
import { loadTasks, type StewardTask, type TaskContext } from "../usecases/tasks/task.ts";

export interface TaskDependencies {
  readonly clock: BusinessClock;
  readonly cashierLink: (order: CashierOrder) => { readonly url: string; readonly expiresAtMs: number };
  /** A page that dials; absent: cards have no such link. */
  readonly taskLinks?: TaskLinks | undefined;
}

const UNREACHED_DAYS = 30;

/** Tasks and arrears as the bot knows them, tied to one event and its transaction. */
export function taskServicesOf(tx: Transaction, event: InboundEvent, deps: TaskDependencies): TaskServices {
  const today = deps.clock.today();
  const cards = taskCards(deps.taskLinks);
  const contextOf = (member: StaffMember): TaskContext => ({
    actor: `staff:${member.code}`,
    channel: event.platform,
    today,
    nowMs: deps.clock.nowMs(),
    cards,
    clickedTaskId: event.kind === "action" ? event.cardTaskId : undefined,
  });
  const inReach = (member: StaffMember, task: StewardTask): boolean => may(member, "tenant.read", placeOfTask(task));

  return {
    async openTasks(member) {
      const assigned = Prisma.sql`k.state = 'open' AND k.assignee_id = ${member.staffId}::uuid AND ${taskInPortfolio(member)}`;
      const own = (await loadTasks(tx, assigned, today)).filter((task) => inReach(member, task));
      if (own.length > 0 || !member.roles.includes("area-manager")) return own;
      const all = await loadTasks(tx, Prisma.sql`k.state = 'open' AND ${taskInPortfolio(member)}`, today);
      return all.filter((task) => inReach(member, task));
    },
    task: (member, reference) => visibleTask(tx, reference.toUpperCase(), member, today),
    async openTasksOfTenant(member, tenantId) {
      const ofTenant = Prisma.sql`k.state = 'open' AND k.tenant_id = ${tenantId}::uuid AND ${taskInPortfolio(member)}`;
      const open = await loadTasks(tx, ofTenant, today);
      return open.filter((task) => inReach(member, task));
    },
    noteTask: (member, reference, note) => noteTask(tx, reference, member, note, contextOf(member)),
    reassignTask: (member, reference, toCode) => reassignTask(tx, reference, member, toCode, contextOf(member)),
    finishTask: (member, reference, words) => finishTask(tx, reference, member, words, contextOf(member)),
    linesToDispute: async ({ tenantId }) =>
      tenantId === null ? [] : (await findDisputableLines(tx, tenantId)).filter(({ disputed }) => !disputed),
    arrears: async (member, filter) => (may(member, "tenant.read") ? findArrears(tx, member, filter, today) : []),
    tenantsNamed: async (member, words) => (may(member, "tenant.read") ? findTenantsNamed(tx, member, words) : []),
    dunningHistory: (member, tenantId) => findDunningHistory(tx, tenantId, member),
    unreached: (member) => findUnreached(tx, addDays(today, -UNREACHED_DAYS), member),
    async collect(member, tenantId) {
      if (!may(member, "payment.collect")) return [];
      const wanted = { tenantId, owed: true, portfolio: member };
      const bills = (await findTenantBills(tx, wanted, today)).filter(({ owedFen }) => owedFen > 0n);
      const entityIds = [...new Set(bills.map(({ entityId }) => entityId))];
      return entityIds.map((entityId) => {
        const own = bills.filter((bill) => bill.entityId === entityId);
        const { url } = deps.cashierLink({ tenantId, entityId, billNos: own.map(({ billNo }) => billNo).slice(0, 40) });
        return {
          entityName: own[0]?.entityName ?? "",
          amountFen: own.reduce((sum, bill) => sum + bill.owedFen, 0n),
          url: url.replace("/h5/pay?", "/h5/qr?"),
        };
      });
    },
    taskCard: cards.task,
    taskList: (title, tasks) =>
      taskListCard(
        title,
        tasks.map((task) => taskView(task, deps.taskLinks)),
      ),
  };
}
