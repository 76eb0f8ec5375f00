-- Matching statements with the books, and what is done about differences.

ALTER TABLE match_item DROP CONSTRAINT match_item_book_kind_check;
ALTER TABLE match_item ADD CONSTRAINT match_item_book_kind_check CHECK (book_kind IN
  -- 'fund' repeats what the trade bill says of a receipt, refund or fee; 'movement' is a row of channel_movement
  ('receipt', 'refund', 'fee', 'settlement', 'exception', 'fund', 'movement'));
ALTER TABLE match_item
  ADD COLUMN matched_by text NOT NULL DEFAULT 'job:reconciliation',
  ADD COLUMN matched_at timestamptz NOT NULL DEFAULT now();

ALTER TABLE exception_item
  ADD COLUMN account_code text,
  ADD COLUMN business_date date,
  ADD COLUMN amount_fen bigint,
  ADD COLUMN order_no text,
  ADD COLUMN tenant_id uuid REFERENCES tenant,
  ADD COLUMN statement_line_id uuid REFERENCES statement_line,
  ADD COLUMN receipt_id uuid REFERENCES receipt, -- where its money stands now: unclaimed, or a tenant's after a claim
  ADD COLUMN owner_role text,
  ADD COLUMN due_at timestamptz, -- business clock
  ADD COLUMN escalated_at timestamptz,
  ADD COLUMN version integer NOT NULL DEFAULT 1;
CREATE INDEX exception_item_day ON exception_item (account_code, business_date) WHERE account_code IS NOT NULL;
CREATE INDEX exception_item_due ON exception_item (due_at) WHERE state = 'open' AND due_at IS NOT NULL;
CREATE INDEX exception_item_line ON exception_item (statement_line_id) WHERE statement_line_id IS NOT NULL;

-- A choice that somebody made about a difference, with what an undo has to give back. The latest that is not undone counts.
CREATE TABLE exception_resolution (
  id uuid PRIMARY KEY,
  exception_id uuid NOT NULL REFERENCES exception_item,
  ordinal integer NOT NULL CHECK (ordinal >= 1),
  proposal text NOT NULL,
  note text,
  effect jsonb NOT NULL,
  resolved_by text NOT NULL,
  resolved_on date NOT NULL,
  approval_id uuid REFERENCES approval_request,
  undone_by text,
  undone_on date,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (exception_id, ordinal),
  CHECK ((undone_by IS NULL) = (undone_on IS NULL))
);
CREATE UNIQUE INDEX exception_resolution_standing ON exception_resolution (exception_id) WHERE undone_by IS NULL;

-- Fees and settlements of channels and banks: events that no other table holds. A counter-movement names what it takes back.
CREATE TABLE channel_movement (
  id uuid PRIMARY KEY,
  entity_id uuid NOT NULL REFERENCES legal_entity,
  account_code text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('channel-fee', 'channel-settled', 'bank-fee')),
  amount_fen bigint NOT NULL CHECK (amount_fen <> 0), -- below zero: given back
  value_date date NOT NULL,
  subject_key text NOT NULL UNIQUE, -- the fee of one payment, the settlement of one flow number: booked once
  statement_line_id uuid REFERENCES statement_line,
  reverses_id uuid REFERENCES channel_movement,
  recorded_by text NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX channel_movement_reversed_once ON channel_movement (reverses_id) WHERE reverses_id IS NOT NULL;
CREATE INDEX channel_movement_account ON channel_movement (account_code, value_date);
CREATE TRIGGER channel_movement_append_only BEFORE UPDATE OR DELETE ON channel_movement FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER channel_movement_no_truncate BEFORE TRUNCATE ON channel_movement FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What the bank kept of a transfer on the way: a claim that is given up like one that is forgiven, at 6603's cost.
ALTER TABLE claim_relief DROP CONSTRAINT claim_relief_kind_check;
ALTER TABLE claim_relief ADD CONSTRAINT claim_relief_kind_check CHECK (kind IN ('waiver', 'write-off', 'bank-fee'));

-- Who has paid for whom: learnt from confirmed matches only, two of them before it is trusted.
CREATE TABLE payer_fingerprint (
  id uuid PRIMARY KEY,
  counterparty_account_id uuid REFERENCES counterparty_account, -- null: the statement gave no account number
  name_key text NOT NULL,
  tenant_id uuid NOT NULL REFERENCES tenant,
  created_at timestamptz NOT NULL DEFAULT now(),
  revoked_by text,
  revoked_at timestamptz,
  CHECK ((revoked_by IS NULL) = (revoked_at IS NULL)),
  CHECK (counterparty_account_id IS NOT NULL OR name_key <> '')
);
CREATE UNIQUE INDEX payer_fingerprint_once ON payer_fingerprint
  (coalesce(counterparty_account_id, '00000000-0000-0000-0000-000000000000'::uuid), name_key, tenant_id) WHERE revoked_at IS NULL;
CREATE INDEX payer_fingerprint_account ON payer_fingerprint (counterparty_account_id);
CREATE TABLE payer_confirmation (
  fingerprint_id uuid NOT NULL REFERENCES payer_fingerprint,
  statement_line_id uuid NOT NULL REFERENCES statement_line,
  confirmed_by text NOT NULL,
  withdrawn boolean NOT NULL DEFAULT false, -- its match was undone
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (fingerprint_id, statement_line_id)
);

-- Figures that were told to a tenant: a transfer of one of them within three days settles (money-rules 8).
CREATE TABLE stated_figure (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenant,
  entity_id uuid NOT NULL REFERENCES legal_entity,
  amount_fen bigint NOT NULL CHECK (amount_fen > 0),
  stated_on date NOT NULL,
  bill_nos text[] NOT NULL DEFAULT '{}', -- empty: all that was owed
  source text NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (tenant_id, entity_id, amount_fen, stated_on, bill_nos)
);

-- A tenant says that an unidentified transfer is theirs; a person confirms.
CREATE TABLE transfer_claim (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenant,
  person_id uuid REFERENCES person,
  amount_fen bigint CHECK (amount_fen > 0),
  said text NOT NULL DEFAULT '',
  slip_media_id text, -- the photo of the slip, kept as evidence
  exception_id uuid REFERENCES exception_item,
  claimed_on date NOT NULL,
  state text NOT NULL CHECK (state IN ('open', 'confirmed', 'refused')),
  recorded_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX transfer_claim_open ON transfer_claim (amount_fen) WHERE state = 'open';

CREATE TABLE statement_day (
  account_code text NOT NULL,
  day date NOT NULL,
  entity_id uuid NOT NULL REFERENCES legal_entity,
  closed boolean NOT NULL,
  certificate jsonb NOT NULL,
  run_by text NOT NULL,
  run_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account_code, day)
);

-- Bill numbers as payers write them: without hyphens and spaces, in any case.
CREATE INDEX bill_compact_no ON bill (regexp_replace(upper(bill_no), '[^0-9A-Z一-龥]', '', 'g'));

-- Lines and receipts find each other by number, or by day and amount, however many there are.
CREATE INDEX statement_line_channel_no ON statement_line (account_code, channel_no) WHERE channel_no IS NOT NULL;
CREATE INDEX receipt_day_amount ON receipt (account_code, value_date, amount_fen);
