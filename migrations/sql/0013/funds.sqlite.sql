-- Funds and budgets, for SQLite. Refusals start with "ledger:" and a code, as in ledger.sqlite.sql.

CREATE TRIGGER fund_resolution_starts BEFORE INSERT ON fund_resolution
BEGIN
  SELECT RAISE(ABORT, 'ledger:resolution_stays')
   WHERE NEW.state <> 'proposed' OR EXISTS (SELECT 1 FROM fund_resolution WHERE id = NEW.id);
  SELECT RAISE(ABORT, 'ledger:not_an_integer') WHERE typeof(NEW.amount) NOT IN ('integer', 'null');
  SELECT RAISE(ABORT, 'ledger:restricted') WHERE EXISTS (
    SELECT 1 FROM fund AS f
     WHERE NEW.kind = 'transfer' AND f.code = NEW.fund_code AND f.restricted
       AND (NEW.ground NOT IN ('donor_consent', 'correction')
            OR length(trim(coalesce(NEW.release_ref, ''))) = 0));
  SELECT RAISE(ABORT, 'ledger:not_its_deficit_fund')
   WHERE NEW.kind = 'cover' AND NOT EXISTS (
    SELECT 1 FROM fund WHERE code = NEW.target_code AND deficit_fund_code = NEW.fund_code);
END
--;;
CREATE TRIGGER fund_resolution_stays BEFORE UPDATE ON fund_resolution
WHEN OLD.state <> 'proposed' OR NEW.id <> OLD.id OR NEW.kind <> OLD.kind
  OR NEW.number <> OLD.number OR NEW.fund_code IS NOT OLD.fund_code
  OR NEW.target_code IS NOT OLD.target_code OR NEW.programme IS NOT OLD.programme
  OR NEW.currency IS NOT OLD.currency OR NEW.amount IS NOT OLD.amount
  OR NEW.ground IS NOT OLD.ground OR NEW.release_ref IS NOT OLD.release_ref
  OR NEW.below_floor <> OLD.below_floor OR NEW.source_id IS NOT OLD.source_id
  OR NEW.starts IS NOT OLD.starts OR NEW.ends IS NOT OLD.ends OR NEW.name IS NOT OLD.name
  OR NEW.restricted IS NOT OLD.restricted OR NEW.carrier_code IS NOT OLD.carrier_code
  OR NEW.open_for_donations IS NOT OLD.open_for_donations
  OR NEW.proposed_by_id <> OLD.proposed_by_id OR NEW.proposed_on <> OLD.proposed_on
BEGIN
  SELECT RAISE(ABORT, 'ledger:resolution_stays');
END
--;;
CREATE TRIGGER fund_resolution_remains BEFORE DELETE ON fund_resolution
BEGIN
  SELECT RAISE(ABORT, 'ledger:resolution_stays');
END
--;;
-- Money moves between funds once per resolution, and an undoing is a resolution of its own.
CREATE TRIGGER journal_entry_is_resolved BEFORE INSERT ON journal_entry
WHEN NEW.kind IN ('fund_transfer', 'reversal')
BEGIN
  SELECT RAISE(ABORT, 'ledger:not_reversible')
    FROM journal_entry WHERE id = NEW.reverses_id AND kind = 'fund_transfer';
  SELECT RAISE(ABORT, 'ledger:not_resolved')
   WHERE NEW.kind = 'fund_transfer' AND NOT EXISTS (
    SELECT 1 FROM fund_resolution AS r
     WHERE r.id = NEW.source_id AND NEW.source_type = 'fund_resolution'
       AND NEW.idem_key = 'resolution:' || r.id
       AND r.state = 'confirmed' AND r.kind IN ('transfer', 'cover')
       AND r.ground = NEW.reason_code);
END
--;;
CREATE TRIGGER entry_seal_is_resolved BEFORE INSERT ON entry_seal
BEGIN
  SELECT RAISE(ABORT, 'ledger:not_resolved') WHERE EXISTS (
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
            OR g.fund_code NOT IN (r.fund_code, r.target_code)));
END
--;;
-- A decision may lower what is free in a fund to its floor and no further, unless it is a
-- transfer that was resolved to do so. Facts are recorded whatever they do to it.
CREATE TRIGGER fund_position_keeps_floor AFTER UPDATE ON fund_position
WHEN NEW.spendable - NEW.committed < OLD.spendable - OLD.committed
BEGIN
  SELECT RAISE(ABORT, 'ledger:below_floor') WHERE EXISTS (
    SELECT 1
      FROM fund_floor AS f JOIN journal_entry AS e ON e.id = NEW.last_entry
     WHERE f.fund_code = NEW.fund_code AND f.currency = NEW.currency
       AND NEW.spendable - NEW.committed < f.amount AND f.amount > 0
       AND (e.kind IN ('grant_approve', 'tranche_release', 'advance', 'fund_transfer')
            OR NEW.committed > OLD.committed)
       AND NOT EXISTS (
        SELECT 1 FROM fund_resolution AS r
         WHERE e.kind = 'fund_transfer' AND r.id = e.source_id AND r.below_floor
           AND r.state = 'confirmed'));
