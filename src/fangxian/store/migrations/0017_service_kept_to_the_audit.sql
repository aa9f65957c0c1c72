-- Whoever takes over a program that serves people has its role in the database. That role could go around the audit: by giving
-- the transaction of an event itself, by naming an old event, by a clock that is ahead, by a seal of its own. It cannot any more.

-- A temporary view called like a table of the catalogue would be read in place of it, and its functions run as the owner.
ALTER FUNCTION store.make_partitions(date, date) SET search_path = pg_catalog, pg_temp;
ALTER FUNCTION store.months_of(text) SET search_path = pg_catalog, pg_temp;
ALTER FUNCTION store.rows_of_month(text, date) SET search_path = pg_catalog, pg_temp;

-- Which transaction wrote a row is the database's to say: seals and the way to the lake go by it, and would pass over the others.
DO $$
DECLARE
    ordered record;
BEGIN
    FOR ordered IN
        SELECT attrelid::regclass AS name, string_agg(quote_ident(attname), ', ') FILTER (WHERE attname <> 'written_by') AS columns
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        WHERE relnamespace IN ('facts'::regnamespace, 'audit'::regnamespace) AND relkind IN ('r', 'p') AND NOT relispartition
            AND attnum > 0 AND NOT attisdropped
        GROUP BY attrelid HAVING bool_or(attname = 'written_by')
    LOOP
        EXECUTE format('REVOKE INSERT ON %s FROM fangxian_service', ordered.name);
        EXECUTE format('GRANT INSERT (%s) ON %s TO fangxian_service', ordered.columns, ordered.name);
    END LOOP;
END
$$;

-- A row names an event that its own transaction wrote: nothing hides behind one of yesterday.
CREATE OR REPLACE FUNCTION audit.expect_event_of_person() RETURNS trigger
LANGUAGE plpgsql SET enable_seqscan = off SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    nobody CONSTANT uuid := '00000000-0000-0000-0000-000000000000';
BEGIN
    -- Counted, not joined: a plan that was made for many rows would read the whole audit for a single one. And the transaction is
    -- no condition of the look-up: by its index, all the thousand events of a transaction would be read for each of them.
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT event_id FROM added) AS named
        WHERE (
            SELECT count(*) FILTER (WHERE event.written_by = pg_current_xact_id()) FROM audit.event
            WHERE event.event_id = named.event_id AND event.person_id = nobody
        ) = 0
    ) AND EXISTS (
        SELECT FROM (SELECT DISTINCT event_id, person_id FROM added) AS named
        WHERE (
            SELECT count(*) FILTER (WHERE event.written_by = pg_current_xact_id()) FROM audit.event
            WHERE event.event_id = named.event_id AND event.person_id IN (named.person_id, nobody)
        ) = 0
    ) THEN
        RAISE EXCEPTION 'A row of %.% names no event of its transaction', TG_TABLE_SCHEMA, TG_TABLE_NAME
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION audit.expect_event() RETURNS trigger
LANGUAGE plpgsql SET enable_seqscan = off SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT event_id FROM added) AS named
        WHERE (
            SELECT count(*) FILTER (WHERE event.written_by = pg_current_xact_id()) FROM audit.event WHERE event.event_id = named.event_id
        ) = 0
    ) THEN
        RAISE EXCEPTION 'A row of %.% names no event of its transaction', TG_TABLE_SCHEMA, TG_TABLE_NAME
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END
$$;

-- What is removed names nothing any more: the transaction has an event about whose it was, or about nobody in particular.
CREATE FUNCTION audit.expect_event_of_removed() RETURNS trigger
LANGUAGE plpgsql SET enable_seqscan = off SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    said uuid[] := ARRAY(SELECT person_id FROM audit.event WHERE written_by = pg_current_xact_id());
BEGIN
    IF '00000000-0000-0000-0000-000000000000' <> ALL (said) AND EXISTS (SELECT FROM removed WHERE person_id <> ALL (said)) THEN
        RAISE EXCEPTION 'No event of the transaction says that a row of %.% goes', TG_TABLE_SCHEMA, TG_TABLE_NAME
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER removed_by_an_event AFTER DELETE ON identities.identity
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_removed();
CREATE TRIGGER removed_by_an_event AFTER DELETE ON code.hit
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_removed();

-- Who may show whose code, and what a session of the staff allows, change by an event too. It need not be about that person: a
-- phone's list ends with its own person's registration.
CREATE TRIGGER changed_by_an_event AFTER UPDATE ON account.member
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER changed_by_an_event AFTER UPDATE ON account.staff_session
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();

