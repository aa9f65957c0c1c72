"""Confirmed case: red from the diagnosis until discharge (Hubei: and 14 days more)."""

from fangxian.facts import Diagnosis, Text, Withdrawal
from spec.case import NOBODY, Case

RULE = "confirmed-case"
AT_ONCE = ("hangzhou", "shanghai", "national")

CASES = (
    Case(
        policies=AT_ONCE,
        rule=RULE,
        title=Text("自确诊至出院为红码", "red from the diagnosis until the hospital reports discharge"),
        facts={
            Diagnosis: """
                fact_id | person_id | from_at          | status
                a1      | ann       | 2020-03-12 09:00 | confirmed
                a2      | ann       | 2020-03-30 15:00 | discharged
                b1      | bo        | 2020-03-12 09:00 | clinically_confirmed
            """
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | red    | 2020-03-12 09:00 | 2020-03-30 15:00 | a1
            bo        | red    | 2020-03-12 09:00 |                  | b1
        """,
    ),
    Case(
        policies=(*AT_ONCE, "hubei"),
        rule=RULE,
        title=Text(
            "疑似、无症状、排除、出院本身不赋色", "a suspicion, an asymptomatic infection, an exclusion or a discharge is no confirmation"
        ),
        facts={
            Diagnosis: """
                fact_id | person_id | from_at          | status
                a1      | ann       | 2020-03-12 09:00 | suspected
                b1      | bo        | 2020-03-12 09:00 | asymptomatic
                c1      | cai       | 2020-03-12 09:00 | excluded
                d1      | dan       | 2020-03-12 09:00 | discharged
            """
        },
        expect=NOBODY,
    ),
    Case(
        policies=AT_ONCE,
        rule=RULE,
        title=Text("诊断被排除即结束", "an exclusion ends it as a discharge does"),
        facts={
            Diagnosis: """
                fact_id | person_id | from_at          | status
                a1      | ann       | 2020-03-12 09:00 | confirmed
                a2      | ann       | 2020-03-14 10:30 | excluded
            """
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | red    | 2020-03-12 09:00 | 2020-03-14 10:30 | a1
        """,
    ),
    Case(
        policies=AT_ONCE,
        rule=RULE,
        title=Text(
            "只有确诊之后的首次出院才结束；复阳再次为红码",
            "the first discharge after it ends it, an earlier one does not; a relapse is red again",
        ),
        facts={
            Diagnosis: """
                fact_id | person_id | from_at          | status
                a0      | ann       | 2020-03-11 09:00 | discharged
                a1      | ann       | 2020-03-12 09:00 | confirmed
                a2      | ann       | 2020-03-20 09:00 | discharged
                a3      | ann       | 2020-03-21 09:00 | discharged
                a4      | ann       | 2020-03-25 09:00 | confirmed
            """
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | red    | 2020-03-12 09:00 | 2020-03-20 09:00 | a1
            ann       | red    | 2020-03-25 09:00 |                  | a4
        """,
    ),
    Case(
        policies=AT_ONCE,
        rule=RULE,
        title=Text("他人的出院与本人无关", "another person's discharge ends nothing"),
        facts={
            Diagnosis: """
                fact_id | person_id | from_at          | status
                a1      | ann       | 2020-03-12 09:00 | confirmed
                b2      | bo        | 2020-03-14 09:00 | discharged
            """
        },
        expect="""
            person_id | colour | from_at          | until_at | because
            ann       | red    | 2020-03-12 09:00 |          | a1
        """,
    ),
    Case(
        policies=AT_ONCE,
        rule=RULE,
        title=Text("与确诊同一时刻的出院使其不留痕迹", "a discharge at the very instant of the diagnosis leaves nothing of it"),
        facts={
            Diagnosis: """
                fact_id | person_id | from_at                    | status
                a1      | ann       | 2020-03-12 09:00           | confirmed
                a2      | ann       | 2020-03-12 09:00           | discharged
                b1      | bo        | 2020-03-12 09:00           | confirmed
                b2      | bo        | 2020-03-12 09:00:00.000001 | discharged
            """
        },
        expect="""
            person_id | colour | from_at          | until_at                   | because
            bo        | red    | 2020-03-12 09:00 | 2020-03-12 09:00:00.000001 | b1
        """,
    ),
    Case(
        policies=AT_ONCE,
        rule=RULE,
        title=Text("两份报告各自成立；同一份重复上报只算一次", "two reports are two hits with one end; the same report twice is one"),
        facts={
            Diagnosis: """
                fact_id | person_id | from_at          | status               | known_at
                a1      | ann       | 2020-03-12 09:00 | clinically_confirmed | 2020-03-12 09:00
                a2      | ann       | 2020-03-13 09:00 | confirmed            | 2020-03-13 10:00
                a2      | ann       | 2020-03-13 09:00 | confirmed            | 2020-03-14 10:00
                a3      | ann       | 2020-03-20 09:00 | discharged           | 2020-03-20 09:00
            """
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | red    | 2020-03-12 09:00 | 2020-03-20 09:00 | a1
            ann       | red    | 2020-03-13 09:00 | 2020-03-20 09:00 | a2
        """,
    ),
    Case(
        policies=(*AT_ONCE, "hubei"),
        rule=RULE,
        title=Text("误报出院撤回后重新开放", "a discharge that is taken back ends nothing: the red is open again"),
        facts={
            Diagnosis: """
                fact_id | person_id | from_at          | status
                a1      | ann       | 2020-03-12 09:00 | confirmed
                a2      | ann       | 2020-03-20 09:00 | discharged
            """,
            Withdrawal: """
                fact_id | person_id | from_at          | fact_type | withdrawn_fact_id | reason
                w1      | ann       | 2020-03-20 18:00 | diagnosis | a2                | wrong_person
            """,
        },
        expect="""
            person_id | colour | from_at          | until_at | because
            ann       | red    | 2020-03-12 09:00 |          | a1
        """,
    ),
    Case(
        policies=("hubei",),
        rule=RULE,
        title=Text(
            "湖北：出院后满 14 天方结束，按当地日历日计", "Hubei: red until the start of the 14th local day after the day of discharge"
        ),
        facts={
            Diagnosis: """
                fact_id | person_id | from_at                    | status
                a1      | ann       | 2020-03-12 09:00           | clinically_confirmed
                a2      | ann       | 2020-03-20 23:59:59.999999 | discharged
                b1      | bo        | 2020-03-12 09:00           | confirmed
                b2      | bo        | 2020-03-21 00:00           | excluded
                c1      | cai       | 2020-03-12 09:00           | confirmed
            """
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | red    | 2020-03-12 09:00 | 2020-04-03 00:00 | a1
            bo        | red    | 2020-03-12 09:00 | 2020-04-04 00:00 | b1
            cai       | red    | 2020-03-12 09:00 |                  | c1
        """,
    ),
)


def test_the_rule_concludes_what_the_table_says(case, rule_spec):
    rule_spec(case)
