-- A one-time code belongs to whoever asked for it. A stranger who knows a phone's number neither uses up the tries of its owner's code,
-- nor takes its place, nor asks for all that may be sent.

DROP TABLE account.one_time_code;

-- One row a code, for the hour over which they are counted.
CREATE TABLE account.one_time_code (
    phone_index bytea NOT NULL CHECK (length(phone_index) = 16),
    -- The secret that whoever asked was answered with, and gives back with the code.
    ticket_hash bytea NOT NULL CHECK (length(ticket_hash) = 32),
    code_hash bytea NOT NULL CHECK (length(code_hash) = 16),
    -- For whom it counts, as a keyed hash: a device that came in by this phone before (known), or an address.
    asker bytea NOT NULL CHECK (length(asker) = 16),
    known boolean NOT NULL,
    sent_at timestamp(6) NOT NULL,
    tries int NOT NULL DEFAULT 0,
    PRIMARY KEY (phone_index, ticket_hash)
);
CREATE INDEX one_time_code_by_time ON account.one_time_code (sent_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON account.one_time_code TO fangxian_service;
