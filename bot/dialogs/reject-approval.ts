import { textCard } from "../../cards/card.ts";
import { type Answer, type BotContext, withoutDialog } from "../context.ts";
import { decide } from "../staff/approvals.ts";
import { STAFF_SAY } from "../text/staff.zh-CN.ts";
import { ask, type Flow, finish, plain } from "./flow.ts";

/** 驳回 wants a reason, which a button cannot carry. */
export const rejectApprovalFlow: Flow<"reject-approval"> = {
  title: STAFF_SAY.approvals.rejectTitle,
  async question(_context, { number }) {
    return textCard(STAFF_SAY.approvals.askReason(number));
  },
  // In a group anybody may speak; only the one who pressed the button is answering.
  answers: () => false,
  async next(context, dialog, text): Promise<Answer> {
    const staff = await context.services.staffMember();
    if (staff?.personId !== dialog.personId) return { replies: [] };
    const reason = plain(text);
    if (reason === "") return { replies: [textCard(STAFF_SAY.approvals.askReason(dialog.number))] };
    const closed = { ...context, memory: withoutDialog(context.memory) };
    const { requestId, version } = dialog;
    const given = await decide(
      { ...closed, staff, desk: context.services },
      { requestId, version, decision: "reject", reason },
    );
    return finish(closed, ...given.replies);
  },
};

export const startRejection = (
  context: BotContext,
  rejected: {
    readonly personId: string;
    readonly requestId: string;
    readonly version: number;
    readonly number: string;
  },
): Promise<Answer> => ask(context, rejectApprovalFlow, { name: "reject-approval", ...rejected });
