import { type Attempt, appendOnly, attempt, copyOf } from "../../support/guarantees.ts";

const second = { number: "I2", ordinal: 1 };
const ENDED = { red_no: "HZ-202608-00002", state: "withdrawn" };
const RED = { red_no: "HZ-202608-00002", state: "red-issued", number: "R1" };

/** Rules of migrations 0018 and 0026: titles, applications, invoices and what takes them back. */
export const INVOICE_ATTEMPTS: readonly Attempt[] = [
  attempt("two default titles of a tenant", "invoice_title_default", copyOf("invoice_title")),
  attempt("a title of nobody", "invoice_title_name_check", copyOf("invoice_title", { is_default: false, name: "" })),
  attempt(
    "a company without a tax number",
    "invoice_title_check",
    copyOf("invoice_title", { is_default: false, tax_no: "" }),
  ),
  ...["bank_account_cipher", "bank_account_key_id", "bank_account_hash"].map((column) =>
    attempt(
      `a bank account without its ${column}`,
      "invoice_title_check1",
      copyOf("invoice_title", { is_default: false, [column]: null }),
    ),
  ),
  attempt(
    "a limit of nothing",
    "invoice_setting_monthly_limit_fen_check",
    "UPDATE invoice_setting SET monthly_limit_fen = 0",
  ),
  attempt("a provider without a name", "invoice_setting_provider_check", "UPDATE invoice_setting SET provider = ''"),
  attempt("two orders of one number", "invoice_order_order_no_key", copyOf("invoice_order", { red_letter_id: null })),
  attempt(
    "two orders of one red letter",
    "invoice_order_of_red_letter",
    copyOf("invoice_order", { order_no: "HZ-202608-00001-2" }),
  ),
  attempt(
    "two orders of one invoice",
    "invoice_order_of_invoice",
    copyOf("invoice_order", { order_no: "A", red_letter_id: null }),
    copyOf("invoice_order", { order_no: "B", red_letter_id: null }),
  ),
  attempt("an order from nobody", "invoice_order_provider_check", "UPDATE invoice_order SET provider = 'manual'"),
  attempt(
    "an order under way that nobody looks after",
    "invoice_order_check",
    "UPDATE invoice_order SET next_step_at = NULL",
  ),
  attempt("a failure without a reason", "invoice_order_check1", "UPDATE invoice_order SET state = 'failed'"),
  attempt("a cover on no printed line", "invoice_coverage_place_check", "UPDATE invoice_coverage SET place = 0"),
  attempt("two settings of one entity", "invoice_setting_pkey", copyOf("invoice_setting")),
  attempt("two certificates of one building", "building_certificate_pkey", copyOf("building_certificate")),
  attempt("two applications of one number", "invoice_application_application_no_key", copyOf("invoice_application")),
  attempt(
    "an application for nothing",
    "invoice_application_amount_fen_check",
    copyOf("invoice_application", { application_no: "FP-2", amount_fen: 0 }),
  ),
  attempt(
    "an application ended at no time",
    "invoice_application_check",
    copyOf("invoice_application", { application_no: "FP-2", state: "rejected" }),
  ),
  attempt(
    "two invoices in one place of an application",
    "invoice_application_ordinal",
    copyOf("invoice", { number: "I2" }),
  ),
  attempt("an issued invoice without a number", "invoice_numbered", copyOf("invoice", { ordinal: 1, number: null })),
  attempt("less than nothing taken back", "invoice_red_fen_check", copyOf("invoice", { ...second, red_fen: -1 })),
  attempt("more taken back than invoiced", "invoice_red_below_blue", copyOf("invoice", { ...second, red_fen: 101 })),
  attempt(
    "net and tax that are not the amount",
    "invoice_sum",
    copyOf("invoice", { ...second, net_fen: 92, tax_fen: 9 }),
  ),
  attempt("a net amount without its tax", "invoice_sum", copyOf("invoice", { ...second, net_fen: 92 })),
  attempt("a tax without its net amount", "invoice_sum", copyOf("invoice", { ...second, tax_fen: 9 })),
  attempt(
    "an invoice reversed of which something is left",
    "invoice_reversed_whole",
    copyOf("invoice", { ...second, state: "reversed", red_fen: 99 }),
  ),
  attempt("one line of an invoice twice", "invoice_coverage_pkey", copyOf("invoice_coverage")),
  attempt("two red letters of one number", "red_letter_red_no_key", copyOf("red_letter", { state: "withdrawn" })),
  attempt("nothing taken back", "red_letter_amount_fen_check", copyOf("red_letter", { ...ENDED, amount_fen: 0 })),
  attempt(
    "two red invoices of one number",
    "red_letter_number_once",
    copyOf("red_letter", RED),
    copyOf("red_letter", { ...RED, red_no: "HZ-202608-00003" }),
  ),
  attempt("a red invoice without a number", "red_letter_check", copyOf("red_letter", { ...RED, number: null })),
  attempt(
    "a number of a red invoice that is not issued",
    "red_letter_check",
    copyOf("red_letter", { ...ENDED, number: "R1" }),
  ),
  attempt("two red letters at once of one invoice", "red_letter_live", copyOf("red_letter", { red_no: "HZ-2" })),
  attempt(
    "one refund that takes one invoice back twice",
    "red_letter_refund",
    "UPDATE red_letter SET refund_id = (SELECT id FROM refund LIMIT 1)",
    copyOf("red_letter", RED),
  ),
  attempt(
    "nothing of a line taken back",
    "red_letter_coverage_amount_fen_check",
    copyOf("red_letter_coverage", { component: "late-fee", amount_fen: 0 }),
  ),
  ...appendOnly("red_letter_coverage", "amount_fen = 2"),
  attempt("one file of an invoice twice", "invoice_file_invoice_id_sha256_key", copyOf("invoice_file")),
];

export const INVOICE_ALLOWED: readonly Attempt[] = [
  attempt("a second title that is not the default", "", copyOf("invoice_title", { is_default: false })),
  attempt(
    "a person without a tax number",
    "",
    copyOf("invoice_title", { is_default: false, type: "person", tax_no: "" }),
  ),
  attempt("a second invoice of an application", "", copyOf("invoice", second)),
  attempt(
    "two asked for that have no number yet",
    "",
    copyOf("invoice", { ordinal: 1, number: null, state: "requested" }),
    copyOf("invoice", { ordinal: 2, number: null, state: "requested" }),
  ),
  attempt("an invoice reversed to the last fen", "", copyOf("invoice", { ...second, state: "reversed", red_fen: 100 })),
  attempt("a next red letter when the last one is issued", "", copyOf("red_letter", RED)),
];
