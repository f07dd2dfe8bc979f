CREATE TRIGGER person_change_stays_as_decided BEFORE UPDATE ON person_change
WHEN OLD.state <> 'proposed'
BEGIN
  SELECT RAISE(ABORT, 'person_change: what was decided stays');
END
--;;
CREATE TRIGGER person_change_keeps_its_signature BEFORE UPDATE ON person_change
WHEN NEW.proposed_by_id <> OLD.proposed_by_id OR NEW.kind <> OLD.kind
  OR NEW.role IS NOT OLD.role OR NEW.handle IS NOT OLD.handle OR NEW.roles IS NOT OLD.roles
  OR NEW.display_name IS NOT OLD.display_name
  OR (OLD.person_id IS NOT NULL AND NEW.person_id IS NOT OLD.person_id)
BEGIN
  SELECT RAISE(ABORT, 'person_change: the second signature is under the same words');
END
--;;
CREATE TRIGGER person_change_is_not_removed BEFORE DELETE ON person_change
BEGIN
  SELECT RAISE(ABORT, 'person_change: a signature is never removed');
END
--;;
CREATE TRIGGER key_share_stays_as_decided BEFORE UPDATE ON key_share
WHEN OLD.state <> 'proposed' OR NEW.proposed_by_id <> OLD.proposed_by_id
  OR NEW.person_id <> OLD.person_id
BEGIN
  SELECT RAISE(ABORT, 'key_share: what was signed stays');
END
--;;
CREATE TRIGGER key_share_is_not_removed BEFORE DELETE ON key_share
BEGIN
  SELECT RAISE(ABORT, 'key_share: a signature is never removed');
END
