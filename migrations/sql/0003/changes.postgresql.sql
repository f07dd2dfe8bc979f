CREATE FUNCTION person_change_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'person_change: what was signed stays';
END
$$
--;;
CREATE TRIGGER person_change_stays_as_decided BEFORE UPDATE ON person_change
FOR EACH ROW WHEN (OLD.state <> 'proposed')
EXECUTE FUNCTION person_change_refuse()
--;;
CREATE TRIGGER person_change_keeps_its_signature BEFORE UPDATE ON person_change
FOR EACH ROW WHEN (NEW.proposed_by_id <> OLD.proposed_by_id OR NEW.kind <> OLD.kind
  OR NEW.role IS DISTINCT FROM OLD.role OR NEW.handle IS DISTINCT FROM OLD.handle
  OR NEW.roles IS DISTINCT FROM OLD.roles
  OR NEW.display_name IS DISTINCT FROM OLD.display_name
  OR (OLD.person_id IS NOT NULL AND NEW.person_id IS DISTINCT FROM OLD.person_id))
EXECUTE FUNCTION person_change_refuse()
--;;
CREATE TRIGGER person_change_is_not_removed BEFORE DELETE ON person_change
FOR EACH ROW EXECUTE FUNCTION person_change_refuse()
--;;
CREATE TRIGGER person_change_is_not_emptied BEFORE TRUNCATE ON person_change
FOR EACH STATEMENT EXECUTE FUNCTION person_change_refuse()
--;;
CREATE TRIGGER key_share_stays_as_decided BEFORE UPDATE ON key_share
FOR EACH ROW WHEN (OLD.state <> 'proposed' OR NEW.proposed_by_id <> OLD.proposed_by_id
  OR NEW.person_id <> OLD.person_id)
EXECUTE FUNCTION person_change_refuse()
--;;
CREATE TRIGGER key_share_is_not_removed BEFORE DELETE ON key_share
FOR EACH ROW EXECUTE FUNCTION person_change_refuse()
--;;
CREATE TRIGGER key_share_is_not_emptied BEFORE TRUNCATE ON key_share
FOR EACH STATEMENT EXECUTE FUNCTION person_change_refuse()
