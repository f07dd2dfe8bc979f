-- The ledger's rules for SQLite. Refusals start with "ledger:" and a code; the service
-- translates the codes, so a code is part of the contract.

CREATE TRIGGER period_no_overlap BEFORE INSERT ON period
BEGIN
  SELECT RAISE(ABORT, 'ledger:period_overlap')
    FROM period WHERE starts <= NEW.ends AND ends >= NEW.starts;
END
--;;
CREATE TRIGGER period_closes_once BEFORE UPDATE ON period
WHEN OLD.closed_at IS NOT NULL OR NEW.code <> OLD.code
  OR NEW.starts <> OLD.starts OR NEW.ends <> OLD.ends
BEGIN
  SELECT RAISE(ABORT, 'ledger:period_closed');
END
--;;
CREATE TRIGGER fund_flags_stay BEFORE UPDATE ON fund
WHEN (NEW.restricted <> OLD.restricted OR NEW.code <> OLD.code
      OR NEW.programme IS NOT OLD.programme)
  AND EXISTS (SELECT 1 FROM posting WHERE fund_code = OLD.code)
BEGIN
  SELECT RAISE(ABORT, 'ledger:flags_in_use');
END
--;;
CREATE TRIGGER account_flags_stay BEFORE UPDATE ON account
WHEN (NEW.type <> OLD.type OR NEW.spendable <> OLD.spendable
      OR NEW.commit_leg <> OLD.commit_leg OR NEW.code <> OLD.code)
  AND EXISTS (SELECT 1 FROM posting WHERE account_code = OLD.code)
BEGIN
  SELECT RAISE(ABORT, 'ledger:flags_in_use');
END
--;;
CREATE TRIGGER journal_entry_in_open_period BEFORE INSERT ON journal_entry
BEGIN
  SELECT RAISE(ABORT, 'ledger:append_only') FROM journal_entry WHERE id = NEW.id;
  SELECT RAISE(ABORT, 'ledger:period_closed')
    FROM period WHERE code = NEW.period_code AND closed_at IS NOT NULL;
  SELECT RAISE(ABORT, 'ledger:period_outside')
    FROM period WHERE code = NEW.period_code AND NEW.book_date NOT BETWEEN starts AND ends;
END
--;;
CREATE TRIGGER posting_before_seal BEFORE INSERT ON posting
BEGIN
  SELECT RAISE(ABORT, 'ledger:sealed') FROM entry_seal WHERE entry_id = NEW.entry_id;
  SELECT RAISE(ABORT, 'ledger:append_only')
    FROM posting WHERE entry_id = NEW.entry_id AND line = NEW.line;
  SELECT RAISE(ABORT, 'ledger:not_an_integer') WHERE typeof(NEW.amount) <> 'integer'
    OR typeof(NEW.foreign_amount) NOT IN ('integer', 'null');
END
--;;
CREATE TRIGGER journal_entry_stays BEFORE UPDATE ON journal_entry
BEGIN
  SELECT RAISE(ABORT, 'ledger:append_only');
END
--;;
CREATE TRIGGER journal_entry_remains BEFORE DELETE ON journal_entry
BEGIN
  SELECT RAISE(ABORT, 'ledger:append_only');
END
--;;
CREATE TRIGGER posting_stays BEFORE UPDATE ON posting
BEGIN
  SELECT RAISE(ABORT, 'ledger:append_only');
END
--;;
CREATE TRIGGER posting_remains BEFORE DELETE ON posting
BEGIN
  SELECT RAISE(ABORT, 'ledger:append_only');
END
--;;
CREATE TRIGGER entry_seal_stays BEFORE UPDATE ON entry_seal
BEGIN
  SELECT RAISE(ABORT, 'ledger:append_only');
END
--;;
CREATE TRIGGER entry_seal_remains BEFORE DELETE ON entry_seal
BEGIN
  SELECT RAISE(ABORT, 'ledger:append_only');
END
--;;
CREATE TRIGGER entry_seal_checks BEFORE INSERT ON entry_seal
BEGIN
  SELECT RAISE(ABORT, 'ledger:sealed') FROM entry_seal WHERE entry_id = NEW.entry_id;
  SELECT RAISE(ABORT, 'ledger:single_line')
    WHERE (SELECT count(*) FROM posting WHERE entry_id = NEW.entry_id) < 2;
  SELECT RAISE(ABORT, 'ledger:unbalanced') WHERE EXISTS (
    SELECT 1 FROM posting AS p JOIN account AS a ON a.code = p.account_code
     WHERE p.entry_id = NEW.entry_id
     GROUP BY p.fund_code, p.currency, a.type = 'memo'
    HAVING sum(p.amount) <> 0);
