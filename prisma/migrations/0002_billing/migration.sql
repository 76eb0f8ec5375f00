-- Billing runs, bills and what they leave open.

CREATE TABLE billing_run (
  id uuid PRIMARY KEY,
  period text NOT NULL CHECK (period ~ '^\d{4}-\d{2}$'),
  project_code text NOT NULL, -- '' = all projects
  state text NOT NULL CHECK (state IN ('draft', 'previewed', 'approved', 'issued', 'published')),
  issue_date date,
  created_by text NOT NULL,
  approved_by text,
  certificate jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  CHECK (approved_by IS NULL OR approved_by <> created_by),
  CHECK (state IN ('draft', 'previewed') OR approved_by IS NOT NULL)
);

CREATE TABLE billing_chunk (
  id uuid PRIMARY KEY,
  run_id uuid NOT NULL REFERENCES billing_run,
  stage text NOT NULL CHECK (stage IN ('compute', 'issue')),
  ordinal integer NOT NULL,
  lease_ids uuid[] NOT NULL,
  state text NOT NULL CHECK (state IN ('waiting', 'claimed', 'done')),
  attempt integer NOT NULL DEFAULT 0,
  claimed_by text,
  claimed_until timestamptz,
  UNIQUE (run_id, stage, ordinal)
);

CREATE TABLE bill (
  id uuid PRIMARY KEY,
  entity_id uuid NOT NULL REFERENCES legal_entity,
  project_id uuid NOT NULL REFERENCES project,
  tenant_id uuid NOT NULL REFERENCES tenant,
  lease_id uuid NOT NULL REFERENCES lease,
  lease_version_id uuid NOT NULL REFERENCES lease_version,
  run_id uuid REFERENCES billing_run,
  origin text NOT NULL CHECK (origin IN ('run', 'one-off', 'opening', 'settlement')),
  state text NOT NULL CHECK (state IN ('draft', 'issued', 'published')),
  bill_no text NOT NULL UNIQUE,       -- 'draft-<id>' until the run numbers its bills
  payment_code text NOT NULL UNIQUE,  -- what a payer writes into a transfer's remark
  period text NOT NULL CHECK (period ~ '^\d{4}-\d{2}$'),
  issue_date date NOT NULL,
  due_date date NOT NULL,
  total_fen bigint NOT NULL,
  issued_at timestamptz,
  published_at timestamptz,
  CHECK (due_date >= issue_date OR origin = 'opening'),
  CHECK (state <> 'published' OR published_at IS NOT NULL)
);
CREATE INDEX bill_tenant ON bill (entity_id, tenant_id);
CREATE INDEX bill_run ON bill (run_id);
CREATE INDEX bill_lease_period ON bill (lease_id, period);

