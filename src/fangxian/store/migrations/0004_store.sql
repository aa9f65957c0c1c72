-- What the store knows of itself and of the lake, and what the programs that serve people may do in it.

CREATE TABLE store.identity (
    store_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    only_one boolean NOT NULL DEFAULT true UNIQUE CHECK (only_one)
);
INSERT INTO store.identity DEFAULT VALUES;

-- Deliveries of the lake whose facts stand here too.
CREATE TABLE store.fed_delivery (
    delivery_id varchar PRIMARY KEY,
    event_id uuid NOT NULL
);

CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON store.fed_delivery
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER brought_by_an_event AFTER INSERT ON store.fed_delivery
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();

-- Make the partitions of the months from one day to another that are not there yet, of everything that grows by the month.
CREATE FUNCTION store.make_partitions(first_day date, last_day date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    growing regclass;
    month date;
    name text;
    space text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('fangxian make_partitions'));
    FOR growing IN SELECT oid::regclass FROM pg_class
                   WHERE relkind = 'p' AND relnamespace IN ('facts'::regnamespace, 'audit'::regnamespace)
    LOOP
        FOR month IN SELECT generate_series(date_trunc('month', first_day), last_day, '1 month')::date
        LOOP
            SELECT nspname, relname || to_char(month, '_YYYY_MM') INTO space, name
            FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE pg_class.oid = growing;
            IF to_regclass(format('%I.%I', space, name)) IS NULL THEN
                EXECUTE format('CREATE TABLE %I.%I PARTITION OF %s FOR VALUES FROM (%L) TO (%L)',
                               space, name, growing, month, (month + interval '1 month')::date);
            END IF;
        END LOOP;
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION store.make_partitions(date, date) FROM PUBLIC;

-- Programs that serve people work under this role: they add and read, and change nothing but answers.
DO $$
BEGIN
    CREATE ROLE fangxian_service NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;  -- roles are shared by all databases of a server: another of ours made it
END
$$;
GRANT USAGE ON SCHEMA store, facts, audit, code TO fangxian_service;
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA audit TO fangxian_service;
GRANT SELECT, INSERT ON store.fed_delivery TO fangxian_service;
GRANT SELECT ON store.identity, store.migration TO fangxian_service;
GRANT SELECT, INSERT, DELETE ON code.hit TO fangxian_service;
GRANT EXECUTE ON FUNCTION store.make_partitions(date, date) TO fangxian_service;
DO $$
DECLARE
    of_type text;
BEGIN
    FOR of_type IN SELECT relname FROM pg_class WHERE relnamespace = 'facts'::regnamespace AND relkind IN ('r', 'p')
    LOOP
        EXECUTE format('GRANT SELECT, INSERT ON facts.%I TO fangxian_service', of_type);
    END LOOP;
END
$$;
