import { textCard } from "../../cards/card.ts";
import { type Answer, say } from "../context.ts";
import { SAY_REFUND } from "../text/refund.zh-CN.ts";
import type { StaffActionHandlers, StaffContext } from "./context.ts";

/** “解除暂扣 TK-E1-2026-000001 已电话核实”: what was verified may follow the number. */
const LIFT = /^(?:解除|放行)(?:退款)?(?:暂扣)?\s*(TK-[A-Za-z0-9]+-\d{4}-\d{6})(?:[\s，,：:]+(.+))?$/i;

export function refundCommandOf(text: string): ((context: StaffContext) => Promise<Answer>) | undefined {
  const found = LIFT.exec(text);
  if (!found) return undefined;
  const [, refundNo = "", note] = found;
  return (context) => lift(context, refundNo.toUpperCase(), note ?? SAY_REFUND.liftedByCard);
}

/** The button on the alert card of a held refund; person, role and portfolio are checked by the use case. */
export const REFUND_ACTIONS: StaffActionHandlers = {
  "refund.lift": (context, { refundNo }) => lift(context, refundNo, SAY_REFUND.liftedByCard),
};

async function lift(context: StaffContext, refundNo: string, note: string): Promise<Answer> {
  const lifted = await context.desk.liftRefundHold(context.staff, refundNo, note);
  return say(textCard(lifted.ok ? SAY_REFUND.lifted(lifted.refund.refundNo) : lifted.message.zh));
}
