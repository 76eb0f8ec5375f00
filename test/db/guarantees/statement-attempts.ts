import { type Attempt, appendOnly, attempt, copyOf } from "../../support/guarantees.ts";

const FIRST = "00000000-0000-7000-8000-000000000011";
const CLOSED = {
  shift_no: "BC-X-2",
  state: "closed",
  closed_on: "2026-08-05",
  closed_at: "2026-08-05T09:00:00Z",
  expected_fen: 0,
  counted_fen: 0,
};
const UNDONE = { undone_by: "S02", undone_on: "2026-08-07" };

/** Rules of migration 0013: files of statements, who paid, and the cash desk. */
const COLLECTED: readonly Attempt[] = [
  attempt(
    "a file of fewer than no lines",
    "statement_file_line_count_check",
    copyOf("statement_file", { sha256: "g", line_count: -1 }),
  ),
  attempt(
    "fewer than no new lines",
    "statement_file_new_line_count_check",
    copyOf("statement_file", { sha256: "g", new_line_count: -1 }),
  ),
  attempt(
    "a part before the first of a file",
    "statement_file_part_part_check",
    copyOf("statement_file_part", { part: -1 }),
  ),
  attempt(
    "one account number of two payers",
    "counterparty_account_account_hash_key",
    copyOf("counterparty_account", { tail: "9999" }),
  ),
  attempt(
    "a line before the first of its file",
    "statement_line_ordinal_check",
    copyOf("statement_line", { occurrence: 1, ordinal: -1 }),
  ),
  attempt(
    "two shifts of one number",
    "cashier_shift_shift_no_key",
    copyOf("cashier_shift", { ...CLOSED, shift_no: "BC-X-1" }),
  ),
  attempt("two open shifts of one person", "cashier_shift_one_open", copyOf("cashier_shift", { shift_no: "BC-X-2" })),
  ...["closed_at", "expected_fen", "counted_fen"].map((column) =>
    attempt(
      `a shift closed without its ${column}`,
      "cashier_shift_check",
      copyOf("cashier_shift", { ...CLOSED, [column]: null }),
    ),
  ),
  attempt(
    "less than nothing in the drawer at the beginning",
    "cashier_shift_opening_fen_check",
    copyOf("cashier_shift", { ...CLOSED, opening_fen: -1 }),
  ),
  attempt(
    "less than nothing counted",
    "cashier_shift_counted_fen_check",
    copyOf("cashier_shift", { ...CLOSED, counted_fen: -1 }),
  ),
  attempt(
    "a receipt that counts for nothing in its shift",
    "cashier_shift_receipt_sign_check",
    copyOf("cashier_shift_receipt", { sign: 0 }),
  ),
  attempt("a receipt in two shifts", "cashier_shift_receipt_pkey", copyOf("cashier_shift_receipt")),
];

/** Rules of migration 0014: what was decided about differences, fees, and who pays for whom. */
const MATCHED: readonly Attempt[] = [
  attempt(
    "two choices in one place",
    "exception_resolution_exception_id_ordinal_key",
    copyOf("exception_resolution", UNDONE),
  ),
  attempt(
    "two choices that stand at once",
    "exception_resolution_standing",
    copyOf("exception_resolution", { ordinal: 2 }),
  ),
  attempt(
    "a choice before the first",
    "exception_resolution_ordinal_check",
    copyOf("exception_resolution", { ...UNDONE, ordinal: 0 }),
  ),
  attempt(
    "a choice undone on no day",
    "exception_resolution_check",
    "UPDATE exception_resolution SET undone_by = 'S02'",
  ),
  attempt("one fee booked twice", "channel_movement_subject_key_key", copyOf("channel_movement", { amount_fen: 2 })),
  attempt(
    "a fee of nothing",
    "channel_movement_amount_fen_check",
    copyOf("channel_movement", { subject_key: "fee|2", amount_fen: 0 }),
  ),
  attempt(
    "one movement taken back twice",
    "channel_movement_reversed_once",
    copyOf("channel_movement", { id: FIRST, subject_key: "fee|2" }),
    copyOf("channel_movement", { reverses_id: FIRST, subject_key: "fee|2 back", amount_fen: -1 }),
    copyOf("channel_movement", { reverses_id: FIRST, subject_key: "fee|2 back again", amount_fen: -1 }),
  ),
  ...appendOnly("channel_movement", "amount_fen = 2"),
  attempt(
    "one card payment settled twice",
    "pos_settlement_item_once",
    copyOf("channel_movement", { id: FIRST, subject_key: "pos|2" }),
    copyOf("pos_settlement_item", { movement_id: FIRST }),
  ),
  attempt(
    "a card payment settled by half",
    "pos_settlement_item_sign_check",
    copyOf("pos_settlement_item", { sign: 2 }),
  ),
  attempt(
    "a question to the channel by nobody",
    "exception_item_requery_check",
    "UPDATE exception_item SET requery_at = now()",
  ),
  attempt("a payer forgotten at no time", "payer_fingerprint_check", "UPDATE payer_fingerprint SET revoked_by = 'S02'"),
  attempt(
    "a payer without account and name",
    "payer_fingerprint_check1",
    copyOf("payer_fingerprint", { counterparty_account_id: null, name_key: "" }),
  ),
  attempt("one payer of one tenant twice", "payer_fingerprint_once", copyOf("payer_fingerprint")),
  attempt(
    "one payer without an account twice",
    "payer_fingerprint_once",
    copyOf("payer_fingerprint", { counterparty_account_id: null }),
    copyOf("payer_fingerprint", { counterparty_account_id: null }),
  ),
  attempt("one transfer that confirms a payer twice", "payer_confirmation_pkey", copyOf("payer_confirmation")),
  attempt(
    "a figure told twice on one day",
    "stated_figure_tenant_id_entity_id_amount_fen_stated_on_bill_key",
    copyOf("stated_figure"),
  ),
  attempt(
    "a figure of nothing",
    "stated_figure_amount_fen_check",
    copyOf("stated_figure", { stated_on: "2026-08-05", amount_fen: 0 }),
  ),
  attempt(
    "a claim to a transfer of nothing",
    "transfer_claim_amount_fen_check",
    copyOf("transfer_claim", { amount_fen: 0 }),
  ),
  attempt("one day of an account closed twice", "statement_day_pkey", copyOf("statement_day")),
];

export const STATEMENT_ATTEMPTS: readonly Attempt[] = [...COLLECTED, ...MATCHED];

export const STATEMENT_ALLOWED: readonly Attempt[] = [
  attempt("a next shift when the last is closed", "", copyOf("cashier_shift", CLOSED)),
  attempt(
    "another choice when the last is undone",
    "",
    "UPDATE exception_resolution SET undone_by = 'S02', undone_on = '2026-08-07'",
    copyOf("exception_resolution", { ordinal: 2, undone_by: null, undone_on: null }),
  ),
  attempt(
    "a movement taken back once",
    "",
    copyOf("channel_movement", { id: FIRST, subject_key: "fee|2" }),
    copyOf("channel_movement", { reverses_id: FIRST, subject_key: "fee|2 back", amount_fen: -1 }),
  ),
  attempt(
    "a payer learnt again who was forgotten",
    "",
    "UPDATE payer_fingerprint SET revoked_by = 'S02', revoked_at = now()",
    copyOf("payer_fingerprint", { revoked_by: null, revoked_at: null }),
  ),
];