END
--;;
CREATE TRIGGER fund_position_of_closed AFTER UPDATE ON fund_position
BEGIN
  SELECT RAISE(ABORT, 'ledger:fund_closed') WHERE EXISTS (
    SELECT 1
      FROM fund AS f JOIN journal_entry AS e ON e.id = NEW.last_entry
     WHERE f.code = NEW.fund_code AND f.closed_on IS NOT NULL
       AND (e.kind IN ('grant_approve', 'tranche_release', 'advance')
            OR NEW.committed > OLD.committed
            OR (e.kind = 'fund_transfer' AND NEW.spendable > OLD.spendable AND NEW.spendable > 0)));
END
--;;
CREATE TRIGGER fund_position_of_closed_new AFTER INSERT ON fund_position
BEGIN
  SELECT RAISE(ABORT, 'ledger:fund_closed') WHERE EXISTS (
    SELECT 1
      FROM fund AS f JOIN journal_entry AS e ON e.id = NEW.last_entry
     WHERE f.code = NEW.fund_code AND f.closed_on IS NOT NULL
       AND e.kind IN ('grant_approve', 'tranche_release', 'advance', 'fund_transfer'));
END
--;;
CREATE TRIGGER fund_closes_empty BEFORE UPDATE ON fund
WHEN NEW.closed_on IS NOT OLD.closed_on
  OR (OLD.closed_on IS NOT NULL AND NEW.open_for_donations)
BEGIN
  SELECT RAISE(ABORT, 'ledger:fund_closed') WHERE OLD.closed_on IS NOT NULL;
  SELECT RAISE(ABORT, 'ledger:not_resolved')
   WHERE NEW.open_for_donations OR NOT EXISTS (
    SELECT 1 FROM fund_resolution
     WHERE kind = 'close_fund' AND state = 'confirmed' AND fund_code = NEW.code);
  SELECT RAISE(ABORT, 'ledger:fund_not_empty')
   WHERE EXISTS (SELECT 1 FROM fund_position
                  WHERE fund_code = NEW.code AND (spendable <> 0 OR committed <> 0))
      OR EXISTS (SELECT 1 FROM account_balance AS b JOIN account AS a ON a.code = b.account_code
                  WHERE b.fund_code = NEW.code AND b.balance <> 0
                    AND a.type IN ('asset', 'liability'));
END
--;;
CREATE TRIGGER fund_floor_is_resolved BEFORE INSERT ON fund_floor
BEGIN
  SELECT RAISE(ABORT, 'ledger:not_resolved') WHERE NOT EXISTS (
    SELECT 1 FROM fund_resolution AS r
     WHERE r.id = NEW.resolution_id AND r.kind = 'set_floor' AND r.state = 'confirmed'
       AND r.fund_code = NEW.fund_code AND r.currency = NEW.currency AND r.amount = NEW.amount);
END
--;;
CREATE TRIGGER fund_floor_follows BEFORE UPDATE ON fund_floor
BEGIN
  SELECT RAISE(ABORT, 'ledger:not_resolved') WHERE NOT EXISTS (
    SELECT 1 FROM fund_resolution AS r
     WHERE r.id = NEW.resolution_id AND r.kind = 'set_floor' AND r.state = 'confirmed'
       AND NEW.resolution_id <> OLD.resolution_id
       AND r.fund_code = OLD.fund_code AND r.currency = OLD.currency AND r.amount = NEW.amount
       AND NEW.fund_code = OLD.fund_code AND NEW.currency = OLD.currency);
END
--;;
CREATE TRIGGER fund_floor_remains BEFORE DELETE ON fund_floor
BEGIN
  SELECT RAISE(ABORT, 'ledger:resolution_stays');
END
--;;
CREATE TRIGGER budget_line_is_signed BEFORE INSERT ON budget_line
BEGIN
  SELECT RAISE(ABORT, 'ledger:not_an_integer') WHERE typeof(NEW.amount) <> 'integer';
  SELECT RAISE(ABORT, 'ledger:resolution_stays') WHERE NOT EXISTS (
    SELECT 1 FROM fund_resolution
     WHERE id = NEW.resolution_id AND kind = 'set_budget' AND state = 'proposed')
      OR EXISTS (SELECT 1 FROM budget_line
                  WHERE resolution_id = NEW.resolution_id AND category = NEW.category);
END
--;;
CREATE TRIGGER budget_line_stays BEFORE UPDATE ON budget_line
BEGIN
  SELECT RAISE(ABORT, 'ledger:resolution_stays');
END
--;;
CREATE TRIGGER budget_line_remains BEFORE DELETE ON budget_line
BEGIN
  SELECT RAISE(ABORT, 'ledger:resolution_stays');
