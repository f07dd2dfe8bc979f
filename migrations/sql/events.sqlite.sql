CREATE TRIGGER event_is_not_changed BEFORE UPDATE ON event
BEGIN
  SELECT RAISE(ABORT, 'event: the trail is never changed');
END
--;;
CREATE TRIGGER event_is_not_removed BEFORE DELETE ON event
BEGIN
  SELECT RAISE(ABORT, 'event: the trail is never removed');
END
