CREATE FUNCTION payout_line_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT state FROM payout_batch WHERE id = NEW.batch_id) IS DISTINCT FROM 'open' THEN
    RAISE EXCEPTION 'payout_batch: the file is closed' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NOT EXISTS (
     SELECT 1 FROM disbursement AS d
      WHERE d.id = NEW.disbursement_id AND d.amount = NEW.amount AND d.currency = 'EUR'
        AND d.reference = NEW.end_to_end_id AND d.application_id = NEW.application_id) THEN
    RAISE EXCEPTION 'payout_line: differs from its payment' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.answer IS NOT NULL THEN
    RAISE EXCEPTION 'payout_line: not answered yet' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER payout_line_new BEFORE INSERT ON payout_line
FOR EACH ROW EXECUTE FUNCTION payout_line_check()
--;;
CREATE FUNCTION payout_line_freeze() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.id <> OLD.id OR NEW.batch_id <> OLD.batch_id OR NEW.number <> OLD.number
     OR NEW.disbursement_id <> OLD.disbursement_id OR NEW.amount <> OLD.amount
     OR NEW.application_id <> OLD.application_id OR NEW.end_to_end_id <> OLD.end_to_end_id
     OR (NEW.payment_sealed <> OLD.payment_sealed AND length(NEW.payment_sealed) > 0)
     OR (OLD.answer IS NOT NULL AND NEW.answer IS DISTINCT FROM OLD.answer)
     OR (OLD.reason IS NOT NULL AND NEW.reason IS DISTINCT FROM OLD.reason) THEN
    RAISE EXCEPTION 'payout_line: what stands in a file is never changed' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER payout_line_is_frozen BEFORE UPDATE ON payout_line
FOR EACH ROW EXECUTE FUNCTION payout_line_freeze()
--;;
CREATE FUNCTION payout_batch_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'open' THEN
      RAISE EXCEPTION 'payout_batch: begins open' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF NEW.id <> OLD.id OR NEW.number <> OLD.number OR NEW.currency <> OLD.currency
     OR NEW.count <> OLD.count OR NEW.control_sum <> OLD.control_sum
     OR NEW.pay_on <> OLD.pay_on OR NEW.sha256 <> OLD.sha256 OR NEW.head <> OLD.head
     OR NEW.tail <> OLD.tail OR NEW.created_by_id <> OLD.created_by_id
     OR NEW.created_at <> OLD.created_at
     OR (OLD.released_by_id IS NOT NULL AND NEW.released_by_id IS DISTINCT FROM OLD.released_by_id)
     OR (OLD.handed_over_at IS NOT NULL AND NEW.handed_over_at IS DISTINCT FROM OLD.handed_over_at) THEN
    RAISE EXCEPTION 'payout_batch: what was frozen is never changed' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.state <> OLD.state AND OLD.state || '>' || NEW.state NOT IN (
       'open>prepared', 'prepared>released', 'prepared>refused', 'released>handed_over',
       'released>refused', 'handed_over>answered') THEN
    RAISE EXCEPTION 'payout_batch: no such way' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.state <> 'open'
     AND (NEW.count <> (SELECT count(*) FROM payout_line WHERE batch_id = NEW.id)
       OR NEW.control_sum <> (
            SELECT coalesce(sum(amount), 0) FROM payout_line WHERE batch_id = NEW.id)) THEN
    RAISE EXCEPTION 'payout_batch: count or sum differs from the lines' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER payout_batch_moves BEFORE INSERT OR UPDATE ON payout_batch
FOR EACH ROW EXECUTE FUNCTION payout_batch_check()
--;;
CREATE FUNCTION payout_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%: what was recorded is never changed or removed', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$$
--;;
CREATE TRIGGER payout_line_stays BEFORE DELETE ON payout_line
FOR EACH ROW EXECUTE FUNCTION payout_refuse()
--;;
CREATE TRIGGER payout_batch_stays BEFORE DELETE ON payout_batch
FOR EACH ROW EXECUTE FUNCTION payout_refuse()
