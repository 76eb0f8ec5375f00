-- Cards that are replaced after they were sent, and groups of the staff.

ALTER TABLE outbox ADD COLUMN recipient_kind text NOT NULL DEFAULT 'person'
  CHECK (recipient_kind IN ('person', 'group'));

-- A copy of a card has as many codes as its sending and its clicks brought; each may be spent once (platforms.md 3.5).
ALTER TABLE card_instance DROP COLUMN response_code, DROP COLUMN response_code_used;
-- The version that has taken the copy's place; null while it shows what was sent.
ALTER TABLE card_instance ADD COLUMN replaced_version integer;

CREATE TABLE card_response_code (
  code text PRIMARY KEY,
  task_id text NOT NULL REFERENCES card_instance,
  received_at timestamptz NOT NULL,
  spent_at timestamptz
);
CREATE INDEX card_response_code_task ON card_response_code (task_id);

-- The group in which a project's staff see what becomes of things.
CREATE TABLE staff_group (
  id uuid PRIMARY KEY,
  project_id uuid NOT NULL REFERENCES project,
  platform text NOT NULL CHECK (platform IN ('wecom', 'dingtalk')),
  app_id text NOT NULL,
  external_id text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (platform, app_id, external_id),
  UNIQUE (project_id, platform, app_id)
);
