"""When a case could infect others."""

from pathlib import Path

from fangxian.facts import Diagnosis, LabTest, MedicalMeasure, Withdrawal
from tracing.case import expect, traced


def test_from_two_days_before_onset_until_found(tmp_path: Path):
    expect(
        traced(tmp_path, {}).cases,
        """
        case_person_id | case_fact_id | basis | from_at          | until_at
        ann            | c1           | onset | 2020-03-08 00:00 | 2020-03-12 10:00
        """,
    )


def test_cases_of_early_february_count_from_onset(tmp_path: Path):
    diagnosis = """
        fact_id | person_id | from_at          | status              | onset_on
        c1      | ann       | 2020-02-20 23:59 | confirmed           | 2020-02-18
        c2      | bob       | 2020-02-21 00:00 | clinically_confirmed | 2020-02-18
    """
    expect(
        traced(tmp_path, {Diagnosis: diagnosis}).cases,
        """
        case_person_id | from_at
        ann            | 2020-02-18 00:00
        bob            | 2020-02-16 00:00
        """,
    )


def test_without_onset_the_first_positive_sample_counts_and_else_the_diagnosis(tmp_path: Path):
    diagnosis = """
        fact_id | person_id | from_at          | status       | onset_on
        c1      | ann       | 2020-03-12 10:00 | asymptomatic |
        c2      | bob       | 2020-03-12 10:00 | asymptomatic |
    """
    tests = """
        person_id | from_at          | outcome  | known_at
        ann       | 2020-02-20 08:00 | positive | 2020-02-21
        ann       | 2020-03-09 08:00 | negative | 2020-03-09 20:00
        ann       | 2020-03-10 08:00 | positive | 2020-03-11
        ann       | 2020-03-11 08:00 | positive | 2020-03-12
        ann       | 2020-03-13 08:00 | positive | 2020-03-14
    """
    expect(
        traced(tmp_path, {Diagnosis: diagnosis, LabTest: tests}).cases,
        """
        case_person_id | basis     | from_at
        ann            | sample    | 2020-03-08 00:00
        bob            | diagnosis | 2020-03-10 00:00
        """,
    )


def test_isolation_ends_it_and_whoever_was_isolated_before_met_nobody(tmp_path: Path):
    diagnosis = """
        fact_id | person_id | from_at          | status    | onset_on
        c1      | ann       | 2020-03-12 10:00 | confirmed | 2020-03-10
        c2      | bob       | 2020-03-12 10:00 | confirmed | 2020-03-10
        c3      | cat       | 2020-03-12 10:00 | confirmed | 2020-03-10
        c4      | dan       | 2020-03-12 10:00 | confirmed | 2020-03-10
    """
    measures = """
        person_id | from_at          | kind
        ann       | 2020-03-11 09:00 | central
        bob       | 2020-03-01 09:00 | central
        cat       | 2020-02-01 09:00 | central
        cat       | 2020-02-15 09:00 | released
        dan       | 2020-03-11 09:00 | home
    """
    expect(
        traced(tmp_path, {Diagnosis: diagnosis, MedicalMeasure: measures}).cases,
        """
        case_person_id | from_at          | until_at
        ann            | 2020-03-08 00:00 | 2020-03-11 09:00
        bob            | 2020-03-08 00:00 | 2020-03-08 00:00
        cat            | 2020-03-08 00:00 | 2020-03-12 10:00
        dan            | 2020-03-08 00:00 | 2020-03-12 10:00
        """,
    )


def test_each_person_is_one_case_by_the_first_diagnosis_that_stands(tmp_path: Path):
    diagnosis = """
        fact_id | person_id | from_at          | status    | onset_on
        c0      | ann       | 2020-03-11 10:00 | suspected | 2020-03-09
        c1      | ann       | 2020-03-12 10:00 | confirmed | 2020-03-10
        c2      | ann       | 2020-03-12 18:00 | confirmed | 2020-03-10
        c3      | bob       | 2020-03-12 10:00 | suspected | 2020-03-10
        c4      | cat       | 2020-03-12 10:00 | confirmed | 2020-03-10
        c5      | dan       | 2020-03-21 10:00 | confirmed | 2020-03-10
    """
    taken_back = """
        person_id | from_at          | fact_type | withdrawn_fact_id | reason
        cat       | 2020-03-13 10:00 | diagnosis | c4                | wrong_person
    """
    expect(
        traced(tmp_path, {Diagnosis: diagnosis, Withdrawal: taken_back}).cases,
        """
        case_person_id | case_fact_id | from_at
        ann            | c1           | 2020-03-07 00:00
        """,
    )


def test_under_the_who_it_lasts_ten_days_after_onset_at_most(tmp_path: Path):
    diagnosis = """
        fact_id | person_id | from_at          | status    | onset_on
        c1      | ann       | 2020-03-18 10:00 | confirmed | 2020-03-01
    """
    expect(
        traced(tmp_path, {Diagnosis: diagnosis}, scheme="who-2020").cases,
        """
        case_person_id | from_at          | until_at
        ann            | 2020-02-28 00:00 | 2020-03-16 00:00
        """,
    )


def test_an_onset_after_the_diagnosis_does_not_put_off_the_time_before(tmp_path: Path):
    diagnosis = """
        fact_id | person_id | from_at          | status       | onset_on
        c1      | ann       | 2020-03-12 10:00 | asymptomatic |
        c2      | ann       | 2020-03-15 10:00 | confirmed    | 2020-03-15
    """
    tests = """
        person_id | from_at          | outcome
        ann       | 2020-03-11 08:00 | positive
    """
    expect(
        traced(tmp_path, {Diagnosis: diagnosis, LabTest: tests}).cases,
        """
        case_person_id | case_fact_id | basis  | from_at          | until_at
        ann            | c1           | sample | 2020-03-09 00:00 | 2020-03-12 10:00
        """,
    )


def test_whoever_was_released_and_found_later_met_people_in_between(tmp_path: Path):
    measures = """
        person_id | from_at          | kind
        ann       | 2020-02-25 09:00 | central
        ann       | 2020-03-09 09:00 | released
        ann       | 2020-03-11 09:00 | central
    """
    expect(
        traced(tmp_path, {MedicalMeasure: measures}).cases,
        """
        case_person_id | from_at          | until_at
        ann            | 2020-03-08 00:00 | 2020-03-11 09:00
        """,
    )
