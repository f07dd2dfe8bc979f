CREATE FUNCTION gift_return_check() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  given bigint;
  going bigint;
BEGIN
  IF TG_OP = 'UPDATE' AND (NEW.amount <> OLD.amount OR NEW.donation_id <> OLD.donation_id
     OR NEW.kind <> OLD.kind OR NEW.currency <> OLD.currency OR NEW.asked_by <> OLD.asked_by) THEN
    RAISE EXCEPTION 'gift_return: what was asked for is never changed';
  END IF;
  IF NEW.state IN ('asked', 'agreed', 'done') THEN
    SELECT d.amount INTO given FROM donation d WHERE d.id = NEW.donation_id FOR UPDATE;
    SELECT COALESCE(SUM(r.amount), 0) INTO going FROM gift_return r
     WHERE r.donation_id = NEW.donation_id AND r.id <> NEW.id
       AND r.state IN ('asked', 'agreed', 'done');
    IF going + NEW.amount > given THEN
      RAISE EXCEPTION 'gift_return: more would go back than was given';
    END IF;
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE FUNCTION gift_return_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'gift_return: what was asked for is never removed';
END
$$
--;;
CREATE TRIGGER gift_return_within_gift BEFORE INSERT OR UPDATE ON gift_return
FOR EACH ROW EXECUTE FUNCTION gift_return_check()
--;;
CREATE TRIGGER gift_return_is_not_removed BEFORE DELETE ON gift_return
FOR EACH ROW EXECUTE FUNCTION gift_return_refuse()
