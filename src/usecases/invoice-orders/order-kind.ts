import type { Transaction } from "../../db/transaction.ts";
import type { Standing } from "../../domain/invoice/order-step.ts";
import type { InvoiceProvider, InvoiceRequestResult } from "../../ports/invoice-provider.ts";
import type { Refusal } from "../receipts/refusal.ts";
import type { InvoiceOrderContext } from "./context.ts";
import type { StoredOrder } from "./stored-order.ts";

/** What differs between an invoice and a red letter; the steps of an order are the same (step-order.ts). */
export interface OrderKind {
  /**
   * Under the lock: what will be asked for. A refusal is for finance to clear away; undefined: nothing is wanted any more.
   */
  prepare(
    tx: Transaction,
    order: StoredOrder,
    context: InvoiceOrderContext,
  ): Promise<{ readonly ok: true; readonly ask: Ask } | Refusal | undefined>;
  /** Outside of any transaction: how it stands at the provider, and what to write down of it. */
  look(provider: InvoiceProvider, order: StoredOrder): Promise<Look>;
  /** Another try of what stands there as failed; undefined: it is asked for anew, under this number. */
  readonly retry:
    | { readonly how: "again"; ask(provider: InvoiceProvider, order: StoredOrder): Promise<InvoiceRequestResult> }
    | { readonly how: "new-number"; numberAfter(order: StoredOrder): string };
}

export type Ask = (provider: InvoiceProvider) => Promise<InvoiceRequestResult>;

export interface Look {
  readonly standing: Standing | { readonly state: "ended" };
  readonly serialNo?: string | undefined;
  /** Files that the provider has or should have could not be had; they are fetched later. */
  readonly filesMissing?: boolean;
  /** Writes down what was found, under the lock. A refusal is for finance. */
  readonly write?: (tx: Transaction, order: StoredOrder, context: InvoiceOrderContext) => Promise<Refusal | undefined>;
}
