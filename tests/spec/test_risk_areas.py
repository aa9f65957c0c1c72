"""An hour or more in an area while a rule had it at high (red) or medium (yellow) risk: until 14 days after leaving."""

from fangxian.facts import AreaLevel, AreaWithdrawal, RegionStay, Text, Trip, Withdrawal
from spec.case import NOBODY, Case

HIGH, MEDIUM = "stayed-in-high-risk-area", "stayed-in-medium-risk-area"

CASES = (
    Case(
        policies=("national",),
        rule=HIGH,
        title=Text(
            "满一小时即为红码，离开后满 14 天结束；差一刻不算",
            "red once a full hour is over, until 14 days after leaving; an instant less is nothing",
        ),
        facts={
            AreaLevel: """
                fact_id | region_code | from_at    | until_at   | scheme     | level
                l1      | 330382      | 2020-03-10 | 2020-03-20 | cn-2020-02 | high
            """,
            RegionStay: """
                fact_id | person_id | from_at          | until_at                   | region_code
                a1      | ann       | 2020-03-12 09:00 | 2020-03-12 10:00           | 330382
                b1      | bo        | 2020-03-12 09:00 | 2020-03-12 09:59:59.999999 | 330382
                c1      | cai       | 2020-03-12 09:00 |                            | 330382
                d1      | dan       | 2020-03-12 09:00 | 2020-03-13 00:00           | 330382
                e1      | eva       | 2020-03-12 09:00 | 2020-03-13 00:00           | 330381
            """,
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | red    | 2020-03-12 10:00 | 2020-03-26 00:00 | a1, l1
            cai       | red    | 2020-03-12 10:00 | 2020-04-03 00:00 | c1, l1
            dan       | red    | 2020-03-12 10:00 | 2020-03-27 00:00 | d1, l1
        """,
    ),
    Case(
        policies=("national",),
        rule=HIGH,
        title=Text(
            "只计处于高风险期间的停留",
            "only the part of a stay in which the area was at high risk counts, and it must be an hour by itself",
        ),
        facts={
            AreaLevel: """
                fact_id | region_code | from_at    | until_at   | scheme     | level
                l1      | 330382      | 2020-03-10 | 2020-03-20 | cn-2020-02 | high
                m1      | 330382      | 2020-03-20 |            | cn-2020-02 | medium
                l2      | 330383      | 2020-03-10 |            | cn-2020-02 | high
            """,
            RegionStay: """
                fact_id | person_id | from_at          | until_at                   | region_code
                a1      | ann       | 2020-03-09 09:00 | 2020-03-10 01:00           | 330382
                b1      | bo        | 2020-03-09 09:00 | 2020-03-10 00:59:59.999999 | 330382
                c1      | cai       | 2020-03-19 23:00 | 2020-03-25 09:00           | 330382
                d1      | dan       | 2020-03-19 23:30 | 2020-03-25 09:00           | 330382
                e1      | eva       | 2020-03-12 09:00 |                            | 330383
            """,
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | red    | 2020-03-10 01:00 | 2020-03-24 00:00 | a1, l1
            cai       | red    | 2020-03-20 00:00 | 2020-04-03 00:00 | c1, l1
            eva       | red    | 2020-03-12 10:00 |                  | e1, l2
        """,
    ),
    Case(
        policies=("national",),
        rule=MEDIUM,
        title=Text(
            "中风险为黄码；低风险与其他方案的等级无关", "medium risk is yellow; low risk, and the level of another scheme, are nothing"
        ),
        facts={
            AreaLevel: """
                fact_id | region_code | from_at    | scheme     | level
                l1      | 330382      | 2020-03-10 | cn-2020-02 | medium
                l2      | 330381      | 2020-03-10 | cn-2020-02 | low
                l3      | 330383      | 2020-03-10 | listed     | medium
                l4      | 330304      | 2020-03-10 | cn-2020-02 | high
            """,
            RegionStay: """
                fact_id | person_id | from_at          | until_at         | region_code
                a1      | ann       | 2020-03-12 09:00 | 2020-03-12 12:00 | 330382
                b1      | bo        | 2020-03-12 09:00 | 2020-03-12 12:00 | 330381
                c1      | cai       | 2020-03-12 09:00 | 2020-03-12 12:00 | 330383
                d1      | dan       | 2020-03-12 09:00 | 2020-03-12 12:00 | 330304
            """,
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | yellow | 2020-03-12 10:00 | 2020-03-26 00:00 | a1, l1
        """,
    ),
    Case(
        policies=("national",),
        rule=HIGH,
        title=Text("经过（上下车）没有时长，不算停留", "boarding a train there has no length and is no stay"),
        facts={
            AreaLevel: """
                fact_id | region_code | from_at    | scheme     | level
                l1      | 330382      | 2020-03-10 | cn-2020-02 | high
            """,
            Trip: """
                fact_id | person_id | from_at          | until_at         | from_region_code | to_region_code
                a1      | ann       | 2020-03-12 09:00 | 2020-03-12 12:00 | 330382           | 330382
            """,
        },
        expect=NOBODY,
    ),
    Case(
        policies=("national",),
        rule=HIGH,
        title=Text("撤回的等级与撤回的停留均不赋色", "a level that is taken back, or a stay that is, colours nobody"),
        facts={
            AreaLevel: """
                fact_id | region_code | from_at    | scheme     | level
                l1      | 330382      | 2020-03-10 | cn-2020-02 | high
                l2      | 330383      | 2020-03-10 | cn-2020-02 | high
            """,
            AreaWithdrawal: """
                fact_id | region_code | from_at    | fact_type  | withdrawn_fact_id | reason
                w1      | 330382      | 2020-03-14 | area_level | l1                | wrong_value
                w2      | 330382      | 2020-03-14 | area_level | l2                | wrong_value
            """,
            RegionStay: """
                fact_id | person_id | from_at          | until_at         | region_code
                a1      | ann       | 2020-03-12 09:00 | 2020-03-12 12:00 | 330382
                b1      | bo        | 2020-03-12 09:00 | 2020-03-12 12:00 | 330383
                c1      | cai       | 2020-03-12 09:00 | 2020-03-12 12:00 | 330383
            """,
            Withdrawal: """
                fact_id | person_id | from_at          | fact_type   | withdrawn_fact_id | reason
                w3      | bo        | 2020-03-14 09:00 | region_stay | b1                | wrong_person
            """,
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            cai       | red    | 2020-03-12 10:00 | 2020-03-26 00:00 | c1, l2
        """,
    ),
    Case(
        policies=("national",),
        rule=HIGH,
        title=Text("事后才知为高风险：当时为绿，如今算红", "a level learned late: nothing as known then ..."),
        known_at="2020-03-13 00:00",
        facts={
            AreaLevel: """
                fact_id | region_code | from_at    | known_at         | scheme     | level
                l1      | 330382      | 2020-03-10 | 2020-03-13 00:01 | cn-2020-02 | high
            """,
            RegionStay: """
                fact_id | person_id | from_at          | until_at         | region_code
                a1      | ann       | 2020-03-12 09:00 | 2020-03-12 12:00 | 330382
            """,
        },
        expect=NOBODY,
    ),
    Case(
        policies=("national",),
        rule=HIGH,
        title=Text("……按现在获知的为红", "... and red as known now"),
        facts={
            AreaLevel: """
                fact_id | region_code | from_at    | known_at         | scheme     | level
                l1      | 330382      | 2020-03-10 | 2020-03-13 00:01 | cn-2020-02 | high
            """,
            RegionStay: """
                fact_id | person_id | from_at          | until_at         | region_code
                a1      | ann       | 2020-03-12 09:00 | 2020-03-12 12:00 | 330382
            """,
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | red    | 2020-03-12 10:00 | 2020-03-26 00:00 | a1, l1
        """,
    ),
    Case(
        policies=("national",),
        rule=HIGH,
        title=Text("尚未满一小时的停留，将来满时起算", "a stay that goes on is a hit from the hour that will be full"),
        known_at="2020-03-13 00:00",
        facts={
            AreaLevel: """
                fact_id | region_code | from_at    | scheme     | level
                l1      | 330382      | 2020-03-10 | cn-2020-02 | high
            """,
            RegionStay: """
                fact_id | person_id | from_at          | until_at | region_code
                a1      | ann       | 2020-03-12 23:50 |          | 330382
            """,
        },
        expect="""
            person_id | colour | from_at          | until_at | because
            ann       | red    | 2020-03-13 00:50 |          | a1, l1
        """,
    ),
)


def test_the_rule_concludes_what_the_table_says(case, rule_spec):
    rule_spec(case)
