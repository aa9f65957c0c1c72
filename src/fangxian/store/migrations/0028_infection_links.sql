-- Links of chains that were added or struck by hand: who infected whom, or did not, as an investigator found.

CREATE TABLE facts.infection_link (
    fact_id bigint NOT NULL,
    known_at timestamp(6) NOT NULL,
    source varchar NOT NULL,
    delivery_id varchar NOT NULL,
    person_id uuid NOT NULL,
    from_at timestamp(6) NOT NULL,
    infector_fact_id bigint NOT NULL,
    finding varchar NOT NULL,
    grounds varchar NOT NULL,
    found_by varchar NOT NULL,
    event_id uuid NOT NULL,
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id()
) PARTITION BY RANGE (known_at);
CREATE INDEX infection_link_by_subject ON facts.infection_link (person_id, fact_id);
CREATE INDEX infection_link_in_order ON facts.infection_link (written_by);
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON facts.infection_link
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER brought_by_an_event AFTER INSERT ON facts.infection_link
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person();
GRANT SELECT ON facts.infection_link TO fangxian_service;
GRANT INSERT (fact_id, known_at, source, delivery_id, person_id, from_at, infector_fact_id, finding, grounds, found_by, event_id)
    ON facts.infection_link TO fangxian_service;

INSERT INTO store.ends_by_month VALUES ('facts.infection_link', 'known_at');
