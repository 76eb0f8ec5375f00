import { type Card, type CardRow, textCard } from "../../cards/card.ts";
import { TEXT } from "../../cards/text.zh-CN.ts";
import { type Fen, formatYuan } from "../../src/domain/money/fen.ts";
import type { TransferAccount } from "../../src/usecases/queries/transfer-accounts.ts";
import { type Answer, say, type TenantContext } from "../context.ts";
import { factCard } from "../fact-card.ts";
import { SAY } from "../text/zh-CN.ts";

/** 转账账户: where to, and the code for the remark; one card per legal entity, each to be copied as it stands. */
export async function showTransferAccounts(context: TenantContext): Promise<Answer> {
  const accounts = await context.services.transferAccounts(context.member.tenantId);
  if (accounts.length === 0) return say(textCard(SAY.transfer.none));
  const balances = await context.services.balances(context.member.tenantId);
  const owedTo = new Map(balances.map(({ entityId, owedFen }) => [entityId, owedFen]));
  return say(...accounts.map((account) => accountCard(account, owedTo.get(account.entityId) ?? 0n)));
}

function accountCard({ entityName, bank, accountNo, paymentCode, ownNumber }: TransferAccount, owedFen: Fen): Card {
  const rows: CardRow[] = [
    { label: SAY.transfer.payee, value: entityName },
    { label: SAY.transfer.bank, value: bank },
    { label: SAY.transfer.accountNo, value: accountNo },
  ];
  if (owedFen > 0n) rows.push({ label: TEXT.billList.total, value: formatYuan(owedFen) });
  if (paymentCode !== undefined) rows.push({ label: SAY.transfer.remark, value: paymentCode });
  const hint = ownNumber
    ? SAY.transfer.hintVirtual
    : paymentCode === undefined
      ? SAY.transfer.noCodeHint
      : SAY.transfer.hint;
  return factCard(SAY.transfer.title, { rows }, hint);
}
