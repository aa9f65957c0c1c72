-- Nothing goes on by itself: policies are renewed by two people or lapse, facts end by whole months, and what was concluded
-- from facts that are gone can still be told from its kept reasons. What is published of a day stays as it was published.

CREATE TABLE store.renewal (
    policy varchar NOT NULL,
    renewal_id uuid NOT NULL,
    region_code varchar NOT NULL CHECK (region_code ~ '^[0-9]{6}$'),
    first_signer varchar NOT NULL CHECK (first_signer <> ''),
    proposed_at timestamp(6) NOT NULL,
    lapses_at timestamp(6) NOT NULL CHECK (lapses_at > proposed_at),
    closed_by varchar CHECK (closed_by <> ''),
    closed_at timestamp(6) CHECK (closed_at >= proposed_at AND closed_at < lapses_at),
    until_at timestamp(6) CHECK (until_at > closed_at AND until_at <= closed_at + interval '90 days'),
    event_id uuid NOT NULL,
    PRIMARY KEY (policy, renewal_id),
    CHECK ((closed_at IS NULL) = (closed_by IS NULL) AND (closed_at IS NULL) = (until_at IS NULL)),
    CHECK (upper(closed_by) <> upper(first_signer))
);

CREATE TRIGGER stays_closed BEFORE UPDATE ON store.renewal FOR EACH ROW EXECUTE FUNCTION work.refuse_reopening();
CREATE TRIGGER not_removed BEFORE DELETE OR TRUNCATE ON store.renewal
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER opened_by_an_event AFTER INSERT ON store.renewal
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER moved_by_an_event AFTER UPDATE ON store.renewal
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
GRANT SELECT, INSERT ON store.renewal TO fangxian_service;
GRANT UPDATE (closed_by, closed_at, until_at, event_id) ON store.renewal TO fangxian_service;

-- Hits that stood once and stand no more: because a fact was taken back, or came, or ended. Kept for replaying a decision as it was
-- made: what stood at an instant is what stands now and was decided by then, and what is here and was replaced after it.
CREATE TABLE code.reason_kept (
    person_id uuid NOT NULL,
    policy varchar NOT NULL,
    rule varchar NOT NULL,
    colour varchar NOT NULL CHECK (colour IN ('yellow', 'orange', 'red')),
    from_at timestamp(6) NOT NULL,
    until_at timestamp(6) CHECK (until_at > from_at),
    because bigint[] NOT NULL CHECK (cardinality(because) > 0),
    -- Since when the wording was in force that the rule had: with the rule's name it names the text.
    worded_since date NOT NULL,
    decided_at timestamp(6) NOT NULL,
    replaced_at timestamp(6) NOT NULL,
    event_id uuid NOT NULL
) PARTITION BY RANGE (replaced_at);
CREATE INDEX reason_kept_by_person ON code.reason_kept (person_id, policy, from_at);
CREATE TRIGGER brought_by_an_event AFTER INSERT ON code.reason_kept
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person();
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON code.reason_kept
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
GRANT SELECT, INSERT ON code.reason_kept TO fangxian_service;

-- What is published of a day. A later version says that it corrects, and why; what was published stands beside it.
CREATE TABLE work.published_day (
    policy varchar NOT NULL,
    on_day date NOT NULL,
    version int NOT NULL CHECK (version > 0),
    computed_at timestamp(6) NOT NULL,
    figures jsonb NOT NULL,
    correction varchar CHECK (correction <> ''),
    event_id uuid NOT NULL,
    PRIMARY KEY (policy, on_day, version),
    CHECK ((version = 1) = (correction IS NULL))
);
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON work.published_day
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER brought_by_an_event AFTER INSERT ON work.published_day
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
GRANT SELECT, INSERT ON work.published_day TO fangxian_service;

-- A gate that was offline brings scans of up to a fortnight ago: its tables have room for the month before, too.
CREATE OR REPLACE FUNCTION store.make_partitions(first_day date, last_day date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    growing regclass;
    month date;
    name text;
    space text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('fangxian make_partitions'));
    FOR growing, space IN SELECT pg_class.oid::regclass, nspname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
                          WHERE relkind = 'p' AND nspname IN ('facts', 'audit', 'code', 'gate')
    LOOP
        FOR month IN SELECT generate_series(
            date_trunc('month', first_day - CASE space WHEN 'gate' THEN 14 ELSE 0 END), last_day, '1 month'
        )::date
        LOOP
            SELECT relname || to_char(month, '_YYYY_MM') INTO name FROM pg_class WHERE pg_class.oid = growing;
            IF to_regclass(format('%I.%I', space, name)) IS NULL THEN
                EXECUTE format('CREATE TABLE %I.%I PARTITION OF %s FOR VALUES FROM (%L) TO (%L)',
                               space, name, growing, month, (month + interval '1 month')::date);
            END IF;
        END LOOP;
    END LOOP;
