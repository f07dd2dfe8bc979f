CREATE FUNCTION referee_request_has_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'referee_request: what has ended is never changed';
END
$$
--;;
CREATE TRIGGER referee_request_has_ended BEFORE UPDATE ON referee_request
FOR EACH ROW WHEN (OLD.status <> 'asked' AND (
  NEW.status IS DISTINCT FROM OLD.status OR NEW.answered_on IS DISTINCT FROM OLD.answered_on
  OR NEW.counts IS DISTINCT FROM OLD.counts OR NEW.scope IS DISTINCT FROM OLD.scope
  OR NEW.answer_sealed IS DISTINCT FROM OLD.answer_sealed
  OR NEW.answered_by IS DISTINCT FROM OLD.answered_by
))
EXECUTE FUNCTION referee_request_has_ended()
--;;
CREATE FUNCTION referee_request_keeps_its_facts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'referee_request: what was asked is never changed';
END
$$
--;;
CREATE TRIGGER referee_request_keeps_its_facts BEFORE UPDATE ON referee_request
FOR EACH ROW WHEN (
  NEW.application_id IS DISTINCT FROM OLD.application_id OR NEW.item IS DISTINCT FROM OLD.item
  OR NEW.asked_by_id IS DISTINCT FROM OLD.asked_by_id
  OR NEW.asked_on IS DISTINCT FROM OLD.asked_on
  OR NEW.expires_at IS DISTINCT FROM OLD.expires_at OR NEW.hours IS DISTINCT FROM OLD.hours
  OR NEW.way IS DISTINCT FROM OLD.way OR NEW.may_tell IS DISTINCT FROM OLD.may_tell
  OR NEW.lookup_mac IS DISTINCT FROM OLD.lookup_mac OR NEW.tries < OLD.tries
)
EXECUTE FUNCTION referee_request_keeps_its_facts()
