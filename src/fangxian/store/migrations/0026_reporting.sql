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

-- A person asks a doctor: one question at a time, one doctor at a time, in the order of their deadlines.
CREATE TABLE work.consultation (
    person_id uuid NOT NULL,
    consultation_id uuid NOT NULL,
    region_code varchar NOT NULL CHECK (region_code ~ '^[0-9]{6}$'),
    asked_at timestamp(6) NOT NULL,
    due_at timestamp(6) NOT NULL CHECK (due_at > asked_at),
    state varchar NOT NULL CHECK (state IN ('waiting', 'with_doctor', 'asked_back', 'answered', 'passed_on', 'withdrawn')),
    -- Whose it is now, since when, and whose it was last: a doctor takes up first what they know.
    doctor varchar,
    taken_at timestamp(6),
    last_doctor varchar,
    by_operator boolean NOT NULL,
    -- By which somebody without a phone hears the answer. The number itself is kept nowhere.
    receipt_hash bytea CHECK (length(receipt_hash) = 32),
    closed_at timestamp(6),
    event_id uuid NOT NULL,
    PRIMARY KEY (person_id, consultation_id),
    CHECK ((closed_at IS NULL) = (state IN ('waiting', 'with_doctor', 'asked_back'))),
    CHECK ((doctor IS NULL) = (state <> 'with_doctor') AND (doctor IS NULL) = (taken_at IS NULL))
);
CREATE UNIQUE INDEX consultation_open ON work.consultation (person_id) WHERE closed_at IS NULL;
CREATE INDEX consultation_waiting ON work.consultation (region_code, due_at) WHERE state = 'waiting';
CREATE INDEX consultation_in_hand ON work.consultation (doctor) WHERE doctor IS NOT NULL;
CREATE INDEX consultation_receipt ON work.consultation (receipt_hash) WHERE receipt_hash IS NOT NULL;

-- What was said, in its order; number 0 is how to reach whoever called. Sealed under the key of the month in which the person asked,
-- with which it ends; gone once the person deleted their data.
CREATE TABLE work.consultation_word (
    person_id uuid NOT NULL,
    consultation_id uuid NOT NULL,
    number int NOT NULL CHECK (number >= 0),
    said_by varchar NOT NULL CHECK (said_by IN ('contact', 'person', 'doctor')),
    words bytea CHECK (length(words) > 0),
    asked_at timestamp(6) NOT NULL,
    said_at timestamp(6) NOT NULL,
    event_id uuid NOT NULL,
    PRIMARY KEY (person_id, consultation_id, number)
);

CREATE TRIGGER stays_closed BEFORE UPDATE ON work.consultation FOR EACH ROW EXECUTE FUNCTION work.refuse_reopening();
GRANT SELECT, INSERT (person_id, consultation_id, region_code, asked_at, due_at, state, by_operator, receipt_hash, event_id),
    UPDATE (state, doctor, taken_at, last_doctor, closed_at, event_id) ON work.consultation TO fangxian_service;
GRANT SELECT, INSERT, UPDATE (words, event_id) ON work.consultation_word TO fangxian_service;

-- The streets and towns that clues are passed on to, as whoever runs the system has named them.
CREATE TABLE work.street (
    street_code varchar PRIMARY KEY CHECK (street_code ~ '^[0-9]{9}$'),
    region_code varchar NOT NULL CHECK (street_code LIKE region_code || '___'),
    name varchar NOT NULL CHECK (name <> ''),
    event_id uuid NOT NULL
);
CREATE INDEX street_by_region ON work.street (region_code);

