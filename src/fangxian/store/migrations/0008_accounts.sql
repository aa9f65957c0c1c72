-- How people come in: a one-time code to a phone, a session, and whose codes a phone may show.
-- A phone stands here by its index alone (a keyed hash): its number is sealed with the person's identity.

CREATE SCHEMA account;

-- One row a phone: the newest code that was sent to it, and how often it was asked for and guessed at.
CREATE TABLE account.one_time_code (
    phone_index bytea PRIMARY KEY CHECK (length(phone_index) = 16),
    code_hash bytea NOT NULL CHECK (length(code_hash) = 32),
    sent_at timestamp(6) NOT NULL,
    first_sent_at timestamp(6) NOT NULL,
    sent int NOT NULL CHECK (sent > 0),
    tries int NOT NULL DEFAULT 0
);

CREATE TABLE account.session (
    session_hash bytea PRIMARY KEY CHECK (length(session_hash) = 32),
    phone_index bytea NOT NULL,
    started_at timestamp(6) NOT NULL,
    ends_at timestamp(6) NOT NULL CHECK (ends_at > started_at)
);
CREATE INDEX session_by_phone ON account.session (phone_index);
CREATE INDEX session_by_end ON account.session (ends_at);

-- Whose codes a phone shows: place 0 is the phone's own person, 1 to 5 are family. Whoever is known already counts once
-- they, or of a child its guardian, confirmed.
CREATE TABLE account.member (
    person_id uuid NOT NULL,
    phone_index bytea NOT NULL,
    place smallint NOT NULL CHECK (place BETWEEN 0 AND 5),
    relation varchar NOT NULL CHECK (relation IN ('self', 'parent', 'child', 'spouse', 'other')),
    -- A child by its document: the phone's own person becomes its guardian once the place counts.
    in_care boolean NOT NULL DEFAULT false CHECK (relation = 'child' OR NOT in_care),
    -- As gates see it (a first character and stars), sealed under the month's key; missing while nobody has confirmed.
    masked_name bytea,
    period text CHECK (period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
    since_at timestamp(6) NOT NULL,
    confirmed_at timestamp(6),
    ended_at timestamp(6),
    event_id uuid NOT NULL,
    PRIMARY KEY (person_id, phone_index, since_at),
    CHECK ((place = 0) = (relation = 'self')),
    CHECK ((masked_name IS NULL) = (period IS NULL))
);
-- Not unique: who adds somebody holds the phone's lock, and people of one phone lie on different machines.
CREATE INDEX member_in_place ON account.member (phone_index, place) WHERE ended_at IS NULL;
-- A person has one phone of their own at a time.
CREATE UNIQUE INDEX member_with_own_phone ON account.member (person_id) WHERE ended_at IS NULL AND place = 0;

CREATE TRIGGER brought_by_an_event AFTER INSERT ON account.member
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person();

GRANT USAGE ON SCHEMA account TO fangxian_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON account.one_time_code, account.session TO fangxian_service;
GRANT SELECT, INSERT, UPDATE ON account.member TO fangxian_service;

CREATE INDEX event_about ON audit.event (person_id, at);
