-- Finding people: under which agreements agencies' facts are read for it, what is searched for, whom each turn of a search found, and
-- in which parcel each was handed to those who knock. Who the people are stands sealed with their identity.

-- What an agency lets us read: fields (`trip`, or `trip.from_at`), for one purpose, with an end, signed by two.
CREATE TABLE work.agreement (
    agreement_id uuid PRIMARY KEY,
    source varchar NOT NULL CHECK (source <> ''),
    purpose varchar NOT NULL CHECK (purpose <> ''),
    fields varchar[] NOT NULL CHECK (cardinality(fields) > 0),
    from_at timestamp(6) NOT NULL,
    until_at timestamp(6) NOT NULL CHECK (until_at > from_at),
    first_signer varchar NOT NULL CHECK (first_signer <> ''),
    second_signer varchar NOT NULL CHECK (upper(second_signer) <> upper(first_signer)),
    ended_at timestamp(6),
    event_id uuid NOT NULL
);
CREATE UNIQUE INDEX agreement_standing ON work.agreement (source, purpose) WHERE ended_at IS NULL;

-- A request that stands: everybody who came from these areas since this day, for whoever answers for `region_code`.
CREATE TABLE work.search (
    search_id uuid PRIMARY KEY,
    purpose varchar NOT NULL CHECK (purpose <> ''),
    areas varchar[] NOT NULL CHECK (cardinality(areas) > 0),
    since date NOT NULL,
    region_code varchar NOT NULL CHECK (region_code ~ '^[0-9]{6}$'),
    asked_at timestamp(6) NOT NULL,
    event_id uuid NOT NULL
);

-- One turn of it: as known when, what it found, and how many of them were new, had moved to another county, or are nowhere known.
CREATE TABLE work.search_turn (
    search_id uuid NOT NULL REFERENCES work.search,
    turn int NOT NULL CHECK (turn > 0),
    known_at timestamp(6) NOT NULL,
    found bigint NOT NULL CHECK (found >= 0),
    newly bigint NOT NULL CHECK (newly >= 0),
    moved bigint NOT NULL CHECK (moved >= 0),
    unplaced bigint NOT NULL CHECK (unplaced >= 0),
    agreements uuid[] NOT NULL,
    left_out varchar[] NOT NULL,
    event_id uuid NOT NULL,
    PRIMARY KEY (search_id, turn)
);

-- People of one prefecture who go out together: as tasks here, to another installation, or as a workbook.
CREATE TABLE work.parcel (
    parcel_id uuid PRIMARY KEY,
    search_id uuid NOT NULL,
    turn int NOT NULL,
    region_code varchar NOT NULL CHECK (region_code ~ '^[0-9]{4}00$'),
    way varchar NOT NULL CHECK (way IN ('tasks', 'exchange', 'excel')),
    people bigint NOT NULL CHECK (people > 0),
    -- RFC 6962 over the people in the order of their ids: whoever acknowledges it says what came.
    merkle_root bytea NOT NULL CHECK (length(merkle_root) = 32),
    hand_out_id uuid REFERENCES work.hand_out,
    made_at timestamp(6) NOT NULL,
    tried_at timestamp(6),
    tries int NOT NULL DEFAULT 0,
    -- By exchange: how many pages of it were taken there, and of how many people nobody knows the papers by which they could be named.
    pages_taken int NOT NULL DEFAULT 0,
    without_papers bigint,
    sent_at timestamp(6),
    acknowledged_at timestamp(6) CHECK (acknowledged_at >= sent_at),
    acknowledged_by varchar,
    event_id uuid NOT NULL,
    FOREIGN KEY (search_id, turn) REFERENCES work.search_turn,
    UNIQUE (search_id, turn, region_code)
);
CREATE INDEX parcel_waiting ON work.parcel (way, tried_at) WHERE acknowledged_at IS NULL;

