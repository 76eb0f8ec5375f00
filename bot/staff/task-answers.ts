import { type Card, textCard } from "../../cards/card.ts";
import { formatYuan } from "../../src/domain/money/fen.ts";
import { formatDate } from "../../src/domain/time/civil-date.ts";
import type { Refusal } from "../../src/usecases/receipts/refusal.ts";
import type { NotedTask, TaskNote } from "../../src/usecases/tasks/note-task.ts";
import { SAY_TASK } from "../text/task.zh-CN.ts";

/** What is said when the result of a task was taken, or why it was not. */
export function answerNoted(result: NotedTask | Refusal, what: TaskNote["result"]): Card[] {
  if (!result.ok) return [textCard(result.message.zh)];
  const { task, disputeWith } = result;
  switch (what) {
    case "promised":
      return [textCard(SAY_TASK.done.promised(task.promisedUntil === null ? "" : formatDate(task.promisedUntil)))];
    case "disputed":
      return [textCard(SAY_TASK.done.disputed(disputeWith))];
    case "paid":
      return [
        textCard(task.state === "done" ? SAY_TASK.done.paid : SAY_TASK.done.paidWaiting(formatYuan(task.overdueFen))),
      ];
    case "unreachable":
    case "visited":
    case "note":
      return [textCard(SAY_TASK.done[what])];
    default:
      return what satisfies never;
  }
}
