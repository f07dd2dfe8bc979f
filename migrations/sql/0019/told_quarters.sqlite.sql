-- Quarters that are told of, and the names a fund was resolved to have, for SQLite.

CREATE TRIGGER told_quarter_in_order BEFORE INSERT ON told_quarter
BEGIN
  SELECT RAISE(ABORT, 'ledger:told_quarter_stays')
   WHERE EXISTS (SELECT 1 FROM told_quarter
                  WHERE quarter >= NEW.quarter OR last_entry_id > NEW.last_entry_id);
END
--;;
CREATE TRIGGER told_quarter_stays BEFORE UPDATE ON told_quarter
BEGIN
  SELECT RAISE(ABORT, 'ledger:told_quarter_stays');
END
--;;
CREATE TRIGGER told_quarter_remains BEFORE DELETE ON told_quarter
BEGIN
  SELECT RAISE(ABORT, 'ledger:told_quarter_stays');
END
--;;
CREATE TRIGGER fund_resolution_names_stay BEFORE UPDATE ON fund_resolution
WHEN NEW.name_ru IS NOT OLD.name_ru OR NEW.name_de IS NOT OLD.name_de
BEGIN
  SELECT RAISE(ABORT, 'ledger:resolution_stays');
END
