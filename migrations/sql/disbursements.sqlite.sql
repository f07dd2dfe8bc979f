CREATE TRIGGER approval_is_not_changed BEFORE UPDATE ON approval
BEGIN
  SELECT RAISE(ABORT, 'approval: what was released is never changed');
END
--;;
CREATE TRIGGER approval_is_not_removed BEFORE DELETE ON approval
BEGIN
  SELECT RAISE(ABORT, 'approval: what was released is never removed');
END
