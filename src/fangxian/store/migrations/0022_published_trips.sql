-- Trips that were published because a case was on them: everybody may look one up.

CREATE TABLE facts.published_trip (
    fact_id bigint NOT NULL,
    known_at timestamp(6) NOT NULL,
    source varchar NOT NULL,
    delivery_id varchar NOT NULL,
    region_code varchar NOT NULL,
    from_at timestamp(6) NOT NULL,
    travelled_on date NOT NULL,
    mode varchar NOT NULL,
    number varchar NOT NULL,
    carriage varchar,
    seats varchar,
    route varchar,
    reference varchar NOT NULL,
    event_id uuid NOT NULL,
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE INDEX published_trip_by_subject ON facts.published_trip (region_code, fact_id);
CREATE INDEX published_trip_in_order ON facts.published_trip (written_by);
CREATE INDEX published_trip_by_run ON facts.published_trip (number, travelled_on);
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON facts.published_trip
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER brought_by_an_event AFTER INSERT ON facts.published_trip
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
GRANT SELECT ON facts.published_trip TO fangxian_service;
GRANT INSERT (fact_id, known_at, source, delivery_id, region_code, from_at, travelled_on, mode, number, carriage, seats, route, reference,
    event_id) ON facts.published_trip TO fangxian_service;
