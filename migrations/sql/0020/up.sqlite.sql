-- An opening balance is agreed to by two, posted as proposed, and never changed.
CREATE TRIGGER opening_balance_begins BEFORE INSERT ON opening_balance
WHEN NEW.agreed_at IS NOT NULL OR NEW.ended_at IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'bank:fixed');
END
--;;
CREATE TRIGGER opening_balance_goes_on BEFORE UPDATE ON opening_balance
BEGIN
  SELECT RAISE(ABORT, 'bank:fixed')
   WHERE OLD.ended_at IS NOT NULL OR NEW.id <> OLD.id OR NEW.day <> OLD.day
      OR NEW.bank_account_id <> OLD.bank_account_id OR NEW.proposed_at <> OLD.proposed_at
      OR NEW.proposed_by <> OLD.proposed_by
      OR (NEW.ended_at IS NULL) = (NEW.entry_id IS OLD.entry_id)
      OR (OLD.entry_id IS NOT NULL AND (NEW.entry_id IS NOT OLD.entry_id
          OR NEW.agreed_at IS NOT OLD.agreed_at OR NEW.agreed_by IS NOT OLD.agreed_by));
  SELECT RAISE(ABORT, 'bank:other_entry')
   WHERE NEW.entry_id IS NOT OLD.entry_id
     AND (NOT EXISTS (SELECT 1 FROM opening_share WHERE opening_balance_id = NEW.id)
          OR NOT EXISTS (SELECT 1 FROM journal_entry
                          WHERE id = NEW.entry_id AND kind = 'opening' AND book_date = NEW.day)
          OR EXISTS (
            SELECT 1 FROM (
              SELECT s.fund_code, s.amount FROM opening_share AS s
               WHERE s.opening_balance_id = NEW.id
              UNION ALL
              SELECT p.fund_code, -p.amount FROM posting AS p
                JOIN bank_account AS a ON a.id = NEW.bank_account_id
               WHERE p.entry_id = NEW.entry_id AND p.account_code = a.account_code
                 AND p.currency = a.currency) AS both
             GROUP BY fund_code HAVING sum(amount) <> 0));
  SELECT RAISE(ABORT, 'bank:fixed')
   WHERE NEW.ended_at IS NOT NULL AND OLD.entry_id IS NOT NULL
     AND NOT EXISTS (SELECT 1 FROM journal_entry WHERE reverses_id = OLD.entry_id);
END
--;;
CREATE TRIGGER opening_balance_remains BEFORE DELETE ON opening_balance
BEGIN
  SELECT RAISE(ABORT, 'bank:fixed');
END
--;;
CREATE TRIGGER opening_share_in_time BEFORE INSERT ON opening_share
BEGIN
  SELECT RAISE(ABORT, 'bank:not_an_integer') WHERE typeof(NEW.amount) <> 'integer';
  SELECT RAISE(ABORT, 'bank:fixed')
    FROM opening_balance
   WHERE id = NEW.opening_balance_id AND (agreed_at IS NOT NULL OR ended_at IS NOT NULL);
END
--;;
CREATE TRIGGER opening_share_stays BEFORE UPDATE ON opening_share
BEGIN
  SELECT RAISE(ABORT, 'bank:fixed');
END
--;;
CREATE TRIGGER opening_share_remains BEFORE DELETE ON opening_share
BEGIN
  SELECT RAISE(ABORT, 'bank:fixed');
END
--;;
-- Corrected is what somebody recorded by hand; what a line of the bank stands for is not.
CREATE TRIGGER correction_begins BEFORE INSERT ON correction
BEGIN
  SELECT RAISE(ABORT, 'bank:fixed')
   WHERE NEW.agreed_at IS NOT NULL OR NEW.withdrawn_at IS NOT NULL;
  SELECT RAISE(ABORT, 'bank:not_by_hand')
    FROM journal_entry
   WHERE id = NEW.entry_id AND kind NOT IN ('opening', 'bank_gift', 'bank_fee');
