CREATE FUNCTION publication_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%: what was decided or told stays', TG_TABLE_NAME;
END
$$
--;;
CREATE FUNCTION published_cell_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT state FROM publication WHERE id = NEW.publication_id) IS DISTINCT FROM 'proposed' THEN
    RAISE EXCEPTION 'published_cell: the table is closed';
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER publication_stays_as_published BEFORE UPDATE ON publication
FOR EACH ROW WHEN (OLD.state <> 'proposed') EXECUTE FUNCTION publication_refuse()
--;;
CREATE TRIGGER publication_keeps_its_words BEFORE UPDATE ON publication
FOR EACH ROW WHEN (NEW.measure <> OLD.measure OR NEW.broken_down <> OLD.broken_down
  OR NEW.since <> OLD.since OR NEW.until <> OLD.until OR NEW.currency <> OLD.currency
  OR NEW.proposed_by_id <> OLD.proposed_by_id) EXECUTE FUNCTION publication_refuse()
--;;
CREATE TRIGGER publication_begins_as_a_proposal BEFORE INSERT ON publication
FOR EACH ROW WHEN (NEW.state NOT IN ('proposed', 'refused')) EXECUTE FUNCTION publication_refuse()
--;;
CREATE TRIGGER publication_is_not_removed BEFORE DELETE ON publication
FOR EACH ROW EXECUTE FUNCTION publication_refuse()
--;;
CREATE TRIGGER publication_is_not_emptied BEFORE TRUNCATE ON publication
FOR EACH STATEMENT EXECUTE FUNCTION publication_refuse()
--;;
CREATE TRIGGER published_cell_belongs_to_a_proposal BEFORE INSERT ON published_cell
FOR EACH ROW EXECUTE FUNCTION published_cell_check()
--;;
CREATE TRIGGER published_cell_stays BEFORE UPDATE OR DELETE ON published_cell
FOR EACH ROW EXECUTE FUNCTION publication_refuse()
--;;
CREATE TRIGGER published_cell_is_not_emptied BEFORE TRUNCATE ON published_cell
FOR EACH STATEMENT EXECUTE FUNCTION publication_refuse()
--;;
CREATE TRIGGER grant_record_goes_forward BEFORE UPDATE ON grant_record
FOR EACH ROW WHEN (NOT (
  (OLD.state = 'proposed' AND NEW.state IN ('proposed', 'published', 'declined'))
  OR (OLD.state = 'published' AND NEW.state = 'withdrawn'))) EXECUTE FUNCTION publication_refuse()
--;;
CREATE TRIGGER grant_record_keeps_its_words BEFORE UPDATE ON grant_record
FOR EACH ROW WHEN (NEW.application_id <> OLD.application_id
  OR NEW.public_number <> OLD.public_number OR NEW.programme <> OLD.programme
  OR NEW.region <> OLD.region OR NEW.quarter <> OLD.quarter OR NEW.amount <> OLD.amount
  OR NEW.currency <> OLD.currency OR NEW.description <> OLD.description
  OR NEW.reason_code <> OLD.reason_code OR NEW.proposed_by_id <> OLD.proposed_by_id
  OR NEW.names_searched <> OLD.names_searched) EXECUTE FUNCTION publication_refuse()
--;;
CREATE TRIGGER grant_record_begins_as_a_proposal BEFORE INSERT ON grant_record
FOR EACH ROW WHEN (NEW.state <> 'proposed') EXECUTE FUNCTION publication_refuse()
--;;
CREATE TRIGGER grant_record_is_not_removed BEFORE DELETE ON grant_record
FOR EACH ROW EXECUTE FUNCTION publication_refuse()
--;;
CREATE TRIGGER grant_record_is_not_emptied BEFORE TRUNCATE ON grant_record
FOR EACH STATEMENT EXECUTE FUNCTION publication_refuse()
