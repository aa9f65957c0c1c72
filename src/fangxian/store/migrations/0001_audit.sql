-- Who did or looked at what, for which purpose. Only added to; facts and answers must name an event that stands here.
-- Every table about people is keyed by the person first, so that it can be distributed by person without a change.

CREATE SCHEMA audit;

CREATE TABLE audit.event (
    -- Whom it is about; all zeros where it is about no single person (an area, a whole delivery, the system itself).
    person_id uuid NOT NULL,
    event_id uuid NOT NULL,
    at timestamp(6) NOT NULL,
    actor text NOT NULL CHECK (actor <> ''),
    role text NOT NULL CHECK (role <> ''),
    purpose text NOT NULL CHECK (purpose <> ''),
    action text NOT NULL CHECK (action <> ''),
    details jsonb NOT NULL,
    -- Which transaction wrote it: the seals and the way to the lake go in this order, in which nothing can come late.
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (person_id, event_id, at)
) PARTITION BY RANGE (at);

CREATE INDEX event_in_order ON audit.event (written_by);
CREATE INDEX event_by_name ON audit.event (event_id);

-- A seal covers every event that was committed before it and after the one before; each carries the hash of the last.
CREATE TABLE audit.seal (
    number bigint PRIMARY KEY CHECK (number >= 0),
    sealed_at timestamp(6) NOT NULL,
    from_transaction xid8 NOT NULL,
    until_transaction xid8 NOT NULL,
    events bigint NOT NULL,
    content bytea NOT NULL CHECK (length(content) = 32),
    previous bytea NOT NULL CHECK (length(previous) = 32),
    hash bytea NOT NULL CHECK (length(hash) = 32),
    CHECK (from_transaction <= until_transaction)
);

-- The SHA-256 over the events that transactions wrote, each event by its own SHA-256, in an order that all machines share.
CREATE FUNCTION audit.content_of(from_transaction xid8, until_transaction xid8, OUT events bigint, OUT content bytea)
LANGUAGE sql STABLE AS $$
    SELECT count(*), sha256(coalesce(string_agg(leaf, ''::bytea ORDER BY written_by, person_id, event_id, at), ''::bytea))
    FROM (
        SELECT written_by, person_id, event_id, at, sha256(convert_to(
            jsonb_build_array(person_id, event_id, at, actor, role, purpose, action, details, written_by::text)::text, 'UTF8'
        )) AS leaf
        FROM audit.event WHERE written_by >= from_transaction AND written_by < until_transaction
    ) AS leaves
$$;

CREATE FUNCTION audit.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Rows of %.% are only added to', TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;

-- Every row that a statement adds names an event about its person, or about nobody in particular.
CREATE FUNCTION audit.expect_event_of_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added WHERE NOT EXISTS (
            SELECT FROM audit.event
            WHERE event.event_id = added.event_id
              AND event.person_id IN (added.person_id, '00000000-0000-0000-0000-000000000000')
        )
    ) THEN
        RAISE EXCEPTION 'A row of %.% names no event of the audit', TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION audit.expect_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM added WHERE NOT EXISTS (SELECT FROM audit.event WHERE event.event_id = added.event_id)) THEN
        RAISE EXCEPTION 'A row of %.% names no event of the audit', TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.event
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.seal
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
