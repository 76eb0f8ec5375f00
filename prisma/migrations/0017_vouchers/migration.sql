-- Vouchers (凭证): what the ledger says, in the accounting software's words. A written voucher is never changed.

CREATE TABLE voucher_mapping (
  id uuid PRIMARY KEY,
  entity_id uuid NOT NULL REFERENCES legal_entity,
  version integer NOT NULL CHECK (version >= 1),
  book_code text NOT NULL, -- 账簿 / 账套号 in the accounting software
  grouping text NOT NULL CHECK (grouping IN ('event', 'day')),
  words text NOT NULL CHECK (words IN ('single', 'three')), -- 记, or 收/付/转
  accounts jsonb NOT NULL,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (entity_id, version)
);
CREATE TRIGGER voucher_mapping_append_only BEFORE UPDATE OR DELETE ON voucher_mapping FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER voucher_mapping_no_truncate BEFORE TRUNCATE ON voucher_mapping FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE voucher (
  id uuid PRIMARY KEY,
  entity_id uuid NOT NULL REFERENCES legal_entity,
  period text NOT NULL CHECK (period ~ '^\d{4}-\d{2}$'),
  word text NOT NULL CHECK (word IN ('记', '收', '付', '转')),
  number integer NOT NULL CHECK (number >= 1),
  voucher_date date NOT NULL,
  book_code text NOT NULL,
  mapping_version integer NOT NULL CHECK (mapping_version >= 0), -- 0: the built-in chart
  template_version integer NOT NULL CHECK (template_version >= 1),
  document_no text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (entity_id, period, word, number)
);
CREATE TRIGGER voucher_append_only BEFORE UPDATE OR DELETE ON voucher FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER voucher_no_truncate BEFORE TRUNCATE ON voucher FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE voucher_entry (
  voucher_id uuid NOT NULL REFERENCES voucher,
  line_no integer NOT NULL CHECK (line_no >= 1),
  summary text NOT NULL,
  account_code text NOT NULL REFERENCES ledger_account,
  external_code text NOT NULL,
  external_name text NOT NULL,
  debit_fen bigint NOT NULL CHECK (debit_fen >= 0),
  credit_fen bigint NOT NULL CHECK (credit_fen >= 0),
  tenant_id uuid REFERENCES tenant,
  project_id uuid REFERENCES project,
  PRIMARY KEY (voucher_id, line_no),
  CHECK ((debit_fen = 0) <> (credit_fen = 0))
);
CREATE TRIGGER voucher_entry_append_only BEFORE UPDATE OR DELETE ON voucher_entry FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER voucher_entry_no_truncate BEFORE TRUNCATE ON voucher_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- I10: every event of the ledger is vouchered at most once.
CREATE TABLE voucher_event (
  transaction_id uuid PRIMARY KEY REFERENCES ledger_transaction,
  voucher_id uuid NOT NULL REFERENCES voucher
);
CREATE INDEX voucher_event_voucher ON voucher_event (voucher_id);
CREATE TRIGGER voucher_event_append_only BEFORE UPDATE OR DELETE ON voucher_event FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER voucher_event_no_truncate BEFORE TRUNCATE ON voucher_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
