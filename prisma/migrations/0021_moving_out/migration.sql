-- Moving out (退租结算): one guided flow per lease. What is true is read from the tables of each step (bills, approvals,
-- refunds); here stands only what nobody else keeps.
CREATE TABLE move_out (
  id uuid PRIMARY KEY,
  number text NOT NULL UNIQUE, -- TZ-202610-00001
  entity_id uuid NOT NULL REFERENCES legal_entity,
  project_id uuid NOT NULL REFERENCES project,
  tenant_id uuid NOT NULL REFERENCES tenant,
  lease_id uuid NOT NULL REFERENCES lease,
  last_day date NOT NULL, -- on which the tenant hands the units back
  notice_on date NOT NULL,
  noticed_by uuid REFERENCES person,
  reason text NOT NULL,
  end_approval_id uuid REFERENCES approval_request, -- of a lease that ends earlier than agreed
  state text NOT NULL CHECK (state IN ('open', 'closed', 'cancelled')),
  billed_on date, -- the settlement bill is issued, or there was nothing to bill
  sheet_version integer NOT NULL DEFAULT 0 CHECK (sheet_version >= 0),
  consent text CHECK (consent IN ('asked', 'confirmed', 'objected')),
  consented_by uuid REFERENCES person,
  consented_on date,
  consent_via text, -- the channel, or 'paper' where it was signed
  objection text,
  closed_on date,
  version integer NOT NULL DEFAULT 1,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  CHECK ((state = 'closed') = (closed_on IS NOT NULL)),
  CHECK (consent IS NULL OR sheet_version > 0),
  CHECK ((consent IN ('confirmed', 'objected')) = (consented_on IS NOT NULL) OR consent IS NULL),
  CHECK (state <> 'closed' OR consent IS NOT DISTINCT FROM 'confirmed')
);
CREATE UNIQUE INDEX move_out_lease_once ON move_out (lease_id) WHERE state <> 'cancelled';
CREATE INDEX move_out_tenant ON move_out (tenant_id);

-- A sheet says what was so when it was made; a change of the books needs another sheet and another consent.
CREATE TABLE move_out_sheet (
  move_out_id uuid NOT NULL REFERENCES move_out,
  version integer NOT NULL CHECK (version >= 1),
  as_of date NOT NULL,
  content jsonb NOT NULL, -- SheetContent of src/domain/moving-out/settlement-plan.ts
  document_id uuid REFERENCES document,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (move_out_id, version)
);
CREATE TRIGGER move_out_sheet_append_only BEFORE UPDATE OR DELETE ON move_out_sheet FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER move_out_sheet_no_truncate BEFORE TRUNCATE ON move_out_sheet FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What of a deposit was not paid back: set off against what is open, or kept.
CREATE TABLE deposit_use (
  id uuid PRIMARY KEY,
  entity_id uuid NOT NULL REFERENCES legal_entity,
  tenant_id uuid NOT NULL REFERENCES tenant,
  lease_id uuid NOT NULL REFERENCES lease,
  move_out_id uuid NOT NULL REFERENCES move_out,
  kind text NOT NULL CHECK (kind IN ('offset', 'forfeit')),
  event_id uuid NOT NULL, -- of the ledger; an offset's is the prepayment that it went through
  line_id uuid REFERENCES bill_line, -- the deposit line that was paid; null: taken over at the opening
  receipt_id uuid REFERENCES receipt, -- which had paid it
  amount_fen bigint NOT NULL CHECK (amount_fen > 0),
  reason text NOT NULL,
  approval_id uuid REFERENCES approval_request,
  used_on date NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  CHECK (kind = 'offset' OR approval_id IS NOT NULL)
);
CREATE INDEX deposit_use_lease ON deposit_use (lease_id);
CREATE INDEX deposit_use_receipt ON deposit_use (receipt_id);
CREATE INDEX deposit_use_event ON deposit_use (event_id);
CREATE TRIGGER deposit_use_append_only BEFORE UPDATE OR DELETE ON deposit_use FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER deposit_use_no_truncate BEFORE TRUNCATE ON deposit_use FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Never more than was held: what was paid of the line by the receipt, or taken over, less used, less refunded or being refunded.
CREATE FUNCTION refuse_excess_deposit_use() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  held bigint;
BEGIN
  PERFORM 1 FROM tenant_account WHERE tenant_id = NEW.tenant_id AND entity_id = NEW.entity_id FOR UPDATE;
  IF NEW.line_id IS NULL THEN
    SELECT coalesce(sum(amount_fen), 0) INTO held FROM opening_deposit WHERE lease_id = NEW.lease_id;
  ELSE
    SELECT coalesce(sum(a.amount_fen - coalesce((SELECT sum(v.amount_fen) FROM allocation_reversal v WHERE v.allocation_id = a.id), 0)), 0)
      INTO held FROM allocation a LEFT JOIN prepayment p ON a.source = 'prepayment' AND p.id = a.source_id
      WHERE a.line_id = NEW.line_id AND a.component = 'principal'
        AND (CASE a.source WHEN 'receipt' THEN a.source_id ELSE p.receipt_id END) IS NOT DISTINCT FROM NEW.receipt_id;
  END IF;
  held := held
    - (SELECT coalesce(sum(amount_fen), 0) FROM deposit_use u WHERE u.lease_id = NEW.lease_id
        AND u.line_id IS NOT DISTINCT FROM NEW.line_id AND u.receipt_id IS NOT DISTINCT FROM NEW.receipt_id)
    - (SELECT coalesce(sum(amount_fen), 0) FROM refund f WHERE f.source = 'deposit' AND f.lease_id = NEW.lease_id
        AND f.line_id IS NOT DISTINCT FROM NEW.line_id AND f.receipt_id IS NOT DISTINCT FROM NEW.receipt_id
        AND f.state NOT IN ('rejected', 'cancelled'));
  IF held < NEW.amount_fen THEN
    RAISE EXCEPTION 'deposit of lease %: more used than is held', NEW.lease_id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER deposit_use_bounds BEFORE INSERT ON deposit_use FOR EACH ROW EXECUTE FUNCTION refuse_excess_deposit_use();

-- A deposit that pays claims passes through a prepayment of its own, all of it used at once: so it counts where money counts.
ALTER TABLE prepayment DROP CONSTRAINT prepayment_origin_check;
ALTER TABLE prepayment ADD CONSTRAINT prepayment_origin_check
  CHECK (origin IN ('receipt', 'opening', 'correction', 'late-fee', 'refund', 'deposit'));

-- Refunds that a settlement asked for.
CREATE TABLE move_out_refund (
  refund_id uuid PRIMARY KEY REFERENCES refund,
  move_out_id uuid NOT NULL REFERENCES move_out
);
CREATE INDEX move_out_refund_of ON move_out_refund (move_out_id);
