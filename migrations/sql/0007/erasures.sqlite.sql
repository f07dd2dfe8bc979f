CREATE TRIGGER erasure_goes_forward BEFORE UPDATE ON erasure
WHEN NEW.id <> OLD.id OR NEW.application_id <> OLD.application_id OR NEW.origin <> OLD.origin
  OR NEW.requested_by <> OLD.requested_by OR NEW.requested_on <> OLD.requested_on
  OR OLD.state = 'done'
  OR (OLD.state = 'begun' AND (NEW.state = 'proposed'
      OR NEW.begun_on <> OLD.begun_on OR NEW.confirmed_by IS NOT OLD.confirmed_by))
  OR (OLD.state = 'proposed' AND NEW.state = 'done')
BEGIN
  SELECT RAISE(ABORT, 'erasure: only goes forward');
END
--;;
CREATE TRIGGER erasure_begins_with_two BEFORE INSERT ON erasure
WHEN NEW.origin = 'staff' AND NEW.state <> 'proposed'
BEGIN
  SELECT RAISE(ABORT, 'erasure: staff propose first');
END
--;;
CREATE TRIGGER erasure_is_not_removed BEFORE DELETE ON erasure
WHEN OLD.state <> 'proposed'
BEGIN
  SELECT RAISE(ABORT, 'erasure: is never removed');
END
--;;
CREATE TRIGGER erased_case_stands_still BEFORE UPDATE ON application
WHEN OLD.erased_on IS NOT NULL AND (NEW.erased_on IS NOT OLD.erased_on OR NEW.state <> OLD.state)
BEGIN
  SELECT RAISE(ABORT, 'application: an erased case stands still');
END
--;;
CREATE TRIGGER nothing_told_after_erasure BEFORE INSERT ON answer
WHEN EXISTS (SELECT 1 FROM application WHERE id = NEW.application_id AND erased_on IS NOT NULL)
BEGIN
  SELECT RAISE(ABORT, 'answer: the case is erased');
END
--;;
CREATE TRIGGER nothing_said_after_erasure BEFORE INSERT ON message
WHEN EXISTS (SELECT 1 FROM application WHERE id = NEW.application_id AND erased_on IS NOT NULL)
BEGIN
  SELECT RAISE(ABORT, 'message: the case is erased');
END
--;;
CREATE TRIGGER nothing_added_after_erasure BEFORE INSERT ON document
WHEN EXISTS (SELECT 1 FROM application WHERE id = NEW.application_id AND erased_on IS NOT NULL)
BEGIN
  SELECT RAISE(ABORT, 'document: the case is erased');
END
--;;
CREATE TRIGGER nothing_redacted_after_erasure BEFORE INSERT ON review_file
WHEN EXISTS (SELECT 1 FROM application WHERE id = NEW.application_id AND erased_on IS NOT NULL)
BEGIN
  SELECT RAISE(ABORT, 'review_file: the case is erased');
END
