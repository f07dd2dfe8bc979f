CREATE TRIGGER gift_return_within_gift_new BEFORE INSERT ON gift_return
WHEN NEW.state IN ('asked', 'agreed', 'done')
BEGIN
  SELECT RAISE(ABORT, 'gift_return: more would go back than was given')
   WHERE NEW.amount + (
           SELECT COALESCE(SUM(r.amount), 0) FROM gift_return r
            WHERE r.donation_id = NEW.donation_id AND r.state IN ('asked', 'agreed', 'done')
         ) > (SELECT d.amount FROM donation d WHERE d.id = NEW.donation_id);
END
--;;
CREATE TRIGGER gift_return_within_gift_changed BEFORE UPDATE ON gift_return
WHEN NEW.state IN ('asked', 'agreed', 'done')
BEGIN
  SELECT RAISE(ABORT, 'gift_return: more would go back than was given')
   WHERE NEW.amount + (
           SELECT COALESCE(SUM(r.amount), 0) FROM gift_return r
            WHERE r.donation_id = NEW.donation_id AND r.id <> NEW.id
              AND r.state IN ('asked', 'agreed', 'done')
         ) > (SELECT d.amount FROM donation d WHERE d.id = NEW.donation_id);
END
--;;
CREATE TRIGGER gift_return_agreed_is_kept BEFORE UPDATE ON gift_return
WHEN NEW.amount <> OLD.amount OR NEW.donation_id <> OLD.donation_id OR NEW.kind <> OLD.kind
  OR NEW.currency <> OLD.currency OR NEW.asked_by <> OLD.asked_by
BEGIN
  SELECT RAISE(ABORT, 'gift_return: what was asked for is never changed');
END
--;;
CREATE TRIGGER gift_return_is_not_removed BEFORE DELETE ON gift_return
BEGIN
  SELECT RAISE(ABORT, 'gift_return: what was asked for is never removed');
END
