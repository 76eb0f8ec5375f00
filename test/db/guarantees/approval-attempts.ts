import { type Attempt, attempt, copyOf, triggerAttempt } from "../../support/guarantees.ts";

const copyOfSeries = "INSERT INTO approval_series (month, last_number) VALUES ('202609', 0)";
const PENDING = "state = 'pending'";

/** Rules of migration 0011: approval documents, delegation, principal given up. */
export const APPROVAL_ATTEMPTS: readonly Attempt[] = [
  attempt(
    "two documents of one number",
    "approval_request_number_key",
    copyOf("approval_request", { state: "cancelled", closed_on: "2026-08-06" }, PENDING),
  ),
  attempt(
    "the same thing asked for twice",
    "approval_request_pending",
    copyOf("approval_request", { number: "SP-202608-00009" }, PENDING),
  ),
  attempt(
    "an end without its day",
    "approval_request_closed",
    `UPDATE approval_request SET state = 'rejected' WHERE ${PENDING}`,
  ),
  attempt(
    "a negative escalation",
    "approval_request_escalation_check",
    `UPDATE approval_request SET escalation = -1 WHERE ${PENDING}`,
  ),
  triggerAttempt(
    "a decided document changed",
    "approval_request_closed_stays",
    "a closed request never changes",
    "UPDATE approval_request SET amount_fen = 2 WHERE state = 'approved'",
  ),
  triggerAttempt(
    "a document deleted",
    "approval_request_closed_stays",
    "a closed request never changes",
    "DELETE FROM approval_request WHERE state = 'approved'",
  ),
  triggerAttempt(
    "a decision altered",
    "approval_decision_stays",
    "append-only",
    "UPDATE approval_decision SET step = 1",
  ),
  triggerAttempt("a decision deleted", "approval_decision_stays", "append-only", "DELETE FROM approval_decision"),
  triggerAttempt("decisions emptied", "approval_decision_no_truncate", "append-only", "TRUNCATE approval_decision"),
  attempt(
    "a rejection without a reason",
    "approval_decision_reason",
    copyOf("approval_decision", { decision: "reject", reason: " ", request_version: 2 }),
  ),
  {
    what: "somebody standing for themselves",
    refusedBy: "approval_decision_other_name",
    statements: ({ personId }) => [copyOf("approval_decision", { on_behalf_of: personId, request_version: 2 })],
  },
  {
    what: "the requester by way of a delegate",
    refusedBy: "the requester never decides",
    trigger: "approval_decision_not_self",
    statements: ({ requesterId }) => [copyOf("approval_decision", { on_behalf_of: requesterId, request_version: 2 })],
  },
  {
    what: "a person by own hand and in the own name",
    refusedBy: "nobody decides twice",
    trigger: "approval_decision_not_self",
    statements: ({ personId }) => [
      "INSERT INTO person (id, name) VALUES ('00000000-0000-7000-8000-0000000000aa', '代理人')",
      copyOf("approval_decision", {
        person_id: "00000000-0000-7000-8000-0000000000aa",
        on_behalf_of: personId,
        step: 1,
      }),
    ],
  },
  {
    what: "two delegates of one person",
    refusedBy: "approval_decision_in_name",
    statements: () => [
      "INSERT INTO person (id, name) VALUES ('00000000-0000-7000-8000-0000000000aa', '代理人'), ('00000000-0000-7000-8000-0000000000ab', '请假的人')",
      copyOf("approval_decision", { on_behalf_of: "00000000-0000-7000-8000-0000000000ab", request_version: 2 }),
      copyOf("approval_decision", {
        person_id: "00000000-0000-7000-8000-0000000000aa",
        on_behalf_of: "00000000-0000-7000-8000-0000000000ab",
        request_version: 2,
      }),
    ],
  },
  {
    what: "a person for somebody and by somebody",
    refusedBy: "nobody decides twice",
    trigger: "approval_decision_not_self",
    statements: ({ personId }) => [
      "INSERT INTO person (id, name) VALUES ('00000000-0000-7000-8000-0000000000aa', '代理人'), ('00000000-0000-7000-8000-0000000000ab', '请假的人')",
      copyOf("approval_decision", { on_behalf_of: "00000000-0000-7000-8000-0000000000ab", request_version: 2 }),
      copyOf("approval_decision", {
        person_id: "00000000-0000-7000-8000-0000000000aa",
        on_behalf_of: personId,
        request_version: 2,
      }),
    ],
  },
  {
    what: "a delegation to oneself",
    refusedBy: "approval_delegation_check",
    statements: ({ personId }) => [
      copyOf("approval_delegation", { delegate_id: personId, valid: "[2026-10-01,2026-10-05)" }),
    ],
  },
  attempt(
    "a delegation without an end",
    "approval_delegation_valid_check",
    copyOf("approval_delegation", { valid: "[2026-10-01,)" }),
  ),
  attempt(
    "two stand-ins for one role on one day",
    "approval_delegation_one_stand_in",
    copyOf("approval_delegation", { valid: "[2026-08-07,2026-08-09)" }),
  ),
  attempt("a number before the first", "approval_series_last_number_check", copyOfSeries),
  attempt("nothing given up", "claim_relief_amount_fen_check", copyOf("claim_relief", { amount_fen: 0 })),
  attempt("one person giving up a claim alone", "claim_relief_check", copyOf("claim_relief", { approved_by: "S01" })),
  triggerAttempt(
    "a waived claim altered",
    "claim_relief_append_only",
    "append-only",
    "UPDATE claim_relief SET amount_fen = 2",
  ),
  triggerAttempt("a waived claim deleted", "claim_relief_append_only", "append-only", "DELETE FROM claim_relief"),
  triggerAttempt("waived claims emptied", "claim_relief_no_truncate", "append-only", "TRUNCATE claim_relief"),
];

export const APPROVAL_ALLOWED: readonly Attempt[] = [
  attempt(
    "a pending document begun again",
    "",
    `UPDATE approval_request SET version = 2, amount_fen = 2 WHERE ${PENDING}`,
  ),
  attempt(
    "the same thing asked for after its end",
    "",
    copyOf("approval_request", { number: "SP-202608-00010" }, "state = 'approved'"),
  ),
  attempt(
    "a delegate in somebody's name",
    "",
    "INSERT INTO person (id, name) VALUES ('00000000-0000-7000-8000-0000000000aa', '代理人')",
    copyOf("approval_decision", { on_behalf_of: "00000000-0000-7000-8000-0000000000aa", request_version: 2 }),
  ),
];
