-- Statements of banks and payment channels, and the cash desk's shifts.

-- A file of a million lines is no single value: it is kept in encrypted parts, since it names payers and their accounts.
ALTER TABLE statement_file DROP COLUMN content;
ALTER TABLE statement_file
  ADD COLUMN name text NOT NULL DEFAULT '',
  ADD COLUMN layout text NOT NULL DEFAULT '', -- the template that read it: 'cmb', 'trade-all'
  ADD COLUMN first_date date, -- booking dates of its lines; null: it has none
  ADD COLUMN last_date date,
  ADD COLUMN line_count integer NOT NULL DEFAULT 0 CHECK (line_count >= 0),
  ADD COLUMN new_line_count integer NOT NULL DEFAULT 0 CHECK (new_line_count >= 0),
  ADD COLUMN in_fen bigint NOT NULL DEFAULT 0,
  ADD COLUMN out_fen bigint NOT NULL DEFAULT 0,
  ADD COLUMN fee_fen bigint,
  ADD COLUMN opening_fen bigint,
  ADD COLUMN closing_fen bigint,
  ADD COLUMN recorded_by text NOT NULL DEFAULT '';
CREATE INDEX statement_file_day ON statement_file (account_code, statement_date);

CREATE TABLE statement_file_part (
  file_id uuid NOT NULL REFERENCES statement_file,
  part integer NOT NULL CHECK (part >= 0),
  cipher bytea NOT NULL, -- of the gzipped bytes as base64
  key_id text NOT NULL,
  PRIMARY KEY (file_id, part)
);

-- Who pays us or is paid: one row an account number, so that lines, which never change, need not when a key does.
CREATE TABLE counterparty_account (
  id uuid PRIMARY KEY,
  account_hash bytea NOT NULL UNIQUE,
  account_cipher bytea NOT NULL,
  account_key_id text NOT NULL,
  tail text NOT NULL -- the last four characters, for people
);

ALTER TABLE statement_line
  ADD COLUMN source text NOT NULL DEFAULT 'bank' CHECK (source IN ('wechat-trade', 'wechat-fund', 'bank')),
  ADD COLUMN ordinal integer NOT NULL DEFAULT 0 CHECK (ordinal >= 0), -- place among the rows of its file, in order of booking
  ADD COLUMN booking_date date NOT NULL DEFAULT DATE '1970-01-01', -- the day of the statement; running balances follow it
  ADD COLUMN booked_time text, -- 'HH:MM:SS', Shanghai
  ADD COLUMN kind text NOT NULL DEFAULT 'transfer'
    CHECK (kind IN ('payment', 'refund', 'refund-closed', 'fee', 'fee-refund', 'settlement', 'transfer', 'other')),
  ADD COLUMN fee_fen bigint, -- the fee that the row names; beside the amount (trade, gross) or taken off it (net)
  ADD COLUMN fee_included boolean NOT NULL DEFAULT false, -- true: amount_fen is already less the fee
  ADD COLUMN balance_after_fen bigint,
  ADD COLUMN counterparty_name text,
  ADD COLUMN counterparty_account_id uuid REFERENCES counterparty_account,
  ADD COLUMN remark text NOT NULL DEFAULT '',
  ADD COLUMN order_no text, -- our out_trade_no
  ADD COLUMN refund_no text, -- our out_refund_no
  ADD COLUMN channel_no text, -- the channel's transaction number, the bank's serial number
  ADD COLUMN channel_refund_no text,
  ADD COLUMN virtual_account_no text,
  ADD COLUMN status text, -- as the channel says it
  ADD COLUMN reversal boolean NOT NULL DEFAULT false; -- 冲账
CREATE INDEX statement_line_day ON statement_line (account_code, booking_date);
CREATE INDEX statement_line_value_day ON statement_line (account_code, value_date);
CREATE INDEX statement_line_file ON statement_line (file_id);
CREATE INDEX statement_line_order ON statement_line (order_no) WHERE order_no IS NOT NULL;
CREATE INDEX statement_line_refund ON statement_line (refund_no) WHERE refund_no IS NOT NULL;
CREATE INDEX statement_line_payer ON statement_line (counterparty_account_id) WHERE counterparty_account_id IS NOT NULL;

-- Money by card terminal: the acquirer owes it until it is on the bank's statement, like WeChat Pay's.
ALTER TABLE receipt DROP CONSTRAINT receipt_channel_check;
ALTER TABLE receipt ADD CONSTRAINT receipt_channel_check CHECK (channel IN ('wechat', 'bank', 'cash', 'pos'));
INSERT INTO ledger_account (code, name, normal_side) VALUES
  ('1012.02', '其他货币资金-POS', 'debit'),
  ('1901', '待处理财产损溢', 'debit');

-- One person's time at the cash desk: what the receipts say must be in the drawer, and what was counted.
CREATE TABLE cashier_shift (
  id uuid PRIMARY KEY,
  entity_id uuid NOT NULL REFERENCES legal_entity,
  staff_id uuid NOT NULL REFERENCES staff,
  shift_no text NOT NULL UNIQUE,
  state text NOT NULL CHECK (state IN ('open', 'closed')),
  opened_on date NOT NULL,
  opened_at timestamptz NOT NULL,
  opening_fen bigint NOT NULL CHECK (opening_fen >= 0),
  closed_on date,
  closed_at timestamptz,
  expected_fen bigint,
  counted_fen bigint CHECK (counted_fen >= 0),
  note text,
  CHECK ((state = 'closed') = (closed_at IS NOT NULL AND expected_fen IS NOT NULL AND counted_fen IS NOT NULL))
);
CREATE UNIQUE INDEX cashier_shift_one_open ON cashier_shift (entity_id, staff_id) WHERE state = 'open';
-- A receipt is in at most one shift; `sign` −1: a receipt of an earlier shift that this one paid back.
CREATE TABLE cashier_shift_receipt (
  receipt_id uuid NOT NULL REFERENCES receipt,
  sign integer NOT NULL CHECK (sign IN (1, -1)),
  shift_id uuid NOT NULL REFERENCES cashier_shift,
  PRIMARY KEY (receipt_id, sign)
);
CREATE INDEX cashier_shift_receipt_shift ON cashier_shift_receipt (shift_id);
