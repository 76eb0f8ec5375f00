import type { Card } from "../cards/card.ts";
import type { Fen } from "../src/domain/money/fen.ts";
import type { Unreached } from "../src/usecases/dunning/advance-chain.ts";
import type { DisputableLine } from "../src/usecases/queries/disputable-lines.ts";
import type { Refusal } from "../src/usecases/receipts/refusal.ts";
import type { StaffMember } from "../src/usecases/staff/find-staff-member.ts";
import type { Arrears, DunningEvent } from "../src/usecases/tasks/arrears.ts";
import type { NotedTask, TaskNote } from "../src/usecases/tasks/note-task.ts";
import type { StewardTask } from "../src/usecases/tasks/task.ts";

/** What the bot may ask and order about tasks and arrears. Rights are checked anew each time. */
export interface TaskServices {
  /** Open tasks of this person; a manager who has none sees those of the portfolio. */
  openTasks(member: StaffMember): Promise<readonly StewardTask[]>;
  task(member: StaffMember, reference: string): Promise<StewardTask | undefined>;
  openTasksOfTenant(member: StaffMember, tenantId: string): Promise<readonly StewardTask[]>;
  noteTask(member: StaffMember, reference: string, note: TaskNote): Promise<NotedTask | Refusal>;
  reassignTask(member: StaffMember, reference: string, toCode: string): Promise<NotedTask | Refusal>;
  finishTask(member: StaffMember, reference: string, words: string): Promise<NotedTask | Refusal>;
  /** Lines of the task's tenant that a dispute may be about. */
  linesToDispute(task: StewardTask): Promise<readonly DisputableLine[]>;
  arrears(
    member: StaffMember,
    filter: {
      readonly minDaysOverdue?: number | undefined;
      readonly building?: string | undefined;
      readonly tenantIds?: readonly string[] | undefined;
    },
  ): Promise<readonly Arrears[]>;
  tenantsNamed(
    member: StaffMember,
    words: string,
  ): Promise<readonly { readonly tenantId: string; readonly tenantName: string; readonly tenantCode: string }[]>;
  dunningHistory(member: StaffMember, tenantId: string): Promise<readonly DunningEvent[]>;
  unreached(member: StaffMember): Promise<readonly Unreached[]>;
  /** A page with a QR code for each entity that a tenant owes something, to be held out to who pays. */
  collect(
    member: StaffMember,
    tenantId: string,
  ): Promise<readonly { readonly entityName: string; readonly amountFen: Fen; readonly url: string }[]>;
  /** With its links. */
  taskCard(task: StewardTask): Card;
  taskList(title: "own" | "new" | "digest" | "late", tasks: readonly StewardTask[]): Card;
}