-- Whose a row is, and what it was made for, does not change.
REVOKE UPDATE ON account.member, account.staff_session, code.token, gate.device FROM fangxian_service;
GRANT UPDATE (masked_name, period, confirmed_at, ended_at, event_id) ON account.member TO fangxian_service;
GRANT UPDATE (second_factor, event_id) ON account.staff_session TO fangxian_service;
GRANT UPDATE (colour, issued_at, valid_until, revoked_at, event_id) ON code.token TO fangxian_service;
GRANT UPDATE (code_hash, token_hash, revoked_at, event_id) ON gate.device TO fangxian_service;

-- Nothing is closed as it is opened: a second signature and an answer are moves of their own.
REVOKE INSERT ON work.appeal, work.decision FROM fangxian_service;
GRANT INSERT (person_id, appeal_id, fact_type, fact_id, ground, words, owner, region_code, opened_at, due_at, state, event_id)
    ON work.appeal TO fangxian_service;
GRANT INSERT (person_id, decision_id, rule, fact_id, reason, region_code, first_signer, proposed_at, lapses_at, state, event_id)
    ON work.decision TO fangxian_service;

-- Two who sign renew for ninety days from now. A clock may be a little ahead.
CREATE FUNCTION store.refuse_renewal_to_come() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.closed_at > now() AT TIME ZONE 'UTC' + interval '1 hour' THEN
        RAISE EXCEPTION 'A policy is not renewed on a day to come' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER not_to_come BEFORE INSERT OR UPDATE ON store.renewal
    FOR EACH ROW EXECUTE FUNCTION store.refuse_renewal_to_come();

-- Which backup a store comes from is said by whoever restores it, and owns it.
REVOKE INSERT ON store.restoration FROM fangxian_service;

-- The next seal of the chain, over every event of the transactions that ended since the last; returns how many, and makes none over
-- none. The only way to one: whoever asks for it says when it is, and nothing else. What auditors are shown is counted with it.
CREATE FUNCTION audit.add_seal(sealed_at timestamp) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    last audit.seal;
    until xid8;
    covered record;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('fangxian seal'));
    SELECT * INTO last FROM audit.seal ORDER BY number DESC LIMIT 1;
    last.number := coalesce(last.number + 1, 0);
    last.until_transaction := coalesce(last.until_transaction, '0');
    last.hash := coalesce(last.hash, decode(repeat('00', 32), 'hex'));
    -- What transactions before this one wrote is seen, and nothing can come among it late.
    until := pg_snapshot_xmin(pg_current_snapshot());
    SELECT * INTO covered FROM audit.content_of(last.until_transaction, until);
    IF covered.events > 0 THEN
        INSERT INTO audit.seal (number, sealed_at, from_transaction, until_transaction, events, content, previous, hash)
        VALUES (
            last.number, sealed_at, last.until_transaction, until, covered.events, covered.content, last.hash,
            sha256(convert_to(format('%s %s %s %s ', last.number, last.until_transaction, until, covered.events), 'UTF8')
                   || covered.content || last.hash)
        );
        INSERT INTO audit.counted (hour, role, action, times)
        SELECT date_trunc('hour', at), role, action, count(*) FROM audit.event
        WHERE written_by >= last.until_transaction AND written_by < until GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        ON CONFLICT (hour, role, action) DO UPDATE SET times = counted.times + excluded.times;
    END IF;
    RETURN covered.events;
END
$$;
REVOKE ALL ON FUNCTION audit.add_seal(timestamp) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit.add_seal(timestamp) TO fangxian_service;
REVOKE INSERT ON audit.seal FROM fangxian_service;
REVOKE INSERT, UPDATE ON audit.counted FROM fangxian_service;

-- A month that ends is over by the database's own clock too, whatever its event says.
CREATE OR REPLACE FUNCTION store.end_month(of_table text, month date) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    by_column text := (SELECT ends.by_column FROM store.ends_by_month AS ends WHERE ends.of_table = end_month.of_table);
    partition text := of_table || to_char(month, '_YYYY_MM');
    ended bigint;
BEGIN
    IF by_column IS NULL OR date_trunc('month', month) <> month THEN
        RAISE EXCEPTION 'Nothing ends by the month under this name' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF now() AT TIME ZONE 'UTC' < month + interval '1 month' THEN
        RAISE EXCEPTION 'The month is not over' USING ERRCODE = 'restrict_violation';
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
