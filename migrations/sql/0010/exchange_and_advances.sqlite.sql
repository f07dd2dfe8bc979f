CREATE TRIGGER advance_part_within BEFORE INSERT ON advance_part
BEGIN
  SELECT RAISE(ABORT, 'advance_part: more than was advanced')
   WHERE NEW.amount + (
           SELECT coalesce(sum(amount), 0) FROM advance_part WHERE advance_id = NEW.advance_id
         ) > (SELECT amount FROM payout_advance WHERE id = NEW.advance_id);
END
--;;
CREATE TRIGGER advance_part_is_kept BEFORE UPDATE ON advance_part
BEGIN
  SELECT RAISE(ABORT, 'advance_part: what was recorded is never changed');
END
--;;
CREATE TRIGGER advance_part_stays BEFORE DELETE ON advance_part
BEGIN
  SELECT RAISE(ABORT, 'advance_part: what was recorded is never removed');
END
--;;
CREATE TRIGGER payout_advance_is_kept BEFORE UPDATE ON payout_advance
BEGIN
  SELECT RAISE(ABORT, 'payout_advance: what was advanced is never changed');
END
--;;
CREATE TRIGGER payout_advance_stays BEFORE DELETE ON payout_advance
BEGIN
  SELECT RAISE(ABORT, 'payout_advance: what was advanced is never removed');
END
--;;
CREATE TRIGGER exchange_terms_are_kept BEFORE UPDATE ON exchange_terms
BEGIN
  SELECT RAISE(ABORT, 'exchange_terms: signed terms are never changed')
   WHERE (NEW.foreign_amount <> OLD.foreign_amount
       OR NEW.foreign_currency <> OLD.foreign_currency OR NEW.rate_text <> OLD.rate_text
       OR NEW.rate_source <> OLD.rate_source OR NEW.rate_on <> OLD.rate_on)
     AND (SELECT state FROM disbursement WHERE id = NEW.disbursement_id) <> 'ready';
END
