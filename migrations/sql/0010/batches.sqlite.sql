CREATE TRIGGER payout_line_new BEFORE INSERT ON payout_line
BEGIN
  SELECT RAISE(ABORT, 'payout_batch: the file is closed')
   WHERE (SELECT state FROM payout_batch WHERE id = NEW.batch_id) IS NOT 'open';
  SELECT RAISE(ABORT, 'payout_line: differs from its payment')
   WHERE NOT EXISTS (
     SELECT 1 FROM disbursement AS d
      WHERE d.id = NEW.disbursement_id AND d.amount = NEW.amount AND d.currency = 'EUR'
        AND d.reference = NEW.end_to_end_id AND d.application_id = NEW.application_id);
  SELECT RAISE(ABORT, 'payout_line: not answered yet') WHERE NEW.answer IS NOT NULL;
END
--;;
CREATE TRIGGER payout_line_is_frozen BEFORE UPDATE ON payout_line
BEGIN
  SELECT RAISE(ABORT, 'payout_line: what stands in a file is never changed')
   WHERE NEW.id <> OLD.id OR NEW.batch_id <> OLD.batch_id OR NEW.number <> OLD.number
      OR NEW.disbursement_id <> OLD.disbursement_id OR NEW.amount <> OLD.amount
      OR NEW.application_id <> OLD.application_id OR NEW.end_to_end_id <> OLD.end_to_end_id
      OR (NEW.payment_sealed <> OLD.payment_sealed AND length(NEW.payment_sealed) > 0)
      OR (OLD.answer IS NOT NULL AND NEW.answer IS NOT OLD.answer)
      OR (OLD.reason IS NOT NULL AND NEW.reason IS NOT OLD.reason);
END
--;;
CREATE TRIGGER payout_line_stays BEFORE DELETE ON payout_line
BEGIN
  SELECT RAISE(ABORT, 'payout_line: what stands in a file is never removed');
END
--;;
CREATE TRIGGER payout_batch_begins BEFORE INSERT ON payout_batch
BEGIN
  SELECT RAISE(ABORT, 'payout_batch: begins open') WHERE NEW.state <> 'open';
END
--;;
CREATE TRIGGER payout_batch_moves BEFORE UPDATE ON payout_batch
BEGIN
  SELECT RAISE(ABORT, 'payout_batch: what was frozen is never changed')
   WHERE NEW.id <> OLD.id OR NEW.number <> OLD.number OR NEW.currency <> OLD.currency
      OR NEW.count <> OLD.count OR NEW.control_sum <> OLD.control_sum
      OR NEW.pay_on <> OLD.pay_on OR NEW.sha256 <> OLD.sha256 OR NEW.head <> OLD.head
      OR NEW.tail <> OLD.tail OR NEW.created_by_id <> OLD.created_by_id
      OR NEW.created_at <> OLD.created_at
      OR (OLD.released_by_id IS NOT NULL AND NEW.released_by_id IS NOT OLD.released_by_id)
      OR (OLD.handed_over_at IS NOT NULL AND NEW.handed_over_at IS NOT OLD.handed_over_at);
  SELECT RAISE(ABORT, 'payout_batch: no such way')
   WHERE NEW.state <> OLD.state
     AND OLD.state || '>' || NEW.state NOT IN (
       'open>prepared', 'prepared>released', 'prepared>refused', 'released>handed_over',
       'released>refused', 'handed_over>answered');
  SELECT RAISE(ABORT, 'payout_batch: count or sum differs from the lines')
   WHERE NEW.state <> 'open'
     AND (NEW.count <> (SELECT count(*) FROM payout_line WHERE batch_id = NEW.id)
       OR NEW.control_sum <> (
            SELECT coalesce(sum(amount), 0) FROM payout_line WHERE batch_id = NEW.id));
END
--;;
CREATE TRIGGER payout_batch_stays BEFORE DELETE ON payout_batch
BEGIN
  SELECT RAISE(ABORT, 'payout_batch: what was frozen is never removed');
END
