-- Differences that were looked at by nobody or settled by one person alone: card settlements, questions to the channel,
-- invoices above their money.

-- 'pos-settled' 1002 → 1012.02 and 'pos-fee' 6603 → 1012.02: an acquirer pays in what the desk took by card.
-- 'suspended' 1901 → 1012.01 and 'bank-suspended' 1901 → 1002: money that left and whose cause is not known yet.
ALTER TABLE channel_movement DROP CONSTRAINT channel_movement_kind_check;
ALTER TABLE channel_movement ADD CONSTRAINT channel_movement_kind_check CHECK (kind IN
  ('channel-fee', 'channel-settled', 'bank-fee', 'pos-settled', 'pos-fee', 'suspended', 'bank-suspended'));

-- Which card payments a settlement of the acquirer pays, each once; sign -1: one that was paid and then taken back at the desk.
CREATE TABLE pos_settlement_item (
  movement_id uuid NOT NULL REFERENCES channel_movement,
  receipt_id uuid NOT NULL REFERENCES receipt,
  sign integer NOT NULL CHECK (sign IN (1, -1)),
  active boolean NOT NULL DEFAULT true, -- false: the settlement was undone
  PRIMARY KEY (movement_id, receipt_id, sign)
);
CREATE UNIQUE INDEX pos_settlement_item_once ON pos_settlement_item (receipt_id, sign) WHERE active;

-- Somebody wants the channel to be asked again; whoever looks next asks it and acts on the answer in that person's name.
ALTER TABLE exception_item
  ADD COLUMN requery_by text,
  ADD COLUMN requery_at timestamptz,
  ADD CONSTRAINT exception_item_requery_check CHECK ((requery_by IS NULL) = (requery_at IS NULL));
CREATE INDEX exception_item_requery ON exception_item (requery_at) WHERE requery_at IS NOT NULL;

-- Invoices above their money get an owner, a deadline and choices like any other difference. Three days, as from now on.
UPDATE exception_item SET account_code = '发票', business_date = (created_at AT TIME ZONE 'Asia/Shanghai')::date,
    amount_fen = coalesce((facts->>'overFen')::bigint, 0), owner_role = 'finance-manager', due_at = created_at + interval '3 days',
    facts = facts || jsonb_build_object('reasons', jsonb_build_array(coalesce(facts->>'cause', '发票比已收的多')))
  WHERE kind = 'FAPIAO_MISMATCH' AND account_code IS NULL;
