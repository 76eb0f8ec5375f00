import { approvalCards } from "../../bot/notices/approval-notices.ts";
import { exceptionCards } from "../../bot/notices/exception-notices.ts";
import { refundNotices } from "../../bot/notices/refund-notices.ts";
import { billNoticesOf } from "../compose/bill-notices.ts";
import type { ApprovalRequest } from "../usecases/approvals/approval.ts";
import type { CommandContext } from "../usecases/approvals/by-code.ts";
import { APPROVER_ROLE_NAMES } from "../usecases/approvals/refusals.ts";
import { approvalLinkOf, exceptionPageOf } from "./approval-link.ts";
import type { CliContext } from "./command.ts";

/** Who asks or decides from the command line, with the cards that the others will get. */
export const commandContextOf = (context: CliContext, staff: string): CommandContext => ({
  actor: `staff:${staff}`,
  channel: "cli",
  today: context.clock.today(),
  nowMs: context.clock.nowMs(),
  cards: approvalCards(approvalLinkOf(context)),
  refunds: refundNotices(context.config.officialAccount?.appId),
  exceptions: exceptionCards(exceptionPageOf(context)),
  billNotices: billNoticesOf(context),
});

/** "审批单 SP-202609-00001 等财务经理审批": what happens next. */
export function pendingText(request: ApprovalRequest): string {
  const waiting = request.steps.find(
    ({ count }, index) =>
      request.decisions.filter(({ step, decision }) => step === index && decision === "approve").length < count,
  );
  return `已发起审批 ${request.number}，等${APPROVER_ROLE_NAMES[waiting?.role ?? "any"]}审批`;
}
