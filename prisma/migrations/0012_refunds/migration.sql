-- Refunds (money-rules 11): asked for, approved, held, on their way, arrived.

-- What the channel says about a payer beyond the receipt: when to the second, and whose account (a hash, never the number).
CREATE TABLE receipt_payer (
  receipt_id uuid PRIMARY KEY REFERENCES receipt,
  paid_at timestamptz,
  payer_key text
);
CREATE INDEX receipt_payer_key ON receipt_payer (payer_key) WHERE payer_key IS NOT NULL;

-- Where money goes that cannot return the way it came. A changed account is a new row.
CREATE TABLE payout_account (
  id uuid PRIMARY KEY,
  tenant_id uuid REFERENCES tenant, -- null: the payee of unclaimed money
  holder text NOT NULL,
  bank text NOT NULL,
  account_no_cipher bytea NOT NULL,
  account_no_key_id text NOT NULL,
  account_no_hash bytea NOT NULL,
  account_no_tail text NOT NULL CHECK (length(account_no_tail) <= 4),
  entered_by text NOT NULL,
  entered_at timestamptz NOT NULL, -- of the business clock
  replaced_at timestamptz
);
CREATE UNIQUE INDEX payout_account_current ON payout_account ((tenant_id::text)) WHERE replaced_at IS NULL AND tenant_id IS NOT NULL;
CREATE INDEX payout_account_hash ON payout_account (account_no_hash);

CREATE TABLE refund (
  id uuid PRIMARY KEY,
  refund_no text NOT NULL UNIQUE,
  entity_id uuid NOT NULL REFERENCES legal_entity,
  project_id uuid REFERENCES project,
  tenant_id uuid REFERENCES tenant,
  receipt_id uuid REFERENCES receipt, -- the payment that it gives back; null: taken over, or a credit of no receipt
  source text NOT NULL CHECK (source IN ('prepayment', 'deposit', 'unclaimed')),
  lease_id uuid REFERENCES lease, -- whose deposit
  line_id uuid REFERENCES bill_line, -- the deposit line that was paid, or the line that line_effect is about
  line_effect text, -- 'credit', 'reopen'
  amount_fen bigint NOT NULL CHECK (amount_fen > 0),
  reason text NOT NULL,
  state text NOT NULL CHECK (state IN ('requested', 'approved', 'paying', 'processing', 'abnormal', 'stuck', 'bank-due', 'paid', 'rejected', 'cancelled')),
  requested_by uuid NOT NULL REFERENCES person,
  requested_via text NOT NULL,
  requested_at timestamptz NOT NULL, -- of the business clock
  approval_id uuid REFERENCES approval_request,
  approved_on date,
  route text NOT NULL CHECK (route IN ('wechat', 'bank')),
  merchant_account_id uuid REFERENCES merchant_account,
  payment_order_id uuid REFERENCES payment_order,
  out_refund_no text NOT NULL UNIQUE, -- one for its whole life, made from the id
  payout_account_id uuid REFERENCES payout_account,
  channel_refund_id text,
  received_by text,
  bank_reference text,
  paid_on date,
  problem text, -- the code that keeps it from being paid
  closing_reason text, -- why it was rejected or cancelled
  next_step_at timestamptz, -- of the wire clock: when to go on by itself
  version integer NOT NULL DEFAULT 1,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT refund_owner CHECK ((tenant_id IS NULL) = (source = 'unclaimed')),
  CONSTRAINT refund_unclaimed_receipt CHECK (source <> 'unclaimed' OR receipt_id IS NOT NULL),
  CONSTRAINT refund_deposit_lease CHECK (source <> 'deposit' OR lease_id IS NOT NULL),
  CONSTRAINT refund_line_effect CHECK (line_effect IS NULL OR (line_effect IN ('credit', 'reopen') AND source = 'prepayment' AND line_id IS NOT NULL AND receipt_id IS NOT NULL)),
  CONSTRAINT refund_wechat_order CHECK (route <> 'wechat' OR (payment_order_id IS NOT NULL AND merchant_account_id IS NOT NULL)),
  CONSTRAINT refund_approved CHECK (state IN ('requested', 'rejected', 'cancelled') OR approved_on IS NOT NULL),
  CONSTRAINT refund_paid CHECK ((state = 'paid') = (paid_on IS NOT NULL))
);
CREATE INDEX refund_receipt ON refund (receipt_id);
CREATE INDEX refund_tenant ON refund (tenant_id, requested_at);
CREATE INDEX refund_due ON refund (next_step_at) WHERE state IN ('approved', 'paying', 'processing', 'abnormal');
CREATE UNIQUE INDEX refund_bank_reference ON refund (entity_id, (coalesce(bank_reference, ''))) WHERE bank_reference IS NOT NULL;

