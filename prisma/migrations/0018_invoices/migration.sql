-- Invoice titles, applications, invoices made by hand or by a provider, and red letters.

CREATE TABLE invoice_title (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenant,
  type text NOT NULL CHECK (type IN ('company', 'person')),
  name text NOT NULL CHECK (name <> ''),
  tax_no text NOT NULL,
  address text NOT NULL,
  phone text NOT NULL,
  bank text NOT NULL,
  bank_account_cipher bytea, -- null: none was given
  bank_account_key_id text,
  bank_account_hash bytea,
  email text NOT NULL,
  is_default boolean NOT NULL,
  created_by text NOT NULL,
  channel text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  retired_at timestamptz, -- replaced or removed; what it was printed on still names it
  CHECK (type = 'person' OR tax_no <> ''),
  CHECK ((bank_account_cipher IS NULL) = (bank_account_key_id IS NULL) AND (bank_account_cipher IS NULL) = (bank_account_hash IS NULL))
);
CREATE UNIQUE INDEX invoice_title_default ON invoice_title (tenant_id) WHERE is_default AND retired_at IS NULL;
CREATE INDEX invoice_title_tenant ON invoice_title (tenant_id, created_at);
CREATE INDEX invoice_title_bank_account ON invoice_title (bank_account_hash) WHERE bank_account_hash IS NOT NULL;

-- How an entity invoices: data that finance keeps. No row: no limit, and a 专票 needs the buyer's bank.
CREATE TABLE invoice_setting (
  entity_id uuid PRIMARY KEY REFERENCES legal_entity,
  monthly_limit_fen bigint CHECK (monthly_limit_fen > 0),
  special_needs_bank boolean NOT NULL DEFAULT false,
  refund_waits_for_red_letter boolean NOT NULL DEFAULT true,
  changed_by text NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now()
);
-- What the immovable-lease element asks for, per building (reference/domain.md 4.1).
CREATE TABLE building_certificate (
  building_id uuid PRIMARY KEY REFERENCES building,
  region text NOT NULL, -- province, city, district
  address text NOT NULL,
  certificate_no text NOT NULL,
  cross_city boolean NOT NULL DEFAULT false
);

CREATE TABLE invoice_application (
  id uuid PRIMARY KEY,
  application_no text NOT NULL UNIQUE,
  tenant_id uuid NOT NULL REFERENCES tenant,
  kind text NOT NULL CHECK (kind IN ('special', 'ordinary')),
  title_id uuid NOT NULL REFERENCES invoice_title,
  amount_fen bigint NOT NULL CHECK (amount_fen > 0),
  before_money boolean NOT NULL,
  state text NOT NULL CHECK (state IN ('pending-approval', 'submitted', 'issued', 'rejected', 'cancelled')),
  requested_by text NOT NULL,
  requested_person uuid REFERENCES person,
  channel text NOT NULL,
  business_date date NOT NULL,
  closing_reason text,
  version integer NOT NULL DEFAULT 1,
  requested_at timestamptz NOT NULL DEFAULT now(),
  closed_at timestamptz,
  CHECK ((closed_at IS NULL) = (state IN ('pending-approval', 'submitted')))
);
CREATE INDEX invoice_application_tenant ON invoice_application (tenant_id, requested_at);

ALTER TABLE invoice ALTER COLUMN number DROP NOT NULL;
ALTER TABLE invoice DROP CONSTRAINT invoice_state_check, DROP CONSTRAINT invoice_number_key;
CREATE UNIQUE INDEX invoice_number_once ON invoice (number) WHERE number IS NOT NULL;
ALTER TABLE invoice
  ADD COLUMN application_id uuid REFERENCES invoice_application,
  ADD COLUMN ordinal integer NOT NULL DEFAULT 0, -- within its application
  ADD COLUMN kind text CHECK (kind IN ('special', 'ordinary')),
  ADD COLUMN title_id uuid REFERENCES invoice_title,
  ADD COLUMN tax_rate numeric,
  ADD COLUMN net_fen bigint,
  ADD COLUMN tax_fen bigint,
  ADD COLUMN lines jsonb NOT NULL DEFAULT '[]', -- as printed: name, tax code, period, amounts
  ADD COLUMN lease_element jsonb,
  ADD COLUMN red_fen bigint NOT NULL DEFAULT 0 CHECK (red_fen >= 0),
  ADD COLUMN issued_on date,
  ADD COLUMN issued_by text,
  ADD COLUMN provider text,
  ADD COLUMN recorded_at timestamptz NOT NULL DEFAULT now(),
  ADD CONSTRAINT invoice_state CHECK (state IN ('opening', 'requested', 'issued', 'reversed', 'withdrawn')),
  ADD CONSTRAINT invoice_numbered CHECK (number IS NOT NULL OR state IN ('requested', 'withdrawn')),
  ADD CONSTRAINT invoice_red_below_blue CHECK (red_fen <= amount_fen),
  ADD CONSTRAINT invoice_sum CHECK ((net_fen IS NULL) = (tax_fen IS NULL) AND (net_fen IS NULL OR net_fen + tax_fen = amount_fen)),
  ADD CONSTRAINT invoice_reversed_whole CHECK (state <> 'reversed' OR red_fen = amount_fen OR application_id IS NULL);
