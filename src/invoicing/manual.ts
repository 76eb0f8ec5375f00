import type { InvoiceProvider } from "../ports/invoice-provider.ts";

/** No contract with any provider: finance makes the invoices in the tax platform, as most parks do. */
export const manualInvoicing: InvoiceProvider = {
  name: "manual",
  label: "手工",
  requestInvoice: async () => ({ state: "by-hand" }),
  retryInvoice: async () => ({ state: "by-hand" }),
  queryInvoice: async () => ({ state: "by-hand" }),
  requestRedForm: async () => ({ state: "by-hand" }),
  queryRedForm: async () => ({ state: "by-hand" }),
  queryRedInvoice: async () => ({ state: "by-hand" }),
  fetchFile: async () => undefined,
};
