import { pageUrl } from "../http/h5/page-link.ts";
import type { BusinessClock } from "../ports/clock.ts";
import type { InvoiceLinks } from "./invoice-services.ts";

/** Pages and files around invoices, signed with this server's key. */
export function invoiceLinksOf(
  publicUrl: string,
  linkKey: Uint8Array,
  clock: Pick<BusinessClock, "nowMs">,
): InvoiceLinks {
  const context = () => ({ publicUrl, linkKey, nowMs: clock.nowMs() });
  return {
    fileLink: (invoiceFileId) => pageUrl(context(), "invoice-file", invoiceFileId),
    pageLink: (applicationId) => pageUrl(context(), "invoice", applicationId),
    titleLink: (tenantId) => pageUrl(context(), "title", tenantId),
  };
}