END
--;;
CREATE TRIGGER correction_goes_on BEFORE UPDATE ON correction
BEGIN
  SELECT RAISE(ABORT, 'bank:fixed')
   WHERE OLD.agreed_at IS NOT NULL OR OLD.withdrawn_at IS NOT NULL OR NEW.id <> OLD.id
      OR NEW.entry_id <> OLD.entry_id OR NEW.reason_code <> OLD.reason_code
      OR NEW.proposed_at <> OLD.proposed_at OR NEW.proposed_by <> OLD.proposed_by;
  SELECT RAISE(ABORT, 'bank:other_entry')
   WHERE NEW.reversal_id IS NOT NULL AND NOT EXISTS (
     SELECT 1 FROM journal_entry WHERE id = NEW.reversal_id AND reverses_id = NEW.entry_id);
  SELECT RAISE(ABORT, 'bank:matched')
    FROM bank_match
   WHERE NEW.reversal_id IS NOT NULL AND entry_id = NEW.entry_id AND undone_at IS NULL;
  SELECT RAISE(ABORT, 'bank:matched')
    FROM bank_clearing
   WHERE NEW.reversal_id IS NOT NULL AND kind = 'entry'
     AND subject_id = CAST(NEW.entry_id AS text) AND undone_at IS NULL;
END
--;;
CREATE TRIGGER correction_remains BEFORE DELETE ON correction
BEGIN
  SELECT RAISE(ABORT, 'bank:fixed');
END
--;;
-- An exchange that is settled is taken back from its other side first.
CREATE TRIGGER bank_match_is_settled BEFORE UPDATE ON bank_match
WHEN OLD.kind = 'exchange' AND OLD.id = OLD.subject_id AND NEW.undone_at IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'bank:exchange_settled')
    FROM bank_match
   WHERE kind = 'exchange' AND subject_id = OLD.id AND id <> OLD.id AND undone_at IS NULL;
END
--;;
-- What was in suspense may be an entry somebody booked meanwhile: that is seen at the bank once.
CREATE TRIGGER bank_clearing_of_an_entry BEFORE INSERT ON bank_clearing
WHEN NEW.kind = 'entry'
BEGIN
  SELECT RAISE(ABORT, 'bank:more_than_entry')
    FROM (SELECT coalesce(sum(p.amount), 0) AS moved
            FROM posting AS p
            JOIN bank_match AS m ON m.id = NEW.match_id
            JOIN bank_line AS l ON l.id = m.line_id
            JOIN bank_account AS a ON a.id = l.bank_account_id
           WHERE p.entry_id = CAST(NEW.subject_id AS integer) AND p.account_code = a.account_code
             AND p.currency = a.currency) AS e
   WHERE e.moved = 0 OR (NEW.amount > 0) <> (e.moved > 0)
      OR abs(NEW.amount
             + (SELECT coalesce(sum(amount), 0) FROM bank_match
                 WHERE entry_id = CAST(NEW.subject_id AS integer) AND undone_at IS NULL)
             + (SELECT coalesce(sum(amount), 0) FROM bank_clearing
                 WHERE kind = 'entry' AND subject_id = NEW.subject_id AND undone_at IS NULL))
         > abs(e.moved);
END
--;;
CREATE TRIGGER bank_match_beside_clearings BEFORE INSERT ON bank_match
WHEN EXISTS (SELECT 1 FROM bank_clearing WHERE kind = 'entry' AND undone_at IS NULL
                AND subject_id = CAST(NEW.entry_id AS text))
BEGIN
  SELECT RAISE(ABORT, 'bank:more_than_entry')
    FROM (SELECT coalesce(sum(p.amount), 0) AS moved
            FROM posting AS p
            JOIN bank_line AS l ON l.id = NEW.line_id
            JOIN bank_account AS a ON a.id = l.bank_account_id
           WHERE p.entry_id = NEW.entry_id AND p.account_code = a.account_code
             AND p.currency = a.currency) AS e
   WHERE abs(NEW.amount
             + (SELECT coalesce(sum(amount), 0) FROM bank_match
                 WHERE entry_id = NEW.entry_id AND undone_at IS NULL)
             + (SELECT coalesce(sum(amount), 0) FROM bank_clearing
                 WHERE kind = 'entry' AND subject_id = CAST(NEW.entry_id AS text)
                   AND undone_at IS NULL))
         > abs(e.moved);
END
