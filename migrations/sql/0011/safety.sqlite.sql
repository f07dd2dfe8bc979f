CREATE TRIGGER channel_change_stays_as_decided BEFORE UPDATE ON channel_change
WHEN OLD.state <> 'proposed' OR NEW.place <> OLD.place OR NEW.channel <> OLD.channel
  OR NEW.person_status <> OLD.person_status OR NEW.verdict <> OLD.verdict
  OR NEW.reason_code IS NOT OLD.reason_code OR NEW.resolution <> OLD.resolution
  OR NEW.proposed_by_id <> OLD.proposed_by_id
BEGIN
  SELECT RAISE(ABORT, 'channel_change: both signatures are under the same words');
END
--;;
CREATE TRIGGER channel_change_is_proposed_first BEFORE INSERT ON channel_change
WHEN NEW.state <> 'proposed'
BEGIN
  SELECT RAISE(ABORT, 'channel_change: one proposes, another one confirms');
END
--;;
CREATE TRIGGER channel_change_is_not_removed BEFORE DELETE ON channel_change
BEGIN
  SELECT RAISE(ABORT, 'channel_change: a signature is never removed');
END
--;;
CREATE TRIGGER channel_stop_stays_as_lifted BEFORE UPDATE ON channel_stop
WHEN OLD.state <> 'stopped' OR NEW.region <> OLD.region OR NEW.channel <> OLD.channel
  OR (NEW.state = 'lifted' AND NEW.proposed_by_id IS NOT OLD.proposed_by_id)
BEGIN
  SELECT RAISE(ABORT, 'channel_stop: one proposes to lift it, another one lifts it');
END
--;;
CREATE TRIGGER channel_stop_begins_stopped BEFORE INSERT ON channel_stop
WHEN NEW.state <> 'stopped' OR NEW.proposed_by_id IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'channel_stop: a stop begins stopped');
END
--;;
CREATE TRIGGER channel_stop_is_not_removed BEFORE DELETE ON channel_stop
BEGIN
  SELECT RAISE(ABORT, 'channel_stop: a stop is lifted, never removed');
END
--;;
CREATE TRIGGER disbursement_keeps_off_stopped_channels BEFORE UPDATE OF state ON disbursement
WHEN OLD.state = 'authorised' AND NEW.state IN ('exported', 'sent') AND EXISTS (
  SELECT 1 FROM channel_stop WHERE channel_stop.state = 'stopped'
    AND NEW.receipt_region IN (channel_stop.region, 'unknown') AND channel_stop.channel = NEW.channel)
BEGIN
  SELECT RAISE(ABORT, 'disbursement: this way is stopped there');
END
--;;
CREATE TRIGGER official_list_stays_as_imported BEFORE UPDATE ON official_list
WHEN NEW.is_newest OR NEW.code <> OLD.code OR NEW.sha256 <> OLD.sha256
  OR NEW.published_on <> OLD.published_on OR NEW.version <> OLD.version
  OR NEW.entries <> OLD.entries OR NEW.names <> OLD.names OR NEW.imported_on <> OLD.imported_on
  OR NEW.imported_by <> OLD.imported_by OR NEW.size <> OLD.size
BEGIN
  SELECT RAISE(ABORT, 'official_list: what was imported stays');
END
--;;
CREATE TRIGGER official_list_is_not_removed BEFORE DELETE ON official_list
BEGIN
  SELECT RAISE(ABORT, 'official_list: what was imported stays');
END
--;;
CREATE TRIGGER screening_stays_as_made BEFORE UPDATE ON screening
BEGIN
  SELECT RAISE(ABORT, 'screening: a result is never changed');
END
--;;
CREATE TRIGGER screening_is_not_removed BEFORE DELETE ON screening
BEGIN
  SELECT RAISE(ABORT, 'screening: a result is never removed');
END
--;;
CREATE TRIGGER screening_list_stays_as_made BEFORE UPDATE ON screening_list
BEGIN
  SELECT RAISE(ABORT, 'screening: a result is never changed');
END
--;;
CREATE TRIGGER screening_list_is_not_removed BEFORE DELETE ON screening_list
BEGIN
  SELECT RAISE(ABORT, 'screening: a result is never removed');
END
--;;
CREATE TRIGGER screening_decision_stays_as_decided BEFORE UPDATE ON screening_decision
WHEN OLD.state <> 'proposed' OR NEW.outcome <> OLD.outcome OR NEW.match_hash <> OLD.match_hash
  OR NEW.disbursement_id <> OLD.disbursement_id OR NEW.reason_code IS NOT OLD.reason_code
  OR NEW.proposed_by_id <> OLD.proposed_by_id
BEGIN
  SELECT RAISE(ABORT, 'screening_decision: both signatures are under the same words');
END
--;;
CREATE TRIGGER screening_decision_is_proposed_first BEFORE INSERT ON screening_decision
WHEN NEW.state <> 'proposed'
BEGIN
  SELECT RAISE(ABORT, 'screening_decision: one proposes, another one confirms');
END
--;;
CREATE TRIGGER screening_decision_is_not_removed BEFORE DELETE ON screening_decision
BEGIN
  SELECT RAISE(ABORT, 'screening_decision: a signature is never removed');
END
--;;
CREATE TRIGGER approval_wants_a_clean_screening BEFORE INSERT ON approval
WHEN NEW.kind IN ('first', 'second') AND NOT EXISTS (
  SELECT 1 FROM screening JOIN disbursement ON disbursement.id = screening.disbursement_id
  WHERE screening.disbursement_id = NEW.disbursement_id AND screening.result = 'clean'
    AND screening.payee_hash = disbursement.payee_hash
    AND screening.number = (SELECT MAX(later.number) FROM screening AS later
      WHERE later.disbursement_id = NEW.disbursement_id)
    AND EXISTS (SELECT 1 FROM screening_list WHERE screening_list.screening_id = screening.id)
    AND NOT EXISTS (SELECT 1 FROM official_list WHERE official_list.is_newest
      AND NOT EXISTS (SELECT 1 FROM screening_list
        WHERE screening_list.screening_id = screening.id
          AND screening_list.list_id = official_list.id)))
BEGIN
  SELECT RAISE(ABORT, 'approval: the payee has not been screened against the newest lists');
END