CREATE TABLE bill_line (
  id uuid PRIMARY KEY,
  bill_id uuid NOT NULL REFERENCES bill,
  entity_id uuid NOT NULL REFERENCES legal_entity,
  lease_id uuid NOT NULL REFERENCES lease,
  charge_code text NOT NULL,
  role text NOT NULL CHECK (role IN ('charge', 'discount', 'deposit', 'one-off')),
  ordinal integer NOT NULL CHECK (ordinal >= 0),
  kind text NOT NULL,
  period_from date NOT NULL,
  period_to date NOT NULL,
  correction_no integer NOT NULL CHECK (correction_no >= 0),
  corrects_line_id uuid REFERENCES bill_line,
  position integer NOT NULL,
  amount_fen bigint NOT NULL,
  net_fen bigint NOT NULL,
  tax_fen bigint NOT NULL,
  tax_rate numeric NOT NULL CHECK (tax_rate >= 0 AND tax_rate < 1),
  estimated boolean NOT NULL DEFAULT false,
  engine_version text NOT NULL,
  input_hash text NOT NULL,
  inputs jsonb NOT NULL,
  derivation jsonb NOT NULL,
  CONSTRAINT bill_line_identity UNIQUE (lease_id, charge_code, role, ordinal, period_from, period_to, correction_no),
  CONSTRAINT bill_line_net_plus_tax CHECK (net_fen + tax_fen = amount_fen),
  CONSTRAINT bill_line_period CHECK (period_to >= period_from),
  CONSTRAINT bill_line_correction CHECK ((correction_no > 0) = (corrects_line_id IS NOT NULL))
);
CREATE INDEX bill_line_bill ON bill_line (bill_id);
CREATE TRIGGER bill_line_append_only BEFORE UPDATE OR DELETE ON bill_line FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- What a line that could be open still is: a projection, rebuilt and compared nightly.
CREATE TABLE receivable (
  line_id uuid PRIMARY KEY REFERENCES bill_line,
  bill_id uuid NOT NULL REFERENCES bill,
  entity_id uuid NOT NULL REFERENCES legal_entity,
  tenant_id uuid NOT NULL REFERENCES tenant,
  lease_id uuid NOT NULL REFERENCES lease,
  principal_fen bigint NOT NULL,      -- after set-off
  open_fen bigint NOT NULL,
  late_fee_accrued_fen bigint NOT NULL DEFAULT 0,
  late_fee_waived_fen bigint NOT NULL DEFAULT 0,
  late_fee_open_fen bigint NOT NULL DEFAULT 0,
  late_fee_through date,
  disputed_since date,
  promise_until date,
  CONSTRAINT receivable_open_bounds CHECK (open_fen >= 0 AND open_fen <= principal_fen),
  CONSTRAINT receivable_late_fee_bounds CHECK (late_fee_open_fen >= 0 AND late_fee_open_fen <= late_fee_accrued_fen - late_fee_waived_fen)
);
CREATE INDEX receivable_open ON receivable (entity_id, tenant_id) WHERE open_fen > 0 OR late_fee_open_fen > 0;
CREATE INDEX receivable_bill ON receivable (bill_id);

-- A negative line used up against a positive one (money-rules 2: negative lines are never open).
CREATE TABLE set_off (
  id uuid PRIMARY KEY,
  from_line_id uuid NOT NULL REFERENCES bill_line,
  to_line_id uuid NOT NULL REFERENCES bill_line,
  amount_fen bigint NOT NULL CHECK (amount_fen > 0),
  UNIQUE (from_line_id, to_line_id)
);
CREATE INDEX set_off_to ON set_off (to_line_id);
CREATE TRIGGER set_off_append_only BEFORE UPDATE OR DELETE ON set_off FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE dispute (
  id uuid PRIMARY KEY,
  line_id uuid NOT NULL REFERENCES bill_line,
  reason text NOT NULL,
  raised_by text NOT NULL,
  disputed daterange NOT NULL CHECK (NOT isempty(disputed)),
  EXCLUDE USING gist (line_id WITH =, disputed WITH &&)
);

-- Late fees are fed by append-only accruals; each posting is the difference to the one before (money-rules 7).
CREATE TABLE late_fee_accrual (
  id uuid PRIMARY KEY,
  entity_id uuid NOT NULL REFERENCES legal_entity,
  line_id uuid NOT NULL REFERENCES bill_line,
  through_date date NOT NULL,
  revision integer NOT NULL CHECK (revision >= 0), -- a back-dated receipt restates the same day
  cumulative_fen bigint NOT NULL CHECK (cumulative_fen >= 0),
  posted_fen bigint NOT NULL,
  days integer NOT NULL CHECK (days >= 0),
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(), -- written under the account's lock, so in the order of the facts
  UNIQUE (line_id, through_date, revision)
);
CREATE TRIGGER late_fee_accrual_append_only BEFORE UPDATE OR DELETE ON late_fee_accrual FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE late_fee_waiver (
  id uuid PRIMARY KEY,
  entity_id uuid NOT NULL REFERENCES legal_entity,
  line_id uuid NOT NULL REFERENCES bill_line,
  amount_fen bigint NOT NULL CHECK (amount_fen <> 0), -- below zero takes a waiver back that has nothing left to forgive
  reason text NOT NULL,
  requested_by text NOT NULL,
  approved_by text NOT NULL,
  waived_on date NOT NULL,
  cause_id uuid, -- of what took it back: its undo gives it again
  recorded_at timestamptz NOT NULL DEFAULT now(),
  CHECK (amount_fen < 0 OR approved_by <> requested_by)
);
CREATE INDEX late_fee_waiver_line ON late_fee_waiver (line_id);
CREATE TRIGGER late_fee_waiver_append_only BEFORE UPDATE OR DELETE ON late_fee_waiver FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE parked_line (
  lease_id uuid NOT NULL REFERENCES lease,
  charge_code text NOT NULL,
  period_from date NOT NULL,
  period_to date NOT NULL,
  code text NOT NULL,
  message text NOT NULL,
  run_id uuid NOT NULL REFERENCES billing_run,
  resolved_at timestamptz,
  PRIMARY KEY (lease_id, charge_code, period_from)
);

