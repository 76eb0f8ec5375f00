import { Prisma } from "../../../generated/prisma/client.ts";
import { row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Refusal } from "../receipts/refusal.ts";
import { askRefundAsStaff } from "../refunds/ask-as-staff.ts";
import { cancelRefund } from "../refunds/end-refund.ts";
import { findPayoutAccount, type PayoutAccount, payoutAccountProblem } from "../refunds/payout-accounts.ts";
import { type AppliedProposal, claim, NOTHING } from "./claim-proposal.ts";
import { type Effect, loadReceipt } from "./effects.ts";
import type { ExceptionItem } from "./exception.ts";
import type { ResolutionContext, ResolutionDetails } from "./resolution.ts";

/** Not known here, or nothing left: finance asks for the refund by itself, the difference is settled all the same. */
const LATER = new Set([
  "PAYOUT_ACCOUNT_NEEDED",
  "PAYOUT_ACCOUNT_INVALID",
  "PAYOUT_ACCOUNT_INCOMPLETE",
  "NOTHING_TO_REFUND",
  "REFUND_TOO_MUCH",
]);

/**
 * Money goes back to where it came from, by way of a refund that others approve: all of it while it is nobody's; of an
 * overpayment what is left when the debts are paid; of a second payment what was not used. Books nothing but the claim.
 */
export async function returnMoney(
  tx: Transaction,
  exception: ExceptionItem,
  { billNos, amountFen }: ResolutionDetails,
  context: ResolutionContext,
): Promise<AppliedProposal> {
  const { refunding, approvals } = context;
  const isOver = exception.kind === "OVERPAYMENT" && exception.facts.unclaimed === true;
  const effects: Effect[] = [];
  if (isOver) {
    const claimed = await claim(tx, exception, exception.facts.tenant ?? "", context, billNos);
    if (!claimed.ok) return claimed;
    effects.push(...claimed.effects);
  }
  if (exception.receiptId === undefined || !refunding || !approvals) return { ...NOTHING, effects };
  const receipt = await loadReceipt(tx, exception.receiptId);
  const onRecord = receipt.tenantId === null ? undefined : await findPayoutAccount(tx, receipt.tenantId);
  const asked = await askRefundAsStaff(
    tx,
    context.staff,
    {
      what: { receiptNo: receipt.receiptNo },
      amountFen,
      reason: `对账差异退回：${exception.facts.reasons.join("；")}`.slice(0, 200),
      payoutAccount: onRecord ? undefined : await payerAccountOf(tx, exception, context),
    },
    { ...context, ...approvals, ...refunding },
  );
  if (asked.ok) return { ok: true, effects: [...effects, { type: "refund", refundNo: asked.refund.refundNo }] };
  return LATER.has(asked.code) ? { ok: true, effects } : asked;
}

/** The account that the money came from, as far as the statement names it. */
async function payerAccountOf(
  tx: Transaction,
  exception: ExceptionItem,
  { refunding }: ResolutionContext,
): Promise<PayoutAccount | undefined> {
  const payer = await row<{ holder: string; bank: string | null; cipher: Uint8Array; keyId: string }>(
    tx,
    Prisma.sql`SELECT l.counterparty_name AS holder, a.account_cipher AS cipher, a.account_key_id AS "keyId",
        (SELECT value FROM jsonb_each_text(coalesce(l.content, '{}'::jsonb)) WHERE key ~ '行名|开户行|对方行|付款行' AND value <> ''
          ORDER BY key LIMIT 1) AS bank
      FROM statement_line l JOIN counterparty_account a ON a.id = l.counterparty_account_id
      WHERE l.id = ${exception.statementLineId ?? null}::uuid AND l.counterparty_name IS NOT NULL`,
  );
  if (!payer || !refunding) return undefined;
  const accountNo = refunding.encryption.decrypt(payer.cipher, payer.keyId);
  const account = { holder: payer.holder, bank: payer.bank ?? "见付款流水", accountNo };
  return payoutAccountProblem(account) ? undefined : account;
}

/** The refund that a resolution had asked for is taken back; one that was paid is not. */
export async function cancelReturn(
  tx: Transaction,
  refundNo: string,
  context: ResolutionContext,
): Promise<{ readonly ok: true } | Refusal> {
  const { refunding, approvals } = context;
  const found = await row<{ state: string }>(tx, Prisma.sql`SELECT state FROM refund WHERE refund_no = ${refundNo}`);
  if (found?.state === "cancelled" || found?.state === "rejected") return { ok: true };
  if (!refunding || !approvals) throw new Error("an undo of a return is asked where refunds are known");
  const ended = await cancelRefund(
    tx,
    { refundNo, by: "finance", personId: context.staff.personId, reason: "对账差异的处理已撤销" },
    { ...context, ...approvals, ...refunding },
  );
  return ended.ok ? { ok: true } : ended;
}
