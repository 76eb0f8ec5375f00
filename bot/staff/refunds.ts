import { textCard } from "../../cards/card.ts";
import { formatYuan, parseYuan } from "../../src/domain/money/fen.ts";
import { type Answer, say } from "../context.ts";
import { SAY_REFUND } from "../text/refund.zh-CN.ts";
import type { StaffActionHandlers, StaffContext } from "./context.ts";

/** “解除暂扣 TK-E1-2026-000001 已电话核实”: what was verified may follow the number. */
const LIFT = /^(?:解除|放行)(?:退款)?(?:暂扣)?\s*(TK-[A-Za-z0-9]+-\d{4}-\d{6})(?:[\s，,：:]+(.+))?$/i;

/** “退款 SK-E1-2026-000003 300 重复付款”: of which payment, how much (全部 or left out: all of it), why. */
const ASK =
  /^(?:申请)?退款\s*(SK-[A-Za-z0-9]+-\d{4}-\d{6})(?:[\s，,]+(?:(\d{1,9}(?:\.\d{1,2})?)元?|全部))?[\s，,]+(\D.{1,99})$/i;

export function refundCommandOf(text: string): ((context: StaffContext) => Promise<Answer>) | undefined {
  const asked = ASK.exec(text);
  if (asked) return (context) => ask(context, asked[1] ?? "", asked[2], asked[3] ?? "");
  const found = LIFT.exec(text);
  if (!found) return undefined;
  const [, refundNo = "", note] = found;
  return (context) => lift(context, refundNo.toUpperCase(), note ?? SAY_REFUND.liftedByCard);
}

async function ask(
  context: StaffContext,
  receiptNo: string,
  yuan: string | undefined,
  reason: string,
): Promise<Answer> {
  const asked = await context.services.askRefundAsStaff(context.staff, {
    receiptNo: receiptNo.toUpperCase(),
    amountFen: yuan === undefined ? undefined : parseYuan(yuan),
    reason,
  });
  if (!asked.ok) return say(textCard(asked.message.zh));
  const { refundNo, amountFen } = asked.refund;
  return say(textCard(SAY_REFUND.askedByStaff(refundNo, formatYuan(amountFen), asked.approvalNo)));
}

/** The button on the alert card of a held refund; person, role and portfolio are checked by the use case. */
export const REFUND_ACTIONS: StaffActionHandlers = {
  "refund.lift": (context, { refundNo }) => lift(context, refundNo, SAY_REFUND.liftedByCard),
};

async function lift(context: StaffContext, refundNo: string, note: string): Promise<Answer> {
  const lifted = await context.desk.liftRefundHold(context.staff, refundNo, note);
  return say(textCard(lifted.ok ? SAY_REFUND.lifted(lifted.refund.refundNo) : lifted.message.zh));
}
