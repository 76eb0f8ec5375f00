import { reconciliationMessaging } from "../../bot/notices/reconciliation-messaging.ts";
import { refundNotices } from "../../bot/notices/refund-notices.ts";
import { inTransaction } from "../db/transaction.ts";
import { PLAIN_APPROVAL_CARDS } from "../usecases/approvals/plain-cards.ts";
import type { ResolutionContext } from "../usecases/exceptions/resolution.ts";
import type { ReconciliationContext } from "../usecases/reconciliation/context.ts";
import { findStaffMember } from "../usecases/staff/find-staff-member.ts";
import { actorOf } from "./actor.ts";
import { commandContextOf } from "./approval-context.ts";
import { exceptionPageOf } from "./approval-link.ts";
import { type CliContext, type OptionValues, requiredOption, UsageError } from "./command.ts";

/** What matching needs, from the command line. */
export const reconciliationContextOf = async (
  context: CliContext,
  options: OptionValues,
): Promise<ReconciliationContext> => ({
  ...(await actorOf(context, options)),
  nowMs: context.clock.nowMs(),
  ...reconciliationMessaging(context.config.officialAccount?.appId, context.clock.today(), exceptionPageOf(context)),
});

/** The same with the person who decides. Throws UsageError when `--as` names nobody. */
export async function resolutionContextOf(context: CliContext, options: OptionValues): Promise<ResolutionContext> {
  const code = requiredOption(options, "as");
  const base = await reconciliationContextOf(context, options);
  const staff = await inTransaction(context.db, (tx) => findStaffMember(tx, { code }));
  if (!staff) throw new UsageError(`没有在职员工 ${code}，请检查 --as 的员工编号`);
  const { cards, refunds } = commandContextOf(context, code);
  const notices = refundNotices(context.config.officialAccount?.appId);
  return {
    ...base,
    staff,
    approvals: { cards: cards ?? PLAIN_APPROVAL_CARDS, refunds },
    refunding: { notices, encryption: context.encryption },
  };
}
