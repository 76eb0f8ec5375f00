import { formatYuan } from "../../domain/money/fen.ts";
import type { PayableBills } from "../../usecases/payments/payable-bills.ts";
import { findTransferAccounts, type TransferAccount } from "../../usecases/queries/transfer-accounts.ts";
import { factRow } from "./bills-view.ts";
import type { H5Context } from "./context.ts";
import { type Html, html } from "./html.ts";
import { H5_TEXT } from "./text.zh-CN.ts";
import type { Visitor } from "./visitor.ts";

const TEXT = H5_TEXT.transfer;

/** Where these bills are paid by bank transfer. For members only: whoever else holds the link learns no account. */
export async function transferAccountFor(context: H5Context, visitor: Visitor): Promise<TransferAccount | undefined> {
  if (visitor.visibility !== "full") return undefined;
  const { tenantId, entityId } = visitor.claims;
  const today = context.payments.businessClock.today();
  try {
    const accounts = await findTransferAccounts(context.db, tenantId, today, context.encryption);
    return accounts.find((account) => account.entityId === entityId);
  } catch (error) {
    // A number that our key does not open must not keep anybody from paying the other way.
    context.logger.error({ err: error }, "h5.transfer-account-unreadable");
    return undefined;
  }
}

/** Everything that the form of a bank asks for, with the remark by which the money is found. */
export const transferView = (account: TransferAccount, payable: PayableBills): Html => html`<section class="card">
<h2>${TEXT.title}</h2>
<dl>
${factRow(TEXT.payee, account.entityName)}
${factRow(TEXT.bank, account.bank)}
${factRow(TEXT.accountNo, account.accountNo)}
${factRow(TEXT.amount, formatYuan(payable.totalFen))}
${account.paymentCode !== undefined && factRow(TEXT.remark, account.paymentCode)}
</dl>
<p class="soft">${account.ownNumber ? TEXT.hintOwn : TEXT.hint}</p>
</section>`;
