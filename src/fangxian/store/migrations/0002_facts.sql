-- One table a type of fact. Facts about people are keyed by the person first and partitioned by the month in which they became
-- known; facts about areas are few, and whole on every machine. `event_id` names the event of the audit that brought the fact.
-- No key is unique: a source may give one record number two contents at one time, and both stand as they do in the lake.

CREATE SCHEMA facts;

CREATE TABLE facts.area_cases (
    fact_id bigint NOT NULL,
    known_at timestamp(6) NOT NULL,
    source varchar NOT NULL,
    delivery_id varchar NOT NULL,
    region_code varchar NOT NULL,
    from_at timestamp(6) NOT NULL,
    reported_on date NOT NULL,
    confirmed_total bigint NOT NULL,
    suspected_total bigint,
    cured_total bigint,
    dead_total bigint,
    local_total bigint,
    population bigint,
    tested_total bigint,
    event_id uuid NOT NULL,
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE INDEX area_cases_by_subject ON facts.area_cases (region_code, fact_id);
CREATE INDEX area_cases_in_order ON facts.area_cases (written_by);

CREATE TABLE facts.area_cluster (
    fact_id bigint NOT NULL,
    known_at timestamp(6) NOT NULL,
    source varchar NOT NULL,
    delivery_id varchar NOT NULL,
    region_code varchar NOT NULL,
    from_at timestamp(6) NOT NULL,
    setting varchar NOT NULL,
    cases bigint NOT NULL,
    event_id uuid NOT NULL,
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE INDEX area_cluster_by_subject ON facts.area_cluster (region_code, fact_id);
CREATE INDEX area_cluster_in_order ON facts.area_cluster (written_by);

CREATE TABLE facts.area_level (
    fact_id bigint NOT NULL,
    known_at timestamp(6) NOT NULL,
    source varchar NOT NULL,
    delivery_id varchar NOT NULL,
    region_code varchar NOT NULL,
    from_at timestamp(6) NOT NULL,
    until_at timestamp(6),
    scheme varchar NOT NULL,
    level varchar NOT NULL,
    event_id uuid NOT NULL,
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE INDEX area_level_by_subject ON facts.area_level (region_code, fact_id);
CREATE INDEX area_level_in_order ON facts.area_level (written_by);

CREATE TABLE facts.area_withdrawal (
    fact_id bigint NOT NULL,
    known_at timestamp(6) NOT NULL,
    source varchar NOT NULL,
    delivery_id varchar NOT NULL,
    region_code varchar NOT NULL,
    from_at timestamp(6) NOT NULL,
    fact_type varchar NOT NULL,
    withdrawn_fact_id bigint NOT NULL,
    reason varchar NOT NULL,
    event_id uuid NOT NULL,
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE INDEX area_withdrawal_by_subject ON facts.area_withdrawal (region_code, fact_id);
CREATE INDEX area_withdrawal_in_order ON facts.area_withdrawal (written_by);

CREATE TABLE facts.check_in (
    fact_id bigint NOT NULL,
    known_at timestamp(6) NOT NULL,
    source varchar NOT NULL,
    delivery_id varchar NOT NULL,
    person_id uuid NOT NULL,
    from_at timestamp(6) NOT NULL,
    temperature_c double precision,
    symptoms varchar NOT NULL,
    event_id uuid NOT NULL,
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id()
) PARTITION BY RANGE (known_at);
CREATE INDEX check_in_by_subject ON facts.check_in (person_id, fact_id);
CREATE INDEX check_in_in_order ON facts.check_in (written_by);

CREATE TABLE facts.checkpoint_pass (
    fact_id bigint NOT NULL,
    known_at timestamp(6) NOT NULL,
    source varchar NOT NULL,
    delivery_id varchar NOT NULL,
    person_id uuid NOT NULL,
    from_at timestamp(6) NOT NULL,
    region_code varchar NOT NULL,
    checkpoint_id varchar NOT NULL,
    came_from_region_code varchar,
    temperature_c double precision,
    event_id uuid NOT NULL,
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id()
) PARTITION BY RANGE (known_at);
CREATE INDEX checkpoint_pass_by_subject ON facts.checkpoint_pass (person_id, fact_id);
CREATE INDEX checkpoint_pass_in_order ON facts.checkpoint_pass (written_by);

CREATE TABLE facts.consent (
    fact_id bigint NOT NULL,
    known_at timestamp(6) NOT NULL,
    source varchar NOT NULL,
    delivery_id varchar NOT NULL,
    person_id uuid NOT NULL,
    from_at timestamp(6) NOT NULL,
    until_at timestamp(6),
    purpose varchar NOT NULL,
    given_to varchar,
    event_id uuid NOT NULL,
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id()
) PARTITION BY RANGE (known_at);
CREATE INDEX consent_by_subject ON facts.consent (person_id, fact_id);
CREATE INDEX consent_in_order ON facts.consent (written_by);

CREATE TABLE facts.control_list_entry (
    fact_id bigint NOT NULL,
    known_at timestamp(6) NOT NULL,
    source varchar NOT NULL,
    delivery_id varchar NOT NULL,
    person_id uuid NOT NULL,
    from_at timestamp(6) NOT NULL,
    action varchar NOT NULL,
    cites_fact_type varchar,
    cites_fact_id bigint,
    listed_by varchar NOT NULL,
    event_id uuid NOT NULL,
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id()
) PARTITION BY RANGE (known_at);
CREATE INDEX control_list_entry_by_subject ON facts.control_list_entry (person_id, fact_id);
CREATE INDEX control_list_entry_in_order ON facts.control_list_entry (written_by);

CREATE TABLE facts.diagnosis (
    fact_id bigint NOT NULL,
    known_at timestamp(6) NOT NULL,
    source varchar NOT NULL,
    delivery_id varchar NOT NULL,
    person_id uuid NOT NULL,
    from_at timestamp(6) NOT NULL,
    status varchar NOT NULL,
    onset_on date,
    hospital_id varchar,
    event_id uuid NOT NULL,
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id()
) PARTITION BY RANGE (known_at);
CREATE INDEX diagnosis_by_subject ON facts.diagnosis (person_id, fact_id);
CREATE INDEX diagnosis_in_order ON facts.diagnosis (written_by);

CREATE TABLE facts.doctor_confirmation (
    fact_id bigint NOT NULL,
    known_at timestamp(6) NOT NULL,
    source varchar NOT NULL,
    delivery_id varchar NOT NULL,
    person_id uuid NOT NULL,
    from_at timestamp(6) NOT NULL,
    finding varchar NOT NULL,
    about_fact_id bigint,
    doctor_id varchar NOT NULL,
    event_id uuid NOT NULL,
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id()
) PARTITION BY RANGE (known_at);
CREATE INDEX doctor_confirmation_by_subject ON facts.doctor_confirmation (person_id, fact_id);
CREATE INDEX doctor_confirmation_in_order ON facts.doctor_confirmation (written_by);

CREATE TABLE facts.enrolment (
    fact_id bigint NOT NULL,
    known_at timestamp(6) NOT NULL,
    source varchar NOT NULL,
    delivery_id varchar NOT NULL,
    person_id uuid NOT NULL,
    from_at timestamp(6) NOT NULL,
    region_code varchar NOT NULL,
    id_type varchar NOT NULL,
    nationality varchar,
    household_register_region_code varchar,
    event_id uuid NOT NULL,
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id()
) PARTITION BY RANGE (known_at);
CREATE INDEX enrolment_by_subject ON facts.enrolment (person_id, fact_id);
CREATE INDEX enrolment_in_order ON facts.enrolment (written_by);

CREATE TABLE facts.exposure (
    fact_id bigint NOT NULL,
    known_at timestamp(6) NOT NULL,
    source varchar NOT NULL,
    delivery_id varchar NOT NULL,
    person_id uuid NOT NULL,
    from_at timestamp(6) NOT NULL,
    until_at timestamp(6),
    contact_class varchar NOT NULL,
    setting varchar NOT NULL,
    case_fact_id bigint NOT NULL,
    event_id uuid NOT NULL,
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id()
) PARTITION BY RANGE (known_at);
CREATE INDEX exposure_by_subject ON facts.exposure (person_id, fact_id);
CREATE INDEX exposure_in_order ON facts.exposure (written_by);

CREATE TABLE facts.fever_clinic_visit (
    fact_id bigint NOT NULL,
    known_at timestamp(6) NOT NULL,
    source varchar NOT NULL,
    delivery_id varchar NOT NULL,
    person_id uuid NOT NULL,
    from_at timestamp(6) NOT NULL,
    hospital_id varchar NOT NULL,
    outcome varchar NOT NULL,
    event_id uuid NOT NULL,
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id()
) PARTITION BY RANGE (known_at);
CREATE INDEX fever_clinic_visit_by_subject ON facts.fever_clinic_visit (person_id, fact_id);
CREATE INDEX fever_clinic_visit_in_order ON facts.fever_clinic_visit (written_by);

CREATE TABLE facts.fever_medicine_purchase (
    fact_id bigint NOT NULL,
    known_at timestamp(6) NOT NULL,
    source varchar NOT NULL,
    delivery_id varchar NOT NULL,
    person_id uuid NOT NULL,
    from_at timestamp(6) NOT NULL,
    pharmacy_id varchar NOT NULL,
    medicine_class varchar NOT NULL,
    event_id uuid NOT NULL,
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id()
) PARTITION BY RANGE (known_at);
CREATE INDEX fever_medicine_purchase_by_subject ON facts.fever_medicine_purchase (person_id, fact_id);
CREATE INDEX fever_medicine_purchase_in_order ON facts.fever_medicine_purchase (written_by);

CREATE TABLE facts.gate_visit (
    fact_id bigint NOT NULL,
    known_at timestamp(6) NOT NULL,
    source varchar NOT NULL,
    delivery_id varchar NOT NULL,
    person_id uuid NOT NULL,
    from_at timestamp(6) NOT NULL,
    until_at timestamp(6),
    region_code varchar NOT NULL,
    place_id varchar NOT NULL,
    outcome varchar NOT NULL,
    event_id uuid NOT NULL,
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id()
) PARTITION BY RANGE (known_at);
CREATE INDEX gate_visit_by_subject ON facts.gate_visit (person_id, fact_id);
CREATE INDEX gate_visit_in_order ON facts.gate_visit (written_by);

CREATE TABLE facts.guardianship (
    fact_id bigint NOT NULL,
    known_at timestamp(6) NOT NULL,
    source varchar NOT NULL,
    delivery_id varchar NOT NULL,
    person_id uuid NOT NULL,
    from_at timestamp(6) NOT NULL,
    until_at timestamp(6),
    guardian_person_id varchar NOT NULL,
    relation varchar NOT NULL,
    event_id uuid NOT NULL,
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id()
) PARTITION BY RANGE (known_at);
CREATE INDEX guardianship_by_subject ON facts.guardianship (person_id, fact_id);
CREATE INDEX guardianship_in_order ON facts.guardianship (written_by);

CREATE TABLE facts.health_declaration (
    fact_id bigint NOT NULL,
    known_at timestamp(6) NOT NULL,
    source varchar NOT NULL,
    delivery_id varchar NOT NULL,
    person_id uuid NOT NULL,
    from_at timestamp(6) NOT NULL,
    temperature_c double precision,
    symptoms varchar NOT NULL,
    contacted_case varchar NOT NULL,
    stayed_in_key_area boolean NOT NULL,
    event_id uuid NOT NULL,
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id()
) PARTITION BY RANGE (known_at);
CREATE INDEX health_declaration_by_subject ON facts.health_declaration (person_id, fact_id);
CREATE INDEX health_declaration_in_order ON facts.health_declaration (written_by);

CREATE TABLE facts.household (
    fact_id bigint NOT NULL,
    known_at timestamp(6) NOT NULL,
    source varchar NOT NULL,
    delivery_id varchar NOT NULL,
    person_id uuid NOT NULL,
    from_at timestamp(6) NOT NULL,
    until_at timestamp(6),
    household_id varchar NOT NULL,
    event_id uuid NOT NULL,
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id()
) PARTITION BY RANGE (known_at);
CREATE INDEX household_by_subject ON facts.household (person_id, fact_id);
CREATE INDEX household_in_order ON facts.household (written_by);

CREATE TABLE facts.lab_test (
    fact_id bigint NOT NULL,
    known_at timestamp(6) NOT NULL,
    source varchar NOT NULL,
    delivery_id varchar NOT NULL,
    person_id uuid NOT NULL,
    from_at timestamp(6) NOT NULL,
    method varchar NOT NULL,
    outcome varchar NOT NULL,
    laboratory_id varchar,
    event_id uuid NOT NULL,
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id()
) PARTITION BY RANGE (known_at);
CREATE INDEX lab_test_by_subject ON facts.lab_test (person_id, fact_id);
CREATE INDEX lab_test_in_order ON facts.lab_test (written_by);

CREATE TABLE facts.medical_measure (
    fact_id bigint NOT NULL,
    known_at timestamp(6) NOT NULL,
    source varchar NOT NULL,
    delivery_id varchar NOT NULL,
    person_id uuid NOT NULL,
    from_at timestamp(6) NOT NULL,
    kind varchar NOT NULL,
    site_id varchar,
    event_id uuid NOT NULL,
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id()
) PARTITION BY RANGE (known_at);
CREATE INDEX medical_measure_by_subject ON facts.medical_measure (person_id, fact_id);
CREATE INDEX medical_measure_in_order ON facts.medical_measure (written_by);

CREATE TABLE facts.personal_decision (
    fact_id bigint NOT NULL,
    known_at timestamp(6) NOT NULL,
    source varchar NOT NULL,
    delivery_id varchar NOT NULL,
    person_id uuid NOT NULL,
    from_at timestamp(6) NOT NULL,
    rule varchar NOT NULL,
    lifts_fact_id bigint NOT NULL,
    reason varchar NOT NULL,
    first_signer_id varchar NOT NULL,
    second_signer_id varchar NOT NULL,
    event_id uuid NOT NULL,
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id()
) PARTITION BY RANGE (known_at);
CREATE INDEX personal_decision_by_subject ON facts.personal_decision (person_id, fact_id);
CREATE INDEX personal_decision_in_order ON facts.personal_decision (written_by);

CREATE TABLE facts.region_stay (
    fact_id bigint NOT NULL,
    known_at timestamp(6) NOT NULL,
    source varchar NOT NULL,
    delivery_id varchar NOT NULL,
    person_id uuid NOT NULL,
    from_at timestamp(6) NOT NULL,
    until_at timestamp(6),
    region_code varchar NOT NULL,
    basis varchar NOT NULL,
    event_id uuid NOT NULL,
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id()
) PARTITION BY RANGE (known_at);
CREATE INDEX region_stay_by_subject ON facts.region_stay (person_id, fact_id);
CREATE INDEX region_stay_in_order ON facts.region_stay (written_by);

CREATE TABLE facts.residence (
    fact_id bigint NOT NULL,
    known_at timestamp(6) NOT NULL,
    source varchar NOT NULL,
    delivery_id varchar NOT NULL,
    person_id uuid NOT NULL,
    from_at timestamp(6) NOT NULL,
    until_at timestamp(6),
    region_code varchar NOT NULL,
    street_code varchar,
    grid_code varchar,
    event_id uuid NOT NULL,
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id()
) PARTITION BY RANGE (known_at);
CREATE INDEX residence_by_subject ON facts.residence (person_id, fact_id);
CREATE INDEX residence_in_order ON facts.residence (written_by);

CREATE TABLE facts.temperature_reading (
    fact_id bigint NOT NULL,
    known_at timestamp(6) NOT NULL,
    source varchar NOT NULL,
    delivery_id varchar NOT NULL,
    person_id uuid NOT NULL,
    from_at timestamp(6) NOT NULL,
    temperature_c double precision NOT NULL,
    site varchar NOT NULL,
    place_id varchar,
    event_id uuid NOT NULL,
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id()
) PARTITION BY RANGE (known_at);
CREATE INDEX temperature_reading_by_subject ON facts.temperature_reading (person_id, fact_id);
CREATE INDEX temperature_reading_in_order ON facts.temperature_reading (written_by);

CREATE TABLE facts.trip (
    fact_id bigint NOT NULL,
    known_at timestamp(6) NOT NULL,
    source varchar NOT NULL,
    delivery_id varchar NOT NULL,
    person_id uuid NOT NULL,
    from_at timestamp(6) NOT NULL,
    until_at timestamp(6),
    mode varchar NOT NULL,
    number varchar,
    travelled_on date NOT NULL,
    carriage varchar,
    seat varchar,
    from_region_code varchar NOT NULL,
    to_region_code varchar NOT NULL,
    event_id uuid NOT NULL,
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id()
) PARTITION BY RANGE (known_at);
CREATE INDEX trip_by_subject ON facts.trip (person_id, fact_id);
CREATE INDEX trip_in_order ON facts.trip (written_by);

CREATE TABLE facts.withdrawal (
    fact_id bigint NOT NULL,
    known_at timestamp(6) NOT NULL,
    source varchar NOT NULL,
    delivery_id varchar NOT NULL,
    person_id uuid NOT NULL,
    from_at timestamp(6) NOT NULL,
    fact_type varchar NOT NULL,
    withdrawn_fact_id bigint NOT NULL,
    reason varchar NOT NULL,
    event_id uuid NOT NULL,
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id()
) PARTITION BY RANGE (known_at);
CREATE INDEX withdrawal_by_subject ON facts.withdrawal (person_id, fact_id);
CREATE INDEX withdrawal_in_order ON facts.withdrawal (written_by);

CREATE TABLE facts.workplace (
    fact_id bigint NOT NULL,
    known_at timestamp(6) NOT NULL,
    source varchar NOT NULL,
    delivery_id varchar NOT NULL,
    person_id uuid NOT NULL,
    from_at timestamp(6) NOT NULL,
    until_at timestamp(6),
    organisation_id varchar NOT NULL,
    premises_id varchar,
    region_code varchar NOT NULL,
    event_id uuid NOT NULL,
    written_by xid8 NOT NULL DEFAULT pg_current_xact_id()
) PARTITION BY RANGE (known_at);
CREATE INDEX workplace_by_subject ON facts.workplace (person_id, fact_id);
CREATE INDEX workplace_in_order ON facts.workplace (written_by);

DO $$
DECLARE
    of_type record;
BEGIN
    FOR of_type IN SELECT relname AS name, relkind = 'p' AS about_people FROM pg_class
                   WHERE relnamespace = 'facts'::regnamespace AND relkind IN ('r', 'p')
    LOOP
        EXECUTE format(
            'CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON facts.%I FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change()',
            of_type.name
        );
        EXECUTE format(
            'CREATE TRIGGER brought_by_an_event AFTER INSERT ON facts.%I REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION %s()',
            of_type.name, CASE WHEN of_type.about_people THEN 'audit.expect_event_of_person' ELSE 'audit.expect_event' END
        );
    END LOOP;
END
$$;
