import { type Card, textCard } from "../../cards/card.ts";
import { paymentLinkCard } from "../../cards/payment-link-card.ts";
import { TEXT } from "../../cards/text.zh-CN.ts";
import { formatYuan, parseYuan } from "../../src/domain/money/fen.ts";
import { mayTenant } from "../../src/domain/people/tenant-permissions.ts";
import type { TenantBill } from "../../src/usecases/queries/tenant-bills.ts";
import { type Answer, say, sumFen, type TenantContext, type Wish } from "../context.ts";
import { factCard } from "../fact-card.ts";
import { monthsOf, periodName } from "../period.ts";
import { SAY } from "../text/zh-CN.ts";
import { showTransferAccounts } from "./transfer.ts";

/** A link names at most this many bills: the oldest, and the rest when these are paid. */
const LINK_BILLS_MAX = 100;

/**
 * 缴费: a link to the cashier, one per legal entity, because money never crosses entities (money-rules 8). The amount on
 * the card is today's; the page computes it again.
 */
export async function pay(context: TenantContext, wish: Wish): Promise<Answer> {
  const { tenantId, role } = context.member;
  if (!mayTenant(role, "pay")) return say(textCard(SAY.viewerCannotPay));
  const { billNo } = wish;
  if (billNo !== undefined) {
    const bill = await context.services.bill(tenantId, billNo);
    if (!bill) return say(textCard(SAY.billNotFound));
    return bill.owedFen > 0n ? links(context, [bill]) : say(textCard(SAY.billSettled(billNo)));
  }
  const owed = (await context.services.owedBills(tenantId)).filter((bill) => bill.owedFen > 0n);
  const months = wish.slots.period === undefined ? undefined : monthsOf(wish.slots.period);
  const chosen = months ? owed.filter((bill) => months.from <= bill.period && bill.period <= months.to) : owed;
  const part = chosen.length > 0 ? await partLinks(context, chosen, wish.slots.amount) : undefined;
  if (part) return part;
  if (chosen.length > 0) return links(context, chosen);
  return say(textCard(months ? SAY.nothingOwedOfPeriod(periodName(months)) : SAY.nothingOwed));
}

/**
 * 部分付款 (“先付3000”): a link for that amount to each company that is owed; it pays what is due first, as every receipt does
 * (money-rules 8). Undefined: no amount was said, or it pays everything.
 */
async function partLinks(
  context: TenantContext,
  bills: readonly TenantBill[],
  yuan: string | undefined,
): Promise<Answer | undefined> {
  const amountFen = yuan === undefined ? 0n : parseYuan(yuan);
  if (amountFen <= 0n || amountFen >= sumFen(bills.map((bill) => bill.owedFen))) return undefined;
  const cards: Card[] = [];
  for (const group of byEntity(bills)) {
    const [{ entityId, entityName }] = group;
    const owedFen = sumFen(group.map((bill) => bill.owedFen));
    const partFen = amountFen < owedFen ? amountFen : owedFen;
    const link = await context.services.prepayLink(context.member.tenantId, entityId, partFen);
    if (!link) continue;
    const rows = [
      { label: TEXT.paymentLink.payee, value: entityName },
      { label: SAY.part.owed, value: formatYuan(owedFen) },
    ];
    const card = factCard(SAY.part.title, { rows }, SAY.part.words(formatYuan(partFen), formatYuan(owedFen - partFen)));
    cards.push({ ...card, buttons: [{ kind: "link", label: SAY.part.pay, url: link.url, style: "primary" }] });
  }
  if (cards.length > 1) return { replies: [textCard(SAY.part.chooseOne), ...cards] };
  if (cards.length === 1) return { replies: cards };
  const transfer = await showTransferAccounts(context);
  return { replies: [textCard(SAY.part.byTransfer(formatYuan(amountFen))), ...transfer.replies] };
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
