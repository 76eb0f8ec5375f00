import type { InvoiceStatus } from "../../ports/invoice-provider.ts";
import { tellIssued, updateFinanceCards } from "../invoices/invoice-messages.ts";
import { type InvoiceFile, issueInvoice } from "../invoices/issue-invoice.ts";
import { providerOrderOf } from "../invoices/provider-order.ts";
import { lockApplication } from "../invoices/stored-application.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import { actorOfOrder } from "./context.ts";
import { fetchFiles } from "./fetch-files.ts";
import type { Look, OrderKind } from "./order-kind.ts";
import { keyOf } from "./stored-order.ts";

type Made = Extract<InvoiceStatus, { state: "made" }>;

/** An invoice of an application: recorded by the same use case as one that finance enters. */
export const blueOrder: OrderKind = {
  async prepare(tx, order, context) {
    const application = await lockApplication(tx, { applicationId: order.applicationId }, context.encryption);
    const invoice = application?.invoices.find((one) => one.invoiceId === order.invoiceId);
    if (application?.state !== "submitted" || invoice?.state !== "requested") return undefined;
    const made = providerOrderOf(application, invoice);
    return made.ok ? { ok: true, ask: (provider) => provider.requestInvoice(made.order) } : made;
  },

  async look(provider, order): Promise<Look> {
    const status = await provider.queryInvoice(keyOf(order));
    if (status.state !== "made")
      return { standing: status, serialNo: "serialNo" in status ? status.serialNo : undefined };
    const { files, missing } = await fetchFiles(provider, status.number, status.files);
    return {
      standing: { state: "made" },
      serialNo: status.serialNo,
      filesMissing: missing,
      write: async (tx, current, context) => differs(status, current) ?? record(status, files, tx, current, context),
    };
  },

  retry: { how: "again", ask: (provider, order) => provider.retryInvoice(keyOf(order)) },
};

/** What was made is not what was asked for: a person has to look, and nothing is told to the tenant. */
const differs = ({ amountFen, number }: Made, order: { readonly amountFen: bigint }): Refusal | undefined =>
  amountFen === undefined || amountFen === order.amountFen
    ? undefined
    : refuse(
        "AMOUNT_DIFFERS",
        `服务商开出的发票 ${number} 金额与申请不一致，请到服务商后台核对。`,
        "The amount made is not the amount asked for.",
      );

const record = async (
  { number, issuedOn }: Made,
  files: readonly InvoiceFile[],
  ...[tx, order, context]: Parameters<NonNullable<Look["write"]>>
): Promise<Refusal | undefined> => {
  const application = await lockApplication(tx, { applicationId: order.applicationId }, context.encryption);
  const invoice = application?.invoices.find((one) => one.invoiceId === order.invoiceId);
  if (!invoice) throw new Error(`the invoice of ${order.orderNo} is gone`);
  const issued = await issueInvoice(
    tx,
    {
      applicationNo: order.applicationNo,
      place: invoice.ordinal + 1,
      number,
      issuedOn,
      files,
      provider: order.provider,
    },
    actorOfOrder(order, context),
  );
  if (!issued.ok) return issued;
  await updateFinanceCards(tx, issued.application, context.messaging);
  await tellIssued(tx, issued.application, issued.invoiceId, context.messaging);
  return undefined;
};
