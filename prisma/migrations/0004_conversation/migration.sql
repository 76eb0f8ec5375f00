-- What was said to us, what we say, and to whom it went.

CREATE TABLE conversation (
  key text PRIMARY KEY, -- 'official-account|<appid>|<openid>'
  last_sequence bigint NOT NULL DEFAULT 0,
  handled_sequence bigint NOT NULL DEFAULT 0,
  context jsonb NOT NULL DEFAULT '{}',
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE inbox_event (
  id uuid PRIMARY KEY,
  platform text NOT NULL,
  app_id text NOT NULL,
  external_key text NOT NULL,
  conversation_key text NOT NULL REFERENCES conversation,
  sequence bigint NOT NULL,
  event jsonb NOT NULL,
  state text NOT NULL CHECK (state IN ('received', 'handled', 'failed')),
  attempts integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz NOT NULL DEFAULT now(),
  failure text,
  received_at timestamptz NOT NULL DEFAULT now(),
  handled_at timestamptz,
  UNIQUE (platform, app_id, external_key),
  UNIQUE (conversation_key, sequence)
);
CREATE INDEX inbox_event_waiting ON inbox_event (next_attempt_at) WHERE state = 'received';

CREATE TABLE outbox (
  id uuid PRIMARY KEY,
  stream_key text NOT NULL, -- messages of one stream leave in order
  stream_seq bigint NOT NULL,
  dedupe_key text NOT NULL UNIQUE,
  channel text NOT NULL CHECK (channel IN ('official-account', 'wecom', 'dingtalk', 'sms')),
  app_id text NOT NULL,
  recipient text NOT NULL,
  person_id uuid REFERENCES person,
  occasion text NOT NULL CHECK (occasion IN ('reply', 'notice')),
  message jsonb NOT NULL,
  inbox_event_id uuid REFERENCES inbox_event,
  state text NOT NULL CHECK (state IN ('pending', 'claimed', 'sent', 'dead', 'withheld')),
  attempts integer NOT NULL DEFAULT 0,
  not_before timestamptz NOT NULL DEFAULT now(),
  claimed_by text,
  claimed_until timestamptz,
  failure text,
  resent boolean NOT NULL DEFAULT false, -- marked 重发 when we can't know whether the first try arrived
  created_at timestamptz NOT NULL DEFAULT now(),
  sent_at timestamptz,
  UNIQUE (stream_key, stream_seq)
);
CREATE INDEX outbox_waiting ON outbox (not_before) WHERE state IN ('pending', 'claimed');
CREATE INDEX outbox_inbox_event ON outbox (inbox_event_id);

CREATE TABLE outbox_stream (
  key text PRIMARY KEY,
  last_seq bigint NOT NULL
);

CREATE TABLE delivery (
  id uuid PRIMARY KEY,
  outbox_id uuid NOT NULL REFERENCES outbox,
  attempt integer NOT NULL CHECK (attempt >= 1),
  recipient text NOT NULL,
  via text NOT NULL, -- passive, custom, template, sms …
  vendor_id text NOT NULL DEFAULT '',
  state text NOT NULL CHECK (state IN ('accepted', 'delivered', 'undelivered', 'refused', 'later', 'unknown')),
  detail text NOT NULL DEFAULT '',
  recorded_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (outbox_id, attempt)
);
CREATE INDEX delivery_vendor ON delivery (vendor_id) WHERE vendor_id <> '';

CREATE TABLE card_instance (
  task_id text PRIMARY KEY,
  outbox_id uuid NOT NULL REFERENCES outbox,
  subject_kind text NOT NULL,
  subject_id uuid NOT NULL,
  subject_version integer NOT NULL,
  recipient text NOT NULL,
  response_code text,
  response_code_used boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX card_instance_subject ON card_instance (subject_kind, subject_id);

-- How many messages a platform still lets us send to a person (platforms.md 5.1).
CREATE TABLE reach_window (
  id uuid PRIMARY KEY,
  app_id text NOT NULL,
  external_id text NOT NULL,
  reason text NOT NULL CHECK (reason IN ('message', 'menu', 'subscribe', 'scan', 'payment')),
  opened_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  allowance integer, -- null: unlimited
  used integer NOT NULL DEFAULT 0,
  CHECK (allowance IS NULL OR used <= allowance)
);
CREATE INDEX reach_window_person ON reach_window (app_id, external_id, expires_at);

CREATE TABLE bind_code (
  id uuid PRIMARY KEY,
  phone_hash bytea NOT NULL,
  conversation_key text NOT NULL,
  code_hash bytea NOT NULL,
  attempts integer NOT NULL DEFAULT 0 CHECK (attempts <= 5),
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX bind_code_phone ON bind_code (phone_hash, created_at);

-- Access tokens of vendors, encrypted, shared by all processes; one of them fetches while the others wait.
CREATE TABLE vendor_token (
  key text PRIMARY KEY,
  token_cipher bytea,
  token_key_id text,
  expires_at timestamptz NOT NULL DEFAULT '-infinity',
  fetching_until timestamptz NOT NULL DEFAULT '-infinity',
  CHECK ((token_cipher IS NULL) = (token_key_id IS NULL))
);

-- Spent one-time tokens of H5 forms and replayed requests: the first use inserts, the second collides.
CREATE TABLE spent_token (
  token_hash bytea PRIMARY KEY,
  purpose text NOT NULL,
  expires_at timestamptz NOT NULL
);

CREATE TABLE rate_count (
  key text NOT NULL,
  window_start timestamptz NOT NULL,
  count integer NOT NULL,
  PRIMARY KEY (key, window_start)
);
