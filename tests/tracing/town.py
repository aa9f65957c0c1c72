"""A few invented people around one case: whom Ann lives with, travels with and stands beside, and whom those live with."""

from pathlib import Path

from lakes import lake_with
from spec_tables import facts_from_text

from fangxian.engine.lake import Lake
from fangxian.facts import Diagnosis, Enrolment, GateVisit, Household, Trip

FACTS = {
    Enrolment: """
        fact_id | person_id | from_at
        e1      | ann       | 2020-02-12
        e2      | bob       | 2020-02-12
        e3      | cat       | 2020-02-12
        e4      | dan       | 2020-02-12
    """,
    Diagnosis: """
        fact_id | person_id | from_at          | status    | onset_on
        c1      | ann       | 2020-03-12 10:00 | confirmed | 2020-03-10
    """,
    Household: """
        fact_id | person_id | household_id | from_at
        h1      | ann       | one          | 2019-01-01
        h2      | bob       | one          | 2019-01-01
        h3      | cat       | two          | 2019-01-01
        h4      | dan       | two          | 2019-01-01
    """,
    Trip: """
        fact_id | person_id | number | from_at          | until_at         | carriage | seat | from_region_code
        t1      | ann       | G7349  | 2020-03-10 08:00 | 2020-03-10 12:00 | 5        | 12A  | 330300
        t2      | cat       | G7349  | 2020-03-10 08:00 | 2020-03-10 12:00 | 5        | 12B  | 330300
        t3      | eve       | G7349  | 2020-03-10 08:00 | 2020-03-10 12:00 | 6        | 12B  | 330300
        t4      | fay       | G7349  | 2020-03-01 08:00 | 2020-03-01 12:00 | 5        | 12B  | 330300
    """,
    GateVisit: """
        fact_id | person_id | place_id | from_at          | until_at         | outcome
        v1      | ann       | market   | 2020-03-11 10:00 | 2020-03-11 11:00 | passed
        v2      | bob       | market   | 2020-03-11 10:30 | 2020-03-11 12:00 | passed
        v3      | gus       | hotel    | 2020-02-20 10:00 | 2020-03-20 12:00 | passed
        v4      | ann       | hotel    | 2020-03-10 20:00 | 2020-03-10 23:00 | passed
    """,
}
CONTACTS = """
    person_id | setting   | contact_class
    bob       | household | close
    bob       | venue     | close
    cat       | train     | close
    eve       | train     | general
    gus       | venue     | close
"""


def town(path: Path) -> Lake:
    """Make a lake of them."""
    return lake_with(path, {fact_type: facts_from_text(fact_type, text) for fact_type, text in FACTS.items()})
