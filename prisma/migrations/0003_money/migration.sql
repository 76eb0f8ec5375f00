-- Money in, money out, and the books.

CREATE TABLE payment_order (
  id uuid PRIMARY KEY,
  entity_id uuid NOT NULL REFERENCES legal_entity,
  tenant_id uuid NOT NULL REFERENCES tenant,
  merchant_account_id uuid NOT NULL REFERENCES merchant_account,
  out_trade_no text NOT NULL UNIQUE,
  purpose text NOT NULL CHECK (purpose IN ('bills', 'prepayment')),
  amount_fen bigint NOT NULL CHECK (amount_fen > 0),
  frozen_as_of date NOT NULL,
  expires_at timestamptz NOT NULL,
  state text NOT NULL CHECK (state IN ('CREATED', 'PAYABLE', 'UNKNOWN', 'PAID', 'CLOSED')),
  method text NOT NULL CHECK (method IN ('native', 'jsapi')),
  created_by text NOT NULL,
  prepay jsonb, -- what the channel gave us to show: code_url or prepay id
  next_query_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX payment_order_live ON payment_order (next_query_at) WHERE state IN ('CREATED', 'PAYABLE', 'UNKNOWN');

CREATE TABLE payment_order_line (
  order_id uuid NOT NULL REFERENCES payment_order,
  line_id uuid NOT NULL REFERENCES bill_line,
  component text NOT NULL CHECK (component IN ('principal', 'late-fee')),
  amount_fen bigint NOT NULL CHECK (amount_fen > 0),
  active boolean NOT NULL, -- true while the order can still be paid
  PRIMARY KEY (order_id, line_id, component)
);
CREATE UNIQUE INDEX payment_order_line_once ON payment_order_line (line_id, component) WHERE active;

-- Talking to a vendor: the intent is committed before the call, the outcome after it (design.md, way 5).
CREATE TABLE vendor_call (
  id uuid PRIMARY KEY,
  vendor text NOT NULL,
  operation text NOT NULL,
  subject_kind text NOT NULL,
  subject_id uuid NOT NULL,
  attempt integer NOT NULL CHECK (attempt >= 1),
  state text NOT NULL CHECK (state IN ('INTENT', 'OK', 'REFUSED', 'UNKNOWN')),
  outcome jsonb,
  started_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  UNIQUE (subject_kind, subject_id, operation, attempt)
);

CREATE TABLE number_series (
  series text PRIMARY KEY, -- 'receipt|E1|2026', 'bill|DG|202609'
  last_number bigint NOT NULL
);

CREATE TABLE receipt (
  id uuid PRIMARY KEY,
  entity_id uuid NOT NULL REFERENCES legal_entity,
  tenant_id uuid REFERENCES tenant, -- null: money whose payer is not known yet
  channel text NOT NULL CHECK (channel IN ('wechat', 'bank', 'cash')),
  account_code text NOT NULL,
  channel_no text NOT NULL,
  receipt_no text NOT NULL UNIQUE,
  amount_fen bigint NOT NULL CHECK (amount_fen > 0),
  value_date date NOT NULL,
  known_at timestamptz NOT NULL DEFAULT now(),
  state text NOT NULL CHECK (state IN ('counted', 'undone')),
  payment_order_id uuid REFERENCES payment_order,
  remark text,
  designated text[] NOT NULL DEFAULT '{}', -- what the payer selected: 'bill:<number>', 'line:<id>'
  recorded_by text NOT NULL,
  UNIQUE (channel, account_code, channel_no)
);
CREATE INDEX receipt_tenant ON receipt (entity_id, tenant_id);

-- 预收: what a tenant has paid and no line has used yet. Where it came from decides what undoing means.
CREATE TABLE prepayment (
  id uuid PRIMARY KEY,
  entity_id uuid NOT NULL REFERENCES legal_entity,
  tenant_id uuid NOT NULL REFERENCES tenant,
  origin text NOT NULL CHECK (origin IN ('receipt', 'opening', 'correction', 'late-fee')),
  origin_id uuid NOT NULL, -- the receipt; the event that freed the money; the negative line; the row itself for an opening
  receipt_id uuid REFERENCES receipt, -- whose money it is; null: of no receipt (opening, a credit that no line could take)
  bound_kind text NOT NULL DEFAULT '', -- '' = free
  amount_fen bigint NOT NULL CHECK (amount_fen >= 0),
  remaining_fen bigint NOT NULL,
  value_date date NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT prepayment_remaining_bounds CHECK (remaining_fen >= 0 AND remaining_fen <= amount_fen)
);
CREATE INDEX prepayment_available ON prepayment (entity_id, tenant_id) WHERE remaining_fen > 0;
CREATE INDEX prepayment_origin ON prepayment (origin, origin_id);
CREATE INDEX prepayment_receipt ON prepayment (receipt_id);

CREATE TABLE allocation (
  id uuid PRIMARY KEY,
  entity_id uuid NOT NULL REFERENCES legal_entity,
  tenant_id uuid NOT NULL REFERENCES tenant,
  source text NOT NULL CHECK (source IN ('receipt', 'prepayment')),
  source_id uuid NOT NULL,
  sequence integer NOT NULL CHECK (sequence >= 0),
  line_id uuid NOT NULL REFERENCES bill_line,
  component text NOT NULL CHECK (component IN ('principal', 'late-fee')),
  amount_fen bigint NOT NULL CHECK (amount_fen > 0),
  value_date date NOT NULL,
  rule text NOT NULL,
  designated_by text,
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(), -- a transaction that waited for the account's lock began before what it follows
  UNIQUE (source, source_id, sequence)
);
CREATE INDEX allocation_line ON allocation (line_id);
CREATE TRIGGER allocation_append_only BEFORE UPDATE OR DELETE ON allocation FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Counter-entries: an event takes back from an allocation at most once, and never more than it gave.
CREATE TABLE allocation_reversal (
  allocation_id uuid NOT NULL REFERENCES allocation,
  event_id uuid NOT NULL,
  amount_fen bigint NOT NULL CHECK (amount_fen > 0),
  reason text NOT NULL CHECK (reason IN ('undo', 'correction', 'late-fee', 'refund')),
  effective_date date NOT NULL, -- from this day on the money no longer counts; the allocation's value date = it never did
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (allocation_id, event_id)
);
CREATE TRIGGER allocation_reversal_append_only BEFORE UPDATE OR DELETE ON allocation_reversal FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE FUNCTION refuse_excess_reversal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  allocated bigint;
BEGIN
  SELECT amount_fen INTO allocated FROM allocation WHERE id = NEW.allocation_id FOR UPDATE;
  IF allocated < NEW.amount_fen + (SELECT coalesce(sum(amount_fen), 0) FROM allocation_reversal WHERE allocation_id = NEW.allocation_id) THEN
    RAISE EXCEPTION 'allocation %: more taken back than was given', NEW.allocation_id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER allocation_reversal_bounds BEFORE INSERT ON allocation_reversal FOR EACH ROW EXECUTE FUNCTION refuse_excess_reversal();

CREATE TABLE ledger_account (
  code text PRIMARY KEY,
  name text NOT NULL,
  normal_side text NOT NULL CHECK (normal_side IN ('debit', 'credit'))
);
INSERT INTO ledger_account (code, name, normal_side) VALUES
  ('1001', '库存现金', 'debit'),
  ('1002', '银行存款', 'debit'),
  ('1012.01', '其他货币资金-微信支付', 'debit'),
  ('1122', '应收账款', 'debit'),
  ('1231', '坏账准备', 'credit'),
  ('2203', '预收账款', 'credit'),
  ('2203.09', '预收账款-待结转收入', 'credit'),
  ('2221.01', '应交税费-销项税额', 'credit'),
  ('2241.01', '其他应付款-押金', 'credit'),
  ('2241.02', '其他应付款-待认领款项', 'credit'),
  ('2241.03', '其他应付款-应付退款', 'credit'),
  ('2241.09', '其他应付款-公摊代垫', 'credit'),
  ('4104.09', '期初余额', 'credit'),
  ('6001', '主营业务收入', 'credit'),
  ('6051', '其他业务收入', 'credit'),
  ('6301', '营业外收入', 'credit'),
  ('6601', '公摊自担', 'debit'),
  ('6603', '财务费用-手续费', 'debit');

CREATE TABLE accounting_period (
  entity_id uuid NOT NULL REFERENCES legal_entity,
  month text NOT NULL CHECK (month ~ '^\d{4}-\d{2}$'),
  state text NOT NULL CHECK (state IN ('open', 'locked')),
  changed_by text NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (entity_id, month)
);

CREATE TABLE ledger_transaction (
  id uuid PRIMARY KEY,
  entity_id uuid NOT NULL REFERENCES legal_entity,
  event_type text NOT NULL,
  event_id uuid NOT NULL,
  period text NOT NULL CHECK (period ~ '^\d{4}-\d{2}$'),
  booking_date date NOT NULL,
  value_date date NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT ledger_transaction_once UNIQUE (event_type, event_id)
);
CREATE INDEX ledger_transaction_period ON ledger_transaction (entity_id, period);

-- One row is one pair: balanced by construction.
CREATE TABLE ledger_posting (
  id uuid PRIMARY KEY,
  transaction_id uuid NOT NULL REFERENCES ledger_transaction,
  entity_id uuid NOT NULL REFERENCES legal_entity,
  debit_account text NOT NULL REFERENCES ledger_account,
  credit_account text NOT NULL REFERENCES ledger_account,
  amount_fen bigint NOT NULL CHECK (amount_fen > 0),
  project_id uuid REFERENCES project,
  tenant_id uuid REFERENCES tenant,
  lease_id uuid REFERENCES lease,
  line_id uuid REFERENCES bill_line,
  service_from date,
  service_to date,
  CHECK (debit_account <> credit_account)
);
CREATE INDEX ledger_posting_transaction ON ledger_posting (transaction_id);
CREATE TRIGGER ledger_transaction_append_only BEFORE UPDATE OR DELETE ON ledger_transaction FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_posting_append_only BEFORE UPDATE OR DELETE ON ledger_posting FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE FUNCTION refuse_locked_period() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM accounting_period WHERE entity_id = NEW.entity_id AND month = NEW.period AND state = 'locked') THEN
    RAISE EXCEPTION 'accounting period % is locked', NEW.period USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_transaction_open_period BEFORE INSERT ON ledger_transaction FOR EACH ROW EXECUTE FUNCTION refuse_locked_period();

