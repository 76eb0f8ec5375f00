import { type Attempt, appendOnly, attempt, copyOf, triggerAttempt } from "../../support/guarantees.ts";

const newBill = { bill_no: "B2", payment_code: "P2" };
const newLine = { charge_code: "other" };

/** Rules of migration 0002: runs, bills and what they leave open. */
export const BILLING_ATTEMPTS: readonly Attempt[] = [
  attempt(
    "a run approved by its maker",
    "billing_run_check",
    copyOf("billing_run", { state: "approved", approved_by: "S01" }),
  ),
  ...["approved", "issued", "published"].map((state) =>
    attempt(`a run ${state} by nobody`, "billing_run_check1", copyOf("billing_run", { state })),
  ),
  attempt("a chunk of a run twice", "billing_chunk_run_id_stage_ordinal_key", copyOf("billing_chunk")),
  attempt("two bills of one number", "bill_bill_no_key", copyOf("bill", { payment_code: "P2" })),
  attempt("two bills of one payment code", "bill_payment_code_key", copyOf("bill", { bill_no: "B2" })),
  attempt("a bill due before it was issued", "bill_check", copyOf("bill", { ...newBill, due_date: "2026-07-31" })),
  attempt("a bill published at no time", "bill_check1", copyOf("bill", { ...newBill, state: "published" })),
  attempt("a line twice", "bill_line_identity", copyOf("bill_line")),
  attempt(
    "a line whose net and tax are not its amount",
    "bill_line_net_plus_tax",
    copyOf("bill_line", { ...newLine, net_fen: 1 }),
  ),
  attempt(
    "a line whose period ends before it begins",
    "bill_line_period",
    copyOf("bill_line", { ...newLine, period_to: "2026-07-31" }),
  ),
  attempt("a correction of nothing", "bill_line_correction", copyOf("bill_line", { ...newLine, correction_no: 1 })),
  {
    what: "a first line that corrects another",
    refusedBy: "bill_line_correction",
    statements: ({ lineId }) => [copyOf("bill_line", { ...newLine, corrects_line_id: lineId })],
  },
  attempt("a correction −1", "bill_line_correction_no_check", copyOf("bill_line", { ...newLine, correction_no: -1 })),
  attempt("a discount −1", "bill_line_ordinal_check", copyOf("bill_line", { ...newLine, ordinal: -1 })),
  attempt("a line taxed at 100 %", "bill_line_tax_rate_check", copyOf("bill_line", { ...newLine, tax_rate: "1" })),
  ...appendOnly("bill_line", "derivation = '{}'"),
  attempt("less than nothing open", "receivable_open_bounds", "UPDATE receivable SET open_fen = -1"),
  attempt("more open than owed", "receivable_open_bounds", "UPDATE receivable SET open_fen = principal_fen + 1"),
  attempt("less than no fee open", "receivable_late_fee_bounds", "UPDATE receivable SET late_fee_open_fen = -1"),
  attempt(
    "more fee open than was earned and not waived",
    "receivable_late_fee_bounds",
    "UPDATE receivable SET late_fee_accrued_fen = 100, late_fee_waived_fen = 40, late_fee_open_fen = 61",
  ),
  attempt("one line set off twice against another", "set_off_from_line_id_to_line_id_key", copyOf("set_off")),
  attempt("a set-off of nothing", "set_off_amount_fen_check", copyOf("set_off", { amount_fen: 0 })),
  ...appendOnly("set_off", "amount_fen = 1"),
  attempt(
    "two disputes of a line on one day",
    "dispute_line_id_disputed_excl",
    copyOf("dispute", { disputed: "[2026-08-24,)" }),
  ),
  attempt("a dispute on no day", "dispute_disputed_check", copyOf("dispute", { disputed: "empty" })),
  attempt(
    "two accruals of one revision",
    "late_fee_accrual_line_id_through_date_revision_key",
    copyOf("late_fee_accrual"),
  ),
  attempt(
    "a fee below zero",
    "late_fee_accrual_cumulative_fen_check",
    copyOf("late_fee_accrual", { revision: 1, cumulative_fen: -1 }),
  ),
  attempt(
    "a fee for less than no days",
    "late_fee_accrual_days_check",
    copyOf("late_fee_accrual", { revision: 1, days: -1 }),
  ),
  attempt(
    "an accrual before the first",
    "late_fee_accrual_revision_check",
    copyOf("late_fee_accrual", { revision: -1 }),
  ),
  ...appendOnly("late_fee_accrual", "posted_fen = 0"),
  attempt("a waiver approved by who asked", "late_fee_waiver_check", copyOf("late_fee_waiver", { approved_by: "S01" })),
  attempt("a waiver of nothing", "late_fee_waiver_amount_fen_check", copyOf("late_fee_waiver", { amount_fen: 0 })),
  ...appendOnly("late_fee_waiver", "amount_fen = 2"),
  attempt(
    "two pool versions of one number",
    "pool_allocation_pool_id_month_version_key",
    copyOf("pool_allocation", { state: "open" }),
  ),
  attempt(
    "a pool version 0",
    "pool_allocation_version_check",
    copyOf("pool_allocation", { version: 0, state: "open" }),
  ),
  attempt(
    "a pool below zero",
    "pool_allocation_cost_fen_check",
    copyOf("pool_allocation", { version: 3, state: "open", cost_fen: -1 }),
  ),
  {
    what: "a pool closed whose shares are a fen short",
    refusedBy: "do not sum to the cost",
    trigger: "pool_allocation_closed",
    statements: ({ openPoolId }) => [`UPDATE pool_allocation SET state = 'closed' WHERE id = '${openPoolId}'`],
  },
  triggerAttempt(
    "a pool that begins closed",
    "pool_allocation_begins_open",
    "begins open",
    copyOf("pool_allocation", { version: 3, state: "closed" }),
  ),
  ...["state = 'open'", "cost_fen = 1", "input_hash = 'x'"].map((change) =>
    triggerAttempt(
      `a closed pool altered (${change})`,
      "pool_allocation_closed",
      "never changes",
      `UPDATE pool_allocation SET ${change} WHERE state = 'closed'`,
    ),
  ),
  triggerAttempt(
    "a closed pool deleted",
    "pool_allocation_closed",
    "never changes",
    "DELETE FROM pool_allocation WHERE state = 'closed'",
  ),
  triggerAttempt("pools emptied", "pool_allocation_no_truncate", "append-only", "TRUNCATE pool_allocation CASCADE"),
  triggerAttempt("shares emptied", "pool_share_no_truncate", "append-only", "TRUNCATE pool_share"),
  {
    what: "a share added to a closed pool",
    refusedBy: "never change",
    trigger: "pool_share_open",
    statements: ({ closedPoolId }) => [
      `INSERT INTO pool_share VALUES ('${closedPoolId}', 'A-101|L001', 'L001', '1', 31, 0)`,
    ],
  },
  triggerAttempt("a share altered", "pool_share_open", "never change", "UPDATE pool_share SET amount_fen = 1"),
  triggerAttempt("a share deleted", "pool_share_open", "never change", "DELETE FROM pool_share"),
  {
    what: "a share below zero",
    refusedBy: "pool_share_amount_fen_check",
    statements: ({ openPoolId }) => [
      `INSERT INTO pool_share VALUES ('${openPoolId}', 'A-101|L001', 'L001', '1', 31, -1)`,
    ],
  },
  attempt("a deposit of nothing", "opening_deposit_amount_fen_check", "UPDATE opening_deposit SET amount_fen = 0"),
];

export const BILLING_ALLOWED: readonly Attempt[] = [
  attempt("a run approved by another", "", copyOf("billing_run", { state: "approved", approved_by: "S02" })),
  attempt("a bill with numbers of its own", "", copyOf("bill", newBill)),
  attempt("a line of another charge", "", copyOf("bill_line", newLine)),
  attempt(
    "the opening of a bill that was due long ago",
    "",
    copyOf("bill", { ...newBill, origin: "opening", due_date: "2025-01-01" }),
  ),
  attempt(
    "a waiver taken back by nobody in particular",
    "",
    copyOf("late_fee_waiver", { amount_fen: -1, approved_by: "S01" }),
  ),
  attempt("a dispute that begins when the last one is over", "", copyOf("dispute", { disputed: "[2026-08-25,)" })),
  {
    what: "a pool closed whose shares are its cost",
    refusedBy: "",
    statements: ({ openPoolId }) => [
      `INSERT INTO pool_share VALUES ('${openPoolId}', 'A-101|L001', 'L001', '1', 31, 1)`,
      `UPDATE pool_allocation SET state = 'closed' WHERE id = '${openPoolId}'`,
    ],
  },
];
