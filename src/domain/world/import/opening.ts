import { toYuanText } from "../../money/fen.ts";
import { CHARGE_KINDS } from "../lease.ts";
import type { OpeningPosition } from "../world.ts";
import { dateRange } from "./charges.ts";
import { amountAtLeast, code, date, oneOf, reference } from "./fields.ts";
import { list, mapped, object, optional, orElse, type Reader, required } from "./shapes.ts";

/* What was owed, held and already billed when the books were taken over. */

const owed = amountAtLeast(1n, "AMOUNT_NOT_POSITIVE");
/** Lists of balances name everybody, also those who have none. */
const held = amountAtLeast(0n, "NEGATIVE_NUMBER");

const receivable = mapped(
  object({
    lease: required(reference("lease")),
    charge: required(code),
    period: required(dateRange),
    dueDate: required(date),
    amount: required(owed),
    invoiced: orElse(amountAtLeast(0n, "NEGATIVE_NUMBER"), 0n),
  }),
  ({ amount, invoiced, ...row }, place) => {
    if (place.isSound("amount", "invoiced") && invoiced > amount) {
      const words = { invoiced: toYuanText(invoiced), amount: toYuanText(amount) };
      place.child("invoiced").report("INVOICED_ABOVE_AMOUNT", words);
    }
    return { ...row, amountFen: amount, invoicedFen: invoiced };
  },
);

const prepayment = mapped(
  object({
    tenant: required(reference("tenant")),
    entity: required(reference("entity")),
    amount: required(held),
    kind: optional(oneOf(CHARGE_KINDS, "PREPAYMENT_KIND_UNKNOWN")),
  }),
  ({ amount, ...row }) => ({ ...row, amountFen: amount }),
);

const depositHeld = mapped(
  object({ lease: required(reference("lease")), amount: required(held) }),
  ({ amount, ...row }) => ({ ...row, amountFen: amount }),
);

export const opening: Reader<OpeningPosition> = object({
  asOf: required(date),
  receivables: orElse(list(receivable), []),
  prepayments: orElse(list(prepayment), []),
  depositsHeld: orElse(list(depositHeld), []),
  billedThrough: orElse(
    list(object({ lease: required(reference("lease")), charge: required(code), to: required(date) })),
    [],
  ),
});
