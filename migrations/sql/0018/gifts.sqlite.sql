CREATE TRIGGER monthly_gift_part_is_kept BEFORE UPDATE ON monthly_gift_part
BEGIN
  SELECT RAISE(ABORT, 'monthly_gift_part: what was agreed is never changed');
END
--;;
CREATE TRIGGER monthly_gift_part_is_not_removed BEFORE DELETE ON monthly_gift_part
BEGIN
  SELECT RAISE(ABORT, 'monthly_gift_part: what was agreed is never changed');
END
--;;
CREATE TRIGGER monthly_gift_part_is_made_in_time BEFORE INSERT ON monthly_gift_part
BEGIN
  SELECT RAISE(ABORT, 'monthly_gift_part: the gift is past its beginning')
   WHERE (SELECT state FROM monthly_gift WHERE id = NEW.monthly_gift_id) <> 'initiated';
END
--;;
CREATE TRIGGER monthly_gift_adds_up BEFORE UPDATE ON monthly_gift
WHEN OLD.state = 'initiated' AND NEW.state <> 'initiated'
BEGIN
  SELECT RAISE(ABORT, 'monthly_gift: the parts do not add up to it')
   WHERE NEW.amount <> (
     SELECT COALESCE(SUM(p.amount), NEW.amount) FROM monthly_gift_part p
      WHERE p.monthly_gift_id = NEW.id
   );
END
--;;
CREATE TRIGGER receipt_line_is_of_one_currency BEFORE INSERT ON receipt_line
BEGIN
  SELECT RAISE(ABORT, 'receipt_line: a receipt is made out in one currency')
   WHERE EXISTS (
     SELECT 1 FROM receipt_line l
      WHERE l.receipt_id = NEW.receipt_id AND l.currency <> NEW.currency
   ) OR NEW.currency <> (SELECT d.currency FROM donation d WHERE d.id = NEW.donation_id);
END
