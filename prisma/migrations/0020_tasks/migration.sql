-- What somebody of the staff has to do for a tenant, and reminders that were given.

CREATE TABLE steward_task (
  id uuid PRIMARY KEY,
  number text NOT NULL UNIQUE, -- RW2026-00001
  kind text NOT NULL CHECK (kind IN ('dunning', 'formal-notice', 'escalation', 'dispute', 'reminder')),
  subject_key text NOT NULL UNIQUE, -- what it is about: the same thing is one task
  tenant_id uuid REFERENCES tenant,
  project_id uuid NOT NULL REFERENCES project,
  building_id uuid REFERENCES building,
  line_id uuid REFERENCES bill_line, -- of a dispute
  title text NOT NULL,
  assignee_id uuid REFERENCES staff, -- null: nobody has this place
  state text NOT NULL CHECK (state IN ('open', 'done')),
  version integer NOT NULL DEFAULT 1,
  told boolean NOT NULL DEFAULT false, -- its card is with the assignee
  created_on date NOT NULL,
  created_at timestamptz NOT NULL, -- business clock
  waiting_since date NOT NULL, -- since when nothing was done: escalation counts from here
  escalated_on date,
  closed_on date,
  closed_by text,
  closed_reason text CHECK (closed_reason IN ('paid', 'done', 'settled')),
  CHECK ((state = 'done') = (closed_on IS NOT NULL AND closed_by IS NOT NULL AND closed_reason IS NOT NULL))
);
CREATE INDEX steward_task_open ON steward_task (assignee_id, created_on) WHERE state = 'open';
CREATE INDEX steward_task_tenant ON steward_task (tenant_id, created_on);

CREATE TABLE task_note (
  id uuid PRIMARY KEY,
  task_id uuid NOT NULL REFERENCES steward_task,
  result text NOT NULL CHECK (result IN ('unreachable', 'promised', 'disputed', 'visited', 'paid', 'note', 'reassigned', 'escalated')),
  words text NOT NULL DEFAULT '',
  promise_until date,
  photo_media_id text,
  noted_by text NOT NULL,
  noted_on date NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK ((result = 'promised') = (promise_until IS NOT NULL))
);
CREATE INDEX task_note_task ON task_note (task_id, recorded_at);

-- Who was told of a payment while the rest was still owed.
CREATE TABLE task_receipt_told (
  receipt_id uuid NOT NULL REFERENCES receipt,
  assignee_id uuid NOT NULL REFERENCES staff,
  PRIMARY KEY (receipt_id, assignee_id)
);

-- Reminders of dates: each is given once.
CREATE TABLE reminder (
  id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('lease-end', 'rent-step', 'deposit-return', 'missing-reading')),
  subject_key text NOT NULL UNIQUE, -- lease-end|<lease>|2026-12-31|60
  tenant_id uuid REFERENCES tenant,
  project_id uuid NOT NULL REFERENCES project,
  lease_id uuid REFERENCES lease,
  about_on date NOT NULL,
  given_on date NOT NULL
);
CREATE INDEX steward_task_untold ON steward_task (assignee_id) WHERE state = 'open' AND NOT told;
