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
