-- How somebody is reached: whom a worker asks for, at which door and number, as a source said it. Sealed by the vault like who people
-- are; one row a person and source, replaced by what the source says later; it ends with its key.

CREATE TABLE identities.reach (
    person_id uuid NOT NULL,
    source text NOT NULL CHECK (source <> ''),
    reach bytea NOT NULL CHECK (length(reach) > 0),
    retention text NOT NULL CHECK (retention <> ''),
    period text NOT NULL CHECK (period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
    known_at timestamp(6) NOT NULL,
    event_id uuid NOT NULL,
    PRIMARY KEY (person_id, source)
);
CREATE INDEX reach_by_period ON identities.reach (retention, period);
CREATE TRIGGER brought_by_an_event AFTER INSERT ON identities.reach
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person();
CREATE TRIGGER replaced_by_an_event AFTER UPDATE ON identities.reach
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person();
CREATE TRIGGER removed_by_an_event AFTER DELETE ON identities.reach
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_removed();
GRANT SELECT, INSERT, UPDATE, DELETE ON identities.reach TO fangxian_service;

-- Why a task came to the supervisor.
ALTER TABLE work.task ADD COLUMN referred varchar
    CHECK (referred IN ('late', 'nobody_there', 'refused', 'moved', 'dangerous', 'not_isolated', 'over_load', 'handed_up'));
ALTER TABLE work.task ADD CHECK (state <> 'with_supervisor' OR referred IS NOT NULL);
GRANT UPDATE (referred) ON work.task TO fangxian_service;
CREATE INDEX task_late ON work.task (due_at) WHERE closed_at IS NULL AND state <> 'with_supervisor';

-- Every step of a task: opened, moved, shown to a worker. The database keeps the first two by itself, so that none is left out.
CREATE TABLE work.step (
    person_id uuid NOT NULL,
    task_id uuid NOT NULL,
    at timestamp(6) NOT NULL,
    state varchar NOT NULL,
    worker varchar,
    event_id uuid NOT NULL,
    PRIMARY KEY (person_id, task_id, event_id)
);
CREATE TRIGGER brought_by_an_event AFTER INSERT ON work.step
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person();
GRANT SELECT, INSERT ON work.step TO fangxian_service;

CREATE FUNCTION work.keep_step() RETURNS trigger
LANGUAGE plpgsql SET enable_seqscan = off SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    WITH said AS MATERIALIZED (
        SELECT event_id, (SELECT min(at) FROM audit.event WHERE event.event_id = named.event_id) AS at
        FROM (SELECT DISTINCT event_id FROM added) AS named
    )
    INSERT INTO work.step (person_id, task_id, at, state, worker, event_id)
    SELECT person_id, task_id, said.at, state, worker, event_id FROM added JOIN said USING (event_id);
    RETURN NULL;
END
$$;
CREATE TRIGGER step_kept_of_opening AFTER INSERT ON work.task
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION work.keep_step();
CREATE TRIGGER step_kept_of_move AFTER UPDATE ON work.task
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION work.keep_step();

-- Who works today: where, and from which point on. One row a worker, replaced when the next day's work begins.
CREATE TABLE work.shift (
    worker varchar PRIMARY KEY CHECK (worker ~ '^[0-9A-Za-z-]+$'),
    area_codes varchar[] NOT NULL CHECK (cardinality(area_codes) > 0),
    began_at timestamp(6) NOT NULL,
    ends_at timestamp(6) NOT NULL CHECK (ends_at > began_at),
    latitude double precision CHECK (latitude BETWEEN -90 AND 90),
    longitude double precision CHECK (longitude BETWEEN -180 AND 180),
    event_id uuid NOT NULL,
    CHECK ((latitude IS NULL) = (longitude IS NULL))
);
CREATE TRIGGER brought_by_an_event AFTER INSERT ON work.shift
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER changed_by_an_event AFTER UPDATE ON work.shift
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
GRANT SELECT, INSERT, UPDATE ON work.shift TO fangxian_service;

-- The phones that hold rounds: known by a token, shut out at once.
CREATE TABLE work.phone (
    phone_id uuid PRIMARY KEY,
    worker varchar NOT NULL CHECK (worker ~ '^[0-9A-Za-z-]+$'),
    area_codes varchar[] NOT NULL CHECK (cardinality(area_codes) > 0),
    token_hash bytea NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    registered_at timestamp(6) NOT NULL,
    revoked_at timestamp(6),
    event_id uuid NOT NULL
);
CREATE INDEX phone_of_worker ON work.phone (worker);
CREATE TRIGGER brought_by_an_event AFTER INSERT ON work.phone
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER changed_by_an_event AFTER UPDATE ON work.phone
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
GRANT SELECT, INSERT, UPDATE (revoked_at, event_id) ON work.phone TO fangxian_service;

-- What was handed to a phone, whose tasks' leaves the root is over; which tasks those are is said by the steps of the same event.
CREATE TABLE work.round (
    round_id uuid PRIMARY KEY,
    phone_id uuid NOT NULL REFERENCES work.phone,
    at timestamp(6) NOT NULL,
    tasks bigint NOT NULL CHECK (tasks >= 0),
    merkle_root bytea CHECK (length(merkle_root) = 32),
    event_id uuid NOT NULL,
    CHECK ((tasks = 0) = (merkle_root IS NULL))
);
CREATE INDEX round_of_phone ON work.round (phone_id, at);
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON work.round
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER brought_by_an_event AFTER INSERT ON work.round
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
GRANT SELECT, INSERT ON work.round TO fangxian_service;

-- Knocks. The phone makes the id, so that one that is sent twice is taken once. Only added to; what was brought too late to move its
-- task stands all the same, with what stood against it.
CREATE TABLE work.visit (
    person_id uuid NOT NULL,
    visit_id uuid NOT NULL,
    task_id uuid NOT NULL,
    at timestamp(6) NOT NULL,
    known_at timestamp(6) NOT NULL CHECK (known_at >= at),
    worker varchar NOT NULL,
    phone_id uuid,
    outcome varchar NOT NULL CHECK (outcome IN ('met', 'nobody_there', 'refused', 'moved', 'dangerous', 'needs_supplies', 'isolated_at_home')),
    note bytea CHECK (length(note) > 0),
    conflict varchar CHECK (conflict IN ('open', 'reassigned', 'with_supervisor', 'done', 'passed_on', 'cancelled')),
    event_id uuid NOT NULL,
    PRIMARY KEY (person_id, visit_id)
);
CREATE INDEX visit_of_worker ON work.visit (worker, known_at);
CREATE INDEX visit_against ON work.visit (known_at) WHERE conflict IS NOT NULL;
CREATE TRIGGER brought_by_an_event AFTER INSERT ON work.visit
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person();
GRANT SELECT, INSERT ON work.visit TO fangxian_service;

CREATE TABLE work.photograph (
    person_id uuid NOT NULL,
    visit_id uuid NOT NULL,
    known_at timestamp(6) NOT NULL,
    photograph bytea NOT NULL CHECK (length(photograph) > 0),
    event_id uuid NOT NULL,
    PRIMARY KEY (person_id, visit_id)
);
CREATE TRIGGER brought_by_an_event AFTER INSERT ON work.photograph
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person();
GRANT SELECT, INSERT ON work.photograph TO fangxian_service;

CREATE TABLE work.supplies (
    person_id uuid NOT NULL,
    visit_id uuid NOT NULL,
    task_id uuid NOT NULL,
    area_code varchar NOT NULL,
    opened_at timestamp(6) NOT NULL,
    closed_at timestamp(6),
    event_id uuid NOT NULL,
    PRIMARY KEY (person_id, visit_id)
);
CREATE INDEX supplies_of_area ON work.supplies (area_code COLLATE "C") WHERE closed_at IS NULL;
CREATE TRIGGER stays_closed BEFORE UPDATE ON work.supplies FOR EACH ROW EXECUTE FUNCTION work.refuse_reopening();
CREATE TRIGGER brought_by_an_event AFTER INSERT ON work.supplies
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person();
CREATE TRIGGER changed_by_an_event AFTER UPDATE ON work.supplies
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person();
GRANT SELECT, INSERT (person_id, visit_id, task_id, area_code, opened_at, event_id), UPDATE (closed_at, event_id)
    ON work.supplies TO fangxian_service;

INSERT INTO store.ends_by_month VALUES ('work.step', 'at'), ('work.visit', 'known_at'), ('work.photograph', 'known_at'),
    ('work.supplies', 'closed_at');
