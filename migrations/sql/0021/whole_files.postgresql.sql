CREATE FUNCTION payout_batch_whole() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
     SELECT 1 FROM payout_line AS l JOIN disbursement AS d ON d.id = l.disbursement_id
      WHERE l.batch_id = NEW.id AND (l.answer IS NOT NULL OR d.state <> 'exported')) THEN
    RAISE EXCEPTION 'payout_batch: a payment was taken out of the file' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER payout_batch_is_whole BEFORE UPDATE OF state ON payout_batch
FOR EACH ROW WHEN (NEW.state <> OLD.state AND NEW.state IN ('released', 'handed_over'))
EXECUTE FUNCTION payout_batch_whole()
