import { textCard } from "../../cards/card.ts";
import type { StewardTask } from "../../src/usecases/tasks/task.ts";
import { lineLabel } from "../bill-view.ts";
import type { Answer, BotContext } from "../context.ts";
import { answerNoted } from "../staff/task-answers.ts";
import { SAY_TASK } from "../text/task.zh-CN.ts";
import type { DialogOf } from "./dialog.ts";
import { ask, type Flow, finish, placeIn, plain } from "./flow.ts";
import { dayIn } from "./words.ts";

/** Words that begin so ask for something else; everything else is what was seen or heard there. */
const ELSEWHERE = /^(查|看|帮助|待办|待审批|任务|收款码|转派|完成|欠费|取消)/;

type TaskNoteDialog = DialogOf<"task-note">;

/** What a button of a task cannot carry: the day of a promise, which line is disputed and why, what was seen there. */
export const taskNoteFlow: Flow<"task-note"> = {
  title: SAY_TASK.noteTitle,
  async question(context, dialog) {
    switch (dialog.result) {
      case "promised":
        return textCard(SAY_TASK.askDate(dialog.number));
      case "visited":
        return textCard(SAY_TASK.askVisit(dialog.number));
      case "disputed":
        if (dialog.lineId !== undefined) return textCard(SAY_TASK.askReason(dialog.number));
        return textCard(SAY_TASK.askLine(dialog.number), ...(await lineNames(context, dialog)));
      default:
        return dialog.result satisfies never;
    }
  },
  answers: (context, dialog, text) => {
    if (context.event.senderId !== dialog.senderId) return false;
    if (dialog.result === "visited" || dialog.lineId !== undefined) return !ELSEWHERE.test(plain(text));
    if (dialog.result === "promised") return dayIn(text, context.today) !== undefined;
    return dialog.result === "disputed" && dialog.lineId === undefined && placeIn(text) !== undefined;
  },
  async next(context, dialog, text): Promise<Answer> {
    const staff = await context.services.staffMember();
    // In a group anybody may speak; only the one who pressed the button is answering.
    if (staff?.personId !== dialog.personId) return { replies: [] };
    const words = text.trim();
    switch (dialog.result) {
      case "promised": {
        const until = dayIn(text, context.today);
        if (until === undefined) return { replies: [textCard(SAY_TASK.badDate)] };
        return noted(
          context,
          dialog,
          await context.services.noteTask(staff, dialog.number, { result: "promised", until }),
        );
      }
      case "visited":
        return noted(
          context,
          dialog,
          await context.services.noteTask(staff, dialog.number, { result: "visited", words }),
        );
      case "disputed": {
        if (dialog.lineId === undefined) {
          const lineId = dialog.lineIds?.[placeIn(text) ?? -1];
          if (lineId === undefined) return { replies: [await taskNoteFlow.question(context, dialog)] };
          const { expiresAtMs: _old, ...step } = dialog;
          return ask(context, taskNoteFlow, { ...step, lineId });
        }
        if (words === "") return { replies: [textCard(SAY_TASK.askReason(dialog.number))] };
        const note = { result: "disputed", lineId: dialog.lineId, words } as const;
        return noted(context, dialog, await context.services.noteTask(staff, dialog.number, note));
      }
      default:
        return dialog.result satisfies never;
    }
  },
};

/** A picture that comes while a visit is being told. */
export async function takeVisitPhoto(context: BotContext, mediaId: string): Promise<Answer | undefined> {
  const { dialog } = context.memory;
  if (dialog?.name !== "task-note" || dialog.result !== "visited" || dialog.expiresAtMs <= context.nowMs)
    return undefined;
  const staff = await context.services.staffMember();
  if (staff?.personId !== dialog.personId) return undefined;
  const photo = context.services.sentPhoto(mediaId, staff.personId);
  const result = await context.services.noteTask(staff, dialog.number, { result: "visited", photo });
  return result.ok ? finish(context, textCard(SAY_TASK.done.visitedWithPhoto)) : noted(context, dialog, result);
}

function noted(
  context: BotContext,
  dialog: TaskNoteDialog,
  result: Awaited<ReturnType<BotContext["services"]["noteTask"]>>,
): Answer {
  if (!result.ok && result.code === "PROMISE_OUT_OF_RANGE" && dialog.result === "promised") {
    return { replies: [textCard(result.message.zh)] };
  }
  return finish(context, ...answerNoted(result, dialog.result));
}

async function lineNames(context: BotContext, dialog: TaskNoteDialog): Promise<string[]> {
  const staff = await context.services.staffMember();
  const task = staff && (await context.services.task(staff, dialog.number));
  const lines = task ? await context.services.linesToDispute(task) : [];
  return (dialog.lineIds ?? []).flatMap((id, index) => {
    const line = lines.find(({ lineId }) => lineId === id);
    return line ? [`${index + 1}. ${line.billNo} ${lineLabel(line, line.billMonth)}`] : [];
  });
}

/** Begins to ask for what this result needs. */
export async function startTaskNote(
  context: BotContext,
  of: { readonly personId: string; readonly task: StewardTask; readonly result: TaskNoteDialog["result"] },
): Promise<Answer> {
  const { personId, task, result } = of;
  const base = { name: "task-note", personId, senderId: context.event.senderId, number: task.number } as const;
  if (result !== "disputed") return ask(context, taskNoteFlow, { ...base, result });
  const lines = await context.services.linesToDispute(task);
  const [only] = lines;
  if (!only) return { replies: [textCard(SAY_TASK.nothingToDispute(task.tenantName))] };
  const lineIds = lines.slice(0, MOST_LINES).map(({ lineId }) => lineId);
  return ask(context, taskNoteFlow, {
    ...base,
    result,
    lineIds,
    ...(lines.length === 1 ? { lineId: only.lineId } : {}),
  });
}

const MOST_LINES = 10;
