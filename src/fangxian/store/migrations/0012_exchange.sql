-- Recognition: what other regions say of people here, what was told them, and the agreements under which that is done.

CREATE TABLE facts.recognised_code (
    fact_id bigint NOT NULL,
    known_at timestamp(6) NOT NULL,
    source varchar NOT NULL,
    delivery_id varchar NOT NULL,
    person_id uuid NOT NULL,
    from_at timestamp(6) NOT NULL,
    until_at timestamp(6),
    region_code varchar NOT NULL,
    reason_class varchar NOT NULL,
    statement_id varchar NOT NULL,
    event_id uuid NOT NULL,
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id()
) PARTITION BY RANGE (known_at);
CREATE INDEX recognised_code_by_subject ON facts.recognised_code (person_id, fact_id);
CREATE INDEX recognised_code_in_order ON facts.recognised_code (written_by);
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON facts.recognised_code
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER brought_by_an_event AFTER INSERT ON facts.recognised_code
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person();
GRANT SELECT, INSERT ON facts.recognised_code TO fangxian_service;

-- A database that was at work has partitions of the other types of facts: give this one the same months.
DO $$
DECLARE
    month record;
BEGIN
    FOR month IN SELECT to_date(right(relname, 7), 'YYYY_MM') AS day FROM pg_inherits JOIN pg_class ON oid = inhrelid
                 WHERE inhparent = 'facts.consent'::regclass
    LOOP
        PERFORM store.make_partitions(month.day, month.day);
    END LOOP;
END
$$;

CREATE SCHEMA exchange;

-- An agreement with another region: where it is reached, which root key signs its trust lists, and who of us signed.
CREATE TABLE exchange.agreement (
    agreement_id uuid PRIMARY KEY,
    region_code varchar NOT NULL CHECK (region_code ~ '^[0-9]{6}$'),
    address varchar NOT NULL CHECK (address <> ''),
    root_key bytea NOT NULL CHECK (length(root_key) = 65),
    purpose varchar NOT NULL CHECK (purpose <> ''),
    from_at timestamp(6) NOT NULL,
    until_at timestamp(6) NOT NULL CHECK (until_at > from_at),
    first_signer varchar NOT NULL CHECK (first_signer <> ''),
    second_signer varchar NOT NULL CHECK (upper(second_signer) <> upper(first_signer)),
    ended_at timestamp(6),
    event_id uuid NOT NULL
);
CREATE UNIQUE INDEX agreement_standing ON exchange.agreement (region_code) WHERE ended_at IS NULL;

-- The messages that were taken, so that none counts twice; whoever sends too many is known by them.
CREATE TABLE exchange.message (
    region_code varchar NOT NULL,
    message_id uuid NOT NULL,
    kind varchar NOT NULL,
    received_at timestamp(6) NOT NULL,
    event_id uuid NOT NULL,
    PRIMARY KEY (region_code, message_id)
);

-- What another region was told about a person of ours, and the fact that it rests on: a dispute comes back about it.
CREATE TABLE exchange.statement (
    person_id uuid NOT NULL,
    statement_id uuid NOT NULL,
    region_code varchar NOT NULL,
    reason_class varchar NOT NULL,
    said_at timestamp(6) NOT NULL,
    fact_type varchar,
    fact_id bigint,
    event_id uuid NOT NULL,
    PRIMARY KEY (person_id, statement_id),
    CHECK ((fact_type IS NULL) = (fact_id IS NULL))
);
CREATE INDEX statement_by_name ON exchange.statement (statement_id);

-- Disputes on their way: `sent` by a person here about what another region said, or `received` about what we said.
-- A dispute is called by the appeal of whoever sent it; `appeal_id` is the appeal here.
CREATE TABLE exchange.dispute (
    person_id uuid NOT NULL,
    dispute_id uuid NOT NULL,
    side varchar NOT NULL CHECK (side IN ('sent', 'received')),
    region_code varchar NOT NULL,
    appeal_id uuid NOT NULL,
    -- When our message about it was last tried, and how often: the dispute where it was made here, the answer where it came to us.
    tried_at timestamp(6),
    tries int NOT NULL DEFAULT 0,
    -- When the dispute was taken there.
    sent_at timestamp(6),
    -- When the answer came from there, or was taken there.
    answered_at timestamp(6),
    event_id uuid NOT NULL,
    PRIMARY KEY (person_id, dispute_id)
);
CREATE INDEX dispute_by_name ON exchange.dispute (dispute_id);
CREATE INDEX dispute_waiting ON exchange.dispute (side) WHERE answered_at IS NULL;
CREATE INDEX appeal_of_other_region ON work.appeal (fact_type) WHERE closed_at IS NULL AND fact_type = 'recognised_code';

INSERT INTO store.ends_by_month VALUES
    ('facts.recognised_code', 'known_at'), ('exchange.statement', 'said_at'), ('exchange.dispute', 'answered_at');

CREATE TRIGGER brought_by_an_event AFTER INSERT ON exchange.agreement
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER changed_by_an_event AFTER UPDATE ON exchange.agreement
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER brought_by_an_event AFTER INSERT ON exchange.message
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER brought_by_an_event AFTER INSERT ON exchange.statement
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person();
CREATE TRIGGER only_added_to BEFORE UPDATE OR TRUNCATE ON exchange.statement
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER brought_by_an_event AFTER INSERT ON exchange.dispute
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person();
CREATE TRIGGER changed_by_an_event AFTER UPDATE ON exchange.dispute
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person();

GRANT USAGE ON SCHEMA exchange TO fangxian_service;
GRANT SELECT, INSERT ON exchange.statement, exchange.message, exchange.agreement, exchange.dispute TO fangxian_service;
GRANT DELETE ON exchange.message TO fangxian_service;
GRANT UPDATE (ended_at, event_id) ON exchange.agreement TO fangxian_service;
GRANT UPDATE (tried_at, tries, sent_at, answered_at, event_id) ON exchange.dispute TO fangxian_service;
