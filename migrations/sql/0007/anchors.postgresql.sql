CREATE FUNCTION anchor_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'anchor: is never changed or removed';
END
$$
--;;
CREATE TRIGGER anchor_is_not_changed BEFORE UPDATE OR DELETE ON anchor
FOR EACH ROW EXECUTE FUNCTION anchor_refuse()
--;;
CREATE TRIGGER anchor_is_not_emptied BEFORE TRUNCATE ON anchor
FOR EACH STATEMENT EXECUTE FUNCTION anchor_refuse()
