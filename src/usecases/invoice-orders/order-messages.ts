import { Prisma } from "../../../generated/prisma/client.ts";
import { row } from "../../db/rows.ts";
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

/**
 * Tells finance that an order needs a person, and what can be done; the cards of earlier troubles with it are closed. While
 * the card of this very trouble asks for a person, it is left alone: an order may be looked at every ten minutes.
 */
export async function tellFinance(tx: Transaction, order: StoredOrder, context: Telling): Promise<void> {
  const trouble = `invoice-order|${order.orderId}|${order.state}|${order.problemCode ?? ""}|`;
  if (await isAsked(tx, order, trouble)) return;
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
    dedupeKey: `${trouble}${order.version}`,
  });
}

async function isAsked(tx: Transaction, order: StoredOrder, trouble: string): Promise<boolean> {
  const { kind, id } = subjectOf(order);
  const asked = await row(
    tx,
    Prisma.sql`SELECT 1 AS yes FROM card_instance c JOIN outbox o ON o.id = c.outbox_id
      WHERE c.subject_kind = ${kind} AND c.subject_id = ${id}::uuid AND c.replaced_version IS NULL
        AND starts_with(o.dedupe_key, ${trouble}) LIMIT 1`,
  );
  return asked !== undefined;
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
