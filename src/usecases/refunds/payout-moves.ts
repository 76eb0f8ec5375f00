import type { Transaction } from "../../db/transaction.ts";
import { alertFinance, type RefundNotices, tellTenant } from "./notices.ts";
import { type StoredRefund, setRefundState } from "./stored-refund.ts";

/**
 * Puts an approved refund on the list of bank payouts: because it cannot return the way it came (`code`: what the channel
 * said), or because it never came that way. The refund is locked and no hold stands.
 */
export async function moveToBankPayout(
  tx: Transaction,
  refund: StoredRefund,
  notices: RefundNotices,
  code?: string,
): Promise<void> {
  await setRefundState(tx, refund, "bank-due", { route: "bank", problem: code ?? null, nextStepAtMs: null });
  const moved = { ...refund, state: "bank-due" as const, route: "bank" as const, problem: code ?? null };
  await tellTenant(tx, { step: "bank-due", refund: moved }, notices);
  if (code !== undefined) await alertFinance(tx, { kind: "pay-by-bank", refund: moved, code }, notices, code);
}
