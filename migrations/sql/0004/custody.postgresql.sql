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
