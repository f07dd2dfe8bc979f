CREATE FUNCTION advance_part_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM payout_advance WHERE id = NEW.advance_id FOR UPDATE;
  IF NEW.amount + (
       SELECT coalesce(sum(amount), 0) FROM advance_part WHERE advance_id = NEW.advance_id
     ) > (SELECT amount FROM payout_advance WHERE id = NEW.advance_id) THEN
    RAISE EXCEPTION 'advance_part: more than was advanced' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER advance_part_within BEFORE INSERT ON advance_part
FOR EACH ROW EXECUTE FUNCTION advance_part_check()
--;;
CREATE TRIGGER advance_part_is_kept BEFORE UPDATE OR DELETE ON advance_part
FOR EACH ROW EXECUTE FUNCTION payout_refuse()
--;;
CREATE TRIGGER payout_advance_is_kept BEFORE UPDATE OR DELETE ON payout_advance
FOR EACH ROW EXECUTE FUNCTION payout_refuse()
--;;
CREATE FUNCTION exchange_terms_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.foreign_amount <> OLD.foreign_amount
      OR NEW.foreign_currency <> OLD.foreign_currency OR NEW.rate_text <> OLD.rate_text
      OR NEW.rate_source <> OLD.rate_source OR NEW.rate_on <> OLD.rate_on)
     AND (SELECT state FROM disbursement WHERE id = NEW.disbursement_id) <> 'ready' THEN
    RAISE EXCEPTION 'exchange_terms: signed terms are never changed' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER exchange_terms_are_kept BEFORE UPDATE ON exchange_terms
FOR EACH ROW EXECUTE FUNCTION exchange_terms_check()
