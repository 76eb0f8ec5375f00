-- Dunning: the ladder as data, the steps that were handled, what was said of them and by which way.

-- A park's ladder, for every tenant; grows by import or by approval, never changes.
CREATE TABLE dunning_ladder (
  version integer PRIMARY KEY CHECK (version >= 1),
  steps jsonb NOT NULL,
  source text NOT NULL CHECK (source IN ('default', 'import', 'approval')),
  recorded_at timestamptz NOT NULL DEFAULT now()
);

-- In which order a tenant is reached; no row: official account, SMS, e-mail.
CREATE TABLE dunning_preference (
  tenant_id uuid PRIMARY KEY REFERENCES tenant,
  ways text[] NOT NULL CHECK (cardinality(ways) > 0 AND ways <@ ARRAY['official-account', 'sms', 'email']),
  changed_by text NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now()
);

-- Somebody decided that a tenant is not dunned for a while.
CREATE TABLE dunning_hold (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenant,
  held daterange NOT NULL CHECK (NOT isempty(held)),
  reason text NOT NULL CHECK (reason <> ''),
  set_by text NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  EXCLUDE USING gist (tenant_id WITH =, held WITH &&)
);

-- A step of the ladder, handled for the due date that caused it.
CREATE TABLE dunning_step (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenant,
  due_date date NOT NULL,
  offset_days integer NOT NULL,
  action text NOT NULL CHECK (action IN ('remind', 'notice', 'steward-task', 'formal-notice', 'escalate')),
  said boolean NOT NULL, -- false: passed over for a higher one
  handled_on date NOT NULL,
  handled_at timestamptz NOT NULL, -- business clock
  ladder_version integer NOT NULL REFERENCES dunning_ladder,
  days_overdue integer NOT NULL,
  open_fen bigint NOT NULL CHECK (open_fen > 0),
  recalled_at timestamptz -- nobody heard of it: what it said was not true any more, or it was night; it counts no longer
);
CREATE UNIQUE INDEX dunning_step_once ON dunning_step (tenant_id, due_date, offset_days, action) WHERE recalled_at IS NULL;
CREATE UNIQUE INDEX dunning_step_one_a_day ON dunning_step (tenant_id, handled_on) WHERE said AND recalled_at IS NULL;
CREATE INDEX dunning_step_day ON dunning_step (handled_on) WHERE said;

-- The tries to say a step, one way after the other. Its fate stands in the outbox under the same key.
CREATE TABLE dunning_message (
  id uuid PRIMARY KEY,
  step_id uuid NOT NULL REFERENCES dunning_step,
  ordinal integer NOT NULL CHECK (ordinal >= 1),
  way text NOT NULL CHECK (way IN ('official-account', 'sms', 'email')),
  person_id uuid NOT NULL REFERENCES person,
  dedupe_key text NOT NULL UNIQUE,
  short_code text, -- of an SMS, whose variables hold 35 characters: /s/<code> leads to the cashier
  recorded_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (step_id, ordinal)
);

CREATE UNIQUE INDEX dunning_message_short_code ON dunning_message (short_code) WHERE short_code IS NOT NULL;

-- Taken back before it left, because it was not true any more.
ALTER TABLE outbox DROP CONSTRAINT outbox_state_check;
ALTER TABLE outbox ADD CONSTRAINT outbox_state_check
  CHECK (state IN ('pending', 'claimed', 'sent', 'dead', 'withheld', 'withdrawn'));
