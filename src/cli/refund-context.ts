import { refundNotices } from "../../bot/notices/refund-notices.ts";
import { inTransaction, type Transaction } from "../db/transaction.ts";
import type { ApprovalContext } from "../usecases/approvals/approval.ts";
import { approvalContextOf, findColleague } from "../usecases/approvals/by-code.ts";
import type { RefundRequestContext } from "../usecases/refunds/request-refund.ts";
import type { StaffMember } from "../usecases/staff/find-staff-member.ts";
import { may, type StaffAction } from "../usecases/staff/permissions.ts";
import { commandContextOf } from "./approval-context.ts";
import { type CliContext, type CommandResult, type OptionValues, refused, requiredOption } from "./command.ts";

/** Who of the staff acts (`--as`), and everything that a refund needs to be asked for, ended or paid. */
export type ActingContext = ApprovalContext & RefundRequestContext;

/**
 * Runs work in one transaction in the name of the colleague of `--as`, whose roles allow the action, where one is named;
 * what is refused leaves nothing behind.
 */
export async function asColleague<R extends CommandResult | undefined>(
  context: CliContext,
  options: OptionValues,
  work: (tx: Transaction, member: StaffMember, acting: ActingContext) => Promise<R>,
  action?: StaffAction,
): Promise<R | CommandResult> {
  const code = requiredOption(options, "as");
  const acting: ActingContext = {
    ...approvalContextOf(commandContextOf(context, code)),
    notices: refundNotices(context.config.officialAccount?.appId),
    encryption: context.encryption,
  };
  try {
    return await inTransaction(context.db, async (tx) => {
      const colleague = await findColleague(tx, code);
      if (!colleague.ok) return refused({ code: colleague.code, message: colleague.message.zh });
      if (action !== undefined && !may(colleague.member, action)) {
        return refused({ code: "ROLE_MISSING", message: `${code} 的角色不能办理这件事，请由财务办理` });
      }
      const result = await work(tx, colleague.member, acting);
      // A refusal after something was written (an account, a document) must not leave it behind.
      if (result?.exitCode === 1) throw new RolledBack(result);
      return result;
    });
  } catch (error) {
    if (error instanceof RolledBack) return error.result;
    throw error;
  }
}

class RolledBack extends Error {
  readonly result: CommandResult;

  constructor(result: CommandResult) {
    super("refused");
    this.result = result;
  }
}
