CREATE FUNCTION erasure_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.id <> OLD.id OR NEW.application_id <> OLD.application_id OR NEW.origin <> OLD.origin
    OR NEW.requested_by <> OLD.requested_by OR NEW.requested_on <> OLD.requested_on
    OR OLD.state = 'done'
    OR (OLD.state = 'begun' AND (NEW.state = 'proposed'
        OR NEW.begun_on <> OLD.begun_on OR NEW.confirmed_by IS DISTINCT FROM OLD.confirmed_by))
    OR (OLD.state = 'proposed' AND NEW.state = 'done')
  THEN
    RAISE EXCEPTION 'erasure: only goes forward';
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER erasure_goes_forward BEFORE UPDATE ON erasure
FOR EACH ROW EXECUTE FUNCTION erasure_forward()
--;;
CREATE FUNCTION erasure_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'erasure: staff propose first, and nothing begun is ever removed';
END
$$
--;;
CREATE TRIGGER erasure_begins_with_two BEFORE INSERT ON erasure
FOR EACH ROW WHEN (NEW.origin = 'staff' AND NEW.state <> 'proposed')
EXECUTE FUNCTION erasure_refuse()
--;;
CREATE TRIGGER erasure_is_not_removed BEFORE DELETE ON erasure
FOR EACH ROW WHEN (OLD.state <> 'proposed') EXECUTE FUNCTION erasure_refuse()
--;;
CREATE TRIGGER erasure_is_not_emptied BEFORE TRUNCATE ON erasure
FOR EACH STATEMENT EXECUTE FUNCTION erasure_refuse()
--;;
CREATE FUNCTION erased_case_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'application: an erased case stands still';
END
$$
--;;
CREATE TRIGGER erased_case_stands_still BEFORE UPDATE ON application
FOR EACH ROW WHEN (OLD.erased_on IS NOT NULL
  AND (NEW.erased_on IS DISTINCT FROM OLD.erased_on OR NEW.state <> OLD.state))
EXECUTE FUNCTION erased_case_refuse()
--;;
CREATE FUNCTION nothing_after_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM application WHERE id = NEW.application_id AND erased_on IS NOT NULL)
  THEN
    RAISE EXCEPTION '%: the case is erased', TG_TABLE_NAME;
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER nothing_told_after_erasure BEFORE INSERT ON answer
FOR EACH ROW EXECUTE FUNCTION nothing_after_erasure()
--;;
CREATE TRIGGER nothing_said_after_erasure BEFORE INSERT ON message
FOR EACH ROW EXECUTE FUNCTION nothing_after_erasure()
--;;
CREATE TRIGGER nothing_added_after_erasure BEFORE INSERT ON document
FOR EACH ROW EXECUTE FUNCTION nothing_after_erasure()
--;;
CREATE TRIGGER nothing_redacted_after_erasure BEFORE INSERT ON review_file
FOR EACH ROW EXECUTE FUNCTION nothing_after_erasure()
