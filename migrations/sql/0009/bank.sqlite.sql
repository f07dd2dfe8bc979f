-- What the bank said is never changed; a sealed text may be forgotten, and that is all.
CREATE TRIGGER bank_account_stays BEFORE UPDATE ON bank_account
WHEN NEW.id <> OLD.id OR NEW.currency <> OLD.currency OR NEW.account_code <> OLD.account_code
  OR (NEW.iban_digest <> OLD.iban_digest
      AND EXISTS (SELECT 1 FROM bank_statement WHERE bank_account_id = OLD.id))
BEGIN
  SELECT RAISE(ABORT, 'bank:account_in_use');
END
--;;
CREATE TRIGGER bank_statement_stays BEFORE UPDATE ON bank_statement
BEGIN
  SELECT RAISE(ABORT, 'bank:fixed');
END
--;;
CREATE TRIGGER bank_statement_remains BEFORE DELETE ON bank_statement
BEGIN
  SELECT RAISE(ABORT, 'bank:fixed');
END
--;;
CREATE TRIGGER bank_line_of_its_account BEFORE INSERT ON bank_line
BEGIN
  SELECT RAISE(ABORT, 'bank:other_account')
   WHERE NEW.bank_account_id <> (SELECT bank_account_id FROM bank_statement
                                  WHERE id = NEW.statement_id);
  SELECT RAISE(ABORT, 'bank:not_an_integer') WHERE typeof(NEW.amount) <> 'integer';
END
--;;
CREATE TRIGGER bank_line_stays BEFORE UPDATE ON bank_line
WHEN NEW.text_sealed IS NOT NULL OR NEW.id <> OLD.id OR NEW.statement_id <> OLD.statement_id
  OR NEW.bank_account_id <> OLD.bank_account_id OR NEW.number <> OLD.number
  OR NEW.booked_on <> OLD.booked_on OR NEW.value_on IS NOT OLD.value_on
  OR NEW.amount <> OLD.amount OR NEW.fingerprint <> OLD.fingerprint
  OR NEW.hint <> OLD.hint OR NEW.own_refs <> OLD.own_refs
BEGIN
  SELECT RAISE(ABORT, 'bank:fixed');
END
--;;
CREATE TRIGGER bank_line_remains BEFORE DELETE ON bank_line
BEGIN
  SELECT RAISE(ABORT, 'bank:fixed');
END
--;;
-- A line is explained once, and an entry is seen at the bank once: neither may be exceeded.
CREATE TRIGGER bank_match_within BEFORE INSERT ON bank_match
BEGIN
  SELECT RAISE(ABORT, 'bank:fixed') WHERE NEW.undone_at IS NOT NULL;
  SELECT RAISE(ABORT, 'bank:not_an_integer') WHERE typeof(NEW.amount) <> 'integer';
  SELECT RAISE(ABORT, 'bank:more_than_line')
    FROM bank_line AS l
   WHERE l.id = NEW.line_id
     AND ((NEW.amount > 0) <> (l.amount > 0)
          OR abs(NEW.amount + (SELECT coalesce(sum(m.amount), 0) FROM bank_match AS m
                                WHERE m.line_id = l.id AND m.undone_at IS NULL)) > abs(l.amount));
  SELECT RAISE(ABORT, 'bank:more_than_entry')
    FROM (SELECT coalesce(sum(p.amount), 0) AS moved
            FROM posting AS p
            JOIN bank_line AS l ON l.id = NEW.line_id
            JOIN bank_account AS a ON a.id = l.bank_account_id
           WHERE p.entry_id = NEW.entry_id AND p.account_code = a.account_code
             AND p.currency = a.currency) AS e
   WHERE e.moved = 0 OR (NEW.amount > 0) <> (e.moved > 0)
      OR abs(NEW.amount + (SELECT coalesce(sum(m.amount), 0) FROM bank_match AS m
                            WHERE m.entry_id = NEW.entry_id AND m.undone_at IS NULL))
         > abs(e.moved);
END
--;;
CREATE TRIGGER bank_match_undone_once BEFORE UPDATE ON bank_match
BEGIN
  SELECT RAISE(ABORT, 'bank:fixed')
   WHERE OLD.undone_at IS NOT NULL OR NEW.undone_at IS NULL OR NEW.id <> OLD.id
      OR NEW.line_id <> OLD.line_id OR NEW.kind <> OLD.kind OR NEW.subject_id <> OLD.subject_id
      OR NEW.amount <> OLD.amount OR NEW.entry_id <> OLD.entry_id
      OR NEW.made_at <> OLD.made_at OR NEW.made_by <> OLD.made_by;
  SELECT RAISE(ABORT, 'bank:period_closed')
    FROM bank_line AS l JOIN period AS p ON l.booked_on BETWEEN p.starts AND p.ends
   WHERE l.id = OLD.line_id AND p.closed_at IS NOT NULL;
  SELECT RAISE(ABORT, 'bank:period_closed')
    FROM journal_entry AS e JOIN period AS p ON p.code = e.period_code
   WHERE e.id = OLD.entry_id AND p.closed_at IS NOT NULL;
END
--;;
CREATE TRIGGER bank_match_remains BEFORE DELETE ON bank_match
BEGIN
  SELECT RAISE(ABORT, 'bank:fixed');
END
--;;
-- Two people close a period, and only once every line of the bank up to its end is explained.
CREATE TRIGGER period_closes_with_two BEFORE UPDATE ON period
WHEN OLD.closed_at IS NULL AND NEW.closed_at IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'ledger:period_one_person')
   WHERE OLD.proposed_by IS NULL OR NEW.proposed_by IS NOT OLD.proposed_by
      OR NEW.closed_by = OLD.proposed_by;
  SELECT RAISE(ABORT, 'ledger:period_lines_open')
   WHERE EXISTS (
     SELECT 1 FROM bank_line AS l
      WHERE l.booked_on <= NEW.ends
        AND l.amount <> (SELECT coalesce(sum(m.amount), 0) FROM bank_match AS m
                          WHERE m.line_id = l.id AND m.undone_at IS NULL));
END
--;;
CREATE TRIGGER period_begins_open BEFORE INSERT ON period
WHEN NEW.closed_at IS NOT NULL OR NEW.proposed_at IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'ledger:period_one_person');
END
--;;
CREATE TRIGGER period_remains BEFORE DELETE ON period
WHEN OLD.closed_at IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'ledger:period_closed');
END
