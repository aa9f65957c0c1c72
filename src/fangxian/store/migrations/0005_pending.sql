-- Whose code must be decided again because facts about them came with a delivery. Whoever decides one takes its row away.
-- An area's new level concerns those who were there, so places are indexed too.

CREATE TABLE code.pending (
    person_id uuid PRIMARY KEY,
    event_id uuid NOT NULL
);

CREATE TRIGGER brought_by_an_event AFTER INSERT ON code.pending
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();

GRANT SELECT, INSERT, UPDATE, DELETE ON code.pending TO fangxian_service;

CREATE INDEX region_stay_by_region ON facts.region_stay (region_code);
CREATE INDEX trip_by_region ON facts.trip (from_region_code);
CREATE INDEX checkpoint_pass_by_region ON facts.checkpoint_pass (came_from_region_code);
