CREATE FUNCTION monthly_gift_part_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'monthly_gift_part: what was agreed is never changed';
END
$$
--;;
CREATE FUNCTION monthly_gift_part_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT state FROM monthly_gift WHERE id = NEW.monthly_gift_id) <> 'initiated' THEN
    RAISE EXCEPTION 'monthly_gift_part: the gift is past its beginning';
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE FUNCTION monthly_gift_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.amount <> (
    SELECT COALESCE(SUM(p.amount), NEW.amount) FROM monthly_gift_part p
     WHERE p.monthly_gift_id = NEW.id
  ) THEN
    RAISE EXCEPTION 'monthly_gift: the parts do not add up to it';
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE FUNCTION receipt_line_check_currency() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM receipt_line l
     WHERE l.receipt_id = NEW.receipt_id AND l.currency <> NEW.currency
  ) OR NEW.currency <> (SELECT d.currency FROM donation d WHERE d.id = NEW.donation_id) THEN
    RAISE EXCEPTION 'receipt_line: a receipt is made out in one currency';
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER monthly_gift_part_is_kept BEFORE UPDATE ON monthly_gift_part
FOR EACH ROW EXECUTE FUNCTION monthly_gift_part_keep()
--;;
CREATE TRIGGER monthly_gift_part_is_not_removed BEFORE DELETE ON monthly_gift_part
FOR EACH ROW EXECUTE FUNCTION monthly_gift_part_keep()
--;;
CREATE TRIGGER monthly_gift_part_is_made_in_time BEFORE INSERT ON monthly_gift_part
FOR EACH ROW EXECUTE FUNCTION monthly_gift_part_check()
--;;
CREATE TRIGGER monthly_gift_adds_up BEFORE UPDATE ON monthly_gift
FOR EACH ROW WHEN (OLD.state = 'initiated' AND NEW.state <> 'initiated')
EXECUTE FUNCTION monthly_gift_check()
--;;
CREATE TRIGGER receipt_line_is_of_one_currency BEFORE INSERT ON receipt_line
FOR EACH ROW EXECUTE FUNCTION receipt_line_check_currency()
