"""Central isolation and home observation: until released, in Hubei central isolation at most 14 days."""

from fangxian.facts import MedicalMeasure, Text, Withdrawal
from spec.case import NOBODY, Case

CENTRAL, HOME = "central-isolation", "home-observation"

CASES = (
    Case(
        policies=("hangzhou", "shanghai"),
        rule=CENTRAL,
        title=Text("集中隔离至解除为红码", "red from the start of central isolation until release"),
        facts={
            MedicalMeasure: """
                fact_id | person_id | from_at          | kind
                a1      | ann       | 2020-03-12 09:00 | central
                a2      | ann       | 2020-03-26 10:00 | released
                a3      | ann       | 2020-03-27 10:00 | released
                b1      | bo        | 2020-03-12 09:00 | central
                c1      | cai       | 2020-03-12 09:00 | home
                d1      | dan       | 2020-03-12 09:00 | released
            """
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | red    | 2020-03-12 09:00 | 2020-03-26 10:00 | a1
            bo        | red    | 2020-03-12 09:00 |                  | b1
        """,
    ),
    Case(
        policies=("hangzhou", "hubei"),
        rule=HOME,
        title=Text("居家观察至解除为黄码", "yellow from the start of home observation until release"),
        facts={
            MedicalMeasure: """
                fact_id | person_id | from_at          | kind
                a1      | ann       | 2020-03-12 09:00 | home
                a2      | ann       | 2020-04-26 10:00 | released
                b1      | bo        | 2020-03-12 09:00 | home
                c1      | cai       | 2020-03-12 09:00 | central
            """
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | yellow | 2020-03-12 09:00 | 2020-04-26 10:00 | a1
            bo        | yellow | 2020-03-12 09:00 |                  | b1
        """,
    ),
    Case(
        policies=("shanghai",),
        rule=HOME,
        title=Text("上海：居家观察未解除亦为红码", "Shanghai: home observation not lifted is red as well"),
        facts={
            MedicalMeasure: """
                fact_id | person_id | from_at          | kind
                a1      | ann       | 2020-03-12 09:00 | home
                a2      | ann       | 2020-03-26 10:00 | released
            """
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | red    | 2020-03-12 09:00 | 2020-03-26 10:00 | a1
        """,
    ),
    Case(
        policies=("hangzhou", "shanghai", "hubei"),
        rule=HOME,
        title=Text(
            "解除结束此前开始的一切措施；此前的解除无效", "a release ends every measure that began before it, and none that begins after"
        ),
        facts={
            MedicalMeasure: """
                fact_id | person_id | from_at                    | kind
                a0      | ann       | 2020-03-11 23:59:59.999999 | released
                a1      | ann       | 2020-03-12 00:00           | home
                a2      | ann       | 2020-03-13 00:00           | home
                a3      | ann       | 2020-03-14 00:00           | released
                a4      | ann       | 2020-03-15 00:00           | home
                b1      | bo        | 2020-03-12 00:00           | home
                b2      | bo        | 2020-03-12 00:00           | released
            """
        },
        expect="""
            person_id | from_at          | until_at         | because
            ann       | 2020-03-12 00:00 | 2020-03-14 00:00 | a1
            ann       | 2020-03-13 00:00 | 2020-03-14 00:00 | a2
            ann       | 2020-03-15 00:00 |                  | a4
        """,
    ),
    Case(
        policies=("hubei",),
        rule=CENTRAL,
        title=Text(
            "湖北：集中隔离满 14 天或提前解除", "Hubei: yellow until release, at the latest to the start of the 14th local day after"
        ),
        facts={
            MedicalMeasure: """
                fact_id | person_id | from_at                    | kind
                a1      | ann       | 2020-03-12 23:59:59.999999 | central
                b1      | bo        | 2020-03-13 00:00           | central
                b2      | bo        | 2020-03-27 00:00           | released
                c1      | cai       | 2020-03-12 09:00           | central
                c2      | cai       | 2020-03-25 23:59:59.999999 | released
                d1      | dan       | 2020-03-12 09:00           | central
                d2      | dan       | 2020-04-25 09:00           | released
            """
        },
        expect="""
            person_id | colour | from_at                    | until_at                   | because
            ann       | yellow | 2020-03-12 23:59:59.999999 | 2020-03-26 00:00           | a1
            bo        | yellow | 2020-03-13 00:00           | 2020-03-27 00:00           | b1
            cai       | yellow | 2020-03-12 09:00           | 2020-03-25 23:59:59.999999 | c1
            dan       | yellow | 2020-03-12 09:00           | 2020-03-26 00:00           | d1
        """,
    ),
    Case(
        policies=("hangzhou", "shanghai", "hubei"),
        rule=CENTRAL,
        title=Text("撤回的措施不赋色", "a measure taken back colours nobody"),
        facts={
            MedicalMeasure: """
                fact_id | person_id | from_at          | kind
                a1      | ann       | 2020-03-12 09:00 | central
            """,
            Withdrawal: """
                fact_id | person_id | from_at          | fact_type       | withdrawn_fact_id | reason
                w1      | ann       | 2020-03-13 09:00 | medical_measure | a1                | wrong_person
            """,
        },
        expect=NOBODY,
    ),
    Case(
        policies=("hangzhou", "shanghai", "hubei"),
        rule=HOME,
        title=Text("撤回的解除不结束措施", "a release that is taken back ends nothing"),
        facts={
            MedicalMeasure: """
                fact_id | person_id | from_at          | kind
                a1      | ann       | 2020-03-12 09:00 | home
                a2      | ann       | 2020-03-20 09:00 | released
            """,
            Withdrawal: """
                fact_id | person_id | from_at          | fact_type       | withdrawn_fact_id | reason
                w1      | ann       | 2020-03-21 09:00 | medical_measure | a2                | wrong_person
            """,
        },
        expect="""
            person_id | from_at          | until_at | because
            ann       | 2020-03-12 09:00 |          | a1
        """,
    ),
)


def test_the_rule_concludes_what_the_table_says(case, rule_spec):
    rule_spec(case)
