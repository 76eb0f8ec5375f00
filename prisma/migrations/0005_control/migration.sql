-- Approvals, jobs and the audit trail.

CREATE TABLE approval_policy (
  id uuid PRIMARY KEY,
  type text NOT NULL,
  version integer NOT NULL CHECK (version >= 1),
  tiers jsonb NOT NULL,
  UNIQUE (type, version)
);

CREATE TABLE approval_request (
  id uuid PRIMARY KEY,
  entity_id uuid NOT NULL REFERENCES legal_entity,
  type text NOT NULL,
  subject_kind text NOT NULL,
  subject_id uuid NOT NULL,
  amount_fen bigint NOT NULL,
  payload jsonb NOT NULL,
  payload_hash text NOT NULL,
  policy_id uuid NOT NULL REFERENCES approval_policy,
  version integer NOT NULL DEFAULT 1, -- a changed request begins again
  state text NOT NULL CHECK (state IN ('pending', 'approved', 'rejected', 'cancelled', 'expired')),
  requested_by uuid NOT NULL REFERENCES person,
  requested_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE approval_decision (
  id uuid PRIMARY KEY,
  request_id uuid NOT NULL REFERENCES approval_request,
  request_version integer NOT NULL,
  step integer NOT NULL CHECK (step >= 0),
  person_id uuid NOT NULL REFERENCES person,
  decision text NOT NULL CHECK (decision IN ('approve', 'reject')),
  reason text,
  decided_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (request_id, request_version, person_id)
);
CREATE FUNCTION refuse_self_approval() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT requested_by FROM approval_request WHERE id = NEW.request_id) = NEW.person_id THEN
    RAISE EXCEPTION 'the requester never decides on the own request' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER approval_decision_not_self BEFORE INSERT OR UPDATE ON approval_decision FOR EACH ROW EXECUTE FUNCTION refuse_self_approval();

CREATE TABLE exception_item (
  id uuid PRIMARY KEY,
  entity_id uuid NOT NULL REFERENCES legal_entity,
  kind text NOT NULL,
  subject_key text NOT NULL, -- the same difference found again is the same row
  facts jsonb NOT NULL,
  state text NOT NULL CHECK (state IN ('open', 'resolved')),
  resolved_with text,
  resolved_by text,
  created_at timestamptz NOT NULL DEFAULT now(),
  resolved_at timestamptz,
  UNIQUE (kind, subject_key)
);

CREATE TABLE job_run (
  name text NOT NULL,
  slot timestamptz NOT NULL, -- of the business clock
  state text NOT NULL CHECK (state IN ('queued', 'done', 'failed')),
  queued_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  detail text,
  PRIMARY KEY (name, slot)
);

CREATE TABLE audit_seal (
  batch bigint PRIMARY KEY,
  first_sequence bigint NOT NULL,
  last_sequence bigint NOT NULL,
  business_date date NOT NULL,
  previous_hash text NOT NULL,
  hash text NOT NULL,
  sealed_at timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER audit_seal_append_only BEFORE UPDATE OR DELETE ON audit_seal FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE audit_event (
  id uuid PRIMARY KEY,
  sequence bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  at timestamptz NOT NULL DEFAULT now(),
  business_date date NOT NULL,
  actor text NOT NULL,
  channel text NOT NULL,
  ip text,
  action text NOT NULL,
  subject_kind text NOT NULL,
  subject_id text NOT NULL,
  before jsonb,
  after jsonb,
  seal_batch bigint REFERENCES audit_seal
);
CREATE INDEX audit_event_subject ON audit_event (subject_kind, subject_id);
CREATE INDEX audit_event_unsealed ON audit_event (sequence) WHERE seal_batch IS NULL;
-- Only the seal may be set, and only once.
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.seal_batch IS NULL AND NEW.seal_batch IS NOT NULL
     AND to_jsonb(NEW) - 'seal_batch' = to_jsonb(OLD) - 'seal_batch' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'audit_event rows are append-only: % refused', TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE ON audit_event FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
