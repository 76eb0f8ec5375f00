import { textCard } from "../../cards/card.ts";
import { formatYuan, parseYuan } from "../../src/domain/money/fen.ts";
import { mayTenant } from "../../src/domain/people/tenant-permissions.ts";
import { type CivilDate, formatDate, isCivilDate } from "../../src/domain/time/civil-date.ts";
import { type Answer, type BotContext, say, type TenantContext, type Wish } from "../context.ts";
import { SAY_CLAIMS } from "../text/claims.zh-CN.ts";
import type { DialogOf } from "./dialog.ts";
import {
  answerButton,
  ask,
  asMemberOf,
  confirms,
  denies,
  type Flow,
  finish,
  noLongerMember,
  plain,
  questionCard,
} from "./flow.ts";
import { amountIn, dayIn } from "./words.ts";

const SAY = SAY_CLAIMS.promise;

/** 承诺付款: until when what is overdue will be paid. Reminders rest through that day, late fees do not (money-rules 12). */
export const promiseFlow: Flow<"promise"> = {
  title: SAY.title,
  async question(context, dialog) {
    const { overdueFen } = await context.services.promisable(dialog.tenantId);
    if (dialog.until === undefined) return textCard(SAY.askDate(formatYuan(overdueFen)));
    const amount = dialog.amount === undefined ? SAY.all(formatYuan(overdueFen)) : formatYuan(parseYuan(dialog.amount));
    return questionCard(
      [answerButton(dialog, SAY.yes, { style: "primary" }), answerButton(dialog, SAY.otherDay)],
      SAY.confirm(formatDate(dialog.until), amount),
    );
  },
  answers: (context, dialog, text) =>
    isPromiseWords(context, text) || (dialog.until !== undefined && (confirms(text) || isOtherDay(text))),
  async next(context, dialog, text) {
    const tenant = await asMemberOf(context, dialog.tenantId);
    if (!tenant) return noLongerMember(context);
    // Another day or amount first: "不对，是10号" is no refusal, and "好的，改到15号" no consent to the old day.
    if (isPromiseWords(context, text)) return ask(context, promiseFlow, withWords(context, dialog, text));
    if (dialog.until === undefined) return say(textCard(SAY.badDate));
    if (isOtherDay(text)) return ask(context, promiseFlow, { name: "promise", tenantId: dialog.tenantId });
    if (!confirms(text)) return say(await promiseFlow.question(context, dialog));
    const amountFen = dialog.amount === undefined ? undefined : parseYuan(dialog.amount);
    const made = await context.services.promiseToPay(dialog.tenantId, dialog.until, amountFen);
    if (made.ok) return finish(context, textCard(SAY.done(formatDate(dialog.until))));
    if (made.code !== "PROMISE_OUT_OF_RANGE") return finish(context, textCard(made.message.zh));
    const again = await ask(context, promiseFlow, { name: "promise", tenantId: dialog.tenantId });
    return { ...again, replies: [textCard(made.message.zh), ...again.replies] };
  },
};

export async function startPromise(context: TenantContext, wish: Wish): Promise<Answer> {
  if (!mayTenant(context.member.role, "payment.promise")) return say(textCard(SAY_CLAIMS.viewerOnly));
  const { tenantId } = context.member;
  const { billNos } = await context.services.promisable(tenantId);
  if (billNos.length === 0) {
    const owed = (await context.services.owedBills(tenantId)).filter((bill) => bill.owedFen > 0n);
    const [next] = owed.filter((bill) => bill.dueDate >= context.today);
    return say(textCard(next ? SAY.dueLater(formatDate(next.dueDate)) : SAY.nothingOverdue));
  }
  const { promiseDate, amount } = wish.slots;
  return ask(context, promiseFlow, {
    name: "promise",
    tenantId,
    ...(promiseDate !== undefined && isCivilDate(promiseDate) ? { until: promiseDate } : {}),
    ...(amount === undefined ? {} : { amount }),
  });
}

function withWords(context: BotContext, dialog: DialogOf<"promise">, text: string) {
  const until: CivilDate | undefined = dayIn(text, context.today) ?? dialog.until;
  const amount = (dayIn(text, context.today) === undefined ? amountIn(text) : undefined) ?? dialog.amount;
  return {
    name: "promise",
    tenantId: dialog.tenantId,
    ...(until === undefined ? {} : { until }),
    ...(amount === undefined ? {} : { amount }),
  } as const;
}

/** A day or an amount, and no question about something. */
const isPromiseWords = (context: BotContext, text: string): boolean =>
  !/[?？吗呢]\s*$|多少|查|账单|怎么/.test(plain(text)) &&
  (dayIn(text, context.today) !== undefined || amountIn(text) !== undefined);

const isOtherDay = (text: string): boolean => plain(text) === SAY.otherDay || denies(text);
