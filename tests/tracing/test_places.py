"""Who lived, worked or stayed where a case was."""

from pathlib import Path

from fangxian.facts import GateVisit, Household, Withdrawal, Workplace
from tracing.case import expect, traced


def test_everybody_of_the_household_for_the_time_that_they_shared(tmp_path: Path):
    household = """
        fact_id | person_id | household_id | from_at    | until_at
        h_ann   | ann       | h1           | 2019-01-01 |
        h_bob   | bob       | h1           | 2019-01-01 |
        h_cat   | cat       | h1           | 2020-03-11 |
        h_dan   | dan       | h1           | 2019-01-01 | 2020-03-01
        h_eve   | eve       | h2           | 2019-01-01 |
        h_fay   | fay       | h1           | 2019-01-01 |
    """
    taken_back = """
        person_id | from_at    | fact_type | withdrawn_fact_id | reason
        fay       | 2020-02-01 | household | h_fay             | wrong_person
    """
    found = traced(tmp_path, {Household: household, Withdrawal: taken_back})
    expect(
        found.contacts,
        """
        person_id | setting   | contact_class | from_at          | until_at         | attack_percent
        bob       | household | close         | 2020-03-08 00:00 | 2020-03-12 10:00 | 15
        cat       | household | close         | 2020-03-11 00:00 | 2020-03-12 10:00 | 15
        """,
    )
    expect(
        found.meetings,
        """
        person_id | case_because | because
        bob       | h_ann        | h_bob
        cat       | h_ann        | h_cat
        """,
    )


def test_premises_of_few_are_close_and_of_many_general(tmp_path: Path):
    few = "\n".join(f"w{n} | p{n} | org-1 | a | 2019-01-01" for n in range(3))
    many = "\n".join(f"m{n} | q{n} | org-1 | b | 2019-01-01" for n in range(31))
    work = f"""
        fact_id | person_id | organisation_id | premises_id | from_at
        x1      | ann       | org-1           | a           | 2019-01-01
        x2      | bob       | org-1           | b           | 2019-01-01
        {few}
        {many}
    """
    diagnosis = """
        fact_id | person_id | from_at          | status    | onset_on
        c1      | ann       | 2020-03-12 10:00 | confirmed | 2020-03-10
        c2      | bob       | 2020-03-12 10:00 | confirmed | 2020-03-10
    """
    from fangxian.facts import Diagnosis

    contacts = traced(tmp_path, {Diagnosis: diagnosis, Workplace: work}).contacts.to_pylist()
    assert sorted(row["contact_class"] for row in contacts) == ["close"] * 3 + ["general"] * 31


def test_visits_that_overlap(tmp_path: Path):
    visits = """
        fact_id | person_id | place_id | from_at          | until_at         | outcome
        v_ann   | ann       | market   | 2020-03-10 10:00 | 2020-03-10 11:00 | passed
        v_bob   | bob       | market   | 2020-03-10 10:30 | 2020-03-10 12:00 | passed
        v_cat   | cat       | market   | 2020-03-10 10:50 | 2020-03-10 12:00 | passed
        v_dan   | dan       | market   | 2020-03-10 09:30 |                  | passed
        v_eve   | eve       | market   | 2020-03-10 11:00 | 2020-03-10 12:00 | passed
        v_fay   | fay       | market   | 2020-03-10 10:30 |                  | refused
        v_gus   | gus       | station  | 2020-03-10 10:30 | 2020-03-10 12:00 | passed
        v_hal   | hal       | market   | 2020-03-11 10:30 | 2020-03-11 12:00 | passed
    """
    expect(
        traced(tmp_path, {GateVisit: visits}).contacts,
        """
        person_id | contact_class | certainty    | from_at          | until_at         | minutes
        bob       | close         | known        | 2020-03-10 10:30 | 2020-03-10 11:00 | 30
        cat       | general       | known        | 2020-03-10 10:50 | 2020-03-10 11:00 | 10
        dan       | close         | time_assumed | 2020-03-10 10:00 | 2020-03-10 10:30 | 30
        """,
    )


def test_in_a_crowd_nobody_is_a_close_contact_by_the_gate_alone(tmp_path: Path):
    crowd = "\n".join(f"v{n} | p{n} | station | 2020-03-10 10:00 | 2020-03-10 11:00 | passed" for n in range(31))
    visits = f"""
        fact_id | person_id | place_id | from_at          | until_at         | outcome
        v_ann   | ann       | station  | 2020-03-10 10:00 | 2020-03-10 11:00 | passed
        {crowd}
    """
    contacts = traced(tmp_path, {GateVisit: visits}).contacts.to_pylist()
    assert [row["contact_class"] for row in contacts] == ["general"] * 31


def test_meetings_in_one_setting_are_one_contact_and_what_is_said_twice_counts_once(tmp_path: Path):
    visits = """
        fact_id | person_id | place_id | from_at          | until_at         | outcome
        v1      | ann       | market   | 2020-03-10 10:00 | 2020-03-10 11:00 | passed
        v2      | bob       | market   | 2020-03-10 10:30 | 2020-03-10 12:00 | passed
        v2      | bob       | market   | 2020-03-10 10:30 | 2020-03-10 12:00 | passed
        v3      | ann       | cafe     | 2020-03-11 10:00 | 2020-03-11 11:00 | passed
        v4      | bob       | cafe     | 2020-03-11 10:00 | 2020-03-11 10:20 | passed
    """
    expect(
        traced(tmp_path, {GateVisit: visits}).contacts,
        """
        person_id | meetings | minutes | from_at          | until_at
        bob       | 2        | 50      | 2020-03-10 10:30 | 2020-03-11 10:20
        """,
    )
