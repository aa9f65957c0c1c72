-- Tracing in the store. Who was where is found by place and hour; what lasts longer than is usual, by an index of its own.

CREATE INDEX gate_visit_by_place ON facts.gate_visit (place_id, from_at);
CREATE INDEX gate_visit_lasting ON facts.gate_visit (place_id) WHERE until_at > from_at + INTERVAL '7200 seconds';
CREATE INDEX trip_by_run ON facts.trip (number, from_at);
CREATE INDEX trip_lasting ON facts.trip (number) WHERE until_at > from_at + INTERVAL '259200 seconds';
CREATE INDEX household_by_name ON facts.household (household_id);
CREATE INDEX exposure_of_case ON facts.exposure (case_fact_id);
CREATE INDEX diagnosis_by_time ON facts.diagnosis (from_at);

-- How many people were found with somebody whose scan alarmed, as it was when the alert rose; who they are is in no table.
CREATE TABLE gate.alert_preview (
    person_id uuid NOT NULL,
    gate_id uuid NOT NULL,
    scan_id uuid NOT NULL,
    found_at timestamp(6) NOT NULL,
    people bigint NOT NULL CHECK (people >= 0),
    close_people bigint NOT NULL CHECK (close_people BETWEEN 0 AND people),
    event_id uuid NOT NULL,
    PRIMARY KEY (person_id, gate_id, scan_id)
);
CREATE TRIGGER only_added_to BEFORE UPDATE OR TRUNCATE ON gate.alert_preview
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER brought_by_an_event AFTER INSERT ON gate.alert_preview
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person();
GRANT SELECT, INSERT ON gate.alert_preview TO fangxian_service;
INSERT INTO store.ends_by_month VALUES ('gate.alert_preview', 'found_at');

-- Whose contacts an officer had written down, and when: a row each time. `ended_at` is when the case turned out to be none, and with it
-- its contacts were taken back.
CREATE TABLE work.traced_case (
    person_id uuid NOT NULL,
    case_fact_id bigint NOT NULL,
    source varchar NOT NULL CHECK (source IN ('trace', 'trace-scan')),
    traced_at timestamp(6) NOT NULL,
    exposures bigint NOT NULL CHECK (exposures >= 0),
    tasks bigint NOT NULL CHECK (tasks >= 0),
    ended_at timestamp(6),
    event_id uuid NOT NULL,
    PRIMARY KEY (person_id, case_fact_id, source, traced_at)
);
CREATE INDEX traced_case_standing ON work.traced_case (case_fact_id) WHERE ended_at IS NULL;
CREATE TRIGGER brought_by_an_event AFTER INSERT ON work.traced_case
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person();
CREATE TRIGGER changed_by_an_event AFTER UPDATE ON work.traced_case
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person();
GRANT SELECT, INSERT ON work.traced_case TO fangxian_service;
GRANT UPDATE (ended_at, event_id) ON work.traced_case TO fangxian_service;
INSERT INTO store.ends_by_month VALUES ('work.traced_case', 'traced_at');

-- Crews, and phones by squares: who was on duty on which run, and where phones were for the one rule of companions.

CREATE TABLE facts.crew_duty (
    fact_id bigint NOT NULL,
    known_at timestamp(6) NOT NULL,
    source varchar NOT NULL,
    delivery_id varchar NOT NULL,
    person_id uuid NOT NULL,
    from_at timestamp(6) NOT NULL,
    until_at timestamp(6),
    mode varchar NOT NULL,
    number varchar NOT NULL,
    travelled_on date NOT NULL,
    carriage varchar,
    first_row bigint,
    last_row bigint,
    event_id uuid NOT NULL,
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id()
) PARTITION BY RANGE (known_at);
CREATE INDEX crew_duty_by_subject ON facts.crew_duty (person_id, fact_id);
CREATE INDEX crew_duty_in_order ON facts.crew_duty (written_by);
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON facts.crew_duty
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER brought_by_an_event AFTER INSERT ON facts.crew_duty
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person();
CREATE INDEX crew_duty_by_run ON facts.crew_duty (number, from_at);
GRANT SELECT ON facts.crew_duty TO fangxian_service;
GRANT INSERT (fact_id, known_at, source, delivery_id, person_id, from_at, until_at, mode, number, travelled_on, carriage, first_row, last_row,
    event_id) ON facts.crew_duty TO fangxian_service;

CREATE TABLE facts.cell_presence (
    fact_id bigint NOT NULL,
    known_at timestamp(6) NOT NULL,
    source varchar NOT NULL,
    delivery_id varchar NOT NULL,
    person_id uuid NOT NULL,
    from_at timestamp(6) NOT NULL,
    until_at timestamp(6) NOT NULL,
    cell_id varchar NOT NULL,
    event_id uuid NOT NULL,
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id()
) PARTITION BY RANGE (known_at);
CREATE INDEX cell_presence_by_subject ON facts.cell_presence (person_id, fact_id);
CREATE INDEX cell_presence_in_order ON facts.cell_presence (written_by);
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON facts.cell_presence
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER brought_by_an_event AFTER INSERT ON facts.cell_presence
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person();
CREATE INDEX cell_presence_by_cell ON facts.cell_presence (cell_id, from_at);
GRANT SELECT ON facts.cell_presence TO fangxian_service;
GRANT INSERT (fact_id, known_at, source, delivery_id, person_id, from_at, until_at, cell_id, event_id) ON facts.cell_presence
    TO fangxian_service;
INSERT INTO store.ends_by_month VALUES ('facts.crew_duty', 'known_at'), ('facts.cell_presence', 'known_at');

-- A database that was at work has partitions of the other types of facts: give these the same months.
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