-- Never more than was received on a payment less refunded less being refunded (money-rules 11), whatever the use cases do.
CREATE FUNCTION refuse_excess_refund() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  received bigint;
BEGIN
  IF NEW.receipt_id IS NULL OR NEW.state IN ('rejected', 'cancelled') THEN
    RETURN NEW;
  END IF;
  SELECT CASE WHEN state = 'counted' THEN amount_fen ELSE 0 END INTO received FROM receipt WHERE id = NEW.receipt_id FOR UPDATE;
  IF received < NEW.amount_fen + (SELECT coalesce(sum(amount_fen), 0) FROM refund
      WHERE receipt_id = NEW.receipt_id AND id <> NEW.id AND state NOT IN ('rejected', 'cancelled')) THEN
    RAISE EXCEPTION 'refund %: more than was received on its payment', NEW.refund_no USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER refund_bounds BEFORE INSERT OR UPDATE OF amount_fen, receipt_id, state ON refund
  FOR EACH ROW WHEN (NEW.state IN ('requested', 'approved')) EXECUTE FUNCTION refuse_excess_refund();

-- What a refund is stays as it was approved; only its way onward is written.
CREATE FUNCTION refuse_refund_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.state IN ('paid', 'rejected', 'cancelled') AND NEW.state <> OLD.state
     -- Another amount begins the approval again, so only while it waits for one.
     OR OLD.amount_fen <> NEW.amount_fen AND (OLD.state <> 'requested' OR NEW.state <> 'requested')
     OR (OLD.entity_id, OLD.source, OLD.out_refund_no, OLD.requested_by) IS DISTINCT FROM
        (NEW.entity_id, NEW.source, NEW.out_refund_no, NEW.requested_by)
     OR (OLD.tenant_id, OLD.receipt_id, OLD.line_id, OLD.line_effect, OLD.lease_id) IS DISTINCT FROM
        (NEW.tenant_id, NEW.receipt_id, NEW.line_id, NEW.line_effect, NEW.lease_id) THEN
    RAISE EXCEPTION 'refund %: what was asked for and what has ended never change', OLD.refund_no USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER refund_fixed BEFORE UPDATE OR DELETE ON refund FOR EACH ROW EXECUTE FUNCTION refuse_refund_change();

-- Which prepayments an approved refund was taken from.
CREATE TABLE refund_part (
  refund_id uuid NOT NULL REFERENCES refund,
  prepayment_id uuid NOT NULL REFERENCES prepayment,
  amount_fen bigint NOT NULL CHECK (amount_fen > 0),
  PRIMARY KEY (refund_id, prepayment_id)
);
CREATE INDEX refund_part_prepayment ON refund_part (prepayment_id);
CREATE TRIGGER refund_part_append_only BEFORE UPDATE OR DELETE ON refund_part FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refund_part_no_truncate BEFORE TRUNCATE ON refund_part FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Risk holds (money-rules 11): a person other than who asked must lift them.
CREATE TABLE refund_hold (
  id uuid PRIMARY KEY,
  refund_id uuid NOT NULL REFERENCES refund,
  kind text NOT NULL CHECK (kind IN ('MANY_SMALL_REFUNDS', 'PAYOUT_ACCOUNT_CHANGED', 'ASKED_RIGHT_AFTER_PAYMENT', 'SHARED_PAYER_ACCOUNT')),
  facts jsonb NOT NULL,
  held_at timestamptz NOT NULL, -- of the business clock
  lifted_by uuid REFERENCES person,
  lifted_at timestamptz,
  note text,
  UNIQUE (refund_id, kind),
  CHECK ((lifted_by IS NULL) = (lifted_at IS NULL))
);
CREATE FUNCTION refuse_own_lift() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.lifted_by IS NOT NULL AND (SELECT requested_by FROM refund WHERE id = NEW.refund_id) = NEW.lifted_by THEN
    RAISE EXCEPTION 'who asked for a refund never lifts its hold' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER refund_hold_not_own BEFORE INSERT OR UPDATE ON refund_hold FOR EACH ROW EXECUTE FUNCTION refuse_own_lift();
-- No money leaves while a hold stands.
CREATE FUNCTION refuse_held_payout() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM refund_hold WHERE refund_id = NEW.id AND lifted_at IS NULL) THEN
    RAISE EXCEPTION 'refund %: held', NEW.refund_no USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER refund_held BEFORE UPDATE OF state ON refund FOR EACH ROW
  WHEN (OLD.state = 'approved' AND NEW.state NOT IN ('approved', 'cancelled')) EXECUTE FUNCTION refuse_held_payout();

-- Money that a refund frees from a line that becomes open again is nobody's correction.
ALTER TABLE prepayment DROP CONSTRAINT prepayment_origin_check;
ALTER TABLE prepayment ADD CONSTRAINT prepayment_origin_check CHECK (origin IN ('receipt', 'opening', 'correction', 'late-fee', 'refund'));
