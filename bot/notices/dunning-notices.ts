import { dunningCard } from "../../cards/dunning-card.ts";
import { DUNNING_TEXT } from "../../cards/dunning-text.zh-CN.ts";
import { type TaskView, taskCard, taskClosedCard, taskListCard, taskPartPaidCard } from "../../cards/task-card.ts";
import { formatYuan, toYuanText } from "../../src/domain/money/fen.ts";
import { formatDate } from "../../src/domain/time/civil-date.ts";
import type { DunningWords } from "../../src/usecases/dunning/context.ts";
import type { StewardTask, TaskCards } from "../../src/usecases/tasks/task.ts";
import { SAY_DUNNING } from "../text/dunning.zh-CN.ts";

/** Dunning on every way that it takes. */
export const dunningWords: DunningWords = {
  card: dunningCard,
  sms: ({ openFen, dueDate }, code) => ({
    amount: toYuanText(openFen),
    dueDate: formatDate(dueDate),
    code,
  }),
  mail: (notice, personName) => ({
    subject: SAY_DUNNING.mailSubject(notice.tenantName, DUNNING_TEXT.titles[notice.action]),
    text: SAY_DUNNING.mail({
      personName,
      tenantName: notice.tenantName,
      amount: formatYuan(notice.openFen),
      dueDate: formatDate(notice.dueDate),
      isOverdue: notice.daysOverdue > 0,
      links: notice.entities.map(({ entityName, openFen, payUrl }) => ({
        entityName,
        amount: formatYuan(openFen),
        payUrl,
      })),
      hasLetter: notice.entities.some(({ letter }) => letter !== undefined),
    }),
  }),
};

/** Addresses on the card of a task. */
export interface TaskLinks {
  /** A page that dials the number of a person; undefined: none. */
  readonly callUrl: (personId: string) => string | undefined;
}

const NO_LINKS: TaskLinks = { callUrl: () => undefined };

/** The cards of tasks. */
export const taskCards = (links: TaskLinks = NO_LINKS): TaskCards => ({
  task: (task) => taskCard(taskView(task, links)),
  list: (title, tasks) =>
    taskListCard(
      title,
      tasks.map((task) => taskView(task, links)),
    ),
  closed: (task) => taskClosedCard(taskView(task, links)),
  partPaid: (task, amountFen) => taskPartPaidCard(taskView(task, links), amountFen),
});

export function taskView(task: StewardTask, { callUrl }: TaskLinks = NO_LINKS): TaskView {
  const place = [task.projectName, task.buildingName, task.units].filter((part) => part !== "").join(" ");
  return {
    ...task,
    place,
    lastNote:
      task.lastNote === null
        ? null
        : { result: task.lastNote.result, words: task.lastNote.words, on: task.lastNote.on },
    callUrl: task.contactPersonId === null ? undefined : callUrl(task.contactPersonId),
    mapUrl: `https://uri.amap.com/search?keyword=${encodeURIComponent(`${task.projectName}${task.buildingName}`)}&src=parkledger&callnative=1`,
  };
}
