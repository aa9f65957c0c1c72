"""A few invented people who fell ill one after the other: Ann, at home with Bob and Cat; Dan, who works with Bob; Eve, whom nobody met."""

from pathlib import Path

from lakes import lake_with
from spec_tables import facts_from_text

from fangxian.engine.lake import Lake
from fangxian.facts import Diagnosis, Household, LabTest, Workplace

FACTS = {
    Diagnosis: """
        fact_id | person_id | from_at          | status       | onset_on
        c1      | ann       | 2020-02-24 10:00 | confirmed    | 2020-02-21
        c2      | bob       | 2020-02-28 10:00 | confirmed    | 2020-02-26
        c3      | cat       | 2020-03-01 10:00 | asymptomatic |
        c4      | dan       | 2020-03-03 10:00 | confirmed    | 2020-03-01
        c5      | eve       | 2020-02-25 10:00 | confirmed    | 2020-02-24
    """,
    LabTest: """
        fact_id | person_id | from_at          | outcome
        l1      | cat       | 2020-02-29 10:00 | positive
    """,
    Household: """
        fact_id | person_id | household_id | from_at
        h1      | ann       | one          | 2019-01-01
        h2      | bob       | one          | 2019-01-01
        h3      | cat       | one          | 2019-01-01
        h4      | dan       | two          | 2019-01-01
        h5      | eve       | three        | 2019-01-01
    """,
    Workplace: """
        fact_id | person_id | organisation_id | from_at
        w1      | bob       | shop            | 2019-01-01
        w2      | dan       | shop            | 2019-01-01
    """,
}


def family(path: Path) -> Lake:
    """Make a lake of them."""
    return lake_with(path, {fact_type: facts_from_text(fact_type, text) for fact_type, text in FACTS.items()})
