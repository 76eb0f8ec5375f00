import type { Database } from "../../db/client.ts";
import { inTransaction } from "../../db/transaction.ts";
import { tellRedLetter } from "./finance-desk.ts";
import type { InvoiceMessaging } from "./invoice-messages.ts";
import { expireRedLetters, type RedContext } from "./red-letters.ts";

/** Lets fall what nobody confirmed within 72 hours and tells its tenants; returns how many. */
export const expireUnconfirmed = (
  db: Database,
  context: RedContext & { readonly messaging: InvoiceMessaging },
): Promise<number> =>
  inTransaction(db, async (tx) => {
    const fallen = await expireRedLetters(tx, context);
    for (const letter of fallen) await tellRedLetter(tx, letter, context.messaging);
    return fallen.length;
  });
