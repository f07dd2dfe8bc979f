-- The ledger's rules for PostgreSQL, the same as ledger.sqlite.sql. Refusals start with
-- "ledger:" and a code; the service translates the codes, so a code is part of the contract.

CREATE OR REPLACE FUNCTION ledger_refuse(code text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING MESSAGE = 'ledger:' || code, ERRCODE = 'check_violation';
END
$$
--;;
CREATE OR REPLACE FUNCTION ledger_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM ledger_refuse('append_only');
  RETURN NULL;
END
$$
--;;
CREATE TRIGGER journal_entry_stays BEFORE UPDATE OR DELETE ON journal_entry
FOR EACH ROW EXECUTE FUNCTION ledger_append_only()
--;;
CREATE TRIGGER journal_entry_remains BEFORE TRUNCATE ON journal_entry
FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only()
--;;
CREATE TRIGGER posting_stays BEFORE UPDATE OR DELETE ON posting
FOR EACH ROW EXECUTE FUNCTION ledger_append_only()
--;;
CREATE TRIGGER posting_remains BEFORE TRUNCATE ON posting
FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only()
--;;
CREATE TRIGGER entry_seal_stays BEFORE UPDATE OR DELETE ON entry_seal
FOR EACH ROW EXECUTE FUNCTION ledger_append_only()
--;;
CREATE TRIGGER entry_seal_remains BEFORE TRUNCATE ON entry_seal
FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only()
--;;
CREATE OR REPLACE FUNCTION ledger_period() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF OLD.closed_at IS NOT NULL OR NEW.code <> OLD.code
       OR NEW.starts <> OLD.starts OR NEW.ends <> OLD.ends THEN
      PERFORM ledger_refuse('period_closed');
    END IF;
    RETURN NEW;
  END IF;
  -- Two periods opened at once could not see each other, so they take turns.
  PERFORM pg_advisory_xact_lock(hashtext('ledger_period'));
  IF EXISTS (SELECT 1 FROM period
              WHERE starts <= NEW.ends AND ends >= NEW.starts AND code <> NEW.code) THEN
    PERFORM ledger_refuse('period_overlap');
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER period_no_overlap BEFORE INSERT OR UPDATE ON period
FOR EACH ROW EXECUTE FUNCTION ledger_period()
--;;
CREATE OR REPLACE FUNCTION ledger_fund_flags() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.restricted <> OLD.restricted OR NEW.code <> OLD.code
      OR NEW.programme IS DISTINCT FROM OLD.programme)
     AND EXISTS (SELECT 1 FROM posting WHERE fund_code = OLD.code) THEN
    PERFORM ledger_refuse('flags_in_use');
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER fund_flags_stay BEFORE UPDATE ON fund
FOR EACH ROW EXECUTE FUNCTION ledger_fund_flags()
--;;
CREATE OR REPLACE FUNCTION ledger_account_flags() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.type <> OLD.type OR NEW.spendable <> OLD.spendable
      OR NEW.commit_leg <> OLD.commit_leg OR NEW.code <> OLD.code)
     AND EXISTS (SELECT 1 FROM posting WHERE account_code = OLD.code) THEN
    PERFORM ledger_refuse('flags_in_use');
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER account_flags_stay BEFORE UPDATE ON account
FOR EACH ROW EXECUTE FUNCTION ledger_account_flags()
--;;
CREATE OR REPLACE FUNCTION ledger_entry_in_open_period() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  found_period period;
BEGIN
  -- Held until the end of the transaction: a period cannot close around an entry on its way.
  SELECT * INTO found_period FROM period WHERE code = NEW.period_code FOR SHARE;
  IF found_period.closed_at IS NOT NULL THEN
    PERFORM ledger_refuse('period_closed');
  END IF;
  IF NEW.book_date NOT BETWEEN found_period.starts AND found_period.ends THEN
    PERFORM ledger_refuse('period_outside');
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER journal_entry_in_open_period BEFORE INSERT ON journal_entry
FOR EACH ROW EXECUTE FUNCTION ledger_entry_in_open_period()
--;;
CREATE OR REPLACE FUNCTION ledger_posting_before_seal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM entry_seal WHERE entry_id = NEW.entry_id) THEN
    PERFORM ledger_refuse('sealed');
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER posting_before_seal BEFORE INSERT ON posting
FOR EACH ROW EXECUTE FUNCTION ledger_posting_before_seal()
--;;
CREATE OR REPLACE FUNCTION ledger_seal_checks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM entry_seal WHERE entry_id = NEW.entry_id) THEN
    PERFORM ledger_refuse('sealed');
  END IF;
  IF (SELECT count(*) FROM posting WHERE entry_id = NEW.entry_id) < 2 THEN
    PERFORM ledger_refuse('single_line');
  END IF;
  IF EXISTS (
    SELECT 1 FROM posting AS p JOIN account AS a ON a.code = p.account_code
     WHERE p.entry_id = NEW.entry_id
     GROUP BY p.fund_code, p.currency, a.type = 'memo'
    HAVING sum(p.amount) <> 0) THEN
    PERFORM ledger_refuse('unbalanced');
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER entry_seal_checks BEFORE INSERT ON entry_seal
FOR EACH ROW EXECUTE FUNCTION ledger_seal_checks()
--;;
CREATE OR REPLACE FUNCTION ledger_seal_applies() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- The position first and in order: whoever holds a fund's row may touch its balances.
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
  IF EXISTS (SELECT 1 FROM fund_position
              WHERE last_entry = NEW.entry_id AND committed < 0) THEN
    PERFORM ledger_refuse('never_committed');
  END IF;
  -- A decision may lower neither what can be spent nor what is free to promise below zero.
  -- Raising the commitments is always a decision, whatever the entry calls itself.
  IF EXISTS (
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
            OR (moved.spendable < moved.committed AND f.spendable < f.committed))) THEN
    PERFORM ledger_refuse('overspent');
  END IF;
  IF EXISTS (
    SELECT 1
      FROM journal_entry AS e
      JOIN posting AS p ON p.entry_id = e.id
      JOIN account AS a ON a.code = p.account_code AND a.spendable
      JOIN fund AS f ON f.code = p.fund_code AND f.restricted
     WHERE e.id = NEW.entry_id AND e.kind = 'fund_transfer'
       AND e.reason_code NOT IN ('donor_consent', 'correction')
     GROUP BY p.fund_code, p.currency
    HAVING sum(p.amount) < 0) THEN
    PERFORM ledger_refuse('restricted');
  END IF;
  RETURN NULL;
