CREATE FUNCTION receipt_line_check() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  held bigint;
BEGIN
  IF NEW.is_void OR EXISTS (SELECT 1 FROM receipt r WHERE r.id = NEW.receipt_id) THEN
    RAISE EXCEPTION 'receipt_line: a receipt takes no line once it is issued';
  END IF;
  SELECT COALESCE(-SUM(p.amount), 0) INTO held FROM posting p
    JOIN journal_entry e ON e.id = p.entry_id
   WHERE e.source_type = 'donation' AND e.source_id = NEW.donation_id
     AND p.currency = NEW.currency
     AND p.account_code IN ('Donations', 'Refunds', 'Chargebacks', 'Disputes');
  IF NEW.amount <> held THEN
    RAISE EXCEPTION 'receipt_line: the amount is not what the ledger holds of the gift';
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE FUNCTION receipt_line_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.receipt_id, NEW.line, NEW.day, NEW.donation_id, NEW.amount, NEW.currency)
     IS DISTINCT FROM
     (OLD.receipt_id, OLD.line, OLD.day, OLD.donation_id, OLD.amount, OLD.currency)
     OR NEW.is_void IS DISTINCT FROM
        (SELECT r.voided_day IS NOT NULL FROM receipt r WHERE r.id = NEW.receipt_id) THEN
    RAISE EXCEPTION 'receipt_line: what was certified is never changed';
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE FUNCTION receipt_check() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  newest bigint;
  added bigint;
  counted bigint;
