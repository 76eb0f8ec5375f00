import { type Card, textCard } from "../../cards/card.ts";
import { formatYuan } from "../../src/domain/money/fen.ts";
import { formatDate, formatInstant } from "../../src/domain/time/civil-date.ts";
import { type Answer, say, type TenantContext } from "../context.ts";
import type { ReceiptLink } from "../document-services.ts";
import type { StaffActionHandlers, StaffContext } from "../staff/context.ts";
import { SAY_DOCUMENTS as SAY } from "../text/documents.zh-CN.ts";

/** “收据PDF”, “收据PDF SK-E1-2026-000001”: the button of the card, typed; “要收据”, as people ask for it. */
const COMMAND =
  /^(?:下载|打开|发(?:一下|我)?|要|看)?收据(?:的)?(?:pdf|文件|电子版)(?:发(?:给)?我)?\s*([A-Za-z0-9]+(?:-[A-Za-z0-9]+){1,4})?[。.]?$/i;

const ASKS =
  /^(?:请|麻烦)?(?:我)?(?:要|下载|打开|开|索取|补开)(?:一?[张个份])?收据$|^(?:请|麻烦)?(?:把)?收据发(?:给)?我(?:一下)?$/;

const numberIn = (text: string): { readonly receiptNo: string | undefined } | undefined => {
  const words = text.normalize("NFKC").trim();
  if (ASKS.test(words.replace(/[。.!！]+$/, ""))) return { receiptNo: undefined };
  const found = COMMAND.exec(words);
  return found ? { receiptNo: found[1]?.toUpperCase() } : undefined;
};

export function receiptCommandOf(text: string): ((context: TenantContext) => Promise<Answer>) | undefined {
  const found = numberIn(text);
  return found && ((context) => sendReceiptPdf(context, found.receiptNo));
}

/**
 * 收据PDF of a payment, by its number, else of the latest. Who speaks for several tenants may tap the card of any of them. The
 * file is printed when the link is opened, as with bills.
 */
export async function sendReceiptPdf(context: TenantContext, receiptNo?: string): Promise<Answer> {
  const { services, sender, member } = context;
  const tenantIds = receiptNo === undefined ? [member.tenantId] : sender.memberships.map(({ tenantId }) => tenantId);
  for (const tenantId of tenantIds) {
    const link = await services.receiptPdfLink(tenantId, receiptNo);
    if (link) return say(pdfCard(link));
  }
  return say(textCard(SAY.noReceipt));
}

export function receiptStaffCommandOf(text: string): ((context: StaffContext) => Promise<Answer>) | undefined {
  const { receiptNo } = numberIn(text) ?? {};
  return receiptNo === undefined ? undefined : (context) => sendToStaff(context, receiptNo);
}

/** The same of a tenant that the colleague sees: after money was taken at the desk. */
export const RECEIPT_ACTIONS: StaffActionHandlers = {
  "receipt.pdf": (context, { receiptNo }) => sendToStaff(context, receiptNo),
};

async function sendToStaff({ services, staff }: StaffContext, receiptNo: string): Promise<Answer> {
  const link = await services.receiptPdfForStaff(staff, receiptNo);
  return say(link ? pdfCard(link) : textCard(SAY.noReceiptOfNumber(receiptNo)));
}

const pdfCard = (link: ReceiptLink): Card => ({
  name: "text",
  title: SAY.receiptTitle,
  rows: [
    { label: SAY.receiptNo, value: link.receiptNo },
    { label: SAY.receiptAmount, value: formatYuan(link.amountFen) },
    { label: SAY.receiptDate, value: formatDate(link.valueDate) },
    { label: SAY.validUntil, value: formatInstant(link.expiresAtMs) },
  ],
  paragraphs: [SAY.hint],
  buttons: [{ kind: "link", label: SAY.openReceipt, url: link.url, style: "primary" }],
  link: link.url,
});
