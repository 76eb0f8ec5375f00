import type { InvoiceProvider } from "../ports/invoice-provider.ts";

/** No contract with any provider: finance makes the invoices in the tax platform, as most parks do. */
export const manualInvoicing: InvoiceProvider = {
  name: "manual",
  requestInvoice: async () => ({ state: "by-hand" }),
  queryInvoice: async () => ({ state: "by-hand" }),
  requestRedForm: async () => ({ state: "by-hand" }),
  queryRedForm: async () => ({ state: "by-hand" }),
  fetchRedInvoice: async () => ({ state: "by-hand" }),
};
