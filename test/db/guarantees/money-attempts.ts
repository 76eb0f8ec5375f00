import { type Attempt, appendOnly, attempt, copyOf, triggerAttempt } from "../../support/guarantees.ts";

const lockJuly = "UPDATE accounting_period SET state = 'locked' WHERE month = '2026-07'";
const ofJuly = { period: "2026-07", event_type: "other" };
const newEvent = { event_id: "00000000-0000-7000-8000-000000000001" };

/** Rules of migration 0003: money in, money out, and the books. */
export const MONEY_ATTEMPTS: readonly Attempt[] = [
  attempt("two orders of one number", "payment_order_out_trade_no_key", copyOf("payment_order")),
  attempt(
    "an order of nothing",
    "payment_order_amount_fen_check",
    copyOf("payment_order", { out_trade_no: "N2", amount_fen: 0 }),
  ),
  {
    what: "a line in two orders that can both be paid",
    refusedBy: "payment_order_line_once",
    statements: ({ lineId }) => [
      copyOf("payment_order", { out_trade_no: "N2" }),
      `INSERT INTO payment_order_line SELECT id, '${lineId}', 'principal', 100, true FROM payment_order WHERE out_trade_no = 'N2'`,
    ],
  },
  attempt(
    "nothing of a line in an order",
    "payment_order_line_amount_fen_check",
    "UPDATE payment_order_line SET amount_fen = 0",
  ),
  attempt(
    "one try of a call twice",
    "vendor_call_subject_kind_subject_id_operation_attempt_key",
    copyOf("vendor_call"),
  ),
  attempt("a call before the first try", "vendor_call_attempt_check", copyOf("vendor_call", { attempt: 0 })),
  attempt(
    "one payment of a channel booked twice",
    "receipt_channel_account_code_channel_no_key",
    copyOf("receipt", { receipt_no: "R2" }),
  ),
  attempt("two receipts of one number", "receipt_receipt_no_key", copyOf("receipt", { channel_no: "C2" })),
  attempt(
    "a receipt of nothing",
    "receipt_amount_fen_check",
    copyOf("receipt", { receipt_no: "R2", channel_no: "C2", amount_fen: 0 }),
  ),
  attempt(
    "more prepayment left than there was",
    "prepayment_remaining_bounds",
    "UPDATE prepayment SET remaining_fen = 101",
  ),
  attempt("less than no prepayment left", "prepayment_remaining_bounds", "UPDATE prepayment SET remaining_fen = -1"),
  attempt(
    "a prepayment below zero",
    "prepayment_amount_fen_check",
    copyOf("prepayment", { amount_fen: -1, remaining_fen: -1 }),
  ),
  attempt(
    "two allocations in one place of a receipt",
    "allocation_source_source_id_sequence_key",
    copyOf("allocation"),
  ),
  attempt(
    "an allocation of nothing",
    "allocation_amount_fen_check",
    copyOf("allocation", { sequence: 1, amount_fen: 0 }),
  ),
  attempt("an allocation before the first", "allocation_sequence_check", copyOf("allocation", { sequence: -1 })),
  ...appendOnly("allocation", "amount_fen = 1"),
  triggerAttempt(
    "more taken back than is left of an allocation",
    "allocation_reversal_bounds",
    "more taken back than was given",
    copyOf("allocation_reversal", { ...newEvent, amount_fen: 41 }),
  ),
  attempt(
    "nothing taken back",
    "allocation_reversal_amount_fen_check",
    copyOf("allocation_reversal", { ...newEvent, amount_fen: 0 }),
  ),
  attempt(
    "one event that takes back twice",
    "allocation_reversal_pkey",
    copyOf("allocation_reversal", { amount_fen: 1 }),
  ),
  ...appendOnly("allocation_reversal", "amount_fen = 1"),
  attempt("an event posted twice", "ledger_transaction_once", copyOf("ledger_transaction")),
  triggerAttempt(
    "an event booked into a locked month",
    "ledger_transaction_open_period",
    "2026-07 is locked",
    lockJuly,
    copyOf("ledger_transaction", ofJuly),
  ),
  triggerAttempt(
    "a pair put into an old event of a locked month",
    "ledger_posting_open_period",
    "locked accounting period",
    copyOf("ledger_transaction", { ...ofJuly, id: "00000000-0000-7000-8000-000000000002" }),
    lockJuly,
    copyOf("ledger_posting", { transaction_id: "00000000-0000-7000-8000-000000000002" }),
  ),
  ...appendOnly("ledger_transaction", "period = '2026-09'"),
  attempt("a pair of nothing", "ledger_posting_amount_fen_check", copyOf("ledger_posting", { amount_fen: 0 })),
  attempt("a pair of one account", "ledger_posting_check", copyOf("ledger_posting", { credit_account: "1122" })),
  attempt(
    "a pair on an account that is not in the chart",
    "ledger_posting_debit_account_fkey",
    copyOf("ledger_posting", { debit_account: "9999" }),
  ),
  ...appendOnly("ledger_posting", "amount_fen = 1"),
  attempt("one file taken in twice", "statement_file_account_code_sha256_key", copyOf("statement_file")),
  attempt(
    "one line of a statement twice",
    "statement_line_account_code_value_date_content_hash_occurre_key",
    copyOf("statement_line"),
  ),
  attempt(
    "a line before its first occurrence",
    "statement_line_occurrence_check",
    copyOf("statement_line", { occurrence: -1 }),
  ),
  ...appendOnly("statement_line", "amount_fen = 1"),
  attempt(
    "a statement line consumed twice",
    "match_item_line_once",
    copyOf("match_item", { book_id: newEvent.event_id }),
  ),
  attempt(
    "a receipt consumed by two statement lines",
    "match_item_book_once",
    copyOf("statement_line", { id: newEvent.event_id, occurrence: 1 }),
    copyOf("match_item", { statement_line_id: newEvent.event_id }),
  ),
  attempt("a stage 8", "match_item_stage_check", copyOf("match_item", { active: false, stage: 8 })),
  attempt("two invoices of one number", "invoice_number_once", copyOf("invoice", { ordinal: 1 })),
  attempt(
    "nothing of a line invoiced",
    "invoice_coverage_amount_fen_check",
    "UPDATE invoice_coverage SET amount_fen = 0",
  ),
];

export const MONEY_ALLOWED: readonly Attempt[] = [
  attempt(
    "a line in a new order when the old one can no longer be paid",
    "",
    "UPDATE payment_order_line SET active = false",
    copyOf("payment_order", { out_trade_no: "N2" }),
    "INSERT INTO payment_order_line SELECT o.id, l.line_id, 'principal', 100, true FROM payment_order o, payment_order_line l WHERE o.out_trade_no = 'N2'",
  ),
  attempt(
    "the rest of an allocation taken back by another event",
    "",
    copyOf("allocation_reversal", { ...newEvent, amount_fen: 40 }),
  ),
  attempt(
    "an event of an open month, with its pair",
    "",
    copyOf("ledger_transaction", ofJuly),
    copyOf("ledger_posting"),
  ),
  attempt(
    "an event of a month that was opened again",
    "",
    lockJuly,
    "UPDATE accounting_period SET state = 'open'",
    copyOf("ledger_transaction", ofJuly),
  ),
  attempt("the same line of a statement on its second occurrence", "", copyOf("statement_line", { occurrence: 1 })),
  attempt(
    "a match made anew when the old one was given up",
    "",
    "UPDATE match_item SET active = false",
    copyOf("match_item", { active: true }),
  ),
];
