import type { Card, CardButton } from "../../cards/card.ts";
import { textCard } from "../../cards/card.ts";
import type { Membership } from "../../src/usecases/queries/find-sender.ts";
import { type Answer, type BotContext, type TenantContext, type Wish, withoutDialog } from "../context.ts";
import { SAY } from "../text/zh-CN.ts";
import type { Dialog, DialogName, DialogOf, DialogStep } from "./dialog.ts";

/** What a flow needs of the router: to do what was wanted before the flow asked something. */
export interface Desk {
  grant(context: BotContext, wish: Wish): Promise<Answer>;
  answerText(context: BotContext, text: string): Promise<Answer>;
}

/** One kind of dialog: what it asks, what answers that, and what comes next. */
export interface Flow<N extends DialogName> {
  /** "承诺付款": in sentences about the dialog. */
  readonly title: string;
  /** What is asked at this step: when it begins, and when it is taken up again after something else. */
  question(context: BotContext, dialog: DialogOf<N>): Promise<Card>;
  /** Whether words can be meant for this step; anything else may be a question in between. */
  answers(context: BotContext, dialog: DialogOf<N>, text: string): boolean;
  /** Takes an answer, or words that nothing else understands. The dialog is over when the memory no longer has it. */
  next(context: BotContext, dialog: DialogOf<N>, text: string, desk: Desk): Promise<Answer>;
  /** What is said when it ends early although something is kept already; undefined: nothing is. */
  leaves?(dialog: DialogOf<N>): string | undefined;
  /** False: nothing but help and a person interrupts it. Default true. */
  readonly interruptible?: boolean;
}

export const MINUTE_MS = 60_000;

/** Opens a dialog, or its next step, and asks its question. Each step begins the time anew. */
export async function ask<N extends DialogName>(
  context: BotContext,
  flow: Flow<N>,
  step: Extract<DialogStep, { name: N }>,
  openForMs = 10 * MINUTE_MS,
): Promise<Answer> {
  const dialog = { ...step, expiresAtMs: expiryAfter(context, openForMs) } as DialogOf<N>;
  return {
    replies: [await flow.question(context, dialog)],
    memory: { ...withoutDialog(context.memory), dialog: dialog as Dialog },
  };
}

/** Never the same as the step's before, or its buttons would serve this one. */
const expiryAfter = (context: BotContext, openForMs: number): number =>
  Math.max(
    context.nowMs + openForMs,
    (context.memory.lastExpiryMs ?? 0) + 1,
    (context.memory.dialog?.expiresAtMs ?? 0) + 1,
  );

/** The last word of a dialog. */
export const finish = (context: BotContext, ...replies: Card[]): Answer => ({
  replies,
  memory: withoutDialog(context.memory),
});

/** A button that answers this step of this dialog; its value is what a person would type. */
export const answerButton = (
  dialog: Dialog,
  label: string,
  options: { readonly value?: string; readonly style?: "primary" | "danger" } = {},
): CardButton => ({
  kind: "action",
  label,
  action: { type: "answer", step: stepOf(dialog), value: options.value ?? label },
  ...(options.style === undefined ? {} : { style: options.style }),
});

/** Names a step of a dialog within its conversation. */
export const stepOf = (dialog: Dialog): string => dialog.expiresAtMs.toString(36);

/** A question with buttons. */
export const questionCard = (buttons: readonly CardButton[], ...paragraphs: string[]): Card => ({
  ...textCard(...paragraphs),
  buttons,
});

const CONFIRMS = /^(确认|确定|是的?|对的?|好的?|可以|行|没错|没问题|同意|ok|okay|yes)[。.!！~吧啊呀的了]*$/i;
const DENIES = /^(不|不了|不是|不对|不行|不用|不同意|否|没有|no)[。.!！~了]*$/i;
export const confirms = (text: string): boolean => CONFIRMS.test(plain(text));
export const denies = (text: string): boolean => DENIES.test(plain(text));
export const plain = (text: string): string => text.normalize("NFKC").trim();

/** The place in a numbered list: "2", "第2个", "第二个", "2." → 1. */
export function placeIn(text: string): number | undefined {
  const found = /^第?(\d{1,2}|[一二三四五六七八九十])[.、个笔条位项]?$/.exec(plain(text))?.[1];
  if (found === undefined) return undefined;
  return (/\d/.test(found) ? Number(found) : "一二三四五六七八九十".indexOf(found) + 1) - 1;
}

/**
 * The sender as a member of the tenant that a dialog is about. Somebody who is no member any more gets no further, also in
 * the middle of it.
 */
export async function asMemberOf(context: BotContext, tenantId: string): Promise<TenantContext | undefined> {
  const sender = await context.services.sender();
  const member: Membership | undefined = sender?.memberships.find((one) => one.tenantId === tenantId);
  return sender && member && { ...context, sender, member };
}

export const noLongerMember = (context: BotContext): Answer => finish(context, textCard(SAY.noLongerMember));
