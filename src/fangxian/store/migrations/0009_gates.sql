-- Gates: their devices, whose token is whose, which scans were recorded, and who must hear of one at once.

CREATE SCHEMA gate;

-- A device at a gate. It is opened once with a code and then has a token; of both only the SHA-256 is here.
CREATE TABLE gate.device (
    gate_id uuid PRIMARY KEY,
    place_id varchar NOT NULL CHECK (place_id <> ''),
    place_name varchar NOT NULL CHECK (place_name <> ''),
    region_code varchar NOT NULL CHECK (region_code ~ '^[0-9]{6}$'),
    code_hash bytea UNIQUE CHECK (length(code_hash) = 32),
    code_until timestamp(6) NOT NULL,
    token_hash bytea UNIQUE CHECK (length(token_hash) = 32),
    revoked_at timestamp(6),
    event_id uuid NOT NULL
);

-- Whose credential bears which token id, and what it says: a day's tokens name nobody without this table.
-- By the month of its day, which stays as it is when a token is issued again; by then the longest paper has long ended.
CREATE TABLE code.token (
    person_id uuid NOT NULL,
    token_id bytea NOT NULL CHECK (length(token_id) = 16),
    on_day date NOT NULL,
    paper boolean NOT NULL,
    colour varchar NOT NULL CHECK (colour IN ('green', 'yellow', 'orange', 'red')),
    issued_at timestamp(6) NOT NULL,
    valid_until timestamp(6) NOT NULL CHECK (valid_until > issued_at),
    revoked_at timestamp(6),
    event_id uuid NOT NULL,
    PRIMARY KEY (person_id, token_id, on_day)
) PARTITION BY RANGE (on_day);
CREATE INDEX token_by_id ON code.token (token_id);
CREATE INDEX token_not_green ON code.token (person_id) WHERE colour <> 'green';
CREATE INDEX token_revoked ON code.token (valid_until) WHERE revoked_at IS NOT NULL;

-- Which scans were recorded, so that one that is sent again is not; the visit itself is a fact. All zeros: nobody was recognised.
CREATE TABLE gate.scan (
    person_id uuid NOT NULL,
    gate_id uuid NOT NULL,
    scan_id uuid NOT NULL,
    scanned_at timestamp(6) NOT NULL,
    outcome varchar NOT NULL,
    colour varchar,
    event_id uuid NOT NULL,
    -- Not the instant itself: that of a scan that is sent again is counted back anew, and may be some milliseconds off. In a key,
    -- it would make two scans of one; the month makes two at most of what is sent at midnight between two months, and the
    -- statement that records looks for that.
    in_month date NOT NULL CHECK (in_month = date_trunc('month', scanned_at)::date),
    PRIMARY KEY (person_id, gate_id, scan_id, in_month)
) PARTITION BY RANGE (in_month);

-- Somebody who is suspected or confirmed was at a gate: told at once, and kept until somebody has heard of it.
CREATE TABLE gate.alert (
    person_id uuid NOT NULL,
    gate_id uuid NOT NULL,
    scan_id uuid NOT NULL,
    rule varchar NOT NULL,
    scanned_at timestamp(6) NOT NULL,
    heard_at timestamp(6),
    event_id uuid NOT NULL,
    PRIMARY KEY (person_id, gate_id, scan_id)
);
CREATE INDEX alert_unheard ON gate.alert (scanned_at) WHERE heard_at IS NULL;

CREATE TRIGGER brought_by_an_event AFTER INSERT ON gate.device
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER brought_by_an_event AFTER INSERT ON code.token
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person();
CREATE TRIGGER brought_by_an_event AFTER INSERT ON gate.scan
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person();
CREATE TRIGGER brought_by_an_event AFTER INSERT ON gate.alert
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person();
CREATE TRIGGER changed_by_an_event AFTER UPDATE ON gate.device
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER changed_by_an_event AFTER UPDATE ON code.token
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person();
CREATE TRIGGER changed_by_an_event AFTER UPDATE ON gate.alert
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person();
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON gate.scan
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();

GRANT USAGE ON SCHEMA gate TO fangxian_service;
GRANT SELECT, INSERT, UPDATE ON gate.device, code.token TO fangxian_service;
GRANT SELECT, INSERT ON gate.alert TO fangxian_service;
GRANT UPDATE (heard_at, event_id) ON gate.alert TO fangxian_service;
GRANT SELECT, INSERT ON gate.scan TO fangxian_service;
