import { type Attempt, attempt, copyOf } from "../../support/guarantees.ts";

const another = { number: "RW2026-00002", subject_key: "dunning|2" };

/** Rules of migrations 0019 and 0020: what tenants are told about what they owe, and what colleagues have to do. */
export const DUNNING_ATTEMPTS: readonly Attempt[] = [
  attempt("a ladder version 0", "dunning_ladder_version_check", copyOf("dunning_ladder", { version: 0 })),
  attempt("no way to reach a tenant", "dunning_preference_ways_check", "UPDATE dunning_preference SET ways = '{}'"),
  attempt(
    "an unknown way to reach a tenant",
    "dunning_preference_ways_check",
    "UPDATE dunning_preference SET ways = '{sms,fax}'",
  ),
  attempt(
    "two pauses of a tenant on one day",
    "dunning_hold_tenant_id_held_excl",
    copyOf("dunning_hold", { held: "[2026-08-10,2026-08-12)" }),
  ),
  attempt("a pause on no day", "dunning_hold_held_check", copyOf("dunning_hold", { held: "empty" })),
  attempt(
    "a pause for no reason",
    "dunning_hold_reason_check",
    copyOf("dunning_hold", { held: "[2026-08-11,2026-08-12)", reason: "" }),
  ),
  attempt("one step of the ladder twice", "dunning_step_once", copyOf("dunning_step", { handled_on: "2026-08-19" })),
  attempt("two messages to a tenant on one day", "dunning_step_one_a_day", copyOf("dunning_step", { offset_days: 8 })),
  attempt(
    "a reminder of nothing",
    "dunning_step_open_fen_check",
    copyOf("dunning_step", { offset_days: 8, handled_on: "2026-08-19", open_fen: 0 }),
  ),
  attempt(
    "a step given up and taken back",
    "dunning_step_given_up_or_recalled",
    "UPDATE dunning_step SET given_up_at = now(), recalled_at = now()",
  ),
  attempt("one message said twice", "dunning_message_dedupe_key_key", copyOf("dunning_message", { ordinal: 2 })),
  attempt(
    "two messages behind one short link",
    "dunning_message_short_code",
    "UPDATE dunning_message SET short_code = 'abc'",
    copyOf("dunning_message", { ordinal: 2, dedupe_key: "dun|2" }),
  ),
  attempt(
    "two tries in one place",
    "dunning_message_step_id_ordinal_key",
    copyOf("dunning_message", { dedupe_key: "dun|2" }),
  ),
  attempt(
    "a try before the first",
    "dunning_message_ordinal_check",
    copyOf("dunning_message", { dedupe_key: "dun|2", ordinal: 0 }),
  ),
  attempt(
    "one short code for two messages",
    "dunning_message_short_code",
    "UPDATE dunning_message SET short_code = 'aaaaaaaaaaaa'",
    copyOf("dunning_message", { dedupe_key: "dun|2", ordinal: 2, short_code: "aaaaaaaaaaaa" }),
  ),
  attempt(
    "two tasks of one number",
    "steward_task_number_key",
    copyOf("steward_task", { subject_key: another.subject_key }),
  ),
  attempt(
    "two tasks about one thing",
    "steward_task_subject_key_key",
    copyOf("steward_task", { number: another.number }),
  ),
  attempt("a task done by nobody", "steward_task_check", copyOf("steward_task", { ...another, state: "done" })),
  attempt(
    "an open task with an end",
    "steward_task_check",
    copyOf("steward_task", { ...another, closed_on: "2026-08-19", closed_by: "S01", closed_reason: "paid" }),
  ),
  attempt("a promise for no day", "task_note_check", copyOf("task_note", { result: "promised" })),
  attempt(
    "a day of a promise that nobody gave",
    "task_note_check",
    copyOf("task_note", { promise_until: "2026-08-25" }),
  ),
  attempt("one reminder twice", "reminder_subject_key_key", copyOf("reminder")),
];

export const DUNNING_ALLOWED: readonly Attempt[] = [
  attempt("a pause from the day after", "", copyOf("dunning_hold", { held: "[2026-08-11,2026-08-12)" })),
  attempt("the next step on the next day", "", copyOf("dunning_step", { offset_days: 8, handled_on: "2026-08-19" })),
  attempt("a step passed over on the same day", "", copyOf("dunning_step", { offset_days: 3, said: false })),
  attempt(
    "a step said again that was taken back",
    "",
    "UPDATE dunning_step SET recalled_at = now()",
    copyOf("dunning_step", { recalled_at: null }),
  ),
];