END
$$;

-- What ends by the month, and by which of its instants.
CREATE TABLE store.ends_by_month (
    of_table text PRIMARY KEY,
    by_column text NOT NULL
);
INSERT INTO store.ends_by_month
SELECT format('facts.%s', relname), 'known_at' FROM pg_class WHERE relkind = 'p' AND relnamespace = 'facts'::regnamespace
UNION ALL
VALUES ('code.reason_kept', 'replaced_at'), ('code.token', 'on_day'), ('gate.scan', 'in_month'), ('gate.alert', 'scanned_at'),
       ('work.appeal', 'closed_at'), ('work.decision', 'closed_at'), ('account.member', 'ended_at');
GRANT SELECT ON store.ends_by_month TO fangxian_service;

-- The months of which a table has rows, or a partition.
CREATE FUNCTION store.months_of(of_table text) RETURNS SETOF date
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    by_column text := (SELECT ends.by_column FROM store.ends_by_month AS ends WHERE ends.of_table = months_of.of_table);
BEGIN
    IF (SELECT relkind FROM pg_class WHERE oid = of_table::regclass) = 'p' THEN
        RETURN QUERY SELECT to_date(right(inhrelid::regclass::text, 7), 'YYYY_MM') FROM pg_inherits WHERE inhparent = of_table::regclass;
    ELSE
        RETURN QUERY EXECUTE format('SELECT DISTINCT date_trunc(''month'', %I)::date FROM %s WHERE %I IS NOT NULL',
                                    by_column, of_table::regclass, by_column);
    END IF;
END
$$;

CREATE FUNCTION store.rows_of_month(of_table text, month date) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    found bigint;
    by_column text := (SELECT ends.by_column FROM store.ends_by_month AS ends WHERE ends.of_table = rows_of_month.of_table);
BEGIN
    EXECUTE format('SELECT count(*) FROM %s WHERE %I >= $1 AND %I < $1 + interval ''1 month''', of_table::regclass, by_column, by_column)
    INTO found USING month;
    RETURN found;
END
$$;

-- The only way by which facts leave: a whole month of a table that is over, in a transaction whose event says that it ends.
CREATE FUNCTION store.end_month(of_table text, month date) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    by_column text := (SELECT ends.by_column FROM store.ends_by_month AS ends WHERE ends.of_table = end_month.of_table);
    partition text := of_table || to_char(month, '_YYYY_MM');
    ended bigint;
BEGIN
    IF by_column IS NULL OR date_trunc('month', month) <> month THEN
        RAISE EXCEPTION 'Nothing ends by the month under this name' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF NOT EXISTS (SELECT FROM audit.event WHERE written_by = pg_current_xact_id() AND action = 'end'
                   AND at >= month + interval '1 month') THEN
        RAISE EXCEPTION 'No event of the audit says that this ends' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (SELECT relkind FROM pg_class WHERE oid = of_table::regclass) = 'p' THEN
        IF to_regclass(partition) IS NULL THEN
            RETURN 0;
        END IF;
        EXECUTE format('LOCK TABLE ONLY %s IN ACCESS EXCLUSIVE MODE', of_table::regclass);
        ended := store.rows_of_month(of_table, month);
        EXECUTE format('ALTER TABLE %s DETACH PARTITION %s', of_table::regclass, partition::regclass);
        EXECUTE format('DROP TABLE %s', partition::regclass);
    ELSE
        EXECUTE format('DELETE FROM %s WHERE %I >= $1 AND %I < $1 + interval ''1 month''', of_table::regclass, by_column, by_column)
        USING month;
        GET DIAGNOSTICS ended = ROW_COUNT;
    END IF;
    RETURN ended;
END
$$;
REVOKE ALL ON FUNCTION store.months_of(text), store.rows_of_month(text, date), store.end_month(text, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION store.months_of(text), store.rows_of_month(text, date), store.end_month(text, date) TO fangxian_service;
