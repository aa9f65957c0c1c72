-- Visitors: who came through an organisation's entrance to see somebody there. A row is about one scan, and ends with it.

CREATE TABLE gate.visitor (
    person_id uuid NOT NULL,
    gate_id uuid NOT NULL,
    scan_id uuid NOT NULL,
    place_id varchar NOT NULL CHECK (place_id <> ''),
    came_at timestamp(6) NOT NULL,
    purpose varchar NOT NULL CHECK (purpose <> ''),
    -- Whom they visit, and their own name as gates see it where it was asked for at the desk: sealed under the key of the month in
    -- which they came. Gone once the visitor deleted their data.
    host bytea,
    masked_name bytea,
    left_at timestamp(6) CHECK (left_at >= came_at),
    event_id uuid NOT NULL,
    PRIMARY KEY (person_id, gate_id, scan_id)
);

CREATE TRIGGER brought_by_an_event AFTER INSERT ON gate.visitor
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person();
CREATE TRIGGER changed_by_an_event AFTER UPDATE ON gate.visitor
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person();

GRANT SELECT, INSERT, UPDATE (host, masked_name, left_at, event_id) ON gate.visitor TO fangxian_service;

INSERT INTO store.ends_by_month VALUES ('gate.visitor', 'came_at');

-- Who came to a place today.
CREATE INDEX gate_visit_at_place ON facts.gate_visit (place_id, from_at);
