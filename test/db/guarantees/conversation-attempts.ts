import { type Attempt, attempt, copyOf, triggerAttempt } from "../../support/guarantees.ts";

/** Rules of migrations 0004 and 0005: what was said, approvals, jobs and the audit trail. */
export const CONVERSATION_ATTEMPTS: readonly Attempt[] = [
  attempt(
    "one event of a platform taken in twice",
    "inbox_event_platform_app_id_external_key_key",
    copyOf("inbox_event", { sequence: 2 }),
  ),
  attempt(
    "two events in one place of a conversation",
    "inbox_event_conversation_key_sequence_key",
    copyOf("inbox_event", { external_key: "k2" }),
  ),
  attempt("one message enqueued twice", "outbox_dedupe_key_key", copyOf("outbox", { stream_seq: 2 })),
  attempt(
    "two messages in one place of a stream",
    "outbox_stream_key_stream_seq_key",
    copyOf("outbox", { dedupe_key: "d2" }),
  ),
  attempt("one try of a delivery twice", "delivery_outbox_id_attempt_key", copyOf("delivery")),
  attempt("more earlier tries than tries", "outbox_check", "UPDATE outbox SET earlier_attempts = attempts + 1"),
  attempt("a delivery before the first try", "delivery_attempt_check", copyOf("delivery", { attempt: 0 })),
  attempt("two cards of one task", "card_instance_pkey", copyOf("card_instance")),
  attempt("one response code twice", "card_response_code_pkey", copyOf("card_response_code")),
  attempt(
    "two groups of one project",
    "staff_group_project_id_platform_app_id_key",
    copyOf("staff_group", { external_id: "h" }),
  ),
  attempt("one group of DingTalk's twice", "dingtalk_group_pkey", copyOf("dingtalk_group")),
  attempt("one group of two projects", "staff_group_platform_app_id_external_id_key", copyOf("staff_group")),
  attempt("more messages than the platform allows", "reach_window_check", "UPDATE reach_window SET used = used + 1"),
  attempt("a sixth guess at a code", "bind_code_attempts_check", "UPDATE bind_code SET attempts = attempts + 1"),
  attempt("a one-time token spent twice", "spent_token_pkey", copyOf("spent_token")),
  attempt("a token whose key is not known", "vendor_token_check", "UPDATE vendor_token SET token_key_id = NULL"),
  attempt("a phone of two people", "person_phone_pkey", copyOf("person_phone")),
];

export const CONTROL_ATTEMPTS: readonly Attempt[] = [
  attempt("two policies of one version", "approval_policy_type_version_key", copyOf("approval_policy")),
  attempt("a policy version 0", "approval_policy_version_check", copyOf("approval_policy", { version: 0 })),
  attempt(
    "one person deciding twice",
    "approval_decision_request_id_request_version_person_id_key",
    copyOf("approval_decision", { step: 1 }),
  ),
  attempt(
    "a step before the first",
    "approval_decision_step_check",
    copyOf("approval_decision", { step: -1, request_version: 2 }),
  ),
  {
    what: "the requester deciding",
    refusedBy: "the requester never decides",
    trigger: "approval_decision_not_self",
    statements: ({ requesterId }) => [copyOf("approval_decision", { person_id: requesterId })],
  },
  {
    what: "a decision handed to the requester afterwards",
    refusedBy: "the requester never decides",
    trigger: "approval_decision_not_self",
    statements: ({ requesterId }) => [`UPDATE approval_decision SET person_id = '${requesterId}'`],
  },
  attempt("one difference found twice", "exception_item_kind_subject_key_key", copyOf("exception_item")),
  attempt("one slot of a job twice", "job_run_pkey", copyOf("job_run")),
  attempt("one batch sealed twice", "audit_seal_pkey", copyOf("audit_seal")),
  triggerAttempt("a seal altered", "audit_seal_append_only", "append-only", "UPDATE audit_seal SET hash = 'x'"),
  triggerAttempt("a seal deleted", "audit_seal_append_only", "append-only", "DELETE FROM audit_seal"),
  triggerAttempt("seals emptied", "audit_seal_no_truncate", "append-only", "TRUNCATE audit_seal CASCADE"),
  ...["actor = 'b'", "after = '{}'", "at = now() + interval '1 second'", "actor = 'b', seal_batch = 1"].map((change) =>
    triggerAttempt(
      `an unsealed event altered (${change})`,
      "audit_event_append_only",
      "append-only",
      `UPDATE audit_event SET ${change} WHERE seal_batch IS NULL`,
    ),
  ),
  triggerAttempt(
    "a seal taken off an event",
    "audit_event_append_only",
    "append-only",
    "UPDATE audit_event SET seal_batch = NULL WHERE seal_batch = 1",
  ),
  triggerAttempt(
    "an event sealed again",
    "audit_event_append_only",
    "append-only",
    "UPDATE audit_event SET seal_batch = 1 WHERE seal_batch = 1",
  ),
  triggerAttempt("an event deleted", "audit_event_append_only", "append-only", "DELETE FROM audit_event"),
  triggerAttempt("events emptied", "audit_event_no_truncate", "append-only", "TRUNCATE audit_event"),
  attempt("two events of one number", "audit_event_sequence_key", copyOf("audit_event")),
  attempt(
    "an event of a batch that is not there",
    "audit_event_seal_batch_fkey",
    "UPDATE audit_event SET seal_batch = 2 WHERE seal_batch IS NULL",
  ),
];

export const CONTROL_ALLOWED: readonly Attempt[] = [
  attempt("an event sealed", "", "UPDATE audit_event SET seal_batch = 1 WHERE seal_batch IS NULL"),
  attempt("a person deciding on the changed request", "", copyOf("approval_decision", { request_version: 2 })),
  attempt("the next slot of a job", "", copyOf("job_run", { slot: "2026-08-06T00:00:00Z" })),
];
