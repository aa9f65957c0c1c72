-- A register beside the data: what differs about whom, and because of which facts. A difference is a question that somebody asks on the
-- spot: nothing here is a fact, and no rule reads it.

CREATE TABLE work.register_check (
    check_id uuid PRIMARY KEY,
    region_code varchar NOT NULL CHECK (region_code ~ '^[0-9]{6}$'),
    purpose varchar NOT NULL CHECK (purpose <> ''),
    known_at timestamp(6) NOT NULL,
    -- How many people each difference is about; one person may have several.
    differences jsonb NOT NULL,
    people bigint NOT NULL CHECK (people >= 0),
    agreements uuid[] NOT NULL,
    left_out varchar[] NOT NULL,
    hand_out_id uuid REFERENCES work.hand_out,
    checked_at timestamp(6) NOT NULL,
    event_id uuid NOT NULL
);
CREATE TABLE work.difference (
    person_id uuid NOT NULL,
    check_id uuid NOT NULL,
    difference varchar NOT NULL
        CHECK (difference IN ('denied_travel', 'not_there', 'registered_twice', 'entered_twice', 'missing')),
    area_code varchar NOT NULL CHECK (area_code ~ '^([0-9]{6}|[0-9]{9}|[0-9]{12})$'),
    because_type varchar NOT NULL,
    because_id bigint NOT NULL,
    other_type varchar,
    other_id bigint,
    surety varchar NOT NULL,
    found_at timestamp(6) NOT NULL,
    event_id uuid NOT NULL,
    PRIMARY KEY (person_id, check_id, difference),
    CHECK ((other_type IS NULL) = (other_id IS NULL))
);
CREATE INDEX difference_of_check ON work.difference (check_id);

CREATE TRIGGER brought_by_an_event AFTER INSERT ON work.register_check
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON work.register_check
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER brought_by_an_event AFTER INSERT ON work.difference
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person();
CREATE TRIGGER only_added_to BEFORE UPDATE OR TRUNCATE ON work.difference
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
GRANT SELECT, INSERT ON work.register_check, work.difference TO fangxian_service;
INSERT INTO store.ends_by_month VALUES ('work.difference', 'found_at');
