import { textCard } from "../../cards/card.ts";
import { parseYuan } from "../../src/domain/money/fen.ts";
import type { Answer, BotContext } from "../context.ts";
import { factCard } from "../fact-card.ts";
import { allocationRows, moneyRows } from "../staff/cash-cards.ts";
import { CASH_SAY as SAY } from "../text/cash.zh-CN.ts";
import type { DialogOf, DialogStep } from "./dialog.ts";
import { answerButton, ask, confirms, denies, type Flow, finish, plain } from "./flow.ts";

type RecordCash = Extract<DialogStep, { name: "record-cash" }>;

/** Money at the desk is booked when who took it has seen where it goes. */
export const recordCashFlow: Flow<"record-cash"> = {
  title: SAY.dialogTitle,
  async question(context, dialog) {
    const staff = await context.services.staffMember();
    const seen = staff && (await context.services.previewDeskMoney(staff, moneyOf(dialog)));
    if (!seen?.ok) return textCard(seen?.message.zh ?? SAY.cancelled);
    if (seen.repeated) return textCard(SAY.repeated(seen.receiptNo ?? ""));
    return {
      ...factCard(
        SAY.previewTitle(SAY.name[dialog.channel]),
        { rows: moneyRows(seen, dialog), items: allocationRows(seen) },
        SAY.answer,
      ),
      buttons: [answerButton(dialog, SAY.confirm, { style: "primary" }), answerButton(dialog, SAY.cancel)],
    };
  },
  // In a group anybody may speak; only the one who began is answering.
  answers: (context, dialog, text) => context.event.senderId === dialog.senderId && (isYes(text) || isNo(text)),
  async next(context, dialog, text): Promise<Answer> {
    const staff = await context.services.staffMember();
    if (!staff || staff.personId !== dialog.personId) return { replies: [] };
    if (isNo(text)) return finish(context, textCard(SAY.cancelled));
    if (!isYes(text)) return { replies: [await recordCashFlow.question(context, dialog)] };
    const receipt = await context.services.recordDeskMoney(staff, moneyOf(dialog));
    if (!receipt.ok) return finish(context, textCard(receipt.message.zh));
    const receiptNo = receipt.receiptNo ?? "";
    if (receipt.repeated) return finish(context, textCard(SAY.repeated(receiptNo)));
    return finish(context, {
      ...factCard(
        SAY.doneTitle(receiptNo),
        { rows: moneyRows(receipt, dialog), items: allocationRows(receipt) },
        SAY.told,
        ...(receipt.inShift || dialog.channel !== "cash" ? [] : [SAY.noShift]),
      ),
      buttons: receipt.url === undefined ? [] : [{ kind: "link", label: SAY.open, url: receipt.url, style: "primary" }],
    });
  },
};

const isYes = (text: string): boolean => plain(text) === SAY.confirm || confirms(text);
const isNo = (text: string): boolean => plain(text) === SAY.cancel || denies(text);

const moneyOf = (dialog: DialogOf<"record-cash">) => ({
  channel: dialog.channel,
  tenantCode: dialog.tenantCode,
  amountFen: parseYuan(dialog.amount),
  valueDate: dialog.valueDate,
  entityCode: dialog.entityCode,
  slipNo: dialog.slipNo,
});

export const startRecordCash = (context: BotContext, step: Omit<RecordCash, "name">): Promise<Answer> =>
  ask(context, recordCashFlow, { name: "record-cash", ...step });