END
--;;
CREATE TRIGGER budget_is_resolved BEFORE INSERT ON budget
BEGIN
  SELECT RAISE(ABORT, 'ledger:budget_guarded') WHERE NEW.used <> 0 OR NEW.last_charge <> 0;
  SELECT RAISE(ABORT, 'ledger:not_resolved') WHERE NOT EXISTS (
    SELECT 1
      FROM fund_resolution AS r
      JOIN budget_line AS l ON l.resolution_id = r.id AND l.category = NEW.category
     WHERE r.id = NEW.resolution_id AND r.state = 'confirmed' AND r.programme = NEW.programme
       AND r.currency = NEW.currency AND r.starts = NEW.starts AND r.ends = NEW.ends
       AND l.amount = NEW.planned);
  SELECT RAISE(ABORT, 'ledger:budget_overlap') FROM budget AS b
   WHERE b.programme = NEW.programme AND b.currency = NEW.currency
     AND b.starts <= NEW.ends AND b.ends >= NEW.starts
     AND (b.starts <> NEW.starts OR b.ends <> NEW.ends);
END
--;;
-- What is planned follows the last version signed; what is used follows one charge at a time.
CREATE TRIGGER budget_follows BEFORE UPDATE ON budget
BEGIN
  SELECT RAISE(ABORT, 'ledger:budget_guarded')
   WHERE NEW.id <> OLD.id OR NEW.programme <> OLD.programme OR NEW.currency <> OLD.currency
      OR NEW.starts <> OLD.starts OR NEW.ends <> OLD.ends OR NEW.category <> OLD.category
      OR (NEW.last_charge = OLD.last_charge AND NEW.used <> OLD.used)
      OR (NEW.last_charge <> OLD.last_charge AND (
            NEW.last_charge < OLD.last_charge OR NEW.planned <> OLD.planned
            OR NEW.used - OLD.used IS NOT (
              SELECT amount FROM budget_charge
               WHERE id = NEW.last_charge AND budget_id = NEW.id)));
  SELECT RAISE(ABORT, 'ledger:not_resolved')
   WHERE (NEW.planned <> OLD.planned OR NEW.resolution_id <> OLD.resolution_id)
     AND NOT EXISTS (
      SELECT 1 FROM fund_resolution AS r
       WHERE r.id = NEW.resolution_id AND r.state = 'confirmed' AND r.programme = NEW.programme
         AND r.currency = NEW.currency AND r.starts = NEW.starts AND r.kind = 'set_budget'
         AND NEW.resolution_id <> OLD.resolution_id
         AND NEW.planned = coalesce(
           (SELECT amount FROM budget_line AS l
             WHERE l.resolution_id = r.id AND l.category = NEW.category), 0));
END
--;;
CREATE TRIGGER budget_remains BEFORE DELETE ON budget
BEGIN
  SELECT RAISE(ABORT, 'ledger:budget_guarded');
END
--;;
CREATE TRIGGER budget_charge_is_a_decision BEFORE INSERT ON budget_charge
BEGIN
  SELECT RAISE(ABORT, 'ledger:not_an_integer') WHERE typeof(NEW.amount) <> 'integer';
  SELECT RAISE(ABORT, 'ledger:budget_guarded') FROM budget_charge WHERE id = NEW.id;
  SELECT RAISE(ABORT, 'ledger:budget_guarded') WHERE NOT EXISTS (
    SELECT 1
      FROM journal_entry AS e
      JOIN grant_commitment AS c ON c.id = NEW.commitment_id
      JOIN budget AS b ON b.id = NEW.budget_id AND b.currency = c.currency
     WHERE e.id = NEW.entry_id
       AND ((NEW.amount > 0 AND c.approve_entry_id = e.id
             AND e.book_date BETWEEN b.starts AND b.ends)
            OR (NEW.amount < 0 AND e.kind = 'commitment_cancelled')));
END
--;;
CREATE TRIGGER budget_charge_applies AFTER INSERT ON budget_charge
BEGIN
  SELECT RAISE(ABORT, 'ledger:never_charged')
    FROM budget WHERE id = NEW.budget_id AND used + NEW.amount < 0;
  UPDATE budget SET used = used + NEW.amount, last_charge = NEW.id WHERE id = NEW.budget_id;
  SELECT RAISE(ABORT, 'ledger:over_budget') WHERE NEW.amount > 0 AND EXISTS (
    SELECT 1
      FROM budget AS b JOIN grant_commitment AS c ON c.id = NEW.commitment_id
     WHERE b.id = NEW.budget_id AND b.used > b.planned
       AND NOT EXISTS (
        SELECT 1 FROM fund_resolution AS r
         WHERE r.id = NEW.resolution_id AND r.kind = 'exceed' AND r.state = 'confirmed'
           AND r.source_id = c.source_id AND r.programme = b.programme
           AND r.currency = c.currency AND c.amount <= r.amount));
END
--;;
CREATE TRIGGER budget_charge_stays BEFORE UPDATE ON budget_charge
BEGIN
  SELECT RAISE(ABORT, 'ledger:append_only');
END
--;;
CREATE TRIGGER budget_charge_remains BEFORE DELETE ON budget_charge
BEGIN
  SELECT RAISE(ABORT, 'ledger:append_only');
END
