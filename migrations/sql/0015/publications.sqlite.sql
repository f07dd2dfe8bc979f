CREATE TRIGGER publication_stays_as_published BEFORE UPDATE ON publication
WHEN OLD.state <> 'proposed'
BEGIN
  SELECT RAISE(ABORT, 'publication: what was decided stays');
END
--;;
CREATE TRIGGER publication_keeps_its_words BEFORE UPDATE ON publication
WHEN NEW.measure <> OLD.measure OR NEW.broken_down <> OLD.broken_down OR NEW.since <> OLD.since
  OR NEW.until <> OLD.until OR NEW.currency <> OLD.currency
  OR NEW.proposed_by_id <> OLD.proposed_by_id
BEGIN
  SELECT RAISE(ABORT, 'publication: the second signature is under the same table');
END
--;;
CREATE TRIGGER publication_begins_as_a_proposal BEFORE INSERT ON publication
WHEN NEW.state NOT IN ('proposed', 'refused')
BEGIN
  SELECT RAISE(ABORT, 'publication: nothing is published by one person');
END
--;;
CREATE TRIGGER publication_is_not_removed BEFORE DELETE ON publication
BEGIN
  SELECT RAISE(ABORT, 'publication: what was told is never forgotten');
END
--;;
CREATE TRIGGER published_cell_belongs_to_a_proposal BEFORE INSERT ON published_cell
WHEN (SELECT state FROM publication WHERE id = NEW.publication_id) IS NOT 'proposed'
BEGIN
  SELECT RAISE(ABORT, 'published_cell: the table is closed');
END
--;;
CREATE TRIGGER published_cell_stays BEFORE UPDATE ON published_cell
BEGIN
  SELECT RAISE(ABORT, 'published_cell: a published figure is frozen');
END
--;;
CREATE TRIGGER published_cell_is_not_removed BEFORE DELETE ON published_cell
BEGIN
  SELECT RAISE(ABORT, 'published_cell: a published figure is frozen');
END
--;;
CREATE TRIGGER grant_record_goes_forward BEFORE UPDATE ON grant_record
WHEN NOT ((OLD.state = 'proposed' AND NEW.state IN ('proposed', 'published', 'declined'))
  OR (OLD.state = 'published' AND NEW.state = 'withdrawn'))
BEGIN
  SELECT RAISE(ABORT, 'grant_record: what was decided stays');
END
--;;
CREATE TRIGGER grant_record_keeps_its_words BEFORE UPDATE ON grant_record
WHEN NEW.application_id <> OLD.application_id OR NEW.public_number <> OLD.public_number
  OR NEW.programme <> OLD.programme OR NEW.region <> OLD.region OR NEW.quarter <> OLD.quarter
  OR NEW.amount <> OLD.amount OR NEW.currency <> OLD.currency
  OR NEW.description <> OLD.description OR NEW.reason_code <> OLD.reason_code
  OR NEW.proposed_by_id <> OLD.proposed_by_id OR NEW.names_searched <> OLD.names_searched
BEGIN
  SELECT RAISE(ABORT, 'grant_record: the second signature is under the same words');
END
--;;
CREATE TRIGGER grant_record_begins_as_a_proposal BEFORE INSERT ON grant_record
WHEN NEW.state <> 'proposed'
BEGIN
  SELECT RAISE(ABORT, 'grant_record: nothing is published by one person');
END
--;;
CREATE TRIGGER grant_record_is_not_removed BEFORE DELETE ON grant_record
BEGIN
  SELECT RAISE(ABORT, 'grant_record: what was told is never forgotten');
END
