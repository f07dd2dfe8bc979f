CREATE TRIGGER donation_part_is_kept BEFORE UPDATE ON donation_part
BEGIN
  SELECT RAISE(ABORT, 'donation_part: what a gift was begun for is never changed');
END
--;;
CREATE TRIGGER donation_part_is_not_removed BEFORE DELETE ON donation_part
BEGIN
  SELECT RAISE(ABORT, 'donation_part: what a gift was begun for is never changed');
END
--;;
CREATE TRIGGER pledge_instalment_is_kept BEFORE UPDATE ON pledge_instalment
BEGIN
  SELECT RAISE(ABORT, 'pledge_instalment: a schedule is never changed, a new one is made');
END
--;;
CREATE TRIGGER pledge_instalment_is_not_removed BEFORE DELETE ON pledge_instalment
BEGIN
  SELECT RAISE(ABORT, 'pledge_instalment: a schedule is never changed, a new one is made');
END
--;;
CREATE TRIGGER pledge_payment_is_kept BEFORE UPDATE ON pledge_payment
BEGIN
  SELECT RAISE(ABORT, 'pledge_payment: a gift that counts stays counted');
END
--;;
CREATE TRIGGER pledge_payment_is_not_removed BEFORE DELETE ON pledge_payment
BEGIN
  SELECT RAISE(ABORT, 'pledge_payment: a gift that counts stays counted');
END
--;;
CREATE TRIGGER stripe_reading_is_kept BEFORE UPDATE ON stripe_reading
BEGIN
  SELECT RAISE(ABORT, 'stripe_reading: a reading stays as it was');
END
--;;
CREATE TRIGGER stripe_reading_is_not_removed BEFORE DELETE ON stripe_reading
BEGIN
  SELECT RAISE(ABORT, 'stripe_reading: a reading stays as it was');
END
--;;
CREATE TRIGGER stripe_gap_is_kept BEFORE UPDATE ON stripe_gap
BEGIN
  SELECT RAISE(ABORT, 'stripe_gap: a reading stays as it was');
END
--;;
CREATE TRIGGER stripe_gap_is_not_removed BEFORE DELETE ON stripe_gap
BEGIN
  SELECT RAISE(ABORT, 'stripe_gap: a reading stays as it was');
END
--;;
CREATE TRIGGER pledge_is_kept BEFORE UPDATE ON pledge
WHEN NEW.amount IS NOT OLD.amount OR NEW.currency IS NOT OLD.currency OR NEW.fund_code IS NOT OLD.fund_code OR NEW.reference IS NOT OLD.reference
BEGIN
  SELECT RAISE(ABORT, 'pledge: what was promised is never changed');
END
--;;
CREATE TRIGGER pledge_is_not_removed BEFORE DELETE ON pledge
BEGIN
  SELECT RAISE(ABORT, 'pledge: what was promised is never changed');
END
--;;
CREATE TRIGGER monthly_gift_is_kept BEFORE UPDATE ON monthly_gift
WHEN NEW.amount IS NOT OLD.amount OR NEW.currency IS NOT OLD.currency OR NEW.fund_code IS NOT OLD.fund_code
BEGIN
  SELECT RAISE(ABORT, 'monthly_gift: what was agreed is never changed');
END
--;;
CREATE TRIGGER monthly_gift_is_not_removed BEFORE DELETE ON monthly_gift
BEGIN
  SELECT RAISE(ABORT, 'monthly_gift: what was agreed is never changed');
END
--;;
CREATE TRIGGER in_kind_gift_is_kept BEFORE UPDATE ON in_kind_gift
WHEN NEW.category IS NOT OLD.category OR NEW.quantity IS NOT OLD.quantity OR NEW.value IS NOT OLD.value OR NEW.currency IS NOT OLD.currency OR NEW.fund_code IS NOT OLD.fund_code OR NEW.received_day IS NOT OLD.received_day OR NEW.recorded_by IS NOT OLD.recorded_by
BEGIN
  SELECT RAISE(ABORT, 'in_kind_gift: what was received is never changed, only struck');
END
--;;
CREATE TRIGGER in_kind_gift_is_not_removed BEFORE DELETE ON in_kind_gift
BEGIN
  SELECT RAISE(ABORT, 'in_kind_gift: what was received is never changed, only struck');
END
--;;
CREATE TRIGGER donation_part_is_made_in_time BEFORE INSERT ON donation_part
BEGIN
  SELECT RAISE(ABORT, 'donation_part: the gift is past its beginning')
   WHERE (SELECT state FROM donation WHERE id = NEW.donation_id) <> 'initiated';
END
--;;
CREATE TRIGGER pledge_adds_up BEFORE UPDATE ON pledge
WHEN NEW.state = 'scheduled'
BEGIN
  SELECT RAISE(ABORT, 'pledge: the instalments do not add up to it')
   WHERE NEW.amount <> (
     SELECT COALESCE(SUM(i.amount), 0) FROM pledge_instalment i
      WHERE i.pledge_id = NEW.id AND i.plan = NEW.plan
   );
END
