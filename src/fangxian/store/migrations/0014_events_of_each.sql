-- A statement may add thousands of rows that name an event each (scans), or millions that name one (deliveries): whatever it
-- adds is looked at once, and never once for each event.

CREATE OR REPLACE FUNCTION audit.expect_event_of_person() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    nobody CONSTANT uuid := '00000000-0000-0000-0000-000000000000';
BEGIN
    -- Counted, not joined: a plan that was made for many rows would read the whole audit for a single one.
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT event_id FROM added) AS named
        WHERE (SELECT count(*) FROM audit.event WHERE event.event_id = named.event_id AND event.person_id = nobody) = 0
    ) AND EXISTS (
        SELECT FROM (SELECT DISTINCT event_id, person_id FROM added) AS named
        WHERE (
            SELECT count(*) FROM audit.event WHERE event.event_id = named.event_id AND event.person_id IN (named.person_id, nobody)
        ) = 0
    ) THEN
        RAISE EXCEPTION 'A row of %.% names no event of the audit', TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION audit.expect_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT event_id FROM added) AS named
        WHERE (SELECT count(*) FROM audit.event WHERE event.event_id = named.event_id) = 0
    ) THEN
        RAISE EXCEPTION 'A row of %.% names no event of the audit', TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END
$$;
