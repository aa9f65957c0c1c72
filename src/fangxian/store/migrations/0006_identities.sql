-- Who people are: what says it is sealed by the vault, and only the kind of document and the key's place stand in the open. A row
-- is replaced when somebody is enrolled again, so there is one a person, and it moves to the period in which that was.

CREATE SCHEMA identities;

CREATE TABLE identities.identity (
    person_id uuid PRIMARY KEY,
    id_type text NOT NULL CHECK (id_type <> ''),
    full_name bytea NOT NULL,
    id_number bytea NOT NULL,
    phone bytea,
    retention text NOT NULL CHECK (retention <> ''),
    period text NOT NULL CHECK (period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
    event_id uuid NOT NULL
);

CREATE INDEX identity_by_period ON identities.identity (retention, period);

-- Whose phone number was whose, and when: a number may be several people's, and change hands. It ends with the identity.
CREATE TABLE identities.phone (
    person_id uuid NOT NULL REFERENCES identities.identity ON UPDATE CASCADE ON DELETE CASCADE,
    phone_index bytea NOT NULL CHECK (length(phone_index) = 16),
    since timestamp(6) NOT NULL,
    until timestamp(6) CHECK (until >= since),
    event_id uuid NOT NULL,
    PRIMARY KEY (person_id, phone_index, since)
);

CREATE INDEX phone_by_index ON identities.phone (phone_index);

-- The mark of the vault's key by which the store's people are named; the newest counts.
CREATE TABLE identities.named_by (
    number int PRIMARY KEY CHECK (number > 0),
    mark text NOT NULL UNIQUE,
    event_id uuid NOT NULL
);

CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON identities.named_by
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER brought_by_an_event AFTER INSERT ON identities.named_by
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER brought_by_an_event AFTER INSERT ON identities.identity
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person();
CREATE TRIGGER replaced_by_an_event AFTER UPDATE ON identities.identity
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person();
CREATE TRIGGER brought_by_an_event AFTER INSERT ON identities.phone
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person();

GRANT USAGE ON SCHEMA identities TO fangxian_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON identities.identity TO fangxian_service;
GRANT SELECT, INSERT, UPDATE (until) ON identities.phone TO fangxian_service;
GRANT SELECT, INSERT ON identities.named_by TO fangxian_service;
