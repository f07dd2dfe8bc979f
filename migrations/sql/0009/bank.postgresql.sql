CREATE FUNCTION bank_refuse(code text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING MESSAGE = code, ERRCODE = 'check_violation';
END
$$
--;;
CREATE FUNCTION bank_account_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.id <> OLD.id OR NEW.currency <> OLD.currency OR NEW.account_code <> OLD.account_code
     OR (NEW.iban_digest <> OLD.iban_digest
         AND EXISTS (SELECT 1 FROM bank_statement WHERE bank_account_id = OLD.id)) THEN
    PERFORM bank_refuse('bank:account_in_use');
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER bank_account_stays BEFORE UPDATE ON bank_account
FOR EACH ROW EXECUTE FUNCTION bank_account_check()
--;;
CREATE FUNCTION bank_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM bank_refuse('bank:fixed');
END
$$
--;;
CREATE TRIGGER bank_statement_stays BEFORE UPDATE OR DELETE ON bank_statement
FOR EACH ROW EXECUTE FUNCTION bank_is_fixed()
--;;
CREATE TRIGGER bank_statement_remains BEFORE TRUNCATE ON bank_statement
FOR EACH STATEMENT EXECUTE FUNCTION bank_is_fixed()
--;;
CREATE FUNCTION bank_line_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.bank_account_id <> (SELECT bank_account_id FROM bank_statement
                                WHERE id = NEW.statement_id) THEN
      PERFORM bank_refuse('bank:other_account');
    END IF;
  ELSIF NEW.text_sealed IS NOT NULL OR NEW.id <> OLD.id OR NEW.statement_id <> OLD.statement_id
     OR NEW.bank_account_id <> OLD.bank_account_id OR NEW.number <> OLD.number
     OR NEW.booked_on <> OLD.booked_on OR NEW.value_on IS DISTINCT FROM OLD.value_on
     OR NEW.amount <> OLD.amount OR NEW.fingerprint <> OLD.fingerprint
     OR NEW.hint <> OLD.hint OR NEW.own_refs <> OLD.own_refs THEN
    PERFORM bank_refuse('bank:fixed');
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER bank_line_stays BEFORE INSERT OR UPDATE ON bank_line
FOR EACH ROW EXECUTE FUNCTION bank_line_check()
--;;
CREATE TRIGGER bank_line_remains BEFORE DELETE ON bank_line
FOR EACH ROW EXECUTE FUNCTION bank_is_fixed()
--;;
CREATE TRIGGER bank_line_is_not_emptied BEFORE TRUNCATE ON bank_line
FOR EACH STATEMENT EXECUTE FUNCTION bank_is_fixed()
--;;
CREATE FUNCTION bank_match_within() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  line bank_line;
  moved bigint;
  matched bigint;
BEGIN
  IF NEW.undone_at IS NOT NULL THEN
    PERFORM bank_refuse('bank:fixed');
  END IF;
  -- Two matches of one line, or of one entry, take turns.
  SELECT * INTO line FROM bank_line WHERE id = NEW.line_id FOR UPDATE;
  PERFORM pg_advisory_xact_lock(hashtext('bank_entry:' || NEW.entry_id));
  SELECT coalesce(sum(m.amount), 0) INTO matched FROM bank_match AS m
   WHERE m.line_id = NEW.line_id AND m.undone_at IS NULL;
  IF sign(NEW.amount) <> sign(line.amount) OR abs(NEW.amount + matched) > abs(line.amount) THEN
    PERFORM bank_refuse('bank:more_than_line');
  END IF;
  SELECT coalesce(sum(p.amount), 0) INTO moved
    FROM posting AS p JOIN bank_account AS a ON a.id = line.bank_account_id
   WHERE p.entry_id = NEW.entry_id AND p.account_code = a.account_code AND p.currency = a.currency;
  SELECT coalesce(sum(m.amount), 0) INTO matched FROM bank_match AS m
   WHERE m.entry_id = NEW.entry_id AND m.undone_at IS NULL;
  IF sign(NEW.amount) <> sign(moved) OR abs(NEW.amount + matched) > abs(moved) THEN
    PERFORM bank_refuse('bank:more_than_entry');
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER bank_match_within BEFORE INSERT ON bank_match
FOR EACH ROW EXECUTE FUNCTION bank_match_within()
--;;
CREATE FUNCTION bank_match_undone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.undone_at IS NOT NULL OR NEW.undone_at IS NULL OR NEW.id <> OLD.id
     OR NEW.line_id <> OLD.line_id OR NEW.kind <> OLD.kind OR NEW.subject_id <> OLD.subject_id
     OR NEW.amount <> OLD.amount OR NEW.entry_id <> OLD.entry_id
     OR NEW.made_at <> OLD.made_at OR NEW.made_by <> OLD.made_by THEN
    PERFORM bank_refuse('bank:fixed');
  END IF;
  -- The periods are held open while this goes on; closing waits or is waited for.
  PERFORM 1 FROM period AS p
    WHERE p.code = (SELECT period_code FROM journal_entry WHERE id = OLD.entry_id)
       OR (SELECT booked_on FROM bank_line WHERE id = OLD.line_id) BETWEEN p.starts AND p.ends
    FOR SHARE;
  IF EXISTS (SELECT 1 FROM bank_line AS l JOIN period AS p ON l.booked_on BETWEEN p.starts AND p.ends
              WHERE l.id = OLD.line_id AND p.closed_at IS NOT NULL)
     OR EXISTS (SELECT 1 FROM journal_entry AS e JOIN period AS p ON p.code = e.period_code
                 WHERE e.id = OLD.entry_id AND p.closed_at IS NOT NULL) THEN
    PERFORM bank_refuse('bank:period_closed');
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER bank_match_undone_once BEFORE UPDATE ON bank_match
FOR EACH ROW EXECUTE FUNCTION bank_match_undone()
--;;
CREATE TRIGGER bank_match_remains BEFORE DELETE ON bank_match
FOR EACH ROW EXECUTE FUNCTION bank_is_fixed()
--;;
CREATE TRIGGER bank_match_is_not_emptied BEFORE TRUNCATE ON bank_match
FOR EACH STATEMENT EXECUTE FUNCTION bank_is_fixed()
--;;
CREATE FUNCTION period_two_people() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.closed_at IS NOT NULL OR NEW.proposed_at IS NOT NULL THEN
      PERFORM bank_refuse('ledger:period_one_person');
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    IF OLD.closed_at IS NOT NULL THEN
      PERFORM bank_refuse('ledger:period_closed');
    END IF;
    RETURN OLD;
  ELSIF OLD.closed_at IS NULL AND NEW.closed_at IS NOT NULL THEN
    IF OLD.proposed_by IS NULL OR NEW.proposed_by IS DISTINCT FROM OLD.proposed_by
       OR NEW.closed_by = OLD.proposed_by THEN
      PERFORM bank_refuse('ledger:period_one_person');
    END IF;
    IF EXISTS (
      SELECT 1 FROM bank_line AS l
       WHERE l.booked_on <= NEW.ends
         AND l.amount <> (SELECT coalesce(sum(m.amount), 0) FROM bank_match AS m
                           WHERE m.line_id = l.id AND m.undone_at IS NULL)) THEN
      PERFORM bank_refuse('ledger:period_lines_open');
    END IF;
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER period_closes_with_two BEFORE INSERT OR UPDATE OR DELETE ON period
FOR EACH ROW EXECUTE FUNCTION period_two_people()
