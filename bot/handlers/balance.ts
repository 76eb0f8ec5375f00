import type { CardRow } from "../../cards/card.ts";
import { textCard } from "../../cards/card.ts";
import { formatYuan } from "../../src/domain/money/fen.ts";
import type { EntityBalance } from "../../src/usecases/queries/tenant-balances.ts";
import { type Answer, say, type TenantContext } from "../context.ts";
import { factCard } from "../fact-card.ts";
import { SAY_REFUND } from "../text/refund.zh-CN.ts";
import { SAY } from "../text/zh-CN.ts";

/** 余额: what is owed, prepaid and deposited, one card per legal entity, since their money never mixes (money-rules 8). */
export async function showBalance(context: TenantContext): Promise<Answer> {
  const balances = await context.services.balances(context.member.tenantId);
  if (balances.length === 0) return say(textCard(SAY.balance.nothing));
  return say(
    ...balances.map((balance) =>
      factCard(SAY.balance.title, { subtitle: subtitle(context, balance), rows: balanceRows(balance) }),
    ),
  );
}

/** 押金: what each entity holds. */
export async function showDeposit(context: TenantContext): Promise<Answer> {
  const balances = await context.services.balances(context.member.tenantId);
  const held = balances.filter((balance) => balance.depositFen > 0n);
  if (held.length === 0) return say(textCard(SAY.balance.noDeposit));
  const rows = held.map(({ entityName, depositFen }) => ({ label: entityName, value: formatYuan(depositFen) }));
  return say(factCard(SAY.balance.deposit, { subtitle: context.member.tenantName, rows }));
}

const subtitle = (context: TenantContext, balance: EntityBalance): string =>
  `${context.member.tenantName} · ${balance.entityName}`;

function balanceRows({ owedFen, overdueFen, prepaymentFen, depositFen, refundingFen }: EntityBalance): CardRow[] {
  const rows: CardRow[] = [{ label: SAY.balance.owed, value: formatYuan(owedFen) }];
  if (overdueFen > 0n) rows.push({ label: SAY.balance.overdue, value: formatYuan(overdueFen) });
  rows.push({ label: SAY.balance.prepayment, value: formatYuan(prepaymentFen) });
  if (depositFen > 0n) rows.push({ label: SAY.balance.deposit, value: formatYuan(depositFen) });
  if (refundingFen > 0n) rows.push({ label: SAY_REFUND.refunding, value: formatYuan(refundingFen) });
  return rows;
}