-- What the public and the hotline saw. It is about a place: no column names a person, and what is said in words is sealed.
CREATE TABLE work.clue (
    clue_id uuid PRIMARY KEY,
    channel varchar NOT NULL CHECK (channel IN ('web', 'hotline')),
    -- The hotline's own number of the call: the same one comes in once.
    record varchar CHECK (record <> ''),
    kind varchar NOT NULL,
    region_code varchar NOT NULL CHECK (region_code ~ '^[0-9]{6}$'),
    street_code varchar CHECK (street_code ~ '^[0-9]{9}$'),
    happened_on date NOT NULL,
    -- Sealed for the clue under the key of the month in which it came.
    place bytea NOT NULL CHECK (length(place) > 0),
    words bytea NOT NULL CHECK (length(words) > 0),
    reporter bytea CHECK (length(reporter) > 0),
    answer bytea CHECK (length(answer) > 0),
    -- By which whoever reported asks again. The number itself is kept nowhere.
    receipt_hash bytea NOT NULL CHECK (length(receipt_hash) = 32),
    -- By which like is told from unlike: numbers made of pairs of letters under the month's salt. No word comes back from them.
    place_marks int[] NOT NULL,
    word_marks int[] NOT NULL,
    received_at timestamp(6) NOT NULL,
    due_at timestamp(6) NOT NULL CHECK (due_at > received_at),
    -- The street (9 digits) or the county or prefecture (6) that has to answer.
    owner varchar NOT NULL CHECK (owner ~ '^([0-9]{6}|[0-9]{9})$'),
    state varchar NOT NULL CHECK (state IN ('with_street', 'with_county', 'with_superior', 'folded', 'answered')),
    -- The earlier clue that says the same, how alike they are in percent, and whether somebody should compare them.
    folded_into uuid,
    likeness smallint CHECK (likeness BETWEEN 0 AND 100),
    doubtful boolean NOT NULL DEFAULT false,
    finding varchar CHECK (finding IN ('confirmed', 'unfounded', 'handed_on')),
    closed_at timestamp(6),
    event_id uuid NOT NULL,
    CHECK ((closed_at IS NULL) = (state <> 'answered')),
    CHECK ((closed_at IS NULL) = (finding IS NULL)),
    CHECK (state <> 'folded' OR folded_into IS NOT NULL),
    CHECK (state <> 'answered' OR answer IS NOT NULL OR folded_into IS NOT NULL),
    CHECK ((folded_into IS NULL) = (likeness IS NULL) AND (folded_into IS NOT NULL OR NOT doubtful))
);
CREATE UNIQUE INDEX clue_record ON work.clue (record) WHERE record IS NOT NULL;
CREATE INDEX clue_receipt ON work.clue (receipt_hash);
CREATE INDEX clue_near ON work.clue (region_code, happened_on) WHERE closed_at IS NULL;
CREATE INDEX clue_waiting ON work.clue (due_at) WHERE closed_at IS NULL;
CREATE INDEX clue_folded ON work.clue (folded_into) WHERE folded_into IS NOT NULL;

-- Rows of a file of clues that were refused: where in the file, and why; nothing of what stood there.
CREATE TABLE work.clue_refused (
    import_id uuid NOT NULL,
    row_number int NOT NULL,
    column_name varchar NOT NULL,
    reason varchar NOT NULL,
    refused_at timestamp(6) NOT NULL,
    event_id uuid NOT NULL,
    PRIMARY KEY (import_id, row_number, column_name)
);

CREATE TRIGGER stays_closed BEFORE UPDATE ON work.clue FOR EACH ROW EXECUTE FUNCTION work.refuse_reopening();
CREATE TRIGGER opened_by_an_event AFTER INSERT ON work.clue
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER moved_by_an_event AFTER UPDATE ON work.clue
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER brought_by_an_event AFTER INSERT ON work.clue_refused
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER brought_by_an_event AFTER INSERT ON work.street
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER changed_by_an_event AFTER UPDATE ON work.street
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();

GRANT SELECT, INSERT, UPDATE (name, event_id) ON work.street TO fangxian_service;
GRANT SELECT, INSERT ON work.clue_refused TO fangxian_service;
-- Nothing is answered as it comes in.
GRANT SELECT, INSERT (clue_id, channel, record, kind, region_code, street_code, happened_on, place, words, reporter, receipt_hash,
    place_marks, word_marks, received_at, due_at, owner, state, folded_into, likeness, doubtful, event_id),
    UPDATE (region_code, street_code, owner, state, folded_into, likeness, doubtful, finding, answer, closed_at, event_id)
    ON work.clue TO fangxian_service;

DO $$
DECLARE
    reported text;
BEGIN
    FOREACH reported IN ARRAY ARRAY['assessment', 'lead', 'consultation', 'consultation_word'] LOOP
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

INSERT INTO store.ends_by_month VALUES ('work.assessment', 'assessed_at'), ('work.lead', 'raised_at'),
    ('work.consultation', 'asked_at'), ('work.consultation_word', 'asked_at'),
    ('work.clue', 'received_at'), ('work.clue_refused', 'refused_at');
