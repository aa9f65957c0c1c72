-- People who report: they assess themselves, ask a doctor, and say what they saw. A self-assessment, a consultation and a clue colour
-- nobody: none of these tables is read by a rule. Each ends by the month in which it began, answered or not, with the key that sealed it.

CREATE TABLE work.assessment (
    person_id uuid NOT NULL,
    assessment_id uuid NOT NULL,
    questionnaire varchar NOT NULL,
    version varchar NOT NULL,
    level varchar NOT NULL CHECK (level IN ('emergency', 'high', 'medium', 'low')),
    -- The rules that fired, by their ids in that version.
    fired varchar[] NOT NULL,
    -- Sealed under the person's key; gone once the person deleted their data.
    answers bytea CHECK (length(answers) > 0),
    region_code varchar NOT NULL CHECK (region_code ~ '^[0-9]{6}$'),
    assessed_at timestamp(6) NOT NULL,
    -- Whether an operator of the hotline asked the questions.
    by_operator boolean NOT NULL,
    event_id uuid NOT NULL,
    PRIMARY KEY (person_id, assessment_id)
);

-- What is kept of those who did not log in: how often each level came out on a day.
CREATE TABLE work.assessment_count (
    on_day date NOT NULL,
    questionnaire varchar NOT NULL,
    version varchar NOT NULL,
    level varchar NOT NULL CHECK (level IN ('emergency', 'high', 'medium', 'low')),
    times bigint NOT NULL CHECK (times > 0),
    PRIMARY KEY (on_day, questionnaire, version, level)
);

-- People whom somebody has to go to because of what they reported themselves, by the county they live in. Handed out later.
CREATE TABLE work.lead (
    person_id uuid NOT NULL,
    lead_id uuid NOT NULL,
    origin varchar NOT NULL CHECK (origin IN ('assessment', 'consultation')),
    origin_id uuid NOT NULL,
    region_code varchar NOT NULL CHECK (region_code ~ '^[0-9]{6}$'),
    fired varchar[] NOT NULL,
    -- How to reach somebody who called and is not registered here: sealed under the person's key.
    contact bytea CHECK (length(contact) > 0),
    raised_at timestamp(6) NOT NULL,
    handed_at timestamp(6) CHECK (handed_at >= raised_at),
    event_id uuid NOT NULL,
    PRIMARY KEY (person_id, lead_id)
);
-- Nobody is visited twice for one thing: a second high answer finds the lead that waits.
CREATE UNIQUE INDEX lead_open ON work.lead (person_id) WHERE handed_at IS NULL;
CREATE INDEX lead_waiting ON work.lead (region_code, raised_at) WHERE handed_at IS NULL;

DO $$
DECLARE
    reported text;
BEGIN
    FOREACH reported IN ARRAY ARRAY['assessment', 'lead'] LOOP
        EXECUTE format('CREATE TRIGGER brought_by_an_event AFTER INSERT ON work.%I REFERENCING NEW TABLE AS added '
                       'FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person()', reported);
        EXECUTE format('CREATE TRIGGER changed_by_an_event AFTER UPDATE ON work.%I REFERENCING NEW TABLE AS added '
                       'FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person()', reported);
    END LOOP;
END
$$;

GRANT SELECT, INSERT, UPDATE (answers, event_id) ON work.assessment TO fangxian_service;
GRANT SELECT, INSERT, UPDATE (times) ON work.assessment_count TO fangxian_service;
GRANT SELECT, INSERT (person_id, lead_id, origin, origin_id, region_code, fired, contact, raised_at, event_id),
    UPDATE (contact, handed_at, event_id) ON work.lead TO fangxian_service;

INSERT INTO store.ends_by_month VALUES ('work.assessment', 'assessed_at'), ('work.lead', 'raised_at');
