-- Ways around what 0002, 0003 and 0005 promise, closed.

-- A pool version is closed by an update that counts its shares; one that begins closed would never be counted (I3).
CREATE OR REPLACE FUNCTION check_pool_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state = 'closed' THEN
      RAISE EXCEPTION 'pool_allocation %: a version begins open', NEW.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE' OR OLD.state = 'closed' THEN
    RAISE EXCEPTION 'pool_allocation %: a closed version never changes', OLD.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.state = 'closed' AND NEW.cost_fen <> (SELECT coalesce(sum(amount_fen), 0) FROM pool_share WHERE allocation_id = NEW.id) THEN
    RAISE EXCEPTION 'pool_allocation %: the shares do not sum to the cost', NEW.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER pool_allocation_begins_open BEFORE INSERT ON pool_allocation FOR EACH ROW EXECUTE FUNCTION check_pool_closed();

-- Whoever books holds the entity's row (shared), whoever closes a month takes it alone: a month is never locked between
-- this look and the commit of what is booked. The lock comes first, so that the look sees what was decided meanwhile.
CREATE OR REPLACE FUNCTION refuse_locked_period() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM legal_entity WHERE id = NEW.entity_id FOR KEY SHARE;
  IF EXISTS (SELECT 1 FROM accounting_period WHERE entity_id = NEW.entity_id AND month = NEW.period AND state = 'locked') THEN
    RAISE EXCEPTION 'accounting period % is locked', NEW.period USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

-- Nor does a pair slip into an old transaction of a locked month. Once per statement: a run books a hundred thousand pairs.
CREATE FUNCTION refuse_posting_into_locked_period() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM added a JOIN ledger_transaction t ON t.id = a.transaction_id
      JOIN accounting_period p ON p.entity_id = t.entity_id AND p.month = t.period AND p.state = 'locked') THEN
    RAISE EXCEPTION 'a posting into a locked accounting period' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_posting_open_period AFTER INSERT ON ledger_posting REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_posting_into_locked_period();

-- TRUNCATE passes by row triggers.
CREATE TRIGGER bill_line_no_truncate BEFORE TRUNCATE ON bill_line FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER set_off_no_truncate BEFORE TRUNCATE ON set_off FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER late_fee_accrual_no_truncate BEFORE TRUNCATE ON late_fee_accrual FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER late_fee_waiver_no_truncate BEFORE TRUNCATE ON late_fee_waiver FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER pool_allocation_no_truncate BEFORE TRUNCATE ON pool_allocation FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER pool_share_no_truncate BEFORE TRUNCATE ON pool_share FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER allocation_no_truncate BEFORE TRUNCATE ON allocation FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER allocation_reversal_no_truncate BEFORE TRUNCATE ON allocation_reversal FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_transaction_no_truncate BEFORE TRUNCATE ON ledger_transaction FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_posting_no_truncate BEFORE TRUNCATE ON ledger_posting FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER statement_line_no_truncate BEFORE TRUNCATE ON statement_line FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_seal_no_truncate BEFORE TRUNCATE ON audit_seal FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_event_no_truncate BEFORE TRUNCATE ON audit_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