END
--;;
CREATE TRIGGER entry_seal_applies AFTER INSERT ON entry_seal
BEGIN
  INSERT INTO fund_position (fund_code, currency, spendable, committed, last_entry)
  SELECT p.fund_code, p.currency,
         sum(CASE WHEN a.spendable THEN p.amount ELSE 0 END),
         -sum(CASE WHEN a.commit_leg THEN p.amount ELSE 0 END),
         NEW.entry_id
    FROM posting AS p JOIN account AS a ON a.code = p.account_code
   WHERE p.entry_id = NEW.entry_id
   GROUP BY p.fund_code, p.currency
   ORDER BY p.fund_code, p.currency
  ON CONFLICT (fund_code, currency) DO UPDATE
     SET spendable = fund_position.spendable + excluded.spendable,
         committed = fund_position.committed + excluded.committed,
         last_entry = excluded.last_entry;
  INSERT INTO account_balance (account_code, fund_code, currency, balance, last_entry)
  SELECT account_code, fund_code, currency, sum(amount), NEW.entry_id
    FROM posting
   WHERE entry_id = NEW.entry_id
   GROUP BY fund_code, currency, account_code
   ORDER BY fund_code, currency, account_code
  ON CONFLICT (account_code, fund_code, currency) DO UPDATE
     SET balance = account_balance.balance + excluded.balance,
         last_entry = excluded.last_entry;
  SELECT RAISE(ABORT, 'ledger:never_committed')
    FROM fund_position WHERE last_entry = NEW.entry_id AND committed < 0;
  -- A decision may lower neither what can be spent nor what is free to promise below zero.
  -- Raising the commitments is always a decision, whatever the entry calls itself.
  SELECT RAISE(ABORT, 'ledger:overspent') WHERE EXISTS (
    SELECT 1
      FROM (SELECT p.fund_code, p.currency,
                   sum(CASE WHEN a.spendable THEN p.amount ELSE 0 END) AS spendable,
                   -sum(CASE WHEN a.commit_leg THEN p.amount ELSE 0 END) AS committed
              FROM posting AS p JOIN account AS a ON a.code = p.account_code
             WHERE p.entry_id = NEW.entry_id
             GROUP BY p.fund_code, p.currency) AS moved
      JOIN fund_position AS f
        ON f.fund_code = moved.fund_code AND f.currency = moved.currency
      JOIN journal_entry AS e ON e.id = NEW.entry_id
     WHERE (e.kind IN ('grant_approve', 'tranche_release', 'advance', 'fund_transfer')
            OR moved.committed > 0)
       AND ((moved.spendable < 0 AND f.spendable < 0)
            OR (moved.spendable < moved.committed AND f.spendable < f.committed)));
  SELECT RAISE(ABORT, 'ledger:restricted') WHERE EXISTS (
    SELECT 1
      FROM journal_entry AS e
      JOIN posting AS p ON p.entry_id = e.id
      JOIN account AS a ON a.code = p.account_code AND a.spendable
      JOIN fund AS f ON f.code = p.fund_code AND f.restricted
     WHERE e.id = NEW.entry_id AND e.kind = 'fund_transfer'
       AND e.reason_code NOT IN ('donor_consent', 'correction')
     GROUP BY p.fund_code, p.currency
    HAVING sum(p.amount) < 0);
END
--;;
-- Balances follow seals. Each row names the entry that moved it last, entries move forward
-- only, and every sealed entry has moved its rows already: so nothing else can move them.
CREATE TRIGGER account_balance_is_new BEFORE INSERT ON account_balance
BEGIN
  SELECT RAISE(ABORT, 'ledger:balance_guarded') WHERE NOT EXISTS (
    SELECT 1 FROM entry_seal AS s JOIN posting AS p ON p.entry_id = s.entry_id
     WHERE s.entry_id = NEW.last_entry AND p.account_code = NEW.account_code
       AND p.fund_code = NEW.fund_code AND p.currency = NEW.currency);
  SELECT RAISE(ABORT, 'ledger:balance_guarded')
    FROM account_balance
   WHERE account_code = NEW.account_code AND fund_code = NEW.fund_code
     AND currency = NEW.currency AND last_entry >= NEW.last_entry;
END
--;;
CREATE TRIGGER account_balance_follows BEFORE UPDATE ON account_balance
WHEN NEW.last_entry <= OLD.last_entry OR NEW.account_code <> OLD.account_code
  OR NEW.fund_code <> OLD.fund_code OR NEW.currency <> OLD.currency
  OR NOT EXISTS (
    SELECT 1 FROM entry_seal AS s JOIN posting AS p ON p.entry_id = s.entry_id
     WHERE s.entry_id = NEW.last_entry AND p.account_code = NEW.account_code
       AND p.fund_code = NEW.fund_code AND p.currency = NEW.currency)
BEGIN
  SELECT RAISE(ABORT, 'ledger:balance_guarded');
