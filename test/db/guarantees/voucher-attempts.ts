import { type Attempt, appendOnly, attempt, copyOf } from "../../support/guarantees.ts";

const next = { number: 2 };

/** Rules of migration 0017: what was exported to the accounting software never changes. */
export const VOUCHER_ATTEMPTS: readonly Attempt[] = [
  attempt("two mappings of one version", "voucher_mapping_entity_id_version_key", copyOf("voucher_mapping")),
  attempt("a mapping version 0", "voucher_mapping_version_check", copyOf("voucher_mapping", { version: 0 })),
  attempt("the same vouchers asked for twice at a time", "voucher_request_waiting", copyOf("voucher_request")),
  attempt("less than no attempt", "voucher_request_attempts_check", "UPDATE voucher_request SET attempts = -1"),
  attempt("a request ended at no time", "voucher_request_check", "UPDATE voucher_request SET state = 'done'"),
  attempt("two vouchers of one number", "voucher_entity_id_period_word_number_key", copyOf("voucher")),
  attempt("a voucher number 0", "voucher_number_check", copyOf("voucher", { number: 0 })),
  attempt(
    "a voucher of a mapping −1",
    "voucher_mapping_version_check1",
    copyOf("voucher", { ...next, mapping_version: -1 }),
  ),
  attempt(
    "a voucher of a template 0",
    "voucher_template_version_check",
    copyOf("voucher", { ...next, template_version: 0 }),
  ),
  attempt("an entry in place 0", "voucher_entry_line_no_check", copyOf("voucher_entry", { line_no: 0 })),
  attempt("two entries in one place", "voucher_entry_pkey", copyOf("voucher_entry")),
  attempt(
    "a debit below zero",
    "voucher_entry_debit_fen_check",
    copyOf("voucher_entry", { line_no: 2, debit_fen: -100 }),
  ),
  attempt(
    "a credit below zero",
    "voucher_entry_credit_fen_check",
    copyOf("voucher_entry", { line_no: 2, debit_fen: 0, credit_fen: -100 }),
  ),
  attempt("an entry of nothing", "voucher_entry_check", copyOf("voucher_entry", { line_no: 2, debit_fen: 0 })),
  attempt(
    "an entry on both sides",
    "voucher_entry_check",
    copyOf("voucher_entry", { line_no: 2, debit_fen: 1, credit_fen: 1 }),
  ),
  attempt(
    "an entry on an account that is not in the chart",
    "voucher_entry_account_code_fkey",
    copyOf("voucher_entry", { line_no: 2, account_code: "9999" }),
  ),
  attempt(
    "one event in two vouchers",
    "voucher_event_pkey",
    copyOf("voucher", { ...next, id: "00000000-0000-7000-8000-000000000012" }),
    copyOf("voucher_event", { voucher_id: "00000000-0000-7000-8000-000000000012" }),
  ),
  ...appendOnly("voucher_mapping", "book_code = '002'"),
  ...appendOnly("voucher", "voucher_date = '2026-08-02'"),
  ...appendOnly("voucher_entry", "summary = 'x'"),
  ...appendOnly("voucher_event", "voucher_id = voucher_id"),
];

export const VOUCHER_ALLOWED: readonly Attempt[] = [
  attempt("the next mapping", "", copyOf("voucher_mapping", { version: 2 })),
  attempt("the first voucher of the next month", "", copyOf("voucher", { period: "2026-09" })),
  attempt("an entry on the other side", "", copyOf("voucher_entry", { line_no: 2, debit_fen: 0, credit_fen: 100 })),
];