BEGIN
  SELECT COALESCE(MAX(r.number), 0) INTO newest FROM receipt r
   WHERE r.issuer_code = NEW.issuer_code AND r.series = NEW.series AND r.year = NEW.year;
  IF NEW.number <> newest + 1 THEN
    RAISE EXCEPTION 'receipt: the number does not follow the last one';
  END IF;
  SELECT COALESCE(SUM(l.amount) FILTER (WHERE l.currency = NEW.currency), 0), COUNT(*)
    INTO added, counted FROM receipt_line l WHERE l.receipt_id = NEW.id;
  IF NEW.total <> added OR NEW.line_count <> counted THEN
    RAISE EXCEPTION 'receipt: the lines do not add up';
  END IF;
  IF NEW.replaces_id IS NOT NULL AND NOT EXISTS (
     SELECT 1 FROM receipt r WHERE r.id = NEW.replaces_id AND r.voided_day IS NOT NULL) THEN
    RAISE EXCEPTION 'receipt: only a void one is replaced';
  END IF;
  IF NEW.voided_day IS NOT NULL OR NEW.pdf_sealed IS NOT NULL OR NEW.sha256 IS NOT NULL
     OR NEW.snapshot_sealed IS NULL THEN
    RAISE EXCEPTION 'receipt: begins unprinted and valid, with its words';
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE FUNCTION receipt_keep() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  newest bigint;
BEGIN
  IF (NEW.id, NEW.issuer_id, NEW.issuer_code, NEW.series, NEW.year, NEW.number, NEW.pack_version,
      NEW.kind, NEW.gifts_year, NEW.currency, NEW.total, NEW.line_count, NEW.issued_day,
      NEW.issued_by, NEW.replaces_id)
     IS DISTINCT FROM
     (OLD.id, OLD.issuer_id, OLD.issuer_code, OLD.series, OLD.year, OLD.number, OLD.pack_version,
      OLD.kind, OLD.gifts_year, OLD.currency, OLD.total, OLD.line_count, OLD.issued_day,
      OLD.issued_by, OLD.replaces_id)
     OR (NEW.request_id IS NOT NULL AND NEW.request_id IS DISTINCT FROM OLD.request_id)
     OR (NEW.donor_id IS NOT NULL AND NEW.donor_id IS DISTINCT FROM OLD.donor_id)
     OR (NEW.copy_until IS NOT NULL AND NEW.copy_until IS DISTINCT FROM OLD.copy_until)
     OR (NEW.snapshot_sealed IS NOT NULL
         AND NEW.snapshot_sealed IS DISTINCT FROM OLD.snapshot_sealed)
     OR (OLD.sha256 IS NOT NULL AND NEW.sha256 IS DISTINCT FROM OLD.sha256)
     OR (OLD.sha256 IS NOT NULL AND NEW.pdf_sealed IS NOT NULL
         AND NEW.pdf_sealed IS DISTINCT FROM OLD.pdf_sealed)
     OR (NEW.sha256 IS NOT NULL AND NEW.pdf_sealed IS NULL AND NEW.snapshot_sealed IS NOT NULL)
     OR (OLD.voided_day IS NOT NULL
         AND (NEW.voided_day, NEW.void_reason, NEW.voided_by, NEW.void_year, NEW.void_number)
             IS DISTINCT FROM
             (OLD.voided_day, OLD.void_reason, OLD.voided_by, OLD.void_year, OLD.void_number))
  THEN
    RAISE EXCEPTION 'receipt: what was issued is never changed';
  END IF;
  IF OLD.voided_day IS NULL AND NEW.voided_day IS NOT NULL THEN
    SELECT COALESCE(MAX(r.void_number), 0) INTO newest FROM receipt r
     WHERE r.issuer_code = NEW.issuer_code AND r.series = NEW.series
       AND r.void_year = NEW.void_year;
    IF NEW.void_number <> newest + 1 THEN
      RAISE EXCEPTION 'receipt: the number does not follow the last one';
    END IF;
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE FUNCTION receipt_free_gifts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.voided_day IS NULL AND NEW.voided_day IS NOT NULL THEN
    UPDATE receipt_line SET is_void = true WHERE receipt_id = NEW.id;
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE FUNCTION gift_aid_declaration_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.id, NEW.form_version, NEW.with_past, NEW.since, NEW.declared_day)
     IS DISTINCT FROM (OLD.id, OLD.form_version, OLD.with_past, OLD.since, OLD.declared_day)
     OR (NEW.donor_id IS NOT NULL AND NEW.donor_id IS DISTINCT FROM OLD.donor_id)
     OR (OLD.cancelled_day IS NOT NULL AND NEW.cancelled_day IS DISTINCT FROM OLD.cancelled_day)
     OR (NEW.name_sealed IS NOT NULL AND NEW.name_sealed IS DISTINCT FROM OLD.name_sealed)
     OR (NEW.address_sealed IS NOT NULL
         AND NEW.address_sealed IS DISTINCT FROM OLD.address_sealed) THEN
    RAISE EXCEPTION 'gift_aid_declaration: what was declared is never changed';
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE FUNCTION receipt_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%: what was issued or declared is never changed or removed', TG_TABLE_NAME;
END
$$
--;;
CREATE TRIGGER receipt_line_is_what_the_ledger_holds BEFORE INSERT ON receipt_line
FOR EACH ROW EXECUTE FUNCTION receipt_line_check()
--;;
CREATE TRIGGER receipt_line_is_kept BEFORE UPDATE ON receipt_line
FOR EACH ROW EXECUTE FUNCTION receipt_line_keep()
--;;
CREATE TRIGGER receipt_line_is_not_removed BEFORE DELETE ON receipt_line
FOR EACH ROW EXECUTE FUNCTION receipt_refuse()
--;;
CREATE TRIGGER receipt_adds_up BEFORE INSERT ON receipt
FOR EACH ROW EXECUTE FUNCTION receipt_check()
--;;
CREATE TRIGGER receipt_is_kept BEFORE UPDATE ON receipt
FOR EACH ROW EXECUTE FUNCTION receipt_keep()
--;;
CREATE TRIGGER receipt_frees_its_gifts AFTER UPDATE ON receipt
FOR EACH ROW EXECUTE FUNCTION receipt_free_gifts()
--;;
CREATE TRIGGER receipt_is_not_removed BEFORE DELETE ON receipt
FOR EACH ROW EXECUTE FUNCTION receipt_refuse()
--;;
CREATE TRIGGER receipt_issuer_is_kept BEFORE UPDATE OR DELETE ON receipt_issuer
FOR EACH ROW EXECUTE FUNCTION receipt_refuse()
--;;
CREATE TRIGGER gift_aid_declaration_is_kept BEFORE UPDATE ON gift_aid_declaration
FOR EACH ROW EXECUTE FUNCTION gift_aid_declaration_keep()
--;;
CREATE TRIGGER gift_aid_declaration_is_not_removed BEFORE DELETE ON gift_aid_declaration
FOR EACH ROW EXECUTE FUNCTION receipt_refuse()
