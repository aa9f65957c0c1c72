"""Came from a watched area (here: Wenzhou from 2 to 19 February 2020): yellow until 7 consecutive check-ins."""

from fangxian.facts import CheckIn, RegionStay, Text, Trip, Withdrawal
from spec.case import NOBODY, Case, daily

RULE = "came-from-watched-area"

CASES = (
    Case(
        policies=("hangzhou",),
        rule=RULE,
        title=Text(
            "离开次日起连续 7 天正常打卡后结束；6 天不够",
            "ends with the 7th normal daily check-in in a row after leaving; 6 are not enough",
        ),
        facts={
            RegionStay: """
                fact_id | person_id | from_at          | until_at         | region_code
                a1      | ann       | 2020-02-12 09:00 | 2020-02-15 21:00 | 330300
                b1      | bo        | 2020-02-12 09:00 | 2020-02-15 21:00 | 330382
            """,
            CheckIn: daily("ann", "2020-02-15 22:00", days=8) + "\n" + daily("bo", "2020-02-15 22:00", days=7).split("\n", 1)[1],
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | yellow | 2020-02-12 09:00 | 2020-02-22 22:00 | a1
            bo        | yellow | 2020-02-12 09:00 |                  | b1
        """,
    ),
    Case(
        policies=("hangzhou",),
        rule=RULE,
        title=Text(
            "列入期间以外到过者不在此列；取消列入之时起计",
            "outside the listing nothing counts; for who is still there the count starts when the listing ends",
        ),
        facts={
            RegionStay: """
                fact_id | person_id | from_at                    | until_at                   | region_code
                a1      | ann       | 2020-01-20 09:00           | 2020-02-01 23:59:59.999999 | 330300
                b1      | bo        | 2020-02-20 00:00           | 2020-02-25 09:00           | 330300
                c1      | cai       | 2020-02-19 23:59:59.999999 | 2020-02-25 09:00           | 330300
                d1      | dan       | 2020-02-12 09:00           |                            | 330302
            """,
            Trip: """
                fact_id | person_id | from_at                    | from_region_code
                e1      | eva       | 2020-02-20 00:00           | 330300
                f1      | fei       | 2020-02-19 23:59:59.999999 | 330300
            """,
            CheckIn: daily("dan", "2020-02-20 08:00", days=9),
        },
        expect="""
            person_id | colour | from_at                    | until_at         | because
            cai       | yellow | 2020-02-19 23:59:59.999999 |                  | c1
            dan       | yellow | 2020-02-12 09:00           | 2020-02-27 08:00 | d1
            fei       | yellow | 2020-02-19 23:59:59.999999 |                  | f1
        """,
    ),
    Case(
        policies=("hangzhou",),
        rule=RULE,
        title=Text("同省他市不在此列；撤回的停留不赋色", "another city of the province is not watched; a stay taken back colours nobody"),
        facts={
            RegionStay: """
                fact_id | person_id | from_at          | until_at         | region_code
                a1      | ann       | 2020-02-12 09:00 | 2020-02-15 21:00 | 330100
                b1      | bo        | 2020-02-12 09:00 | 2020-02-15 21:00 | 330000
                c1      | cai       | 2020-02-12 09:00 | 2020-02-15 21:00 | 330300
            """,
            Withdrawal: """
                fact_id | person_id | from_at          | fact_type   | withdrawn_fact_id | reason
                w1      | cai       | 2020-02-21 09:00 | region_stay | c1                | wrong_person
            """,
        },
        expect=NOBODY,
    ),
)


def test_the_rule_concludes_what_the_table_says(case, rule_spec):
    rule_spec(case)