END
--;;
CREATE TRIGGER account_balance_remains BEFORE DELETE ON account_balance
BEGIN
  SELECT RAISE(ABORT, 'ledger:balance_guarded');
END
--;;
CREATE TRIGGER fund_position_is_new BEFORE INSERT ON fund_position
BEGIN
  SELECT RAISE(ABORT, 'ledger:balance_guarded') WHERE NOT EXISTS (
    SELECT 1 FROM entry_seal AS s JOIN posting AS p ON p.entry_id = s.entry_id
     WHERE s.entry_id = NEW.last_entry
       AND p.fund_code = NEW.fund_code AND p.currency = NEW.currency);
  SELECT RAISE(ABORT, 'ledger:balance_guarded')
    FROM fund_position
   WHERE fund_code = NEW.fund_code AND currency = NEW.currency
     AND last_entry >= NEW.last_entry;
END
--;;
CREATE TRIGGER fund_position_follows BEFORE UPDATE ON fund_position
WHEN NEW.last_entry <= OLD.last_entry
  OR NEW.fund_code <> OLD.fund_code OR NEW.currency <> OLD.currency
  OR NOT EXISTS (
    SELECT 1 FROM entry_seal AS s JOIN posting AS p ON p.entry_id = s.entry_id
     WHERE s.entry_id = NEW.last_entry
       AND p.fund_code = NEW.fund_code AND p.currency = NEW.currency)
BEGIN
  SELECT RAISE(ABORT, 'ledger:balance_guarded');
END
--;;
CREATE TRIGGER fund_position_remains BEFORE DELETE ON fund_position
BEGIN
  SELECT RAISE(ABORT, 'ledger:balance_guarded');
END
--;;
CREATE TRIGGER grant_commitment_starts BEFORE INSERT ON grant_commitment
BEGIN
  SELECT RAISE(ABORT, 'ledger:commitment_fixed') WHERE NEW.state <> 'draft';
  SELECT RAISE(ABORT, 'ledger:commitment_fixed') FROM grant_commitment WHERE id = NEW.id;
END
--;;
CREATE TRIGGER grant_commitment_opens BEFORE UPDATE ON grant_commitment
BEGIN
  SELECT RAISE(ABORT, 'ledger:commitment_fixed')
   WHERE OLD.state = 'open' OR NEW.id <> OLD.id OR NEW.amount <> OLD.amount
      OR NEW.currency <> OLD.currency OR NEW.fund_code <> OLD.fund_code
      OR NEW.source_type <> OLD.source_type OR NEW.source_id <> OLD.source_id;
  SELECT RAISE(ABORT, 'ledger:tranches_differ')
   WHERE NEW.amount <> (SELECT coalesce(sum(amount), 0) FROM tranche
                         WHERE commitment_id = NEW.id);
  SELECT RAISE(ABORT, 'ledger:commitment_not_posted')
   WHERE NEW.amount <> (
     SELECT coalesce(-sum(p.amount), 0)
       FROM journal_entry AS e
       JOIN posting AS p ON p.entry_id = e.id
       JOIN account AS a ON a.code = p.account_code AND a.commit_leg
      WHERE e.id = NEW.approve_entry_id AND e.kind = 'grant_approve'
        AND p.fund_code = NEW.fund_code AND p.currency = NEW.currency);
END
--;;
CREATE TRIGGER grant_commitment_remains BEFORE DELETE ON grant_commitment
BEGIN
  SELECT RAISE(ABORT, 'ledger:commitment_fixed');
END
--;;
CREATE TRIGGER tranche_starts BEFORE INSERT ON tranche
BEGIN
  SELECT RAISE(ABORT, 'ledger:commitment_fixed')
   WHERE NEW.state <> 'planned' OR NEW.cancelled <> 0
      OR EXISTS (SELECT 1 FROM tranche WHERE id = NEW.id
                    OR (commitment_id = NEW.commitment_id AND number = NEW.number))
      OR EXISTS (SELECT 1 FROM grant_commitment
                  WHERE id = NEW.commitment_id AND state <> 'draft');
END
--;;
CREATE TRIGGER tranche_moves BEFORE UPDATE ON tranche
BEGIN
  SELECT RAISE(ABORT, 'ledger:commitment_fixed')
   WHERE OLD.state = 'cancelled' OR NEW.id <> OLD.id OR NEW.amount <> OLD.amount
      OR NEW.commitment_id <> OLD.commitment_id OR NEW.number <> OLD.number
      OR NEW.cancelled < OLD.cancelled
      OR (NEW.cancelled > OLD.cancelled AND OLD.state <> 'planned')
      OR EXISTS (SELECT 1 FROM grant_commitment
                  WHERE id = NEW.commitment_id AND state <> 'open');
END
--;;
CREATE TRIGGER tranche_remains BEFORE DELETE ON tranche
BEGIN
  SELECT RAISE(ABORT, 'ledger:commitment_fixed');
END
