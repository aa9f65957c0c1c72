"""Suspected case: red until excluded or confirmed (Hubei: 14 days more after exclusion)."""

from fangxian.facts import Diagnosis, Text, Withdrawal
from spec.case import NOBODY, Case

RULE = "suspected-case"
AT_ONCE = ("hangzhou", "shanghai", "national")

CASES = (
    Case(
        policies=AT_ONCE,
        rule=RULE,
        title=Text("自疑似至排除或确诊为红码", "red from the suspicion until it is excluded or confirmed"),
        facts={
            Diagnosis: """
                fact_id | person_id | from_at          | status
                a1      | ann       | 2020-03-12 09:00 | suspected
                a2      | ann       | 2020-03-14 15:00 | excluded
                b1      | bo        | 2020-03-12 09:00 | suspected
                b2      | bo        | 2020-03-13 15:00 | confirmed
                c1      | cai       | 2020-03-12 09:00 | suspected
                c2      | cai       | 2020-03-13 16:00 | clinically_confirmed
                d1      | dan       | 2020-03-12 09:00 | suspected
            """
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | red    | 2020-03-12 09:00 | 2020-03-14 15:00 | a1
            bo        | red    | 2020-03-12 09:00 | 2020-03-13 15:00 | b1
            cai       | red    | 2020-03-12 09:00 | 2020-03-13 16:00 | c1
            dan       | red    | 2020-03-12 09:00 |                  | d1
        """,
    ),
    Case(
        policies=(*AT_ONCE, "hubei"),
        rule=RULE,
        title=Text(
            "出院不结束疑似；确诊与无症状不是疑似", "a discharge does not end a suspicion; confirmed and asymptomatic are no suspicion"
        ),
        facts={
            Diagnosis: """
                fact_id | person_id | from_at          | status
                a1      | ann       | 2020-03-12 09:00 | suspected
                a2      | ann       | 2020-03-14 09:00 | discharged
                b1      | bo        | 2020-03-12 09:00 | confirmed
                c1      | cai       | 2020-03-12 09:00 | asymptomatic
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
        title=Text("排除后再次疑似，另行计算", "a second suspicion after an exclusion counts anew"),
        facts={
            Diagnosis: """
                fact_id | person_id | from_at          | status
                a1      | ann       | 2020-03-12 09:00 | suspected
                a2      | ann       | 2020-03-14 09:00 | excluded
                a3      | ann       | 2020-03-16 09:00 | suspected
            """
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | red    | 2020-03-12 09:00 | 2020-03-14 09:00 | a1
            ann       | red    | 2020-03-16 09:00 |                  | a3
        """,
    ),
    Case(
        policies=AT_ONCE,
        rule=RULE,
        title=Text(
            "同一时刻排除，不留痕迹；前一刻的排除不算",
            "excluded at the same instant leaves nothing; excluded an instant before ends nothing",
        ),
        facts={
            Diagnosis: """
                fact_id | person_id | from_at                    | status
                a1      | ann       | 2020-03-12 09:00           | suspected
                a2      | ann       | 2020-03-12 09:00           | excluded
                b1      | bo        | 2020-03-12 09:00           | suspected
                b2      | bo        | 2020-03-12 08:59:59.999999 | excluded
            """
        },
        expect="""
            person_id | colour | from_at          | until_at | because
            bo        | red    | 2020-03-12 09:00 |          | b1
        """,
    ),
    Case(
        policies=(*AT_ONCE, "hubei"),
        rule=RULE,
        title=Text("撤回的疑似不赋色", "a suspicion that is taken back colours nobody"),
        facts={
            Diagnosis: """
                fact_id | person_id | from_at          | status
                a1      | ann       | 2020-03-12 09:00 | suspected
            """,
            Withdrawal: """
                fact_id | person_id | from_at          | fact_type | withdrawn_fact_id | reason
                w1      | ann       | 2020-03-13 09:00 | diagnosis | a1                | wrong_person
            """,
        },
        expect=NOBODY,
    ),
    Case(
        policies=("hubei",),
        rule=RULE,
        title=Text("湖北：排除后满 14 天；如确诊则即止", "Hubei: until 14 days after exclusion; at once when confirmed"),
        facts={
            Diagnosis: """
                fact_id | person_id | from_at                    | status
                a1      | ann       | 2020-03-12 09:00           | suspected
                a2      | ann       | 2020-03-14 23:59:59.999999 | excluded
                b1      | bo        | 2020-03-12 09:00           | suspected
                b2      | bo        | 2020-03-15 00:00           | excluded
                c1      | cai       | 2020-03-12 09:00           | suspected
                c2      | cai       | 2020-03-13 10:00           | confirmed
                d1      | dan       | 2020-03-12 09:00           | suspected
                d2      | dan       | 2020-03-14 09:00           | excluded
                d3      | dan       | 2020-03-20 09:00           | confirmed
                e1      | eva       | 2020-03-12 09:00           | suspected
            """
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | red    | 2020-03-12 09:00 | 2020-03-28 00:00 | a1
            bo        | red    | 2020-03-12 09:00 | 2020-03-29 00:00 | b1
            cai       | red    | 2020-03-12 09:00 | 2020-03-13 10:00 | c1
            dan       | red    | 2020-03-12 09:00 | 2020-03-20 09:00 | d1
            eva       | red    | 2020-03-12 09:00 |                  | e1
        """,
    ),
)


def test_the_rule_concludes_what_the_table_says(case, rule_spec):
    rule_spec(case)
