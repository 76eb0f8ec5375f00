import { textCard } from "../../cards/card.ts";
import { type Answer, type BotContext, type Memory, type Wish, withoutDialog } from "../context.ts";
import { SAY } from "../text/zh-CN.ts";
import type { Dialog } from "./dialog.ts";
import { type Desk, plain, stepOf } from "./flow.ts";
import { flowOf } from "./flows.ts";

const CANCEL = /^(取消|算了吧?|不用了?|退出|不绑了?|不办了?|返回|停止)[。!！吧]*$/;

/** After that nobody still has the question in mind. */
const LATE_MS = 24 * 3_600_000;

/** What can be said in the middle of a dialog that does not belong to it. */
export interface Aside {
  /** Undefined: nothing that we understand, so it was meant for the dialog. */
  readonly intent: Wish["intent"] | "command" | undefined;
  answer(context: BotContext): Promise<Answer>;
}

/**
 * One active dialog, one suspended. Words go to the open dialog if they can answer it; a question in between is answered
 * and the dialog taken up again; another matter suspends it until that is done.
 */
export async function answerInDialog(
  context: BotContext,
  dialog: Dialog,
  text: string,
  desk: Desk,
  asideOf: (context: BotContext, text: string) => Aside,
): Promise<Answer> {
  const flow = flowOf(dialog);
  const closed = { ...context, memory: withoutDialog(context.memory), doing: flow.title };
  if (dialog.expiresAtMs <= context.nowMs) {
    const { suspended: _alsoOver, ...memory } = closed.memory;
    const fresh = { ...context, memory };
    const aside = asideOf(fresh, text);
    // An answer to the old question would be misunderstood as something new; so would words that mean nothing else.
    const isLate = aside.intent === undefined && context.nowMs - dialog.expiresAtMs < LATE_MS;
    if (isLate || flow.answers(context, dialog, text)) {
      return { replies: [textCard(expiredWords(dialog))], memory };
    }
    return keepMemory(fresh, await aside.answer(fresh));
  }
  if (CANCEL.test(plain(text))) {
    return resume(context, { replies: [textCard(cancelledWords(dialog))], memory: closed.memory });
  }
  if (flow.answers(context, dialog, text)) return resume(context, await flow.next(context, dialog, text, desk));
  const aside = asideOf(closed, text);
  if (aside.intent === "cancel")
    return resume(context, { replies: [textCard(cancelledWords(dialog))], memory: closed.memory });
  const mayInterrupt = flow.interruptible !== false || aside.intent === "help" || aside.intent === "handoff";
  if (aside.intent === undefined || !mayInterrupt) {
    return resume(context, await flow.next(context, dialog, text, desk));
  }
  return inBetween(context, dialog, keepMemory(closed, await aside.answer(closed)));
}

const expiredWords = (dialog: Dialog): string =>
  flowOf(dialog).leaves?.(dialog) ?? SAY.dialogExpired(flowOf(dialog).title);
const cancelledWords = (dialog: Dialog): string => flowOf(dialog).leaves?.(dialog) ?? SAY.cancelled;

/** "承诺付款": what is being done. */
export const titleOf = (dialog: Dialog): string => flowOf(dialog).title;

/** A button of the dialog: it counts for the step that showed it and for no other. */
export async function answerByButton(
  context: BotContext,
  button: { readonly step: string; readonly value: string },
  desk: Desk,
): Promise<Answer> {
  const { dialog } = context.memory;
  if (!dialog || stepOf(dialog) !== button.step) {
    const old = textCard(SAY.oldButton);
    return dialog && dialog.expiresAtMs > context.nowMs
      ? { replies: [old, await questionAgain(context, dialog)] }
      : { replies: [old] };
  }
  if (dialog.expiresAtMs <= context.nowMs) {
    const { suspended: _alsoOver, ...memory } = withoutDialog(context.memory);
    return { replies: [textCard(expiredWords(dialog))], memory };
  }
  return resume(context, await flowOf(dialog).next(context, dialog, button.value, desk));
}

/** After something else was answered in the middle of a dialog: it goes on, or waits behind a new one. */
export async function inBetween(context: BotContext, dialog: Dialog, given: Answer): Promise<Answer> {
  const memory: Memory = given.memory ?? withoutDialog(context.memory);
  if (dialog.expiresAtMs <= context.nowMs) return { ...given, memory };
  if (memory.dialog) {
    // The same matter again begins anew; what had been suspended before gives way.
    return memory.dialog.name === dialog.name
      ? { ...given, memory }
      : { ...given, memory: { ...memory, suspended: dialog } };
  }
  return {
    replies: [...given.replies, await questionAgain(context, dialog)],
    memory: { ...memory, dialog },
  };
}

/** When a dialog has ended, the suspended one is taken up. */
async function resume(context: BotContext, given: Answer): Promise<Answer> {
  const memory = given.memory ?? context.memory;
  const { suspended, ...rest } = memory;
  if (memory.dialog || !suspended) return { ...given, memory };
  if (suspended.expiresAtMs <= context.nowMs) {
    return {
      replies: [...given.replies, textCard(SAY.suspendedExpired(flowOf(suspended).title))],
      memory: rest,
    };
  }
  return {
    replies: [...given.replies, await questionAgain({ ...context, memory: rest }, suspended)],
    memory: { ...rest, dialog: suspended },
  };
}

async function questionAgain(context: BotContext, dialog: Dialog) {
  const card = await flowOf(dialog).question(context, dialog);
  if (card.title !== "") return { ...card, title: SAY.weGoOn(card.title) };
  const [first = "", ...others] = card.paragraphs;
  return { ...card, paragraphs: [SAY.weGoOn(first), ...others] };
}

/** A memory that changed on the way is kept also where the handler says "as before". */
const keepMemory = (context: BotContext, given: Answer): Answer => ({ memory: context.memory, ...given });
