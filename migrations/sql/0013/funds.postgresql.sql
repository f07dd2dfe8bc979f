-- Funds and budgets, for PostgreSQL, the same as funds.sqlite.sql.

CREATE FUNCTION funds_resolution() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP IN ('DELETE', 'TRUNCATE') THEN
    PERFORM ledger_refuse('resolution_stays');
  END IF;
  IF TG_OP = 'UPDATE' THEN
    IF OLD.state <> 'proposed'
       OR ROW(NEW.id, NEW.kind, NEW.number, NEW.fund_code, NEW.target_code, NEW.programme,
              NEW.currency, NEW.amount, NEW.ground, NEW.release_ref, NEW.below_floor,
              NEW.source_id, NEW.starts, NEW.ends, NEW.name, NEW.restricted, NEW.carrier_code,
              NEW.open_for_donations, NEW.proposed_by_id, NEW.proposed_on)
          IS DISTINCT FROM
          ROW(OLD.id, OLD.kind, OLD.number, OLD.fund_code, OLD.target_code, OLD.programme,
              OLD.currency, OLD.amount, OLD.ground, OLD.release_ref, OLD.below_floor,
              OLD.source_id, OLD.starts, OLD.ends, OLD.name, OLD.restricted, OLD.carrier_code,
              OLD.open_for_donations, OLD.proposed_by_id, OLD.proposed_on) THEN
      PERFORM ledger_refuse('resolution_stays');
    END IF;
    RETURN NEW;
  END IF;
  IF NEW.state <> 'proposed' THEN
    PERFORM ledger_refuse('resolution_stays');
  END IF;
  IF NEW.kind = 'transfer' AND EXISTS (
    SELECT 1 FROM fund AS f
     WHERE f.code = NEW.fund_code AND f.restricted
       AND (NEW.ground NOT IN ('donor_consent', 'correction')
            OR length(trim(coalesce(NEW.release_ref, ''))) = 0)) THEN
    PERFORM ledger_refuse('restricted');
  END IF;
  IF NEW.kind = 'cover' AND NOT EXISTS (
    SELECT 1 FROM fund WHERE code = NEW.target_code AND deficit_fund_code = NEW.fund_code) THEN
    PERFORM ledger_refuse('not_its_deficit_fund');
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER fund_resolution_stays BEFORE INSERT OR UPDATE OR DELETE ON fund_resolution
FOR EACH ROW EXECUTE FUNCTION funds_resolution()
--;;
CREATE TRIGGER fund_resolution_remains BEFORE TRUNCATE ON fund_resolution
FOR EACH STATEMENT EXECUTE FUNCTION funds_resolution()
--;;
-- Money moves between funds once per resolution, and an undoing is a resolution of its own.
CREATE FUNCTION funds_entry_is_resolved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.kind = 'reversal' AND EXISTS (
    SELECT 1 FROM journal_entry WHERE id = NEW.reverses_id AND kind = 'fund_transfer') THEN
    PERFORM ledger_refuse('not_reversible');
  END IF;
  IF NEW.kind = 'fund_transfer' AND NOT EXISTS (
    SELECT 1 FROM fund_resolution AS r
     WHERE r.id = NEW.source_id AND NEW.source_type = 'fund_resolution'
       AND NEW.idem_key = 'resolution:' || r.id
       AND r.state = 'confirmed' AND r.kind IN ('transfer', 'cover')
       AND r.ground = NEW.reason_code) THEN
    PERFORM ledger_refuse('not_resolved');
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER journal_entry_is_resolved BEFORE INSERT ON journal_entry
FOR EACH ROW WHEN (NEW.kind IN ('fund_transfer', 'reversal'))
EXECUTE FUNCTION funds_entry_is_resolved()
--;;
CREATE FUNCTION funds_seal_is_resolved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT 1
      FROM journal_entry AS e
      JOIN fund_resolution AS r ON r.id = e.source_id
     WHERE e.id = NEW.entry_id AND e.kind = 'fund_transfer'
       AND EXISTS (
        SELECT 1 FROM (
          SELECT p.fund_code, p.currency,
                 sum(CASE WHEN a.spendable THEN p.amount ELSE 0 END) AS moved
            FROM posting AS p JOIN account AS a ON a.code = p.account_code
           WHERE p.entry_id = e.id
           GROUP BY p.fund_code, p.currency) AS g
         WHERE g.currency <> r.currency
            OR g.moved <> CASE g.fund_code WHEN r.fund_code THEN -r.amount
                                           WHEN r.target_code THEN r.amount ELSE 0 END
            OR g.fund_code NOT IN (r.fund_code, r.target_code))) THEN
    PERFORM ledger_refuse('not_resolved');
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER entry_seal_is_resolved BEFORE INSERT ON entry_seal
FOR EACH ROW EXECUTE FUNCTION funds_seal_is_resolved()
--;;
-- A decision may lower what is free in a fund to its floor and no further, unless it is a
-- transfer that was resolved to do so. Facts are recorded whatever they do to it. A closed fund
-- takes no decision at all.
CREATE FUNCTION funds_position() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  entry journal_entry;
  decided boolean;
  gained bigint := NEW.spendable;
  promised bigint := NEW.committed;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    gained := NEW.spendable - OLD.spendable;
    promised := NEW.committed - OLD.committed;
  END IF;
  SELECT * INTO entry FROM journal_entry WHERE id = NEW.last_entry;
  decided := promised > 0
          OR entry.kind IN ('grant_approve', 'tranche_release', 'advance', 'fund_transfer');
  IF NOT decided THEN
    RETURN NULL;
  END IF;
  IF gained < promised AND EXISTS (
    SELECT 1 FROM fund_floor AS f
     WHERE f.fund_code = NEW.fund_code AND f.currency = NEW.currency
       AND NEW.spendable - NEW.committed < f.amount AND f.amount > 0
       AND NOT EXISTS (
        SELECT 1 FROM fund_resolution AS r
         WHERE entry.kind = 'fund_transfer' AND r.id = entry.source_id AND r.below_floor
           AND r.state = 'confirmed')) THEN
    PERFORM ledger_refuse('below_floor');
  END IF;
  IF (entry.kind <> 'fund_transfer' OR promised > 0 OR (gained > 0 AND NEW.spendable > 0))
     AND EXISTS (
      SELECT 1 FROM fund WHERE code = NEW.fund_code AND closed_on IS NOT NULL) THEN
    PERFORM ledger_refuse('fund_closed');
  END IF;
  RETURN NULL;
