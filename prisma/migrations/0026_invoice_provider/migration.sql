-- Invoices that a provider makes by itself: which one an entity uses, and one order per invoice or red letter.

ALTER TABLE invoice_setting
  ADD COLUMN provider text NOT NULL DEFAULT 'manual' CHECK (provider <> ''),
  ADD COLUMN drawer text, -- 开票员; must be the person who is logged in at the tax platform
  ADD COLUMN extension_number text; -- 分机号 at the provider

-- One order per invoice (red_letter_id is null) or per red letter, for ever under one number: the provider takes a number
-- once, so that a lost answer is found by asking about it and never becomes a second invoice.
CREATE TABLE invoice_order (
  id uuid PRIMARY KEY,
  invoice_id uuid NOT NULL REFERENCES invoice, -- of a red letter: the blue one
  red_letter_id uuid REFERENCES red_letter,
  order_no text NOT NULL UNIQUE,
  provider text NOT NULL CHECK (provider NOT IN ('', 'manual')),
  -- waiting: not asked for yet; sent: asked, and only a query tells what came of it; making: taken on; failed: finance decides
  state text NOT NULL CHECK (state IN ('waiting', 'sent', 'making', 'made', 'failed', 'by-hand', 'withdrawn')),
  serial_no text, -- the provider's
  retry_wanted boolean NOT NULL DEFAULT false, -- a person asked for another try of a failed one
  problem_code text,
  problem text,
  version integer NOT NULL DEFAULT 1,
  next_step_at timestamptz, -- of the wire clock
  recorded_at timestamptz NOT NULL DEFAULT now(),
  CHECK (next_step_at IS NOT NULL OR state NOT IN ('waiting', 'sent', 'making')),
  CHECK (state <> 'failed' OR problem_code IS NOT NULL)
);
CREATE UNIQUE INDEX invoice_order_of_invoice ON invoice_order (invoice_id) WHERE red_letter_id IS NULL;
CREATE UNIQUE INDEX invoice_order_of_red_letter ON invoice_order (red_letter_id) WHERE red_letter_id IS NOT NULL;
CREATE INDEX invoice_order_due ON invoice_order (next_step_at) WHERE next_step_at IS NOT NULL;

-- On which printed line of its invoice, from 1: a red letter of a part names it. Null before this column was there.
ALTER TABLE invoice_coverage ADD COLUMN place integer CHECK (place >= 1);

-- Vouchers that a colleague asked for in the chat: made after the message is answered, because a large month takes minutes.
CREATE TABLE voucher_request (
  id uuid PRIMARY KEY,
  staff_id uuid NOT NULL REFERENCES staff,
  month text NOT NULL CHECK (month ~ '^\d{4}-\d{2}$'),
  format text NOT NULL CHECK (format IN ('csv', 'kingdee', 'yonyou')),
  channel text NOT NULL,
  app_id text NOT NULL,
  recipient text NOT NULL, -- the person, also when it was asked for in a group
  state text NOT NULL CHECK (state IN ('waiting', 'done', 'failed')),
  attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  requested_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,
  CHECK ((ended_at IS NULL) = (state = 'waiting'))
);
-- Asked for again while it is being made: the same one.
CREATE UNIQUE INDEX voucher_request_waiting ON voucher_request (staff_id, channel, month, format) WHERE state = 'waiting';