CREATE TABLE statement_file (
  id uuid PRIMARY KEY,
  entity_id uuid NOT NULL REFERENCES legal_entity,
  account_code text NOT NULL,
  source text NOT NULL CHECK (source IN ('wechat-trade', 'wechat-fund', 'bank')),
  statement_date date NOT NULL,
  sha256 text NOT NULL,
  content bytea NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (account_code, sha256)
);
CREATE TABLE statement_line (
  id uuid PRIMARY KEY,
  file_id uuid NOT NULL REFERENCES statement_file,
  entity_id uuid NOT NULL REFERENCES legal_entity,
  account_code text NOT NULL,
  value_date date NOT NULL,
  content_hash text NOT NULL,
  occurrence integer NOT NULL CHECK (occurrence >= 0),
  amount_fen bigint NOT NULL,
  content jsonb NOT NULL,
  UNIQUE (account_code, value_date, content_hash, occurrence)
);
CREATE TRIGGER statement_line_append_only BEFORE UPDATE OR DELETE ON statement_line FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TABLE match_item (
  id uuid PRIMARY KEY,
  statement_line_id uuid NOT NULL REFERENCES statement_line,
  book_kind text NOT NULL CHECK (book_kind IN ('receipt', 'refund', 'fee', 'settlement', 'exception')),
  book_id uuid NOT NULL,
  stage integer NOT NULL CHECK (stage BETWEEN 1 AND 7),
  reasons jsonb NOT NULL,
  active boolean NOT NULL
);
CREATE UNIQUE INDEX match_item_line_once ON match_item (statement_line_id) WHERE active;
CREATE UNIQUE INDEX match_item_book_once ON match_item (book_kind, book_id) WHERE active;

CREATE TABLE invoice (
  id uuid PRIMARY KEY,
  entity_id uuid NOT NULL REFERENCES legal_entity,
  tenant_id uuid NOT NULL REFERENCES tenant,
  number text NOT NULL UNIQUE,
  amount_fen bigint NOT NULL,
  state text NOT NULL CHECK (state IN ('opening', 'issued', 'reversed'))
);
CREATE TABLE invoice_coverage (
  line_id uuid NOT NULL REFERENCES bill_line,
  invoice_id uuid NOT NULL REFERENCES invoice,
  amount_fen bigint NOT NULL CHECK (amount_fen > 0),
  PRIMARY KEY (line_id, invoice_id)
);
