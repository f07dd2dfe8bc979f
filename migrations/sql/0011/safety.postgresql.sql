CREATE FUNCTION safety_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'what was signed, imported or screened stays';
END
$$
--;;
CREATE TRIGGER channel_change_stays_as_decided BEFORE UPDATE ON channel_change
FOR EACH ROW WHEN (OLD.state <> 'proposed' OR NEW.place <> OLD.place OR NEW.channel <> OLD.channel
  OR NEW.person_status <> OLD.person_status OR NEW.verdict <> OLD.verdict
  OR NEW.reason_code IS DISTINCT FROM OLD.reason_code OR NEW.resolution <> OLD.resolution
  OR NEW.proposed_by_id <> OLD.proposed_by_id)
EXECUTE FUNCTION safety_refuse()
--;;
CREATE TRIGGER channel_change_is_proposed_first BEFORE INSERT ON channel_change
FOR EACH ROW WHEN (NEW.state <> 'proposed') EXECUTE FUNCTION safety_refuse()
--;;
CREATE TRIGGER channel_change_is_not_removed BEFORE DELETE ON channel_change
FOR EACH ROW EXECUTE FUNCTION safety_refuse()
--;;
CREATE TRIGGER channel_change_is_not_emptied BEFORE TRUNCATE ON channel_change
FOR EACH STATEMENT EXECUTE FUNCTION safety_refuse()
--;;
CREATE TRIGGER channel_stop_stays_as_lifted BEFORE UPDATE ON channel_stop
FOR EACH ROW WHEN (OLD.state <> 'stopped' OR NEW.region <> OLD.region
  OR NEW.channel <> OLD.channel
  OR (NEW.state = 'lifted' AND NEW.proposed_by_id IS DISTINCT FROM OLD.proposed_by_id))
EXECUTE FUNCTION safety_refuse()
--;;
CREATE TRIGGER channel_stop_begins_stopped BEFORE INSERT ON channel_stop
FOR EACH ROW WHEN (NEW.state <> 'stopped' OR NEW.proposed_by_id IS NOT NULL)
EXECUTE FUNCTION safety_refuse()
--;;
CREATE TRIGGER channel_stop_is_not_removed BEFORE DELETE ON channel_stop
FOR EACH ROW EXECUTE FUNCTION safety_refuse()
--;;
CREATE TRIGGER channel_stop_is_not_emptied BEFORE TRUNCATE ON channel_stop
FOR EACH STATEMENT EXECUTE FUNCTION safety_refuse()
--;;
CREATE FUNCTION disbursement_channel_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM channel_stop WHERE channel_stop.state = 'stopped'
      AND NEW.receipt_region IN (channel_stop.region, 'unknown') AND channel_stop.channel = NEW.channel) THEN
    RAISE EXCEPTION 'disbursement: this way is stopped there';
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER disbursement_keeps_off_stopped_channels BEFORE UPDATE OF state ON disbursement
FOR EACH ROW WHEN (OLD.state = 'authorised' AND NEW.state IN ('exported', 'sent'))
EXECUTE FUNCTION disbursement_channel_check()
--;;
CREATE TRIGGER official_list_stays_as_imported BEFORE UPDATE ON official_list
FOR EACH ROW WHEN (NEW.is_newest OR NEW.code <> OLD.code OR NEW.sha256 <> OLD.sha256
  OR NEW.published_on <> OLD.published_on OR NEW.version <> OLD.version
  OR NEW.entries <> OLD.entries OR NEW.names <> OLD.names OR NEW.imported_on <> OLD.imported_on
  OR NEW.imported_by <> OLD.imported_by OR NEW.size <> OLD.size)
EXECUTE FUNCTION safety_refuse()
--;;
CREATE TRIGGER official_list_is_not_removed BEFORE DELETE ON official_list
FOR EACH ROW EXECUTE FUNCTION safety_refuse()
--;;
CREATE TRIGGER screening_stays_as_made BEFORE UPDATE OR DELETE ON screening
FOR EACH ROW EXECUTE FUNCTION safety_refuse()
--;;
CREATE TRIGGER screening_list_stays_as_made BEFORE UPDATE OR DELETE ON screening_list
FOR EACH ROW EXECUTE FUNCTION safety_refuse()
--;;
CREATE TRIGGER screening_decision_stays_as_decided BEFORE UPDATE ON screening_decision
FOR EACH ROW WHEN (OLD.state <> 'proposed' OR NEW.outcome <> OLD.outcome
  OR NEW.match_hash <> OLD.match_hash OR NEW.disbursement_id <> OLD.disbursement_id
  OR NEW.reason_code IS DISTINCT FROM OLD.reason_code
  OR NEW.proposed_by_id <> OLD.proposed_by_id)
EXECUTE FUNCTION safety_refuse()
--;;
CREATE TRIGGER screening_decision_is_proposed_first BEFORE INSERT ON screening_decision
FOR EACH ROW WHEN (NEW.state <> 'proposed') EXECUTE FUNCTION safety_refuse()
--;;
CREATE TRIGGER screening_decision_is_not_removed BEFORE DELETE ON screening_decision
FOR EACH ROW EXECUTE FUNCTION safety_refuse()
--;;
CREATE TRIGGER screening_is_not_emptied BEFORE TRUNCATE ON screening
FOR EACH STATEMENT EXECUTE FUNCTION safety_refuse()
--;;
CREATE TRIGGER screening_decision_is_not_emptied BEFORE TRUNCATE ON screening_decision
FOR EACH STATEMENT EXECUTE FUNCTION safety_refuse()
--;;
CREATE FUNCTION approval_screening_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM screening JOIN disbursement ON disbursement.id = screening.disbursement_id
    WHERE screening.disbursement_id = NEW.disbursement_id AND screening.result = 'clean'
      AND screening.payee_hash = disbursement.payee_hash
      AND screening.number = (SELECT MAX(later.number) FROM screening AS later
        WHERE later.disbursement_id = NEW.disbursement_id)
      AND EXISTS (SELECT 1 FROM screening_list WHERE screening_list.screening_id = screening.id)
      AND NOT EXISTS (SELECT 1 FROM official_list WHERE official_list.is_newest
        AND NOT EXISTS (SELECT 1 FROM screening_list
          WHERE screening_list.screening_id = screening.id
            AND screening_list.list_id = official_list.id))) THEN
    RAISE EXCEPTION 'approval: the payee has not been screened against the newest lists';
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER approval_wants_a_clean_screening BEFORE INSERT ON approval
FOR EACH ROW WHEN (NEW.kind IN ('first', 'second')) EXECUTE FUNCTION approval_screening_check()
