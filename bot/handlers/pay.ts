import { textCard } from "../../cards/card.ts";
import { paymentLinkCard } from "../../cards/payment-link-card.ts";
import type { TenantBill } from "../../src/usecases/queries/tenant-bills.ts";
import { type Answer, say, sumFen, type TenantContext, type Wish } from "../context.ts";
import { monthsOf, periodName } from "../period.ts";
import { SAY } from "../text/zh-CN.ts";

/** A link names at most this many bills: the oldest, and the rest when these are paid. */
const LINK_BILLS_MAX = 100;

/**
 * 缴费: a link to the cashier, one per legal entity, because money never crosses entities (money-rules 8). The amount on
 * the card is today's; the page computes it again.
 */
export async function pay(context: TenantContext, wish: Wish): Promise<Answer> {
  const { tenantId, role } = context.member;
  if (role === "viewer") return say(textCard(SAY.viewerCannotPay));
  const { billNo } = wish;
  if (billNo !== undefined) {
    const bill = await context.services.bill(tenantId, billNo);
    if (!bill) return say(textCard(SAY.billNotFound));
    return bill.owedFen > 0n ? links(context, [bill]) : say(textCard(SAY.billSettled(billNo)));
  }
  const owed = (await context.services.owedBills(tenantId)).filter((bill) => bill.owedFen > 0n);
  const months = wish.slots.period === undefined ? undefined : monthsOf(wish.slots.period);
  const chosen = months ? owed.filter((bill) => months.from <= bill.period && bill.period <= months.to) : owed;
  if (chosen.length > 0) return links(context, chosen);
  return say(textCard(months ? SAY.nothingOwedOfPeriod(periodName(months)) : SAY.nothingOwed));
}

function links(context: TenantContext, bills: readonly TenantBill[]): Answer {
  const replies = byEntity(bills).map((group) => {
    const [first] = group;
    const paid = group.slice(0, LINK_BILLS_MAX);
    const billNos = paid.map((bill) => bill.billNo);
    const link = context.services.cashierLink({
      tenantId: context.member.tenantId,
      entityId: first.entityId,
      billNos,
    });
    return paymentLinkCard({
      payeeName: first.entityName,
      billNos,
      amountFen: sumFen(paid.map((bill) => bill.owedFen)),
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
