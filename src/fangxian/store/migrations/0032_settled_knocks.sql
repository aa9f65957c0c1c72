-- What a supervisor made of a knock that came too late: it was taken as the outcome all the same, or set aside. Once, and only added to;
-- the knock itself stands as it was sent.

CREATE TABLE work.settled_knock (
    person_id uuid NOT NULL,
    visit_id uuid NOT NULL,
    task_id uuid NOT NULL,
    area_code varchar NOT NULL,
    at timestamp(6) NOT NULL,
    accepted boolean NOT NULL,
    event_id uuid NOT NULL,
    PRIMARY KEY (person_id, visit_id)
);
CREATE TRIGGER brought_by_an_event AFTER INSERT ON work.settled_knock
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event_of_person();
GRANT SELECT, INSERT ON work.settled_knock TO fangxian_service;

INSERT INTO store.ends_by_month VALUES ('work.settled_knock', 'at');
