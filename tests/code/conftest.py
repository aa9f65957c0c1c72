"""A few invented people in one lake: what deciding, explaining and rehearsing are tried on."""

from pathlib import Path

import pytest
from lakes import lake_with
from spec_tables import facts_from_text

from fangxian.engine.lake import Lake
from fangxian.facts import (
    CheckIn,
    Enrolment,
    Exposure,
    HealthDeclaration,
    MedicalMeasure,
    RegionStay,
    Residence,
    Withdrawal,
)

PEOPLE = {
    Enrolment: """
        fact_id | person_id | from_at
        e1      | ann       | 2020-02-01 09:00
        e2      | bo        | 2020-02-01 09:00
        e3      | cai       | 2020-02-01 09:00
        e4      | eva       | 2020-02-01 09:00
    """,
    Residence: """
        fact_id | person_id | from_at          | region_code
        h1      | ann       | 2020-01-01 00:00 | 330106
        h2      | bo        | 2020-01-01 00:00 | 330106
        h3      | cai       | 2020-01-01 00:00 | 330382
    """,
    Exposure: """
        fact_id | person_id | from_at          | until_at         | known_at         | setting | case_fact_id
        a1      | ann       | 2020-02-15 12:00 | 2020-02-18 20:00 | 2020-02-19 08:00 | train   | zzz
        a1      | ann       | 2020-02-15 12:00 | 2020-02-18 20:00 | 2020-02-21 08:00 | train   | zzz
        b1      | bo        | 2020-02-15 12:00 |                  | 2020-02-16 08:00 | venue   | zzz
    """,
    Withdrawal: """
        fact_id | person_id | from_at          | known_at         | fact_type | withdrawn_fact_id | reason
        w1      | bo        | 2020-02-20 10:00 | 2020-02-20 10:00 | exposure  | b1                | case_excluded
    """,
    MedicalMeasure: """
        fact_id | person_id | from_at          | kind
        a2      | ann       | 2020-02-19 10:00 | home
        d1      | dan       | 2020-02-12 10:00 | central
        d2      | dan       | 2020-02-26 10:00 | released
    """,
    RegionStay: """
        fact_id | person_id | from_at          | until_at         | region_code | known_at
        c1      | cai       | 2020-01-20 09:00 | 2020-02-14 09:00 | 420100      | 2020-02-15 09:00
    """,
    HealthDeclaration: """
        fact_id | person_id | from_at          | temperature_c | symptoms
        f1      | cai       | 2020-02-14 19:00 | 36.6          |
    """,
    CheckIn: "fact_id | person_id | from_at | symptoms\n"
    + "\n".join(f"p{day} | ann | 2020-02-{day} 08:00 | {'cough' if day == 21 else ''}" for day in range(16, 25))
    + "\n"
    + "\n".join(f"q{day} | cai | 2020-02-{day} 08:00 |" for day in range(15, 29)),
}


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Give a lake that holds the people's facts."""
    return lake_with(tmp_path / "lake", {fact_type: facts_from_text(fact_type, text) for fact_type, text in PEOPLE.items()})
