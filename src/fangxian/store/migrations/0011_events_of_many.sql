-- Many rows usually name one event: look it up once for all of them, and not once for each.

CREATE OR REPLACE FUNCTION audit.expect_event_of_person() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    named uuid;
BEGIN
    FOR named IN SELECT DISTINCT event_id FROM added
    LOOP
        IF NOT EXISTS (SELECT FROM audit.event WHERE event_id = named AND person_id = '00000000-0000-0000-0000-000000000000') THEN
            IF EXISTS (
                SELECT FROM added WHERE added.event_id = named
                AND added.person_id <> ALL (ARRAY(SELECT event.person_id FROM audit.event WHERE event.event_id = named))
            ) THEN
                RAISE EXCEPTION 'A row of %.% names no event of the audit', TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation';
            END IF;
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION audit.expect_event() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    named uuid;
BEGIN
    FOR named IN SELECT DISTINCT event_id FROM added
    LOOP
        IF NOT EXISTS (SELECT FROM audit.event WHERE event_id = named) THEN
            RAISE EXCEPTION 'A row of %.% names no event of the audit', TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation';
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;
