"""A PostgreSQL database put back to what it was, which is quicker than making it anew.

What a row's own number of transaction tells is compared with the number of the last renewal: a
table with a younger row, or with another count of rows, was touched and is filled again. The
catalogues are looked at in the same way, so that no changed schema is lent to the next test.
"""

from __future__ import annotations

from contextlib import suppress

import psycopg
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import make_url

CATALOGUES = ("pg_class", "pg_attribute", "pg_trigger", "pg_constraint", "pg_proc", "pg_index")

PREPARE = """
CREATE SCHEMA renewal;
CREATE TABLE renewal.relation (name text PRIMARY KEY, rows bigint NOT NULL, columns text NOT NULL);
CREATE TABLE renewal.catalogue (name text PRIMARY KEY, rows bigint NOT NULL);
CREATE TABLE renewal.counter (name text PRIMARY KEY, value bigint NOT NULL, called bool NOT NULL);
CREATE TABLE renewal.mark (xid bigint NOT NULL);

CREATE FUNCTION renewal.prepare(catalogues text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE each record; counted bigint; listed text; named text;
BEGIN
  FOR each IN SELECT c.oid, c.relname FROM pg_class c
              WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' LOOP
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO listed FROM pg_attribute
      WHERE attrelid = each.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
    EXECUTE format('CREATE TABLE renewal.%I AS SELECT %s FROM public.%I',
                   'of_' || each.relname, listed, each.relname);
    EXECUTE format('SELECT count(*) FROM public.%I', each.relname) INTO counted;
    INSERT INTO renewal.relation VALUES (each.relname, counted, listed);
  END LOOP;
  FOR each IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' LOOP
    EXECUTE format('INSERT INTO renewal.counter SELECT %L, last_value, is_called FROM public.%I',
                   each.sequencename, each.sequencename);
  END LOOP;
  FOREACH named IN ARRAY catalogues LOOP
    EXECUTE format('INSERT INTO renewal.catalogue SELECT %L, count(*) FROM pg_catalog.%I',
                   named, named);
  END LOOP;
  INSERT INTO renewal.mark VALUES (pg_current_xact_id()::text::bigint);
END $$;

CREATE FUNCTION renewal.renew() RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE each record; since bigint; touched boolean;
BEGIN
  PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid();
  SELECT xid INTO since FROM renewal.mark;
  FOR each IN SELECT * FROM renewal.catalogue LOOP
    EXECUTE format('SELECT count(*) <> $1 OR coalesce(max(xmin::text::bigint), 0) > $2
                    FROM pg_catalog.%I', each.name) INTO touched USING each.rows, since;
    IF touched THEN RETURN false; END IF;
  END LOOP;
  PERFORM set_config('session_replication_role', 'replica', true);
  FOR each IN SELECT * FROM renewal.relation LOOP
    EXECUTE format('SELECT count(*) <> $1 OR coalesce(max(xmin::text::bigint), 0) > $2
                    FROM public.%I', each.name) INTO touched USING each.rows, since;
    IF touched THEN
      EXECUTE format('DELETE FROM public.%I', each.name);
      EXECUTE format('INSERT INTO public.%I (%s) OVERRIDING SYSTEM VALUE SELECT * FROM renewal.%I',
                     each.name, each.columns, 'of_' || each.name);
    END IF;
  END LOOP;
  PERFORM setval(format('public.%I', name)::regclass, value, called) FROM renewal.counter;
  UPDATE renewal.mark SET xid = pg_current_xact_id()::text::bigint;
  RETURN true;
END $$;
"""


class Renewal:
    """Puts one database back; `prepare` once, `renew` before each use but the first."""

    def __init__(self, url: str) -> None:
        """Name the database by its SQLAlchemy address."""
        plain = make_url(url).set(drivername="postgresql")
        self._conninfo = plain.render_as_string(hide_password=False)

    def prepare(self) -> None:
        """Keep what every table holds now."""
        with psycopg.connect(self._conninfo) as connection:
            connection.execute(PREPARE)
            connection.execute("SELECT renewal.prepare(%s)", [list(CATALOGUES)])
        # The rows of the catalogue that came with the keeping are older than the mark from here on.
        with psycopg.connect(self._conninfo) as connection:
            for name in CATALOGUES:
                connection.execute(
                    f"UPDATE renewal.catalogue SET rows = (SELECT count(*) FROM {name})"  # noqa: S608
                    " WHERE name = %s",
                    [name],
                )
            connection.execute("UPDATE renewal.mark SET xid = pg_current_xact_id()::text::bigint")

    def renew(self) -> bool:
        """Put back every row that was touched.

        False where the schema itself was changed, or where triggers may not be passed by.
        """
        with suppress(InsufficientPrivilege), psycopg.connect(self._conninfo) as connection:
            found = connection.execute("SELECT renewal.renew()").fetchone()
            return bool(found and found[0])
        return False
