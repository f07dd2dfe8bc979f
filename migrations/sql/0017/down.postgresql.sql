DROP TRIGGER journal_entry_keeps_its_day ON journal_entry
--;;
DROP FUNCTION ledger_entry_keeps_its_day()
--;;
DROP TRIGGER journal_entry_stays ON journal_entry
--;;
CREATE TRIGGER journal_entry_stays BEFORE UPDATE OR DELETE ON journal_entry
FOR EACH ROW EXECUTE FUNCTION ledger_append_only()
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
  IF NEW.book_date NOT BETWEEN found_period.starts AND found_period.ends THEN
    PERFORM ledger_refuse('period_outside');
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE OR REPLACE FUNCTION ledger_period() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF OLD.closed_at IS NOT NULL OR NEW.code <> OLD.code
       OR NEW.starts <> OLD.starts OR NEW.ends <> OLD.ends THEN
      PERFORM ledger_refuse('period_closed');
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
DROP TRIGGER bank_line_charge ON bank_line
--;;
DROP FUNCTION bank_line_charge()
--;;
DROP TRIGGER bank_match_is_cleared ON bank_match
--;;
DROP FUNCTION bank_match_cleared()
