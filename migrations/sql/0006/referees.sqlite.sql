CREATE TRIGGER referee_request_has_ended BEFORE UPDATE ON referee_request
WHEN OLD.status <> 'asked' AND (
  NEW.status IS NOT OLD.status OR NEW.answered_on IS NOT OLD.answered_on
  OR NEW.counts IS NOT OLD.counts OR NEW.scope IS NOT OLD.scope
  OR NEW.answer_sealed IS NOT OLD.answer_sealed OR NEW.answered_by IS NOT OLD.answered_by
)
BEGIN
  SELECT RAISE(ABORT, 'referee_request: what has ended is never changed');
END
--;;
CREATE TRIGGER referee_request_keeps_its_facts BEFORE UPDATE ON referee_request
WHEN NEW.application_id IS NOT OLD.application_id OR NEW.item IS NOT OLD.item
  OR NEW.asked_by_id IS NOT OLD.asked_by_id OR NEW.asked_on IS NOT OLD.asked_on
  OR NEW.expires_at IS NOT OLD.expires_at OR NEW.hours IS NOT OLD.hours
  OR NEW.way IS NOT OLD.way OR NEW.may_tell IS NOT OLD.may_tell
  OR NEW.lookup_mac IS NOT OLD.lookup_mac OR NEW.tries < OLD.tries
BEGIN
  SELECT RAISE(ABORT, 'referee_request: what was asked is never changed');
END
