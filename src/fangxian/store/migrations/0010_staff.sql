-- How staff come in: a session with what it allows, and the second factor of those whose provider asks for none.
-- A subject is an account's id (letters, digits and hyphens), never a name.

CREATE TABLE account.staff_session (
    session_hash bytea PRIMARY KEY CHECK (length(session_hash) = 32),
    subject varchar NOT NULL CHECK (subject ~ '^[0-9A-Za-z-]+$'),
    roles varchar[] NOT NULL CHECK (cardinality(roles) > 0),
    region_codes varchar[] NOT NULL,
    organisation_ids varchar[] NOT NULL,
    second_factor boolean NOT NULL,
    started_at timestamp(6) NOT NULL,
    ends_at timestamp(6) NOT NULL CHECK (ends_at > started_at),
    event_id uuid NOT NULL
);
CREATE INDEX staff_session_by_end ON account.staff_session (ends_at);
CREATE TRIGGER brought_by_an_event AFTER INSERT ON account.staff_session
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();

-- One row a subject: the secret that a phone's app makes codes of, sealed by the vault under the month's key.
CREATE TABLE account.staff_factor (
    subject varchar PRIMARY KEY CHECK (subject ~ '^[0-9A-Za-z-]+$'),
    secret bytea NOT NULL,
    period text NOT NULL CHECK (period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
    -- Missing until the first code came: a secret that was shown and never used opens nothing.
    confirmed_at timestamp(6),
    -- The half minute of the last code that was taken: neither it nor an earlier one is taken again.
    last_step bigint NOT NULL DEFAULT 0,
    tries int NOT NULL DEFAULT 0,
    tried_since timestamp(6) NOT NULL,
    event_id uuid NOT NULL
);
CREATE TRIGGER brought_by_an_event AFTER INSERT ON account.staff_factor
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();

GRANT SELECT, INSERT, UPDATE, DELETE ON account.staff_session TO fangxian_service;
GRANT SELECT, INSERT, UPDATE ON account.staff_factor TO fangxian_service;

-- Who works at an organisation, for those whom its contact may see.
CREATE INDEX workplace_of_organisation ON facts.workplace (organisation_id);
