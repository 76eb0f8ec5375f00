import { textCard } from "../../cards/card.ts";
import { paymentLinkCard } from "../../cards/payment-link-card.ts";
import type { TenantBill } from "../../src/usecases/queries/tenant-bills.ts";
import { type Answer, say, sumFen, type TenantContext } from "../context.ts";
import { SAY } from "../text/zh-CN.ts";

/**
 * 缴费: a link to the cashier, one per legal entity, because money never crosses entities (money-rules 8). The amount on
 * the card is today's; the page computes it again.
 */
export async function pay(context: TenantContext, billNo: string | undefined): Promise<Answer> {
  if (context.member.role === "viewer") return say(textCard(SAY.viewerCannotPay));
  const owed = (await context.services.owedBills(context.member.tenantId)).filter((bill) => bill.owedFen > 0n);
  const chosen = billNo === undefined ? owed : owed.filter((bill) => bill.billNo === billNo);
  if (chosen.length === 0) return say(textCard(billNo === undefined ? SAY.nothingOwed : SAY.billNotFound));
  const replies = byEntity(chosen).map((bills) => {
    const [first] = bills;
    const billNos = bills.map((bill) => bill.billNo);
    const link = context.services.cashierLink({
      tenantId: context.member.tenantId,
      entityId: first.entityId,
      billNos,
    });
    return paymentLinkCard({
      payeeName: first.entityName,
      billNos,
      amountFen: sumFen(bills.map((bill) => bill.owedFen)),
      payUrl: link.url,
      expiresAtMs: link.expiresAtMs,
    });
  });
  return { replies };
}

function byEntity(bills: readonly TenantBill[]): [TenantBill, ...TenantBill[]][] {
  const groups = new Map<string, [TenantBill, ...TenantBill[]]>();
  for (const bill of bills) {
    const group = groups.get(bill.entityId);
    if (group) group.push(bill);
    else groups.set(bill.entityId, [bill]);
  }
  return [...groups.values()];
}
