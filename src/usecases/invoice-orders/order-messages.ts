import { Prisma } from "../../../generated/prisma/client.ts";
import type { Transaction } from "../../db/transaction.ts";
import { updateCards } from "../cards/update-cards.ts";
import { askFinance } from "../invoices/invoice-messages.ts";
import { findRedLetters } from "../invoices/red-letters.ts";
import { lockApplication } from "../invoices/stored-application.ts";
import { tellStaff } from "../staff/tell-staff.ts";
import type { InvoiceOrderContext } from "./context.ts";
import { placeOfOrder, type StoredOrder, setOrder } from "./stored-order.ts";

type Telling = Pick<InvoiceOrderContext, "messaging" | "orderCard" | "encryption">;

const FINANCE = ["finance-manager", "cashier"] as const;
const subjectOf = (order: StoredOrder) => ({ kind: "invoice-order", id: order.orderId });

/** Tells finance that an order needs a person, and what can be done; the cards of earlier troubles with it are closed. */
export async function tellFinance(tx: Transaction, order: StoredOrder, context: Telling): Promise<void> {
  const card = context.orderCard(order);
  await updateCards(tx, {
    subject: subjectOf(order),
    version: order.version,
    card: { ...card, buttons: [] },
    isFinal: true,
  });
  await tellStaff(tx, {
    to: { roles: FINANCE, ...placeOfOrder(order) },
    card,
    subject: { ...subjectOf(order), version: order.version },
    // The same trouble of the same order once, also when it is looked at every ten minutes.
    dedupeKey: `invoice-order|${order.orderId}|${order.state}|${order.problemCode ?? ""}|${order.state === "failed" ? order.version : ""}`,
  });
}

/** The cards that asked for a person show what became of it. */
export const showOutcome = (tx: Transaction, order: StoredOrder, context: Telling): Promise<void> =>
  updateCards(tx, { subject: subjectOf(order), version: order.version, card: context.orderCard(order), isFinal: true });

/** From here on finance makes it: the card with everything to copy goes out, as for an entity without a provider. */
export async function handOver(tx: Transaction, order: StoredOrder, context: Telling): Promise<StoredOrder> {
  const handed = await setOrder(tx, order, { state: "by-hand", retryWanted: false, nextStepAtMs: null });
  await showOutcome(tx, handed, context);
  if (order.redLetterId === null) {
    const application = await lockApplication(tx, { applicationId: order.applicationId }, context.encryption);
    if (application) await askFinance(tx, application, context.messaging);
    return handed;
  }
  const [letter] = await findRedLetters(tx, Prisma.sql`r.id = ${order.redLetterId}::uuid`);
  if (letter) {
    await tellStaff(tx, {
      to: { roles: FINANCE, ...placeOfOrder(order) },
      card: context.messaging.cards.redLetterAsked(letter),
      dedupeKey: `red-letter-by-hand|${letter.redLetterId}`,
    });
  }
  return handed;
}
