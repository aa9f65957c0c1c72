"""Recovered: in Hubei red turns yellow 14 days after discharge or exclusion, and stays so for the observation."""

from fangxian.facts import Diagnosis, DoctorConfirmation, FeverClinicVisit, Text, Withdrawal
from spec.case import NOBODY, Case

RULE = "recovered"

CASES = (
    Case(
        policies=("hubei",),
        rule=RULE,
        title=Text("出院或排除满 14 天后为黄码 14 天", "yellow for 14 days once the 14 days after discharge or exclusion are over"),
        facts={
            Diagnosis: """
                fact_id | person_id | from_at                    | status
                a1      | ann       | 2020-03-12 09:00           | confirmed
                a2      | ann       | 2020-03-20 23:59:59.999999 | discharged
                b1      | bo        | 2020-03-12 09:00           | suspected
                b2      | bo        | 2020-03-21 00:00           | excluded
                c1      | cai       | 2020-03-12 09:00           | clinically_confirmed
            """
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | yellow | 2020-04-03 00:00 | 2020-04-17 00:00 | a1
            bo        | yellow | 2020-04-04 00:00 | 2020-04-18 00:00 | b1
        """,
    ),
    Case(
        policies=("hubei",),
        rule=RULE,
        title=Text(
            "疑似转确诊者以出院为准，两份诊断各自说明", "suspected, then confirmed: both end with the discharge, and each explains itself"
        ),
        facts={
            Diagnosis: """
                fact_id | person_id | from_at          | status
                a1      | ann       | 2020-03-12 09:00 | suspected
                a2      | ann       | 2020-03-14 09:00 | confirmed
                a3      | ann       | 2020-03-20 09:00 | discharged
            """
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | yellow | 2020-04-03 00:00 | 2020-04-17 00:00 | a1
            ann       | yellow | 2020-04-03 00:00 | 2020-04-17 00:00 | a2
        """,
    ),
    Case(
        policies=("hubei",),
        rule=RULE,
        title=Text("未出院者、无症状者、诊断撤回者不在此列", "no discharge, an asymptomatic infection or a diagnosis taken back: nothing"),
        facts={
            Diagnosis: """
                fact_id | person_id | from_at          | status
                a1      | ann       | 2020-03-12 09:00 | confirmed
                b1      | bo        | 2020-03-12 09:00 | asymptomatic
                b2      | bo        | 2020-03-20 09:00 | discharged
                c1      | cai       | 2020-03-12 09:00 | confirmed
                c2      | cai       | 2020-03-20 09:00 | discharged
            """,
            Withdrawal: """
                fact_id | person_id | from_at          | fact_type | withdrawn_fact_id | reason
                w1      | cai       | 2020-03-21 09:00 | diagnosis | c1                | wrong_person
            """,
        },
        expect=NOBODY,
    ),
    Case(
        policies=("hubei",),
        rule=RULE,
        title=Text("发热被排除满 14 天后亦转黄码", "a fever that a doctor excluded turns yellow after 14 days as well"),
        facts={
            FeverClinicVisit: """
                fact_id | person_id | from_at          | outcome
                a1      | ann       | 2020-03-12 09:00 | fever
                b1      | bo        | 2020-03-12 09:00 | fever
                c1      | cai       | 2020-03-12 09:00 | no_fever
            """,
            DoctorConfirmation: """
                fact_id | person_id | from_at          | finding
                a2      | ann       | 2020-03-14 10:00 | fever_excluded
                c2      | cai       | 2020-03-14 10:00 | healthy
            """,
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | yellow | 2020-03-28 00:00 | 2020-04-11 00:00 | a1
        """,
    ),
)


def test_the_rule_concludes_what_the_table_says(case, rule_spec):
    rule_spec(case)
