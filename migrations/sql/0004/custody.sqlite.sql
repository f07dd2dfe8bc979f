CREATE TRIGGER unlock_keeps_its_facts BEFORE UPDATE ON unlock
WHEN NEW.application_id <> OLD.application_id
  OR NEW.asker_id <> OLD.asker_id
  OR NEW.asked_as <> OLD.asked_as
  OR NEW.purpose <> OLD.purpose
  OR NEW.hours <> OLD.hours
  OR NEW.is_urgent <> OLD.is_urgent
  OR (OLD.first_id IS NOT NULL AND NEW.first_id IS NOT OLD.first_id)
  OR (OLD.second_id IS NOT NULL AND NEW.second_id IS NOT OLD.second_id)
  OR (OLD.opened_at IS NOT NULL AND NEW.ends_at IS NOT OLD.ends_at)
BEGIN
  SELECT RAISE(ABORT, 'unlock: who asked, who agreed and until when is never changed');
END
--;;
CREATE TRIGGER unlock_is_not_opened_again BEFORE UPDATE ON unlock
WHEN OLD.closed_at IS NOT NULL AND NEW.state <> OLD.state
BEGIN
  SELECT RAISE(ABORT, 'unlock: what is over is never opened again');
END
--;;
CREATE TRIGGER canary_has_no_ballot BEFORE INSERT ON ballot
WHEN EXISTS (SELECT 1 FROM canary WHERE canary.application_id = NEW.application_id)
BEGIN
  SELECT RAISE(ABORT, 'canary: nobody votes on an invented case');
END
--;;
CREATE TRIGGER canary_has_no_payment BEFORE INSERT ON disbursement
WHEN EXISTS (SELECT 1 FROM canary WHERE canary.application_id = NEW.application_id)
BEGIN
  SELECT RAISE(ABORT, 'canary: no money goes to an invented case');
END
--;;
CREATE TRIGGER canary_has_no_award BEFORE UPDATE OF awarded ON application
WHEN NEW.awarded IS NOT NULL
  AND EXISTS (SELECT 1 FROM canary WHERE canary.application_id = NEW.id)
BEGIN
  SELECT RAISE(ABORT, 'canary: no money is promised to an invented case');
END
--;;
CREATE TRIGGER role_grant_is_kept_apart BEFORE INSERT ON role_grant
WHEN EXISTS (
  SELECT 1 FROM role_grant AS held
  WHERE held.person_id = NEW.person_id AND held.role <> NEW.role AND (
    NEW.role IN ('administrator', 'custodian') AND held.role IN (
      'administrator', 'custodian', 'chair', 'coordinator', 'finance_officer', 'reviewer', 'treasurer')
    OR held.role IN ('administrator', 'custodian') AND NEW.role IN (
      'chair', 'coordinator', 'finance_officer', 'reviewer', 'treasurer')))
BEGIN
  SELECT RAISE(ABORT, 'role_grant: names, the machine and work on cases are kept apart');
END
--;;
CREATE TRIGGER role_grant_is_not_rewritten BEFORE UPDATE OF person_id, role ON role_grant
BEGIN
  SELECT RAISE(ABORT, 'role_grant: a role is given and taken away, never turned into another');
END