END
$$
--;;
CREATE TRIGGER entry_seal_applies AFTER INSERT ON entry_seal
FOR EACH ROW EXECUTE FUNCTION ledger_seal_applies()
--;;
CREATE OR REPLACE FUNCTION ledger_balance_guarded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Only the seal's own trigger, one level further out, may move a balance.
  IF TG_OP IN ('DELETE', 'TRUNCATE') OR pg_trigger_depth() < 2 THEN
    PERFORM ledger_refuse('balance_guarded');
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER account_balance_follows BEFORE INSERT OR UPDATE OR DELETE ON account_balance
FOR EACH ROW EXECUTE FUNCTION ledger_balance_guarded()
--;;
CREATE TRIGGER account_balance_remains BEFORE TRUNCATE ON account_balance
FOR EACH STATEMENT EXECUTE FUNCTION ledger_balance_guarded()
--;;
CREATE TRIGGER fund_position_follows BEFORE INSERT OR UPDATE OR DELETE ON fund_position
FOR EACH ROW EXECUTE FUNCTION ledger_balance_guarded()
--;;
CREATE TRIGGER fund_position_remains BEFORE TRUNCATE ON fund_position
FOR EACH STATEMENT EXECUTE FUNCTION ledger_balance_guarded()
--;;
CREATE OR REPLACE FUNCTION ledger_commitment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'draft' THEN
      PERFORM ledger_refuse('commitment_fixed');
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.state = 'open' OR NEW.id <> OLD.id OR NEW.amount <> OLD.amount
     OR NEW.currency <> OLD.currency OR NEW.fund_code <> OLD.fund_code
     OR NEW.source_type <> OLD.source_type OR NEW.source_id <> OLD.source_id THEN
    PERFORM ledger_refuse('commitment_fixed');
  END IF;
  IF NEW.amount <> (SELECT coalesce(sum(amount), 0) FROM tranche
                     WHERE commitment_id = NEW.id) THEN
    PERFORM ledger_refuse('tranches_differ');
  END IF;
  IF NEW.amount <> (
     SELECT coalesce(-sum(p.amount), 0)
       FROM journal_entry AS e
       JOIN posting AS p ON p.entry_id = e.id
       JOIN account AS a ON a.code = p.account_code AND a.commit_leg
      WHERE e.id = NEW.approve_entry_id AND e.kind = 'grant_approve'
        AND p.fund_code = NEW.fund_code AND p.currency = NEW.currency) THEN
    PERFORM ledger_refuse('commitment_not_posted');
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER grant_commitment_opens BEFORE INSERT OR UPDATE ON grant_commitment
FOR EACH ROW EXECUTE FUNCTION ledger_commitment()
--;;
CREATE OR REPLACE FUNCTION ledger_tranche() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  whole text;
BEGIN
  SELECT state INTO whole FROM grant_commitment WHERE id = NEW.commitment_id FOR SHARE;
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'planned' OR NEW.cancelled <> 0 OR whole <> 'draft' THEN
      PERFORM ledger_refuse('commitment_fixed');
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.state = 'cancelled' OR NEW.id <> OLD.id OR NEW.amount <> OLD.amount
     OR NEW.commitment_id <> OLD.commitment_id OR NEW.number <> OLD.number
     OR NEW.cancelled < OLD.cancelled
     OR (NEW.cancelled > OLD.cancelled AND OLD.state <> 'planned') OR whole <> 'open' THEN
    PERFORM ledger_refuse('commitment_fixed');
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER tranche_moves BEFORE INSERT OR UPDATE ON tranche
FOR EACH ROW EXECUTE FUNCTION ledger_tranche()
--;;
CREATE OR REPLACE FUNCTION ledger_commitment_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM ledger_refuse('commitment_fixed');
  RETURN NULL;
END
$$
--;;
CREATE TRIGGER grant_commitment_remains BEFORE DELETE ON grant_commitment
FOR EACH ROW EXECUTE FUNCTION ledger_commitment_fixed()
--;;
CREATE TRIGGER tranche_remains BEFORE DELETE ON tranche
FOR EACH ROW EXECUTE FUNCTION ledger_commitment_fixed()
