-- What is kept in suspense is cleared by entries, never beyond what is kept; a loss takes two.
CREATE TRIGGER bank_clearing_within BEFORE INSERT ON bank_clearing
BEGIN
  SELECT RAISE(ABORT, 'bank:fixed')
   WHERE NEW.undone_at IS NOT NULL OR NEW.agreed_at IS NOT NULL
      OR NOT EXISTS (SELECT 1 FROM bank_match WHERE id = NEW.match_id AND kind = 'suspense'
                        AND undone_at IS NULL);
  SELECT RAISE(ABORT, 'bank:not_an_integer') WHERE typeof(NEW.amount) <> 'integer';
  SELECT RAISE(ABORT, 'bank:more_than_kept')
    FROM bank_match AS m
   WHERE m.id = NEW.match_id
     AND ((NEW.amount > 0) <> (m.amount > 0)
          OR abs(NEW.amount + (SELECT coalesce(sum(c.amount), 0) FROM bank_clearing AS c
                                WHERE c.match_id = m.id AND c.undone_at IS NULL)) > abs(m.amount));
  SELECT RAISE(ABORT, 'bank:other_entry')
   WHERE NEW.entry_id IS NOT NULL AND NEW.amount <> (
     SELECT coalesce(sum(p.amount), 0) FROM posting AS p
      WHERE p.entry_id = NEW.entry_id AND p.account_code IN ('SuspensePaid', 'SuspenseReceived'));
END
--;;
CREATE TRIGGER bank_clearing_goes_on BEFORE UPDATE ON bank_clearing
BEGIN
  SELECT RAISE(ABORT, 'bank:fixed')
   WHERE OLD.undone_at IS NOT NULL OR NEW.id <> OLD.id OR NEW.match_id <> OLD.match_id
      OR NEW.kind <> OLD.kind OR NEW.amount <> OLD.amount OR NEW.subject_id <> OLD.subject_id
      OR NEW.made_at <> OLD.made_at OR NEW.made_by <> OLD.made_by
      OR (NEW.undone_at IS NULL) = (NEW.entry_id IS OLD.entry_id)
      OR (OLD.entry_id IS NOT NULL AND NEW.entry_id IS NOT OLD.entry_id);
  SELECT RAISE(ABORT, 'bank:other_entry')
   WHERE NEW.entry_id IS NOT OLD.entry_id AND NEW.amount <> (
     SELECT coalesce(sum(p.amount), 0) FROM posting AS p
      WHERE p.entry_id = NEW.entry_id AND p.account_code IN ('SuspensePaid', 'SuspenseReceived'));
END
--;;
CREATE TRIGGER bank_clearing_remains BEFORE DELETE ON bank_clearing
BEGIN
  SELECT RAISE(ABORT, 'bank:fixed');
END
--;;
CREATE TRIGGER bank_match_is_cleared BEFORE UPDATE ON bank_match
WHEN OLD.undone_at IS NULL AND NEW.undone_at IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'bank:cleared')
    FROM bank_clearing WHERE match_id = OLD.id AND undone_at IS NULL;
END
--;;
CREATE TRIGGER bank_line_charge BEFORE INSERT ON bank_line
WHEN NEW.charge < 0 OR NEW.charge >= abs(NEW.amount) OR typeof(NEW.charge) <> 'integer'
BEGIN
  SELECT RAISE(ABORT, 'bank:charge');
END
--;;
CREATE TRIGGER bank_line_charge_stays BEFORE UPDATE OF charge ON bank_line
WHEN NEW.charge <> OLD.charge
BEGIN
  SELECT RAISE(ABORT, 'bank:fixed');
END
--;;
-- An open period may be cut: it shrinks and gets another code, and entries stay with their day.
DROP TRIGGER period_closes_once
--;;
CREATE TRIGGER period_closes_once BEFORE UPDATE ON period
WHEN OLD.closed_at IS NOT NULL
  OR ((NEW.code <> OLD.code OR NEW.starts <> OLD.starts OR NEW.ends <> OLD.ends)
      AND (NEW.closed_at IS NOT NULL OR NEW.proposed_at IS NOT NULL
           OR NEW.starts < OLD.starts OR NEW.ends > OLD.ends))
BEGIN
  SELECT RAISE(ABORT, 'ledger:period_closed');
END
--;;
CREATE TRIGGER period_closes_whole BEFORE UPDATE ON period
WHEN OLD.closed_at IS NULL AND NEW.closed_at IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'ledger:period_outside')
    FROM journal_entry
   WHERE period_code = OLD.code AND book_date NOT BETWEEN OLD.starts AND OLD.ends;
END
--;;
DROP TRIGGER journal_entry_stays
--;;
CREATE TRIGGER journal_entry_stays BEFORE UPDATE ON journal_entry
WHEN NEW.period_code = OLD.period_code OR NEW.id <> OLD.id OR NEW.idem_key <> OLD.idem_key
  OR NEW.kind <> OLD.kind OR NEW.book_date <> OLD.book_date OR NEW.event_time <> OLD.event_time
  OR NEW.source_type <> OLD.source_type OR NEW.source_id <> OLD.source_id
  OR NEW.reverses_id IS NOT OLD.reverses_id OR NEW.actor <> OLD.actor
  OR NEW.reason_code IS NOT OLD.reason_code OR NEW.content_hash <> OLD.content_hash
BEGIN
  SELECT RAISE(ABORT, 'ledger:append_only');
END
--;;
CREATE TRIGGER journal_entry_keeps_its_day BEFORE UPDATE ON journal_entry
BEGIN
  SELECT RAISE(ABORT, 'ledger:append_only') WHERE NOT EXISTS (
    SELECT 1 FROM period WHERE code = NEW.period_code AND closed_at IS NULL
       AND NEW.book_date BETWEEN starts AND ends);
  SELECT RAISE(ABORT, 'ledger:append_only')
    FROM period WHERE code = OLD.period_code AND closed_at IS NOT NULL;
END
