import type { Card } from "../../../cards/card.ts";
import type { FieldEncryption } from "../../db/field-encryption.ts";
import type { BusinessClock, WireClock } from "../../ports/clock.ts";
import type { InvoiceProvider } from "../../ports/invoice-provider.ts";
import type { InvoiceMessaging } from "../invoices/invoice-messages.ts";
import type { StoredOrder } from "./stored-order.ts";

export interface InvoiceOrderContext {
  /** By name, as invoice_setting has it. What is absent is not configured in this process. */
  readonly providers: ReadonlyMap<string, InvoiceProvider>;
  readonly businessClock: BusinessClock;
  readonly wireClock: WireClock;
  readonly encryption: FieldEncryption;
  readonly messaging: InvoiceMessaging;
  readonly orderCard: OrderCard;
  readonly onProblem: (problem: { readonly code: string; readonly orderNo: string; readonly detail: string }) => void;
}

/** For finance: an order that needs a person, or what became of it. bot/notices/invoice-order-notices.ts builds it. */
export type OrderCard = (order: StoredOrder) => Card;

/** What is written by a provider's word names it. */
export const actorOfOrder = (order: StoredOrder, context: InvoiceOrderContext) => ({
  actor: `provider:${order.provider}`,
  channel: "job",
  today: context.businessClock.today(),
  nowMs: context.businessClock.nowMs(),
  encryption: context.encryption,
});
