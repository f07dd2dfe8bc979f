CREATE TRIGGER receipt_line_is_what_the_ledger_holds BEFORE INSERT ON receipt_line
BEGIN
  SELECT RAISE(ABORT, 'receipt_line: a receipt takes no line once it is issued')
   WHERE EXISTS (SELECT 1 FROM receipt r WHERE r.id = NEW.receipt_id) OR NEW.is_void;
  SELECT RAISE(ABORT, 'receipt_line: the amount is not what the ledger holds of the gift')
   WHERE NEW.amount <> (
           SELECT COALESCE(-SUM(p.amount), 0) FROM posting p
             JOIN journal_entry e ON e.id = p.entry_id
            WHERE e.source_type = 'donation' AND e.source_id = NEW.donation_id
              AND p.currency = NEW.currency
              AND p.account_code IN ('Donations', 'Refunds', 'Chargebacks', 'Disputes'));
END
--;;
CREATE TRIGGER receipt_line_is_kept BEFORE UPDATE ON receipt_line
WHEN NEW.receipt_id <> OLD.receipt_id OR NEW.line <> OLD.line OR NEW.day <> OLD.day
  OR NEW.donation_id <> OLD.donation_id OR NEW.amount <> OLD.amount
  OR NEW.currency <> OLD.currency
  OR NEW.is_void <> (SELECT r.voided_day IS NOT NULL FROM receipt r WHERE r.id = NEW.receipt_id)
BEGIN
  SELECT RAISE(ABORT, 'receipt_line: what was certified is never changed');
END
--;;
CREATE TRIGGER receipt_line_is_not_removed BEFORE DELETE ON receipt_line
BEGIN
  SELECT RAISE(ABORT, 'receipt_line: what was certified is never removed');
END
--;;
CREATE TRIGGER receipt_adds_up BEFORE INSERT ON receipt
BEGIN
  SELECT RAISE(ABORT, 'receipt: the number does not follow the last one')
   WHERE NEW.number <> 1 + COALESCE((
           SELECT MAX(r.number) FROM receipt r WHERE r.issuer_code = NEW.issuer_code
              AND r.series = NEW.series AND r.year = NEW.year), 0);
  SELECT RAISE(ABORT, 'receipt: the lines do not add up')
   WHERE NEW.total <> COALESCE((
           SELECT SUM(l.amount) FROM receipt_line l
            WHERE l.receipt_id = NEW.id AND l.currency = NEW.currency), 0)
      OR NEW.line_count <> (SELECT COUNT(*) FROM receipt_line l WHERE l.receipt_id = NEW.id);
  SELECT RAISE(ABORT, 'receipt: only a void one is replaced')
   WHERE NEW.replaces_id IS NOT NULL AND NOT EXISTS (
           SELECT 1 FROM receipt r WHERE r.id = NEW.replaces_id AND r.voided_day IS NOT NULL);
  SELECT RAISE(ABORT, 'receipt: begins unprinted and valid, with its words')
   WHERE NEW.voided_day IS NOT NULL OR NEW.pdf_sealed IS NOT NULL OR NEW.sha256 IS NOT NULL
      OR NEW.snapshot_sealed IS NULL;
