import { type Attempt, appendOnly, attempt, copyOf, triggerAttempt } from "../../support/guarantees.ts";

/** Another move of the lease may stand beside the first one when it was given up. */
const GIVEN_UP = { number: "TZ-202608-00002", state: "cancelled" };
/** So that nothing but the rule stands in the way of another move out of the lease. */
const ONCE_GIVEN_UP = "UPDATE move_out SET state = 'cancelled'";
const CLOSED = { state: "closed", closed_on: "2026-09-05", consent: "confirmed", consented_on: "2026-09-01" };

/** Rules of migration 0021: a tenant leaves once, agrees to what was written, and no deposit is used twice. */
export const MOVING_OUT_ATTEMPTS: readonly Attempt[] = [
  attempt("two moves of one number", "move_out_number_key", copyOf("move_out", { state: "cancelled" })),
  attempt("two moves out of one lease", "move_out_lease_once", copyOf("move_out", { number: GIVEN_UP.number })),
  attempt(
    "a sheet before the first",
    "move_out_sheet_version_check",
    copyOf("move_out", { ...GIVEN_UP, sheet_version: -1, consent: null }),
  ),
  attempt(
    "a day of closing of a move that is not closed",
    "move_out_check",
    copyOf("move_out", { ...GIVEN_UP, closed_on: "2026-09-05" }),
  ),
  attempt(
    "a move closed on no day",
    "move_out_check",
    ONCE_GIVEN_UP,
    copyOf("move_out", { ...GIVEN_UP, ...CLOSED, closed_on: null }),
  ),
  attempt("a consent to no sheet", "move_out_check1", copyOf("move_out", { ...GIVEN_UP, sheet_version: 0 })),
  attempt("a consent on no day", "move_out_check2", copyOf("move_out", { ...GIVEN_UP, consent: "confirmed" })),
  attempt(
    "a day of a consent that was only asked for",
    "move_out_check2",
    copyOf("move_out", { ...GIVEN_UP, consented_on: "2026-09-01" }),
  ),
  attempt(
    "a move closed without the tenant's consent",
    "move_out_check3",
    ONCE_GIVEN_UP,
    copyOf("move_out", { ...CLOSED, number: GIVEN_UP.number, consent: "objected" }),
  ),
  attempt(
    "a move closed of which nobody asked the tenant",
    "move_out_check3",
    ONCE_GIVEN_UP,
    copyOf("move_out", { ...CLOSED, number: GIVEN_UP.number, consent: null, consented_on: null }),
  ),
  attempt("a sheet version 0", "move_out_sheet_version_check1", copyOf("move_out_sheet", { version: 0 })),
  attempt("two sheets of one version", "move_out_sheet_pkey", copyOf("move_out_sheet")),
  ...appendOnly("move_out_sheet", "content = '{}'"),
  attempt("nothing used of a deposit", "deposit_use_amount_fen_check", copyOf("deposit_use", { amount_fen: 0 })),
  attempt("a deposit kept without an approval", "deposit_use_check", copyOf("deposit_use", { kind: "forfeit" })),
  triggerAttempt(
    "more of a deposit used than is left of it",
    "deposit_use_bounds",
    "more used than is held",
    copyOf("deposit_use", { amount_fen: 100 }),
  ),
  triggerAttempt(
    "a deposit used that is on its way back",
    "deposit_use_bounds",
    "more used than is held",
    `INSERT INTO refund SELECT (jsonb_populate_record(NULL::refund, to_jsonb(r) || jsonb_build_object('id', gen_random_uuid(),
      'refund_no', 'TK-2', 'out_refund_no', 'RF2', 'source', 'deposit', 'receipt_id', NULL, 'amount_fen', 99,
      'lease_id', (SELECT lease_id FROM deposit_use)))).* FROM refund r LIMIT 1`,
    copyOf("deposit_use"),
  ),
  ...appendOnly("deposit_use", "amount_fen = 2"),
  attempt("one refund of two moves", "move_out_refund_pkey", copyOf("move_out_refund")),
];

export const MOVING_OUT_ALLOWED: readonly Attempt[] = [
  attempt(
    "a move begun again that was given up",
    "",
    "UPDATE move_out SET state = 'cancelled'",
    copyOf("move_out", { ...GIVEN_UP, state: "open" }),
  ),
  attempt(
    "a move closed as agreed",
    "",
    `UPDATE move_out SET state = 'closed', closed_on = '2026-09-05', consent = 'confirmed', consented_on = '2026-09-01'`,
  ),
  attempt("the rest of a deposit used", "", copyOf("deposit_use", { amount_fen: 99 })),
];
