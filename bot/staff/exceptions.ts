import { textCard } from "../../cards/card.ts";
import { exceptionCard, reconciliationSummaryCard } from "../../cards/exception-card.ts";
import { formatYuan } from "../../src/domain/money/fen.ts";
import { type Answer, say } from "../context.ts";
import { exceptionView } from "../notices/exception-notices.ts";
import { SAY_EXCEPTION } from "../text/exception.zh-CN.ts";
import type { StaffActionHandlers, StaffContext } from "./context.ts";
import { showSlips } from "./photos.ts";

/** 对账: how far each account is, and what waits for a person. */
export async function summariseReconciliation({ services, staff }: StaffContext): Promise<Answer> {
  const exceptions = await services.openExceptions(staff);
  const days = await services.statementDays(staff);
  return say(reconciliationSummaryCard({ days, exceptions: exceptions.map((exception) => exceptionView(exception)) }));
}

/** “差异 <id>”, “处理差异 <id> <version>.<n>”: the buttons of the cards, typed. */
const COMMAND = /^(处理)?差异\s*([0-9a-f]{8}-[0-9a-f-]{27})(?:\s+(\d{1,5})\.(\d))?$/i;

const SLIPS = /^凭证\s*([0-9a-f]{8}-[0-9a-f-]{27})$/i;

export function exceptionCommandOf(text: string): ((context: StaffContext) => Promise<Answer>) | undefined {
  const slips = SLIPS.exec(text);
  if (slips) return (context) => showSlips(context, slips[1] ?? "");
  const found = COMMAND.exec(text);
  if (!found) return undefined;
  const [, act, id = "", version, choice] = found;
  if (act === undefined || version === undefined || choice === undefined) return (context) => show(context, id);
  return (context) => resolve(context, { id, version: Number(version), choice: Number(choice) - 1 });
}

/** One tap on a card of a difference; person, role, version and state are checked by the use case. */
export const EXCEPTION_ACTIONS: StaffActionHandlers = {
  "exception.show": (context, { id }) => show(context, id),
  "exception.slips": (context, { id }) => showSlips(context, id),
  "exception.resolve": resolve,
};

async function show({ services, staff }: StaffContext, id: string): Promise<Answer> {
  const exception = await services.exception(staff, id);
  return say(
    exception ? exceptionCard(exceptionView(exception, services.exceptionLink)) : textCard(SAY_EXCEPTION.unknown),
  );
}

async function resolve(
  { services, staff }: StaffContext,
  click: { readonly id: string; readonly version: number; readonly choice: number },
): Promise<Answer> {
  const { id, version, choice } = click;
  const resolved = await services.resolveException(staff, { id, version, choice });
  if (!resolved.ok) return say(textCard(resolved.message.zh));
  const replacement = exceptionCard(exceptionView(resolved.exception, services.exceptionLink));
  const booked = resolved.postings.map(({ debit, credit, amountFen }) =>
    SAY_EXCEPTION.posting(debit, credit, formatYuan(amountFen)),
  );
  const words =
    resolved.approvals.length > 0
      ? SAY_EXCEPTION.waiting
      : resolved.exception.asksChannel
        ? SAY_EXCEPTION.asking
        : SAY_EXCEPTION.done;
  return { replies: [textCard(words, ...booked)], replacement };
}
