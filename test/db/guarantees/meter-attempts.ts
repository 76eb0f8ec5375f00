import { type Attempt, attempt, copyOf } from "../../support/guarantees.ts";

const newReading = { fingerprint: "f2" };
const newCharge = { number: "one-off-00002" };

/** Rules of migration 0016: readings in doubt, a night's place, charges that people raise. */
export const METER_ATTEMPTS: readonly Attempt[] = [
  attempt("one doubtful reading twice", "reading_quarantine_fingerprint_key", copyOf("reading_quarantine")),
  attempt(
    "a reading refused on no day",
    "reading_quarantine_check",
    copyOf("reading_quarantine", { ...newReading, state: "refused" }),
  ),
  attempt(
    "a reading accepted of a meter that is none",
    "reading_quarantine_check1",
    copyOf("reading_quarantine", { ...newReading, state: "accepted", decided_on: "2026-08-06" }),
  ),
  attempt("two charges of one number", "one_off_charge_number_key", copyOf("one_off_charge")),
  attempt(
    "a charge of nothing",
    "one_off_charge_amount_fen_check",
    copyOf("one_off_charge", { ...newCharge, amount_fen: 0 }),
  ),
  attempt(
    "a charge for no reason",
    "one_off_charge_reason_check",
    copyOf("one_off_charge", { ...newCharge, reason: " " }),
  ),
  attempt(
    "a charge approved by who asked for it",
    "one_off_charge_check",
    copyOf("one_off_charge", { ...newCharge, approved_by: "S01" }),
  ),
];
