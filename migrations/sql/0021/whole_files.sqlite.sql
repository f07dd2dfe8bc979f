CREATE TRIGGER payout_batch_is_whole BEFORE UPDATE OF state ON payout_batch
WHEN NEW.state <> OLD.state AND NEW.state IN ('released', 'handed_over')
BEGIN
  SELECT RAISE(ABORT, 'payout_batch: a payment was taken out of the file')
   WHERE EXISTS (
     SELECT 1 FROM payout_line AS l JOIN disbursement AS d ON d.id = l.disbursement_id
      WHERE l.batch_id = NEW.id AND (l.answer IS NOT NULL OR d.state <> 'exported'));
END
