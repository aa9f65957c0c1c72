-- Answers: the hits of people as they stand. They are computed from the facts, replaced as a whole, and may be thrown away.

CREATE SCHEMA code;

CREATE TABLE code.hit (
    person_id uuid NOT NULL,
    policy varchar NOT NULL,
    rule varchar NOT NULL,
    colour varchar NOT NULL CHECK (colour IN ('yellow', 'orange', 'red')),
    from_at timestamp(6) NOT NULL,
    until_at timestamp(6) CHECK (until_at > from_at),
    because bigint[] NOT NULL CHECK (cardinality(because) > 0),
    event_id uuid NOT NULL,
    -- Ends tell hits apart too: a source may give one record number two contents at one time, which end apart. Needs PostgreSQL 15.
    UNIQUE NULLS NOT DISTINCT (person_id, policy, rule, from_at, until_at, because)
);

CREATE TRIGGER brought_by_an_event AFTER INSERT ON code.hit
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person();
