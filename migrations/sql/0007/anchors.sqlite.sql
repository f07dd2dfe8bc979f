CREATE TRIGGER anchor_is_not_changed BEFORE UPDATE ON anchor
BEGIN
  SELECT RAISE(ABORT, 'anchor: is never changed');
END
--;;
CREATE TRIGGER anchor_is_not_removed BEFORE DELETE ON anchor
BEGIN
  SELECT RAISE(ABORT, 'anchor: is never removed');
END
