-- What is kept in suspense is cleared by entries, never beyond what is kept; a loss takes two.
CREATE FUNCTION bank_clearing_check() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  kept bank_match;
  cleared bigint;
BEGIN
  IF TG_OP = 'INSERT' THEN
    -- Two clearings of one amount in suspense take turns.
    SELECT * INTO kept FROM bank_match WHERE id = NEW.match_id FOR UPDATE;
    IF NEW.undone_at IS NOT NULL OR NEW.agreed_at IS NOT NULL
       OR kept.kind IS DISTINCT FROM 'suspense' OR kept.undone_at IS NOT NULL THEN
      PERFORM bank_refuse('bank:fixed');
    END IF;
    SELECT coalesce(sum(c.amount), 0) INTO cleared FROM bank_clearing AS c
     WHERE c.match_id = NEW.match_id AND c.undone_at IS NULL;
    IF sign(NEW.amount) <> sign(kept.amount) OR abs(NEW.amount + cleared) > abs(kept.amount) THEN
      PERFORM bank_refuse('bank:more_than_kept');
    END IF;
  ELSIF OLD.undone_at IS NOT NULL OR NEW.id <> OLD.id OR NEW.match_id <> OLD.match_id
     OR NEW.kind <> OLD.kind OR NEW.amount <> OLD.amount OR NEW.subject_id <> OLD.subject_id
     OR NEW.made_at <> OLD.made_at OR NEW.made_by <> OLD.made_by
     OR (NEW.undone_at IS NULL) = (NEW.entry_id IS NOT DISTINCT FROM OLD.entry_id)
     OR (OLD.entry_id IS NOT NULL AND NEW.entry_id IS DISTINCT FROM OLD.entry_id) THEN
    PERFORM bank_refuse('bank:fixed');
  END IF;
  IF NEW.entry_id IS NOT NULL AND NEW.undone_at IS NULL AND NEW.amount <> (
     SELECT coalesce(sum(p.amount), 0) FROM posting AS p
      WHERE p.entry_id = NEW.entry_id AND p.account_code IN ('SuspensePaid', 'SuspenseReceived'))
  THEN
    PERFORM bank_refuse('bank:other_entry');
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER bank_clearing_within BEFORE INSERT OR UPDATE ON bank_clearing
FOR EACH ROW EXECUTE FUNCTION bank_clearing_check()
--;;
CREATE TRIGGER bank_clearing_remains BEFORE DELETE ON bank_clearing
FOR EACH ROW EXECUTE FUNCTION bank_is_fixed()
--;;
CREATE TRIGGER bank_clearing_is_not_emptied BEFORE TRUNCATE ON bank_clearing
FOR EACH STATEMENT EXECUTE FUNCTION bank_is_fixed()
--;;
CREATE FUNCTION bank_match_cleared() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.undone_at IS NULL AND NEW.undone_at IS NOT NULL AND EXISTS (
     SELECT 1 FROM bank_clearing WHERE match_id = OLD.id AND undone_at IS NULL) THEN
    PERFORM bank_refuse('bank:cleared');
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER bank_match_is_cleared BEFORE UPDATE ON bank_match
FOR EACH ROW EXECUTE FUNCTION bank_match_cleared()
--;;
CREATE FUNCTION bank_line_charge() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NEW.charge <> OLD.charge THEN
      PERFORM bank_refuse('bank:fixed');
    END IF;
    RETURN NEW;
  END IF;
  IF NEW.charge <> 0 AND (NEW.charge < 0 OR NEW.charge >= abs(NEW.amount)) THEN
    PERFORM bank_refuse('bank:charge');
  END IF;
  -- A period does not close around a line on its way: closing waits, and looks again.
  PERFORM 1 FROM period WHERE NEW.booked_on BETWEEN starts AND ends FOR SHARE;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER bank_line_charge BEFORE INSERT OR UPDATE ON bank_line
FOR EACH ROW EXECUTE FUNCTION bank_line_charge()
--;;
-- An open period may be cut: it shrinks and gets another code, and entries stay with their day.
CREATE OR REPLACE FUNCTION ledger_period() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF OLD.closed_at IS NOT NULL
       OR ((NEW.code <> OLD.code OR NEW.starts <> OLD.starts OR NEW.ends <> OLD.ends)
           AND (NEW.closed_at IS NOT NULL OR NEW.proposed_at IS NOT NULL
                OR NEW.starts < OLD.starts OR NEW.ends > OLD.ends)) THEN
      PERFORM ledger_refuse('period_closed');
    END IF;
    IF NEW.closed_at IS NOT NULL AND EXISTS (
       SELECT 1 FROM journal_entry WHERE period_code = OLD.code
          AND book_date NOT BETWEEN OLD.starts AND OLD.ends) THEN
      PERFORM ledger_refuse('period_outside');
    END IF;
    RETURN NEW;
  END IF;
  -- Two periods opened at once could not see each other, so they take turns.
  PERFORM pg_advisory_xact_lock(hashtext('ledger_period'));
  IF EXISTS (SELECT 1 FROM period
              WHERE starts <= NEW.ends AND ends >= NEW.starts AND code <> NEW.code) THEN
    PERFORM ledger_refuse('period_overlap');
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE OR REPLACE FUNCTION ledger_entry_in_open_period() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  found_period period;
BEGIN
  -- Held until the end of the transaction: a period cannot close around an entry on its way.
  SELECT * INTO found_period FROM period WHERE code = NEW.period_code FOR SHARE;
  IF found_period.closed_at IS NOT NULL THEN
    PERFORM ledger_refuse('period_closed');
  END IF;
  -- Not found: it was cut while this waited.
  IF found_period.code IS NULL
     OR NEW.book_date NOT BETWEEN found_period.starts AND found_period.ends THEN
    PERFORM ledger_refuse('period_outside');
  END IF;
  RETURN NEW;
END
$$
--;;
DROP TRIGGER journal_entry_stays ON journal_entry
--;;
CREATE TRIGGER journal_entry_stays BEFORE DELETE ON journal_entry
FOR EACH ROW EXECUTE FUNCTION ledger_append_only()
--;;
CREATE FUNCTION ledger_entry_keeps_its_day() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  moved journal_entry := NEW;
BEGIN
  moved.period_code := OLD.period_code;
  IF NEW.period_code = OLD.period_code OR moved IS DISTINCT FROM OLD
     OR NOT EXISTS (SELECT 1 FROM period WHERE code = NEW.period_code AND closed_at IS NULL
                       AND NEW.book_date BETWEEN starts AND ends)
     OR EXISTS (SELECT 1 FROM period WHERE code = OLD.period_code AND closed_at IS NOT NULL) THEN
    PERFORM ledger_refuse('append_only');
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER journal_entry_keeps_its_day BEFORE UPDATE ON journal_entry
FOR EACH ROW EXECUTE FUNCTION ledger_entry_keeps_its_day()
