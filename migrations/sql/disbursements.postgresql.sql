CREATE FUNCTION approval_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'approval: what was released is never changed or removed';
END
$$
--;;
CREATE TRIGGER approval_is_not_changed BEFORE UPDATE OR DELETE ON approval
FOR EACH ROW EXECUTE FUNCTION approval_refuse()