CREATE TABLE anomaly_acknowledgement (
  anomaly_id text PRIMARY KEY,
  acknowledged_by text NOT NULL,
  acknowledged_at timestamptz NOT NULL DEFAULT now()
);

-- Leases whose issued lines may be wrong since an input changed; the next run that issues looks at them again.
CREATE TABLE billing_recheck (
  lease_id uuid PRIMARY KEY REFERENCES lease,
  from_date date NOT NULL,
  reason text NOT NULL
);

CREATE TABLE pool_allocation (
  id uuid PRIMARY KEY,
  pool_id uuid NOT NULL REFERENCES pool,
  entity_id uuid NOT NULL REFERENCES legal_entity,
  month text NOT NULL CHECK (month ~ '^\d{4}-\d{2}$'),
  version integer NOT NULL CHECK (version >= 1),
  state text NOT NULL CHECK (state IN ('open', 'closed')),
  cost_fen bigint NOT NULL CHECK (cost_fen >= 0),
  input_hash text NOT NULL,
  UNIQUE (pool_id, month, version)
);
CREATE TABLE pool_share (
  allocation_id uuid NOT NULL REFERENCES pool_allocation,
  holder text NOT NULL, -- 'unit|lease' or '~operator'
  lease_code text NOT NULL, -- '' for the operator
  weight text NOT NULL,
  days integer NOT NULL,
  amount_fen bigint NOT NULL CHECK (amount_fen >= 0),
  PRIMARY KEY (allocation_id, holder)
);
-- I3: a version is closed only when its shares sum to its cost, and a closed one never changes.
CREATE FUNCTION check_pool_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.state = 'closed' THEN
    RAISE EXCEPTION 'pool_allocation %: a closed version never changes', OLD.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.state = 'closed' AND NEW.cost_fen <> (SELECT coalesce(sum(amount_fen), 0) FROM pool_share WHERE allocation_id = NEW.id) THEN
    RAISE EXCEPTION 'pool_allocation %: the shares do not sum to the cost', NEW.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER pool_allocation_closed BEFORE UPDATE OR DELETE ON pool_allocation FOR EACH ROW EXECUTE FUNCTION check_pool_closed();
CREATE FUNCTION check_pool_share_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' OR (SELECT state FROM pool_allocation WHERE id = NEW.allocation_id) = 'closed' THEN
    RAISE EXCEPTION 'pool_share rows of a closed version never change' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER pool_share_open BEFORE INSERT OR UPDATE OR DELETE ON pool_share FOR EACH ROW EXECUTE FUNCTION check_pool_share_open();

-- Opening positions that are not bills: how far the old system had billed, what deposits it held.
CREATE TABLE opening_billed_through (
  lease_id uuid NOT NULL REFERENCES lease,
  charge_code text NOT NULL,
  through_date date NOT NULL,
  PRIMARY KEY (lease_id, charge_code)
);
CREATE TABLE opening_deposit (
  lease_id uuid PRIMARY KEY REFERENCES lease,
  entity_id uuid NOT NULL REFERENCES legal_entity,
  amount_fen bigint NOT NULL CHECK (amount_fen > 0)
);
