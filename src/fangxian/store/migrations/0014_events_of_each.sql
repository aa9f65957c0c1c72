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

-- What an auditor is shown at once, however long the audit: how often which role did what, counted as events are sealed, by the
-- hour of the event; and up to which seal all were computed again, and when.
CREATE TABLE audit.counted (
    hour timestamp(6) NOT NULL,
    role text NOT NULL,
    action text NOT NULL,
    times bigint NOT NULL CHECK (times > 0),
    PRIMARY KEY (hour, role, action)
);
GRANT SELECT, INSERT, UPDATE ON audit.counted TO fangxian_service;

CREATE TABLE audit.verification (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    verified_at timestamp(6) NOT NULL,
    -- How many seals hold, from the first one on, over how many events, and the hash of the last of them.
    seals bigint NOT NULL CHECK (seals >= 0),
    events bigint NOT NULL CHECK (events >= 0),
    hash bytea NOT NULL CHECK (length(hash) = 32),
    -- Whether the next seal did not follow.
    broken boolean NOT NULL,
    event_id uuid NOT NULL
);
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.verification
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER brought_by_an_event AFTER INSERT ON audit.verification
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
GRANT SELECT, INSERT ON audit.verification TO fangxian_service;
