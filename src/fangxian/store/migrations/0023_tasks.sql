-- Tasks: what somebody has to do about a person, on the spot. A task says why by a fact, and where by the finest area that is known;
-- who the person is and where they live stands sealed with their identity. Only its state, its worker and its end change.

CREATE TABLE work.hand_out (
    hand_out_id uuid PRIMARY KEY,
    kind varchar NOT NULL,
    handed_out_at timestamp(6) NOT NULL,
    tasks bigint NOT NULL CHECK (tasks > 0),
    -- RFC 6962 over the tasks in the order of their people: shows of each task that it was in this hand-out, and of no other that it was.
    merkle_root bytea NOT NULL CHECK (length(merkle_root) = 32),
    event_id uuid NOT NULL
);
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON work.hand_out
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER brought_by_an_event AFTER INSERT ON work.hand_out
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();

CREATE TABLE work.task (
    person_id uuid NOT NULL,
    task_id uuid NOT NULL,
    kind varchar NOT NULL CHECK (kind IN ('isolate_contact', 'visit_arrival', 'check_register', 'follow_lead')),
    -- County, street or grid: 6, 9 or 12 digits, each beginning with the one before.
    area_code varchar NOT NULL CHECK (area_code ~ '^([0-9]{6}|[0-9]{9}|[0-9]{12})$'),
    because_type varchar NOT NULL CHECK (because_type <> ''),
    because_id bigint NOT NULL,
    opened_at timestamp(6) NOT NULL,
    due_at timestamp(6) NOT NULL CHECK (due_at > opened_at),
    -- Missing where one task was opened by itself, as when somebody moved.
    hand_out_id uuid REFERENCES work.hand_out,
    state varchar NOT NULL CHECK (state IN ('open', 'assigned', 'with_supervisor', 'done', 'passed_on', 'cancelled')),
    worker varchar CHECK (worker ~ '^[0-9A-Za-z-]+$'),
    closed_at timestamp(6),
    event_id uuid NOT NULL,
    PRIMARY KEY (person_id, task_id),
    CHECK ((closed_at IS NULL) = (state IN ('open', 'assigned', 'with_supervisor'))),
    CHECK (state <> 'assigned' OR worker IS NOT NULL)
);
-- Nothing is asked twice: of each kind one task about a person is open.
CREATE UNIQUE INDEX task_open ON work.task (person_id, kind) WHERE closed_at IS NULL;
CREATE INDEX task_of_area ON work.task (area_code COLLATE "C", due_at) WHERE closed_at IS NULL;
CREATE INDEX task_of_worker ON work.task (worker, due_at) WHERE closed_at IS NULL;
CREATE INDEX task_of_hand_out ON work.task (hand_out_id, person_id, task_id);
CREATE TRIGGER stays_closed BEFORE UPDATE ON work.task FOR EACH ROW EXECUTE FUNCTION work.refuse_reopening();
CREATE TRIGGER opened_by_an_event AFTER INSERT ON work.task
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person();
CREATE TRIGGER moved_by_an_event AFTER UPDATE ON work.task
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person();

GRANT SELECT, INSERT ON work.hand_out TO fangxian_service;
GRANT SELECT, INSERT ON work.task TO fangxian_service;
GRANT UPDATE (state, worker, closed_at, event_id) ON work.task TO fangxian_service;
INSERT INTO store.ends_by_month VALUES ('work.task', 'closed_at');

-- The root over leaves in their order, by RFC 6962: a leaf is hashed after a byte 0, two nodes after a byte 1; who is left over goes up.
CREATE FUNCTION work.merkle_root(leaves bytea[]) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog AS $$
DECLARE
    level bytea[];
BEGIN
    SELECT array_agg(sha256('\x00'::bytea || leaf) ORDER BY place) INTO level FROM unnest(leaves) WITH ORDINALITY AS each (leaf, place);
    WHILE cardinality(level) > 1 LOOP
        SELECT array_agg(CASE WHEN right_node IS NULL THEN left_node ELSE sha256('\x01'::bytea || left_node || right_node) END ORDER BY pair)
        INTO level
        FROM (
            SELECT (place - 1) / 2 AS pair, max(node) FILTER (WHERE place % 2 = 1) AS left_node, max(node) FILTER (WHERE place % 2 = 0) AS right_node
            FROM unnest(level) WITH ORDINALITY AS each (node, place) GROUP BY pair
        ) AS pairs;
    END LOOP;
    RETURN level[1];
END
$$;

-- What a leaf says: all of a task that never changes.
CREATE FUNCTION work.leaf_of(task work.task) RETURNS bytea
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$
    SELECT convert_to(concat_ws('|', task.person_id, task.task_id, task.kind, task.area_code, task.because_type, task.because_id,
        to_char(task.opened_at, 'YYYY-MM-DD"T"HH24:MI:SS.US'), to_char(task.due_at, 'YYYY-MM-DD"T"HH24:MI:SS.US')), 'UTF8')
$$;