CREATE UNIQUE INDEX invoice_application_ordinal ON invoice (application_id, ordinal) WHERE application_id IS NOT NULL;
CREATE INDEX invoice_tenant ON invoice (tenant_id, issued_on);

-- A late fee is invoiced like its line (价外费用), but counted apart.
ALTER TABLE invoice_coverage ADD COLUMN component text NOT NULL DEFAULT 'principal' CHECK (component IN ('principal', 'late-fee'));
ALTER TABLE invoice_coverage DROP CONSTRAINT invoice_coverage_pkey;
ALTER TABLE invoice_coverage ADD PRIMARY KEY (line_id, component, invoice_id);
CREATE INDEX invoice_coverage_invoice ON invoice_coverage (invoice_id);

CREATE TABLE red_letter (
  id uuid PRIMARY KEY,
  red_no text NOT NULL UNIQUE, -- ours
  invoice_id uuid NOT NULL REFERENCES invoice,
  reason text NOT NULL CHECK (reason IN ('mistake', 'return', 'service-ended', 'allowance')),
  explanation text NOT NULL,
  amount_fen bigint NOT NULL CHECK (amount_fen > 0),
  state text NOT NULL CHECK (state IN ('draft', 'pending-approval', 'approved', 'awaiting-peer', 'confirmed', 'red-issued', 'refused', 'expired', 'withdrawn')),
  needs_peer boolean,
  form_no text, -- 红字确认单编号
  form_submitted_at timestamptz, -- of the business clock
  number text, -- of the red invoice
  issued_on date,
  refund_id uuid REFERENCES refund,
  requested_by text NOT NULL,
  version integer NOT NULL DEFAULT 1,
  business_date date NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  CHECK ((state = 'red-issued') = (number IS NOT NULL))
);
CREATE UNIQUE INDEX red_letter_number_once ON red_letter (number) WHERE number IS NOT NULL;
-- One live red letter per blue invoice (reference/domain.md 4.2).
CREATE UNIQUE INDEX red_letter_live ON red_letter (invoice_id)
  WHERE state IN ('draft', 'pending-approval', 'approved', 'awaiting-peer', 'confirmed');
CREATE UNIQUE INDEX red_letter_refund ON red_letter (refund_id, invoice_id)
  WHERE refund_id IS NOT NULL AND state NOT IN ('refused', 'expired', 'withdrawn');
CREATE INDEX red_letter_waiting ON red_letter (form_submitted_at) WHERE state = 'awaiting-peer';

CREATE TABLE red_letter_coverage (
  red_letter_id uuid NOT NULL REFERENCES red_letter,
  line_id uuid NOT NULL REFERENCES bill_line,
  component text NOT NULL CHECK (component IN ('principal', 'late-fee')),
  amount_fen bigint NOT NULL CHECK (amount_fen > 0),
  PRIMARY KEY (red_letter_id, line_id, component)
);
CREATE TRIGGER red_letter_coverage_append_only BEFORE UPDATE OR DELETE ON red_letter_coverage FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER red_letter_coverage_no_truncate BEFORE TRUNCATE ON red_letter_coverage FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The electronic invoice itself, as the tax platform gave it.
CREATE TABLE invoice_file (
  id uuid PRIMARY KEY,
  invoice_id uuid NOT NULL REFERENCES invoice,
  red_letter_id uuid REFERENCES red_letter,
  format text NOT NULL CHECK (format IN ('pdf', 'ofd', 'xml')),
  file_id uuid NOT NULL REFERENCES document_file, -- encrypted there, and attached to e-mails from there
  sha256 text NOT NULL,
  added_by text NOT NULL,
  added_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (invoice_id, sha256)
);

-- How much of a line is invoiced now: asked for, issued or taken over, less what red letters took back.
CREATE VIEW line_invoiced AS
  SELECT line_id, component, sum(amount_fen)::bigint AS invoiced_fen FROM (
    SELECT c.line_id, c.component, c.amount_fen FROM invoice_coverage c JOIN invoice i ON i.id = c.invoice_id AND i.state <> 'withdrawn'
    UNION ALL
    SELECT r.line_id, r.component, -r.amount_fen FROM red_letter_coverage r JOIN red_letter l ON l.id = r.red_letter_id AND l.state = 'red-issued'
  ) part GROUP BY line_id, component;