-- Somebody whom a turn found for the first time, or found elsewhere than before; number is their row in the parcel.
CREATE TABLE work.arrival (
    person_id uuid NOT NULL,
    search_id uuid NOT NULL,
    turn int NOT NULL,
    area_code varchar CHECK (area_code ~ '^([0-9]{6}|[0-9]{9}|[0-9]{12})$'),
    placed_by varchar,
    reasons int NOT NULL CHECK (reasons > 0),
    surety varchar NOT NULL,
    because_type varchar NOT NULL,
    because_id bigint NOT NULL,
    because_source varchar NOT NULL,
    came_at timestamp(6) NOT NULL,
    parcel_id uuid,
    number int,
    found_at timestamp(6) NOT NULL,
    event_id uuid NOT NULL,
    PRIMARY KEY (person_id, search_id, turn),
    CHECK ((parcel_id IS NULL) = (area_code IS NULL) AND (number IS NULL) = (area_code IS NULL))
);
CREATE INDEX arrival_of_parcel ON work.arrival (parcel_id, number);

-- What came back about somebody from those who knocked and have no installation of their own; the latest counts.
CREATE TABLE work.arrival_outcome (
    person_id uuid NOT NULL,
    parcel_id uuid NOT NULL,
    outcome varchar NOT NULL CHECK (outcome IN ('found', 'not_there', 'moved_on', 'refused', 'never_came')),
    visited_on date NOT NULL,
    known_at timestamp(6) NOT NULL,
    event_id uuid NOT NULL,
    PRIMARY KEY (person_id, parcel_id, known_at)
);
CREATE INDEX outcome_of_parcel ON work.arrival_outcome (parcel_id);

CREATE TRIGGER brought_by_an_event AFTER INSERT ON work.agreement
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER ended_by_an_event AFTER UPDATE ON work.agreement
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER brought_by_an_event AFTER INSERT ON work.search
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON work.search
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER brought_by_an_event AFTER INSERT ON work.search_turn
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON work.search_turn
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER brought_by_an_event AFTER INSERT ON work.parcel
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER moved_by_an_event AFTER UPDATE ON work.parcel
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER brought_by_an_event AFTER INSERT ON work.arrival
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person();
CREATE TRIGGER only_added_to BEFORE UPDATE OR TRUNCATE ON work.arrival
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER brought_by_an_event AFTER INSERT ON work.arrival_outcome
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person();
CREATE TRIGGER only_added_to BEFORE UPDATE OR TRUNCATE ON work.arrival_outcome
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();

GRANT SELECT, INSERT ON work.agreement, work.search, work.search_turn, work.parcel, work.arrival, work.arrival_outcome TO fangxian_service;
GRANT UPDATE (ended_at, event_id) ON work.agreement TO fangxian_service;
GRANT UPDATE (hand_out_id, tried_at, tries, pages_taken, without_papers, sent_at, acknowledged_at, acknowledged_by, event_id) ON work.parcel TO fangxian_service;
INSERT INTO store.ends_by_month VALUES ('work.arrival', 'found_at'), ('work.arrival_outcome', 'known_at');

-- Whom another installation sent us in a parcel, and whether it was told what came of it.
CREATE TABLE exchange.parcel_person (
    person_id uuid NOT NULL,
    region_code varchar NOT NULL,
    parcel_id uuid NOT NULL,
    number int NOT NULL,
    taken_at timestamp(6) NOT NULL,
    told_at timestamp(6),
    event_id uuid NOT NULL,
    PRIMARY KEY (person_id, region_code, parcel_id)
);
CREATE INDEX parcel_person_untold ON exchange.parcel_person (region_code, parcel_id) WHERE told_at IS NULL;
CREATE TRIGGER brought_by_an_event AFTER INSERT ON exchange.parcel_person
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person();
CREATE TRIGGER told_by_an_event AFTER UPDATE ON exchange.parcel_person
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person();
GRANT SELECT, INSERT, UPDATE (told_at, event_id) ON exchange.parcel_person TO fangxian_service;
INSERT INTO store.ends_by_month VALUES ('exchange.parcel_person', 'taken_at');

-- What a leaf of a parcel says of one of its people.
CREATE FUNCTION work.leaf_of(arrival work.arrival) RETURNS bytea
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$
    SELECT convert_to(concat_ws('|', arrival.person_id, arrival.search_id, arrival.turn, arrival.area_code, arrival.because_type,
        arrival.because_id), 'UTF8')
$$;