END
--;;
CREATE TRIGGER receipt_is_kept BEFORE UPDATE ON receipt
WHEN NEW.id <> OLD.id OR NEW.issuer_id <> OLD.issuer_id OR NEW.issuer_code <> OLD.issuer_code
  OR NEW.series <> OLD.series OR NEW.year <> OLD.year OR NEW.number <> OLD.number
  OR NEW.pack_version <> OLD.pack_version OR NEW.kind <> OLD.kind
  OR NEW.gifts_year <> OLD.gifts_year OR NEW.currency <> OLD.currency OR NEW.total <> OLD.total
  OR NEW.line_count <> OLD.line_count OR NEW.issued_day <> OLD.issued_day
  OR NEW.issued_by <> OLD.issued_by OR NEW.replaces_id IS NOT OLD.replaces_id
  OR (NEW.request_id IS NOT NULL AND NEW.request_id IS NOT OLD.request_id)
  OR (NEW.donor_id IS NOT NULL AND NEW.donor_id IS NOT OLD.donor_id)
  OR (NEW.copy_until IS NOT NULL AND NEW.copy_until IS NOT OLD.copy_until)
  OR (NEW.snapshot_sealed IS NOT NULL AND NEW.snapshot_sealed IS NOT OLD.snapshot_sealed)
  OR (OLD.sha256 IS NOT NULL AND NEW.sha256 IS NOT OLD.sha256)
  OR (OLD.sha256 IS NOT NULL AND NEW.pdf_sealed IS NOT NULL
      AND NEW.pdf_sealed IS NOT OLD.pdf_sealed)
  OR (NEW.sha256 IS NOT NULL AND NEW.pdf_sealed IS NULL AND NEW.snapshot_sealed IS NOT NULL)
  OR (OLD.voided_day IS NOT NULL AND (NEW.voided_day IS NOT OLD.voided_day
      OR NEW.void_reason IS NOT OLD.void_reason OR NEW.voided_by IS NOT OLD.voided_by
      OR NEW.void_year IS NOT OLD.void_year OR NEW.void_number IS NOT OLD.void_number))
BEGIN
  SELECT RAISE(ABORT, 'receipt: what was issued is never changed');
END
--;;
CREATE TRIGGER receipt_is_voided_with_a_number BEFORE UPDATE ON receipt
WHEN OLD.voided_day IS NULL AND NEW.voided_day IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'receipt: the number does not follow the last one')
   WHERE NEW.void_number <> 1 + COALESCE((
           SELECT MAX(r.void_number) FROM receipt r WHERE r.issuer_code = NEW.issuer_code
              AND r.series = NEW.series AND r.void_year = NEW.void_year), 0);
END
--;;
CREATE TRIGGER receipt_frees_its_gifts AFTER UPDATE ON receipt
WHEN OLD.voided_day IS NULL AND NEW.voided_day IS NOT NULL
BEGIN
  UPDATE receipt_line SET is_void = 1 WHERE receipt_id = NEW.id;
END
--;;
CREATE TRIGGER receipt_is_not_removed BEFORE DELETE ON receipt
BEGIN
  SELECT RAISE(ABORT, 'receipt: what was issued is never removed');
END
--;;
CREATE TRIGGER receipt_issuer_is_kept BEFORE UPDATE ON receipt_issuer
BEGIN
  SELECT RAISE(ABORT, 'receipt_issuer: a change is a new version');
END
--;;
CREATE TRIGGER receipt_issuer_is_not_removed BEFORE DELETE ON receipt_issuer
BEGIN
  SELECT RAISE(ABORT, 'receipt_issuer: a version is never removed');
END
--;;
CREATE TRIGGER gift_aid_declaration_is_kept BEFORE UPDATE ON gift_aid_declaration
WHEN NEW.id <> OLD.id OR NEW.form_version <> OLD.form_version OR NEW.with_past <> OLD.with_past
  OR NEW.since <> OLD.since OR NEW.declared_day <> OLD.declared_day
  OR (NEW.donor_id IS NOT NULL AND NEW.donor_id IS NOT OLD.donor_id)
  OR (OLD.cancelled_day IS NOT NULL AND NEW.cancelled_day IS NOT OLD.cancelled_day)
  OR (NEW.name_sealed IS NOT NULL AND NEW.name_sealed IS NOT OLD.name_sealed)
  OR (NEW.address_sealed IS NOT NULL AND NEW.address_sealed IS NOT OLD.address_sealed)
BEGIN
  SELECT RAISE(ABORT, 'gift_aid_declaration: what was declared is never changed');
END
--;;
CREATE TRIGGER gift_aid_declaration_is_not_removed BEFORE DELETE ON gift_aid_declaration
BEGIN
  SELECT RAISE(ABORT, 'gift_aid_declaration: what was declared is never removed');
END
