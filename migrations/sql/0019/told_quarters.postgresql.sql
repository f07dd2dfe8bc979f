-- Quarters that are told of, and the names a fund was resolved to have, for PostgreSQL.

CREATE FUNCTION told_quarter_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' OR EXISTS (
    SELECT 1 FROM told_quarter
     WHERE quarter >= NEW.quarter OR last_entry_id > NEW.last_entry_id) THEN
    PERFORM ledger_refuse('told_quarter_stays');
  END IF;
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER told_quarter_stays BEFORE INSERT OR UPDATE OR DELETE ON told_quarter
FOR EACH ROW EXECUTE FUNCTION told_quarter_check()
--;;
CREATE TRIGGER told_quarter_remains BEFORE TRUNCATE ON told_quarter
FOR EACH STATEMENT EXECUTE FUNCTION told_quarter_check()
--;;
CREATE FUNCTION funds_resolution_names() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM ledger_refuse('resolution_stays');
  RETURN NEW;
END
$$
--;;
CREATE TRIGGER fund_resolution_names_stay BEFORE UPDATE ON fund_resolution
FOR EACH ROW WHEN (NEW.name_ru IS DISTINCT FROM OLD.name_ru
                   OR NEW.name_de IS DISTINCT FROM OLD.name_de)
EXECUTE FUNCTION funds_resolution_names()
