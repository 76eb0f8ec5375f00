import { type Attempt, attempt, copyOf, triggerAttempt } from "../../support/guarantees.ts";

/** A second refund that takes nothing from the first one's number. */
const OTHER = { refund_no: "TK-E1-2026-000002", out_refund_no: "RF2" };
const APPROVE = "UPDATE refund SET state = 'approved', approved_on = '2026-08-06'";

/** Rules of migration 0012: bounds, holds, what never changes. */
export const REFUND_ATTEMPTS: readonly Attempt[] = [
  attempt("two refunds of one number", "refund_refund_no_key", copyOf("refund", { out_refund_no: "RF2" })),
  attempt("one number at the channel for two", "refund_out_refund_no_key", copyOf("refund", { refund_no: "TK-2" })),
  attempt("a refund of nothing", "refund_amount_fen_check", copyOf("refund", { ...OTHER, amount_fen: 0 })),
  attempt(
    "another state",
    "refund_state_check",
    copyOf("refund", { ...OTHER, state: "gone", approved_on: "2026-08-06" }),
  ),
  attempt("another source", "refund_source_check", copyOf("refund", { ...OTHER, source: "gift" })),
  attempt("another way", "refund_route_check", copyOf("refund", { ...OTHER, route: "cash" })),
  attempt("another effect", "refund_line_effect", copyOf("refund", { ...OTHER, line_effect: "forget" })),
  attempt("unclaimed money of a tenant", "refund_owner", copyOf("refund", { ...OTHER, source: "unclaimed" })),
  attempt(
    "unclaimed money of no payment",
    "refund_unclaimed_receipt",
    copyOf("refund", { ...OTHER, source: "unclaimed", tenant_id: null, receipt_id: null }),
  ),
  attempt("a deposit of no lease", "refund_deposit_lease", copyOf("refund", { ...OTHER, source: "deposit" })),
  attempt("a credit of no line", "refund_line_effect", copyOf("refund", { ...OTHER, line_effect: "credit" })),
  attempt("a way back to no order", "refund_wechat_order", copyOf("refund", { ...OTHER, route: "wechat" })),
  attempt("approved on no day", "refund_approved", copyOf("refund", { ...OTHER, state: "stuck" })),
  attempt("paid on no day", "refund_paid", copyOf("refund", { ...OTHER, state: "paid", approved_on: "2026-08-06" })),
  attempt(
    "one bank transfer for two refunds",
    "refund_bank_reference",
    "UPDATE refund SET bank_reference = 'B1'",
    copyOf("refund", OTHER),
  ),
  triggerAttempt(
    "more than was received",
    "refund_bounds",
    "more than was received",
    copyOf("refund", { ...OTHER, amount_fen: 1_000_000_000 }),
  ),
  triggerAttempt(
    "another amount after the approval",
    "refund_fixed",
    "never change",
    APPROVE,
    "UPDATE refund SET amount_fen = 2",
  ),
  triggerAttempt("a refund deleted", "refund_fixed", "never change", "DELETE FROM refund"),
  triggerAttempt("money that leaves while held", "refund_held", "held", APPROVE, "UPDATE refund SET state = 'paying'"),
  triggerAttempt(
    "the own hold lifted",
    "refund_hold_not_own",
    "never lifts its hold",
    "UPDATE refund_hold h SET lifted_at = now(), lifted_by = (SELECT requested_by FROM refund WHERE id = h.refund_id)",
  ),
  attempt("a hold lifted by nobody", "refund_hold_check", "UPDATE refund_hold SET lifted_at = now()"),
  attempt("another kind of hold", "refund_hold_kind_check", copyOf("refund_hold", { kind: "MOOD" })),
  attempt("held twice for one thing", "refund_hold_refund_id_kind_key", copyOf("refund_hold")),
  attempt("a part of nothing", "refund_part_amount_fen_check", copyOf("refund_part", { amount_fen: 0 })),
  triggerAttempt("a part altered", "refund_part_append_only", "append-only", "UPDATE refund_part SET amount_fen = 2"),
  triggerAttempt("all parts gone", "refund_part_no_truncate", "append-only", "TRUNCATE refund_part"),
  attempt("two accounts in force", "payout_account_current", copyOf("payout_account")),
  attempt(
    "a tail of five",
    "payout_account_account_no_tail_check",
    "UPDATE payout_account SET account_no_tail = '12345'",
  ),
];
