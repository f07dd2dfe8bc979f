CREATE FUNCTION gifts_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%: %', TG_TABLE_NAME, TG_ARGV[0];
END
$$
--;;
CREATE FUNCTION donation_part_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT state FROM donation WHERE id = NEW.donation_id) <> 'initiated' THEN
    RAISE EXCEPTION 'donation_part: the gift is past its beginning';
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE FUNCTION pledge_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.amount <> (
    SELECT COALESCE(SUM(i.amount), 0) FROM pledge_instalment i
     WHERE i.pledge_id = NEW.id AND i.plan = NEW.plan
  ) THEN
    RAISE EXCEPTION 'pledge: the instalments do not add up to it';
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER donation_part_is_kept BEFORE UPDATE ON donation_part
FOR EACH ROW
EXECUTE FUNCTION gifts_keep('what a gift was begun for is never changed')
--;;
CREATE TRIGGER donation_part_is_not_removed BEFORE DELETE ON donation_part
FOR EACH ROW EXECUTE FUNCTION gifts_keep('what a gift was begun for is never changed')
--;;
CREATE TRIGGER pledge_instalment_is_kept BEFORE UPDATE ON pledge_instalment
FOR EACH ROW
EXECUTE FUNCTION gifts_keep('a schedule is never changed, a new one is made')
--;;
CREATE TRIGGER pledge_instalment_is_not_removed BEFORE DELETE ON pledge_instalment
FOR EACH ROW EXECUTE FUNCTION gifts_keep('a schedule is never changed, a new one is made')
--;;
CREATE TRIGGER pledge_payment_is_kept BEFORE UPDATE ON pledge_payment
FOR EACH ROW
EXECUTE FUNCTION gifts_keep('a gift that counts stays counted')
--;;
CREATE TRIGGER pledge_payment_is_not_removed BEFORE DELETE ON pledge_payment
FOR EACH ROW EXECUTE FUNCTION gifts_keep('a gift that counts stays counted')
--;;
CREATE TRIGGER stripe_reading_is_kept BEFORE UPDATE ON stripe_reading
FOR EACH ROW
EXECUTE FUNCTION gifts_keep('a reading stays as it was')
--;;
CREATE TRIGGER stripe_reading_is_not_removed BEFORE DELETE ON stripe_reading
FOR EACH ROW EXECUTE FUNCTION gifts_keep('a reading stays as it was')
--;;
CREATE TRIGGER stripe_gap_is_kept BEFORE UPDATE ON stripe_gap
FOR EACH ROW
EXECUTE FUNCTION gifts_keep('a reading stays as it was')
--;;
CREATE TRIGGER stripe_gap_is_not_removed BEFORE DELETE ON stripe_gap
FOR EACH ROW EXECUTE FUNCTION gifts_keep('a reading stays as it was')
--;;
CREATE TRIGGER pledge_is_kept BEFORE UPDATE ON pledge
FOR EACH ROW WHEN (NEW.amount IS DISTINCT FROM OLD.amount OR NEW.currency IS DISTINCT FROM OLD.currency OR NEW.fund_code IS DISTINCT FROM OLD.fund_code OR NEW.reference IS DISTINCT FROM OLD.reference)
EXECUTE FUNCTION gifts_keep('what was promised is never changed')
--;;
CREATE TRIGGER pledge_is_not_removed BEFORE DELETE ON pledge
FOR EACH ROW EXECUTE FUNCTION gifts_keep('what was promised is never changed')
--;;
CREATE TRIGGER monthly_gift_is_kept BEFORE UPDATE ON monthly_gift
FOR EACH ROW WHEN (NEW.amount IS DISTINCT FROM OLD.amount OR NEW.currency IS DISTINCT FROM OLD.currency OR NEW.fund_code IS DISTINCT FROM OLD.fund_code)
EXECUTE FUNCTION gifts_keep('what was agreed is never changed')
--;;
CREATE TRIGGER monthly_gift_is_not_removed BEFORE DELETE ON monthly_gift
FOR EACH ROW EXECUTE FUNCTION gifts_keep('what was agreed is never changed')
--;;
CREATE TRIGGER in_kind_gift_is_kept BEFORE UPDATE ON in_kind_gift
FOR EACH ROW WHEN (NEW.category IS DISTINCT FROM OLD.category OR NEW.quantity IS DISTINCT FROM OLD.quantity OR NEW.value IS DISTINCT FROM OLD.value OR NEW.currency IS DISTINCT FROM OLD.currency OR NEW.fund_code IS DISTINCT FROM OLD.fund_code OR NEW.received_day IS DISTINCT FROM OLD.received_day OR NEW.recorded_by IS DISTINCT FROM OLD.recorded_by)
EXECUTE FUNCTION gifts_keep('what was received is never changed, only struck')
--;;
CREATE TRIGGER in_kind_gift_is_not_removed BEFORE DELETE ON in_kind_gift
FOR EACH ROW EXECUTE FUNCTION gifts_keep('what was received is never changed, only struck')
--;;
CREATE TRIGGER donation_part_is_made_in_time BEFORE INSERT ON donation_part
FOR EACH ROW EXECUTE FUNCTION donation_part_check()
--;;
CREATE TRIGGER pledge_adds_up BEFORE UPDATE ON pledge
FOR EACH ROW WHEN (NEW.state = 'scheduled') EXECUTE FUNCTION pledge_check()
