import { billPublishedNotice } from "../../bot/notices/bill-published-notice.ts";
import type { Config } from "../config/env.ts";
import { fieldEncryptionKeys } from "../config/field-key.ts";
import type { OutboxMessage } from "../db/outbox/enqueue.ts";
import { mayTenant } from "../domain/people/tenant-permissions.ts";
import { cashierLink } from "../http/h5/cashier-link.ts";
import { deriveLinkKey } from "../http/h5/link.ts";
import { pageUrl } from "../http/h5/page-link.ts";
import type { BusinessClock } from "../ports/clock.ts";
import type { BillNotices } from "../usecases/billing/publish-bills.ts";
import { requestBillDocuments } from "../usecases/documents/documents.ts";
import { findReachableMembers } from "../usecases/people/reachable-members.ts";
import { findBillsById } from "../usecases/queries/tenant-bills.ts";
import { recordStatedFigures } from "../usecases/reconciliation/stated-figures.ts";

/**
 * The e-bill: every published bill goes to the members of its tenant who can be reached on the official account, with a
 * link to pay where something is owed and the member may pay, else to read; both pages show members where a bank transfer
 * goes. Each bill is also printed as PDF: linked from its card, and sent to who has a mailbox. A few queries, whatever the
 * number of bills.
 */
export function billNoticesOf(context: { readonly config: Config; readonly clock: BusinessClock }): BillNotices {
  const { officialAccount, publicUrl } = context.config;
  const [fieldKey] = fieldEncryptionKeys(context.config);
  if (fieldKey === undefined) throw new Error("no field encryption key");
  const links = { publicUrl, linkKey: deriveLinkKey(fieldKey), businessClock: context.clock };

  const pdfUrlOf = (documentId: string | undefined) =>
    documentId === undefined ? undefined : pageUrl({ ...links, nowMs: context.clock.nowMs() }, "document", documentId);

  return async (tx, billIds, asOf) => {
    const bills = await findBillsById(tx, billIds, asOf);
    const documents = await requestBillDocuments(tx, bills);
    if (officialAccount === undefined) return [];
    const app = { platform: "official-account", appId: officialAccount.appId } as const;
    const members = await findReachableMembers(tx, app, [...new Set(bills.map((bill) => bill.tenantId))]);
    const told = bills.filter((bill) => members.has(bill.tenantId));
    await recordStatedFigures(
      tx,
      told.map(({ tenantId, entityId, owedFen, billNo }) => ({
        tenantId,
        entityId,
        amountFen: owedFen,
        billNos: [billNo],
      })),
      asOf,
      "notice",
    );
    return bills.flatMap((bill) =>
      (members.get(bill.tenantId) ?? []).map((member): OutboxMessage => {
        const order = { tenantId: bill.tenantId, entityId: bill.entityId, billNos: [bill.billNo] };
        const mayPay = bill.owedFen > 0n && mayTenant(member.role, "pay");
        const pages = mayPay
          ? { payUrl: cashierLink(links, order).url }
          : { billUrl: cashierLink(links, order, "bill").url };
        return {
          channel: app.platform,
          appId: app.appId,
          recipient: member.externalId,
          personId: member.personId,
          occasion: "notice",
          message: billPublishedNotice(bill, { ...pages, pdfUrl: pdfUrlOf(documents.get(bill.billId)) }),
          dedupeKey: `bill-published|${bill.billId}|${member.externalId}`,
        };
      }),
    );
  };
}