END
$$
--;;
CREATE TRIGGER fund_position_keeps_floor AFTER INSERT OR UPDATE ON fund_position
FOR EACH ROW EXECUTE FUNCTION funds_position()
--;;
CREATE FUNCTION funds_close() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.closed_on IS NOT NULL THEN
    PERFORM ledger_refuse('fund_closed');
  END IF;
  IF NEW.open_for_donations OR NOT EXISTS (
    SELECT 1 FROM fund_resolution
     WHERE kind = 'close_fund' AND state = 'confirmed' AND fund_code = NEW.code) THEN
    PERFORM ledger_refuse('not_resolved');
  END IF;
  IF EXISTS (SELECT 1 FROM fund_position
              WHERE fund_code = NEW.code AND (spendable <> 0 OR committed <> 0))
     OR EXISTS (SELECT 1 FROM account_balance AS b JOIN account AS a ON a.code = b.account_code
                 WHERE b.fund_code = NEW.code AND b.balance <> 0
                   AND a.type IN ('asset', 'liability')) THEN
    PERFORM ledger_refuse('fund_not_empty');
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER fund_closes_empty BEFORE UPDATE ON fund
FOR EACH ROW WHEN (NEW.closed_on IS DISTINCT FROM OLD.closed_on
  OR (OLD.closed_on IS NOT NULL AND NEW.open_for_donations))
EXECUTE FUNCTION funds_close()
--;;
CREATE FUNCTION funds_floor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP IN ('DELETE', 'TRUNCATE') THEN
    PERFORM ledger_refuse('resolution_stays');
  END IF;
  IF TG_OP = 'UPDATE' AND (NEW.resolution_id = OLD.resolution_id
     OR NEW.fund_code <> OLD.fund_code OR NEW.currency <> OLD.currency) THEN
    PERFORM ledger_refuse('not_resolved');
  END IF;
  IF NOT EXISTS (
    SELECT 1 FROM fund_resolution AS r
     WHERE r.id = NEW.resolution_id AND r.kind = 'set_floor' AND r.state = 'confirmed'
       AND r.fund_code = NEW.fund_code AND r.currency = NEW.currency AND r.amount = NEW.amount)
     THEN
    PERFORM ledger_refuse('not_resolved');
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER fund_floor_follows BEFORE INSERT OR UPDATE OR DELETE ON fund_floor
FOR EACH ROW EXECUTE FUNCTION funds_floor()
--;;
CREATE TRIGGER fund_floor_remains BEFORE TRUNCATE ON fund_floor
FOR EACH STATEMENT EXECUTE FUNCTION funds_floor()
--;;
CREATE FUNCTION funds_budget_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' AND EXISTS (
    SELECT 1 FROM fund_resolution
     WHERE id = NEW.resolution_id AND kind = 'set_budget' AND state = 'proposed') THEN
    RETURN NEW;
  END IF;
  PERFORM ledger_refuse('resolution_stays');
  RETURN NULL;
