-- An opening balance is agreed to by two, posted as proposed, and never changed.
CREATE FUNCTION opening_balance_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.agreed_at IS NOT NULL OR NEW.ended_at IS NOT NULL THEN
      PERFORM bank_refuse('bank:fixed');
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.ended_at IS NOT NULL OR NEW.id <> OLD.id OR NEW.day <> OLD.day
     OR NEW.bank_account_id <> OLD.bank_account_id OR NEW.proposed_at <> OLD.proposed_at
     OR NEW.proposed_by <> OLD.proposed_by
     OR (NEW.ended_at IS NULL) = (NEW.entry_id IS NOT DISTINCT FROM OLD.entry_id)
     OR (OLD.entry_id IS NOT NULL AND (NEW.entry_id IS DISTINCT FROM OLD.entry_id
         OR NEW.agreed_at IS DISTINCT FROM OLD.agreed_at
         OR NEW.agreed_by IS DISTINCT FROM OLD.agreed_by)) THEN
    PERFORM bank_refuse('bank:fixed');
  END IF;
  IF NEW.entry_id IS DISTINCT FROM OLD.entry_id
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
                 AND p.currency = a.currency) AS both_sides
             GROUP BY fund_code HAVING sum(amount) <> 0)) THEN
    PERFORM bank_refuse('bank:other_entry');
  END IF;
  IF NEW.ended_at IS NOT NULL AND OLD.entry_id IS NOT NULL
     AND NOT EXISTS (SELECT 1 FROM journal_entry WHERE reverses_id = OLD.entry_id) THEN
    PERFORM bank_refuse('bank:fixed');
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER opening_balance_goes_on BEFORE INSERT OR UPDATE ON opening_balance
FOR EACH ROW EXECUTE FUNCTION opening_balance_check()
--;;
CREATE TRIGGER opening_balance_remains BEFORE DELETE ON opening_balance
FOR EACH ROW EXECUTE FUNCTION bank_is_fixed()
--;;
CREATE TRIGGER opening_balance_is_not_emptied BEFORE TRUNCATE ON opening_balance
FOR EACH STATEMENT EXECUTE FUNCTION bank_is_fixed()
--;;
CREATE FUNCTION opening_share_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Held until the end: nobody agrees while a share is on its way.
  PERFORM 1 FROM opening_balance WHERE id = NEW.opening_balance_id FOR SHARE;
  IF EXISTS (SELECT 1 FROM opening_balance WHERE id = NEW.opening_balance_id
                AND (agreed_at IS NOT NULL OR ended_at IS NOT NULL)) THEN
    PERFORM bank_refuse('bank:fixed');
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER opening_share_in_time BEFORE INSERT ON opening_share
FOR EACH ROW EXECUTE FUNCTION opening_share_check()
--;;
CREATE TRIGGER opening_share_stays BEFORE UPDATE OR DELETE ON opening_share
FOR EACH ROW EXECUTE FUNCTION bank_is_fixed()
--;;
CREATE TRIGGER opening_share_is_not_emptied BEFORE TRUNCATE ON opening_share
FOR EACH STATEMENT EXECUTE FUNCTION bank_is_fixed()
--;;
-- Corrected is what somebody recorded by hand; what a line of the bank stands for is not.
CREATE FUNCTION correction_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.agreed_at IS NOT NULL OR NEW.withdrawn_at IS NOT NULL THEN
      PERFORM bank_refuse('bank:fixed');
    END IF;
    IF EXISTS (SELECT 1 FROM journal_entry WHERE id = NEW.entry_id
                  AND kind NOT IN ('opening', 'bank_gift', 'bank_fee')) THEN
      PERFORM bank_refuse('bank:not_by_hand');
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.agreed_at IS NOT NULL OR OLD.withdrawn_at IS NOT NULL OR NEW.id <> OLD.id
     OR NEW.entry_id <> OLD.entry_id OR NEW.reason_code <> OLD.reason_code
     OR NEW.proposed_at <> OLD.proposed_at OR NEW.proposed_by <> OLD.proposed_by THEN
    PERFORM bank_refuse('bank:fixed');
  END IF;
  IF NEW.reversal_id IS NOT NULL THEN
    IF NOT EXISTS (SELECT 1 FROM journal_entry
                    WHERE id = NEW.reversal_id AND reverses_id = NEW.entry_id) THEN
      PERFORM bank_refuse('bank:other_entry');
    END IF;
    IF EXISTS (SELECT 1 FROM bank_match
                WHERE entry_id = NEW.entry_id AND undone_at IS NULL)
       OR EXISTS (SELECT 1 FROM bank_clearing
                   WHERE kind = 'entry' AND subject_id = NEW.entry_id::text
                     AND undone_at IS NULL) THEN
      PERFORM bank_refuse('bank:matched');
    END IF;
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER correction_goes_on BEFORE INSERT OR UPDATE ON correction
FOR EACH ROW EXECUTE FUNCTION correction_check()
--;;
CREATE TRIGGER correction_remains BEFORE DELETE ON correction
FOR EACH ROW EXECUTE FUNCTION bank_is_fixed()
--;;
CREATE TRIGGER correction_is_not_emptied BEFORE TRUNCATE ON correction
FOR EACH STATEMENT EXECUTE FUNCTION bank_is_fixed()
--;;
-- An exchange that is settled is taken back from its other side first.
CREATE FUNCTION bank_match_settled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.kind = 'exchange' AND OLD.id = OLD.subject_id AND NEW.undone_at IS NOT NULL
     AND EXISTS (SELECT 1 FROM bank_match
                  WHERE kind = 'exchange' AND subject_id = OLD.id AND id <> OLD.id
                    AND undone_at IS NULL) THEN
    PERFORM bank_refuse('bank:exchange_settled');
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER bank_match_is_settled BEFORE UPDATE ON bank_match
FOR EACH ROW EXECUTE FUNCTION bank_match_settled()
--;;
-- What was in suspense may be an entry somebody booked meanwhile: that is seen at the bank once.
CREATE FUNCTION bank_entry_seen(the_entry bigint, the_line text, more bigint) RETURNS boolean
LANGUAGE sql AS $$
  SELECT e.moved <> 0 AND sign(more) = sign(e.moved)
         AND abs(more
                 + (SELECT coalesce(sum(amount), 0) FROM bank_match
                     WHERE entry_id = the_entry AND undone_at IS NULL)
                 + (SELECT coalesce(sum(amount), 0) FROM bank_clearing
                     WHERE kind = 'entry' AND subject_id = the_entry::text AND undone_at IS NULL))
             <= abs(e.moved)
    FROM (SELECT coalesce(sum(p.amount), 0) AS moved
            FROM posting AS p
            JOIN bank_line AS l ON l.id = the_line
            JOIN bank_account AS a ON a.id = l.bank_account_id
           WHERE p.entry_id = the_entry AND p.account_code = a.account_code
             AND p.currency = a.currency) AS e
$$
--;;
CREATE FUNCTION bank_clearing_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Two who speak of one entry take turns.
  PERFORM 1 FROM journal_entry WHERE id = NEW.subject_id::bigint FOR UPDATE;
  IF NOT bank_entry_seen(
       NEW.subject_id::bigint, (SELECT line_id FROM bank_match WHERE id = NEW.match_id), NEW.amount
     ) THEN
    PERFORM bank_refuse('bank:more_than_entry');
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER bank_clearing_of_an_entry BEFORE INSERT ON bank_clearing
FOR EACH ROW WHEN (NEW.kind = 'entry') EXECUTE FUNCTION bank_clearing_entry()
--;;
CREATE FUNCTION bank_match_beside() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM bank_clearing WHERE kind = 'entry' AND undone_at IS NULL
                AND subject_id = NEW.entry_id::text)
     AND NOT bank_entry_seen(NEW.entry_id, NEW.line_id, NEW.amount) THEN
    PERFORM bank_refuse('bank:more_than_entry');
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER bank_match_within_beside BEFORE INSERT ON bank_match
FOR EACH ROW EXECUTE FUNCTION bank_match_beside()
