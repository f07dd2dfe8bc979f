DROP TRIGGER journal_entry_keeps_its_day
--;;
DROP TRIGGER journal_entry_stays
--;;
CREATE TRIGGER journal_entry_stays BEFORE UPDATE ON journal_entry
BEGIN
  SELECT RAISE(ABORT, 'ledger:append_only');
END
--;;
DROP TRIGGER period_closes_whole
--;;
DROP TRIGGER period_closes_once
--;;
CREATE TRIGGER period_closes_once BEFORE UPDATE ON period
WHEN OLD.closed_at IS NOT NULL OR NEW.code <> OLD.code
  OR NEW.starts <> OLD.starts OR NEW.ends <> OLD.ends
BEGIN
  SELECT RAISE(ABORT, 'ledger:period_closed');
END
--;;
DROP TRIGGER bank_line_charge
--;;
DROP TRIGGER bank_line_charge_stays
--;;
DROP TRIGGER bank_match_is_cleared
