-- Linkage: that a record without a usable id number is a person's, and the doubtful pairs of a record and a person that an officer
-- looks at. What the two rows say is sealed by the person's key.

CREATE TABLE facts.same_person (
    fact_id bigint NOT NULL,
    known_at timestamp(6) NOT NULL,
    source varchar NOT NULL,
    delivery_id varchar NOT NULL,
    person_id uuid NOT NULL,
    from_at timestamp(6) NOT NULL,
    provisional_person_id varchar NOT NULL,
    basis varchar NOT NULL,
    weight double precision,
    first_signer_id varchar,
    second_signer_id varchar,
    event_id uuid NOT NULL,
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id(),
    -- What officers decide takes two different people.
    CHECK (basis = 'linkage' OR (upper(first_signer_id) <> upper(second_signer_id)) IS TRUE)
) PARTITION BY RANGE (known_at);
CREATE INDEX same_person_by_subject ON facts.same_person (person_id, fact_id);
CREATE INDEX same_person_in_order ON facts.same_person (written_by);
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON facts.same_person
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER brought_by_an_event AFTER INSERT ON facts.same_person
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person();
GRANT SELECT ON facts.same_person TO fangxian_service;
GRANT INSERT (fact_id, known_at, source, delivery_id, person_id, from_at, provisional_person_id, basis, weight, first_signer_id,
        second_signer_id, event_id)
    ON facts.same_person TO fangxian_service;

-- A database that was at work has partitions of the other types of facts: give this one the same months.
DO $$
DECLARE
    month record;
BEGIN
    FOR month IN SELECT to_date(right(relname, 7), 'YYYY_MM') AS day FROM pg_inherits JOIN pg_class ON oid = inhrelid
                 WHERE inhparent = 'facts.consent'::regclass
    LOOP
        PERFORM store.make_partitions(month.day, month.day);
    END LOOP;
END
$$;

CREATE TABLE work.doubtful_pair (
    -- The person of the register; the other is the record's provisional id.
    person_id uuid NOT NULL,
    pair_id uuid NOT NULL,
    provisional_person_id uuid NOT NULL,
    source varchar NOT NULL,
    -- Both rows as they were written, sealed by the person's key.
    contents bytea NOT NULL CHECK (length(contents) > 0),
    weight double precision NOT NULL,
    region_code varchar NOT NULL CHECK (region_code ~ '^[0-9]{6}$'),
    opened_at timestamp(6) NOT NULL,
    due_at timestamp(6) NOT NULL CHECK (due_at > opened_at),
    state varchar NOT NULL CHECK (state IN ('open', 'proposed', 'same', 'different', 'put_off')),
    -- That it is one person takes two: who proposed it, and somebody else who closes it before `due_at`, when a proposal lapses.
    proposed_by varchar CHECK (proposed_by <> ''),
    closed_by varchar CHECK (closed_by <> ''),
    closed_at timestamp(6),
    -- The fact that a decision for `same` became: undoing it takes this one back.
    same_fact_id bigint,
    event_id uuid NOT NULL,
    PRIMARY KEY (person_id, pair_id),
    UNIQUE (person_id, provisional_person_id),
    CHECK ((closed_at IS NULL) = (state IN ('open', 'proposed', 'put_off'))),
    CHECK ((closed_at IS NULL) = (closed_by IS NULL)),
    CHECK ((same_fact_id IS NOT NULL) = (state = 'same')),
    CHECK ((proposed_by IS NOT NULL) = (state IN ('proposed', 'same'))),
    CHECK (state <> 'same' OR (upper(closed_by) <> upper(proposed_by) AND closed_at < due_at))
);
CREATE INDEX doubtful_pair_waiting ON work.doubtful_pair (due_at) WHERE closed_at IS NULL;

CREATE FUNCTION work.expect_own_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.event_id = OLD.event_id THEN
        RAISE EXCEPTION 'A move in %.% names no event of its own', TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER moves_by_its_own_event BEFORE UPDATE ON work.doubtful_pair FOR EACH ROW EXECUTE FUNCTION work.expect_own_event();
CREATE TRIGGER opened_by_an_event AFTER INSERT ON work.doubtful_pair
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person();
CREATE TRIGGER moved_by_an_event AFTER UPDATE ON work.doubtful_pair
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person();
GRANT SELECT, INSERT ON work.doubtful_pair TO fangxian_service;
GRANT UPDATE (state, due_at, proposed_by, closed_by, closed_at, same_fact_id, event_id) ON work.doubtful_pair TO fangxian_service;

INSERT INTO store.ends_by_month VALUES ('facts.same_person', 'known_at'), ('work.doubtful_pair', 'opened_at');
