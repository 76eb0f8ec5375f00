-- One approval document for everything that needs another person's consent (money-rules 11).

ALTER TABLE approval_policy
  ADD COLUMN source text NOT NULL DEFAULT 'default' CHECK (source IN ('default', 'import', 'approval')),
  ADD COLUMN recorded_at timestamptz NOT NULL DEFAULT now();

ALTER TABLE approval_request
  ALTER COLUMN entity_id DROP NOT NULL, -- tariffs and policies belong to no entity
  ADD COLUMN number text NOT NULL UNIQUE, -- "SP-202609-00001": what people call it
  ADD COLUMN project_id uuid REFERENCES project,
  ADD COLUMN tenant_id uuid REFERENCES tenant, -- whose contacts may not decide, and whose account is locked first
  ADD COLUMN title text NOT NULL,
  ADD COLUMN facts jsonb NOT NULL, -- [{label, value}] as the card shows them
  ADD COLUMN reason text NOT NULL DEFAULT '',
  ADD COLUMN revision integer NOT NULL DEFAULT 1, -- grows with everything that a card shows; `version` only with the content
  ADD COLUMN steps jsonb NOT NULL, -- of the policy version, for this amount and project
  ADD COLUMN requested_channel text NOT NULL,
  ADD COLUMN business_date date NOT NULL,
  ADD COLUMN waiting_since timestamptz NOT NULL, -- business clock: the request, a change of it, or the last step
  ADD COLUMN escalation integer NOT NULL DEFAULT 0 CHECK (escalation >= 0),
  ADD COLUMN closed_on date,
  ADD COLUMN closed_by text,
  ADD COLUMN closed_reason text,
  ADD CONSTRAINT approval_request_closed CHECK ((state = 'pending') = (closed_on IS NULL));
-- Asking twice for the same thing is one request; a changed one begins again as its next version.
CREATE UNIQUE INDEX approval_request_pending ON approval_request (type, subject_kind, subject_id) WHERE state = 'pending';
CREATE INDEX approval_request_subject ON approval_request (subject_kind, subject_id);
CREATE INDEX approval_request_waiting ON approval_request (waiting_since) WHERE state = 'pending';

-- A request that is closed stays as it was decided.
CREATE FUNCTION refuse_closed_approval() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.state <> 'pending' THEN
    RAISE EXCEPTION 'approval_request %: a closed request never changes', OLD.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER approval_request_closed_stays BEFORE UPDATE OR DELETE ON approval_request
  FOR EACH ROW EXECUTE FUNCTION refuse_closed_approval();

ALTER TABLE approval_decision
  ADD COLUMN on_behalf_of uuid REFERENCES person,
  ADD COLUMN channel text NOT NULL,
  ADD COLUMN business_date date NOT NULL,
  ADD CONSTRAINT approval_decision_reason CHECK (decision = 'approve' OR length(btrim(coalesce(reason, ''))) > 0),
  ADD CONSTRAINT approval_decision_other_name CHECK (on_behalf_of IS NULL OR on_behalf_of <> person_id);
-- Nobody twice, neither by own hand nor in somebody's name.
CREATE UNIQUE INDEX approval_decision_in_name ON approval_decision
  (request_id, request_version, (coalesce(on_behalf_of, person_id)));
CREATE OR REPLACE FUNCTION refuse_self_approval() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE requester uuid;
BEGIN
  SELECT requested_by INTO requester FROM approval_request WHERE id = NEW.request_id;
  IF requester = NEW.person_id OR requester = NEW.on_behalf_of THEN
    RAISE EXCEPTION 'the requester never decides on the own request' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM approval_decision d WHERE d.request_id = NEW.request_id AND d.request_version = NEW.request_version
      AND d.id <> NEW.id AND (d.person_id = NEW.on_behalf_of OR d.on_behalf_of = NEW.person_id)) THEN
    RAISE EXCEPTION 'nobody decides twice' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER approval_decision_stays BEFORE UPDATE OR DELETE ON approval_decision
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER approval_decision_no_truncate BEFORE TRUNCATE ON approval_decision FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A person lets another decide in their name, one role, for a range of days.
CREATE TABLE approval_delegation (
  id uuid PRIMARY KEY,
  delegator_id uuid NOT NULL REFERENCES person,
  delegate_id uuid NOT NULL REFERENCES person,
  role text NOT NULL CHECK (role IN ('steward', 'cashier', 'area-manager', 'finance-manager', 'cfo', 'auditor', 'admin')),
  valid daterange NOT NULL CHECK (NOT isempty(valid) AND NOT lower_inf(valid) AND NOT upper_inf(valid)),
  recorded_at timestamptz NOT NULL DEFAULT now(),
  revoked_on date,
  CHECK (delegator_id <> delegate_id)
);
CREATE INDEX approval_delegation_delegate ON approval_delegation (delegate_id) WHERE revoked_on IS NULL;

-- Principal given up: forgiven (waiver) or uncollectable (write-off, money-rules 9). Below zero takes it back, where a
-- correction has made the line smaller. Late fees have late_fee_waiver.
CREATE TABLE claim_relief (
  id uuid PRIMARY KEY,
  entity_id uuid NOT NULL REFERENCES legal_entity,
  line_id uuid NOT NULL REFERENCES bill_line,
  kind text NOT NULL CHECK (kind IN ('waiver', 'write-off')),
  amount_fen bigint NOT NULL CHECK (amount_fen <> 0),
  reason text NOT NULL,
  requested_by text NOT NULL,
  approved_by text NOT NULL,
  approval_id uuid REFERENCES approval_request,
  relieved_on date NOT NULL,
  cause_id uuid,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  CHECK (amount_fen < 0 OR approved_by <> requested_by)
);
CREATE INDEX claim_relief_line ON claim_relief (line_id);
CREATE TRIGGER claim_relief_append_only BEFORE UPDATE OR DELETE ON claim_relief FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER claim_relief_no_truncate BEFORE TRUNCATE ON claim_relief FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE late_fee_waiver ADD COLUMN approval_id uuid REFERENCES approval_request;

-- A billing run is published, and a month opened again, by the document that allowed it.
ALTER TABLE billing_run ADD COLUMN approval_id uuid REFERENCES approval_request;
ALTER TABLE accounting_period ADD COLUMN approval_id uuid REFERENCES approval_request;

-- Numbers of documents, month by month; apart from number_series, whose rows bills and receipts wait for.
CREATE TABLE approval_series (
  month text PRIMARY KEY,
  last_number integer NOT NULL CHECK (last_number >= 1)
);
