import { type Card, textCard } from "../../cards/card.ts";
import { formatYuan } from "../../src/domain/money/fen.ts";
import { formatInstant, formatMonth } from "../../src/domain/time/civil-date.ts";
import type { TenantBill } from "../../src/usecases/queries/tenant-bills.ts";
import { type Answer, say, type TenantContext, type Wish } from "../context.ts";
import type { DocumentLink } from "../document-services.ts";
import { monthsOf, periodName } from "../period.ts";
import { SAY_DOCUMENTS } from "../text/documents.zh-CN.ts";
import { INTENT_NAMES } from "../text/intents.zh-CN.ts";
import { SAY } from "../text/zh-CN.ts";

/** More cards than this in one answer nobody scrolls through. */
const CARDS_MAX = 3;

/**
 * 账单PDF: a link to the file of the bill that was named, is in view, or is of the month that was named; else of the latest
 * bill. The file is printed when the link is opened, so that the answer comes at once and the paper says what is so then.
 */
export async function sendBillPdf(context: TenantContext, wish: Wish): Promise<Answer> {
  const bills = await billsMeant(context, wish);
  if (bills.length === 0) {
    if (wish.billNo !== undefined) return say(textCard(SAY.billNotFound));
    const { period } = wish.slots;
    return say(
      textCard(period === undefined ? SAY_DOCUMENTS.none : SAY_DOCUMENTS.noneOfPeriod(periodName(monthsOf(period)))),
    );
  }
  const replies: Card[] = [];
  for (const bill of bills.slice(-CARDS_MAX)) {
    const link = await context.services.billPdfLink(context.member.tenantId, bill.billId);
    if (!link) return say(textCard(SAY.notBuilt(INTENT_NAMES["bill.pdf"])));
    replies.push(pdfCard(bill, link));
  }
  if (bills.length > CARDS_MAX) replies.push(textCard(SAY_DOCUMENTS.more(bills.length)));
  return { replies, memory: { ...context.memory, shownBillNos: bills.map((bill) => bill.billNo) } };
}

async function billsMeant(context: TenantContext, wish: Wish): Promise<readonly TenantBill[]> {
  const { services, member, memory } = context;
  const [shown, further] = memory.shownBillNos ?? [];
  const billNo = wish.billNo ?? (wish.slots.period === undefined && further === undefined ? shown : undefined);
  if (billNo !== undefined) {
    const bill = await services.bill(member.tenantId, billNo);
    return bill ? [bill] : [];
  }
  if (wish.slots.period !== undefined) return services.billsOfPeriod(member.tenantId, monthsOf(wish.slots.period));
  return services.latestBills(member.tenantId, 1);
}

const pdfCard = (bill: TenantBill, link: DocumentLink): Card => ({
  name: "text",
  title: SAY_DOCUMENTS.title(formatMonth(bill.period)),
  rows: [
    { label: SAY_DOCUMENTS.billNo, value: bill.billNo },
    { label: SAY_DOCUMENTS.amount, value: formatYuan(bill.totalFen) },
    { label: SAY_DOCUMENTS.validUntil, value: formatInstant(link.expiresAtMs) },
  ],
  paragraphs: [SAY_DOCUMENTS.hint],
  buttons: [{ kind: "link", label: SAY_DOCUMENTS.open, url: link.url, style: "primary" }],
  link: link.url,
});