END
$$
--;;
CREATE TRIGGER budget_line_is_signed BEFORE INSERT OR UPDATE OR DELETE ON budget_line
FOR EACH ROW EXECUTE FUNCTION funds_budget_line()
--;;
CREATE TRIGGER budget_line_remains BEFORE TRUNCATE ON budget_line
FOR EACH STATEMENT EXECUTE FUNCTION funds_budget_line()
--;;
-- What is planned follows the last version signed; what is used is moved by charges alone,
-- whose own trigger stands one level further out.
CREATE FUNCTION funds_budget() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP IN ('DELETE', 'TRUNCATE') THEN
    PERFORM ledger_refuse('budget_guarded');
  END IF;
  IF TG_OP = 'INSERT' THEN
    -- Two periods planned at once could not see each other, so they take turns.
    PERFORM pg_advisory_xact_lock(hashtext('budget:' || NEW.programme));
    IF NEW.used <> 0 OR NEW.last_charge <> 0 THEN
      PERFORM ledger_refuse('budget_guarded');
    END IF;
    IF NOT EXISTS (
      SELECT 1
        FROM fund_resolution AS r
        JOIN budget_line AS l ON l.resolution_id = r.id AND l.category = NEW.category
       WHERE r.id = NEW.resolution_id AND r.state = 'confirmed' AND r.programme = NEW.programme
         AND r.currency = NEW.currency AND r.starts = NEW.starts AND r.ends = NEW.ends
         AND l.amount = NEW.planned) THEN
      PERFORM ledger_refuse('not_resolved');
    END IF;
    IF EXISTS (
      SELECT 1 FROM budget AS b
       WHERE b.programme = NEW.programme AND b.currency = NEW.currency
         AND b.starts <= NEW.ends AND b.ends >= NEW.starts
         AND (b.starts <> NEW.starts OR b.ends <> NEW.ends)) THEN
      PERFORM ledger_refuse('budget_overlap');
    END IF;
    RETURN NEW;
  END IF;
  IF ROW(NEW.id, NEW.programme, NEW.currency, NEW.starts, NEW.ends, NEW.category)
     IS DISTINCT FROM
     ROW(OLD.id, OLD.programme, OLD.currency, OLD.starts, OLD.ends, OLD.category)
     OR (pg_trigger_depth() < 2
         AND (NEW.used <> OLD.used OR NEW.last_charge <> OLD.last_charge)) THEN
    PERFORM ledger_refuse('budget_guarded');
  END IF;
  IF (NEW.planned <> OLD.planned OR NEW.resolution_id <> OLD.resolution_id)
     AND NOT EXISTS (
      SELECT 1 FROM fund_resolution AS r
       WHERE r.id = NEW.resolution_id AND r.state = 'confirmed' AND r.programme = NEW.programme
         AND r.currency = NEW.currency AND r.starts = NEW.starts AND r.kind = 'set_budget'
         AND NEW.resolution_id <> OLD.resolution_id
         AND NEW.planned = coalesce(
           (SELECT amount FROM budget_line AS l
             WHERE l.resolution_id = r.id AND l.category = NEW.category), 0)) THEN
    PERFORM ledger_refuse('not_resolved');
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER budget_follows BEFORE INSERT OR UPDATE OR DELETE ON budget
FOR EACH ROW EXECUTE FUNCTION funds_budget()
--;;
CREATE TRIGGER budget_remains BEFORE TRUNCATE ON budget
FOR EACH STATEMENT EXECUTE FUNCTION funds_budget()
--;;
CREATE FUNCTION funds_charge() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1
      FROM journal_entry AS e
      JOIN grant_commitment AS c ON c.id = NEW.commitment_id
      JOIN budget AS b ON b.id = NEW.budget_id AND b.currency = c.currency
     WHERE e.id = NEW.entry_id
       AND ((NEW.amount > 0 AND c.approve_entry_id = e.id
             AND e.book_date BETWEEN b.starts AND b.ends)
            OR (NEW.amount < 0 AND e.kind = 'commitment_cancelled'))) THEN
    PERFORM ledger_refuse('budget_guarded');
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER budget_charge_is_a_decision BEFORE INSERT ON budget_charge
FOR EACH ROW EXECUTE FUNCTION funds_charge()
--;;
CREATE FUNCTION funds_charge_applies() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  line budget;
BEGIN
  SELECT * INTO line FROM budget WHERE id = NEW.budget_id FOR UPDATE;
  IF line.used + NEW.amount < 0 THEN
    PERFORM ledger_refuse('never_charged');
  END IF;
  UPDATE budget SET used = used + NEW.amount, last_charge = greatest(last_charge, NEW.id)
   WHERE id = NEW.budget_id;
  IF NEW.amount > 0 AND line.used + NEW.amount > line.planned AND NOT EXISTS (
    SELECT 1
      FROM grant_commitment AS c
      JOIN fund_resolution AS r ON r.source_id = c.source_id
     WHERE c.id = NEW.commitment_id AND r.id = NEW.resolution_id AND r.kind = 'exceed'
       AND r.state = 'confirmed' AND r.programme = line.programme
       AND r.currency = c.currency AND c.amount <= r.amount) THEN
    PERFORM ledger_refuse('over_budget');
  END IF;
  RETURN NULL;
END
$$
--;;
CREATE TRIGGER budget_charge_applies AFTER INSERT ON budget_charge
FOR EACH ROW EXECUTE FUNCTION funds_charge_applies()
--;;
CREATE TRIGGER budget_charge_stays BEFORE UPDATE OR DELETE ON budget_charge
FOR EACH ROW EXECUTE FUNCTION ledger_append_only()
--;;
CREATE TRIGGER budget_charge_remains BEFORE TRUNCATE ON budget_charge
FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only()
