-- Appeals and personal decisions while they are worked on. Each move names an event of the audit; what is closed stays closed.

CREATE SCHEMA work;

CREATE TABLE work.appeal (
    person_id uuid NOT NULL,
    appeal_id uuid NOT NULL,
    fact_type varchar NOT NULL,
    fact_id bigint NOT NULL,
    ground varchar NOT NULL CHECK (ground IN ('wrong_person', 'wrong_fact', 'medical_opinion', 'hardship')),
    -- The person's own words and the answer to them, sealed by the person's key.
    words bytea NOT NULL CHECK (length(words) > 0),
    answer bytea CHECK (length(answer) > 0),
    -- The source that said the fact, or the appeal office.
    owner varchar NOT NULL,
    region_code varchar NOT NULL CHECK (region_code ~ '^[0-9]{6}$'),
    opened_at timestamp(6) NOT NULL,
    due_at timestamp(6) NOT NULL CHECK (due_at > opened_at),
    state varchar NOT NULL CHECK (state IN ('with_source', 'with_office', 'upheld', 'refused', 'withdrawn')),
    closed_at timestamp(6),
    event_id uuid NOT NULL,
    PRIMARY KEY (person_id, appeal_id),
    CHECK ((closed_at IS NULL) = (state IN ('with_source', 'with_office'))),
    CHECK (state <> 'refused' OR answer IS NOT NULL)
);
-- One open appeal about a fact of a person.
CREATE UNIQUE INDEX appeal_open ON work.appeal (person_id, fact_type, fact_id) WHERE closed_at IS NULL;
CREATE INDEX appeal_waiting ON work.appeal (due_at) WHERE closed_at IS NULL;

CREATE TABLE work.decision (
    person_id uuid NOT NULL,
    decision_id uuid NOT NULL,
    rule varchar NOT NULL,
    fact_id bigint NOT NULL,
    reason varchar NOT NULL CHECK (reason IN ('wrong_person', 'wrong_fact', 'medical_opinion', 'hardship', 'other')),
    region_code varchar NOT NULL CHECK (region_code ~ '^[0-9]{6}$'),
    first_signer varchar NOT NULL,
    proposed_at timestamp(6) NOT NULL,
    lapses_at timestamp(6) NOT NULL CHECK (lapses_at > proposed_at),
    state varchar NOT NULL CHECK (state IN ('proposed', 'signed', 'rejected')),
    closed_by varchar,
    closed_at timestamp(6),
    event_id uuid NOT NULL,
    PRIMARY KEY (person_id, decision_id),
    CHECK ((closed_at IS NULL) = (state = 'proposed')),
    CHECK ((closed_at IS NULL) = (closed_by IS NULL)),
    CHECK (state <> 'signed' OR (upper(closed_by) <> upper(first_signer) AND closed_at < lapses_at))
);
CREATE INDEX decision_waiting ON work.decision (lapses_at) WHERE closed_at IS NULL;

CREATE FUNCTION work.refuse_reopening() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.closed_at IS NOT NULL THEN
        RAISE EXCEPTION 'What is closed in %.% stays closed', TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.event_id = OLD.event_id THEN
        RAISE EXCEPTION 'A move in %.% names no event of its own', TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NEW;
END
$$;

DO $$
DECLARE
    worked_on text;
BEGIN
    FOREACH worked_on IN ARRAY ARRAY['appeal', 'decision'] LOOP
        EXECUTE format('CREATE TRIGGER stays_closed BEFORE UPDATE ON work.%I FOR EACH ROW EXECUTE FUNCTION work.refuse_reopening()', worked_on);
        EXECUTE format('CREATE TRIGGER opened_by_an_event AFTER INSERT ON work.%I REFERENCING NEW TABLE AS added '
                       'FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person()', worked_on);
        EXECUTE format('CREATE TRIGGER moved_by_an_event AFTER UPDATE ON work.%I REFERENCING NEW TABLE AS added '
                       'FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person()', worked_on);
    END LOOP;
END
$$;

GRANT USAGE ON SCHEMA work TO fangxian_service;
GRANT SELECT, INSERT ON work.appeal, work.decision TO fangxian_service;
GRANT UPDATE (state, owner, answer, closed_at, event_id) ON work.appeal TO fangxian_service;
GRANT UPDATE (state, closed_by, closed_at, event_id) ON work.decision TO fangxian_service;
