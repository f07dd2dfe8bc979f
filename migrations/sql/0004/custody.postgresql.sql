CREATE FUNCTION unlock_keeps_its_facts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.application_id <> OLD.application_id
    OR NEW.asker_id <> OLD.asker_id
    OR NEW.asked_as <> OLD.asked_as
    OR NEW.purpose <> OLD.purpose
    OR NEW.hours <> OLD.hours
    OR NEW.is_urgent <> OLD.is_urgent
    OR (OLD.first_id IS NOT NULL AND NEW.first_id IS DISTINCT FROM OLD.first_id)
    OR (OLD.second_id IS NOT NULL AND NEW.second_id IS DISTINCT FROM OLD.second_id)
    OR (OLD.opened_at IS NOT NULL AND NEW.ends_at IS DISTINCT FROM OLD.ends_at)
  THEN
    RAISE EXCEPTION 'unlock: who asked, who agreed and until when is never changed';
  END IF;
  IF OLD.closed_at IS NOT NULL AND NEW.state <> OLD.state THEN
    RAISE EXCEPTION 'unlock: what is over is never opened again';
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER unlock_keeps_its_facts BEFORE UPDATE ON unlock
FOR EACH ROW EXECUTE FUNCTION unlock_keeps_its_facts()
--;;
CREATE FUNCTION canary_has_no_part() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM canary WHERE canary.application_id = NEW.application_id) THEN
    RAISE EXCEPTION 'canary: an invented case has no part in votes and money';
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER canary_has_no_ballot BEFORE INSERT ON ballot
FOR EACH ROW EXECUTE FUNCTION canary_has_no_part()
--;;
CREATE TRIGGER canary_has_no_payment BEFORE INSERT ON disbursement
FOR EACH ROW EXECUTE FUNCTION canary_has_no_part()
--;;
CREATE FUNCTION canary_has_no_award() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.awarded IS NOT NULL
    AND EXISTS (SELECT 1 FROM canary WHERE canary.application_id = NEW.id)
  THEN
    RAISE EXCEPTION 'canary: no money is promised to an invented case';
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER canary_has_no_award BEFORE UPDATE OF awarded ON application
FOR EACH ROW EXECUTE FUNCTION canary_has_no_award()
--;;
CREATE FUNCTION role_grant_is_kept_apart() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    RAISE EXCEPTION 'role_grant: a role is given and taken away, never turned into another';
  END IF;
  -- Two at once for one person: the second one sees what the first one gave.
  PERFORM 1 FROM person WHERE person.id = NEW.person_id FOR UPDATE;
  IF EXISTS (
    SELECT 1 FROM role_grant AS held
    WHERE held.person_id = NEW.person_id AND held.role <> NEW.role AND (
      NEW.role IN ('administrator', 'custodian') AND held.role IN (
        'administrator', 'custodian', 'chair', 'coordinator', 'finance_officer', 'reviewer', 'treasurer')
      OR held.role IN ('administrator', 'custodian') AND NEW.role IN (
        'chair', 'coordinator', 'finance_officer', 'reviewer', 'treasurer')))
  THEN
    RAISE EXCEPTION 'role_grant: names, the machine and work on cases are kept apart';
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER role_grant_is_kept_apart BEFORE INSERT ON role_grant
FOR EACH ROW EXECUTE FUNCTION role_grant_is_kept_apart()
--;;
CREATE TRIGGER role_grant_is_not_rewritten BEFORE UPDATE OF person_id, role ON role_grant
FOR EACH ROW EXECUTE FUNCTION role_grant_is_kept_apart()
