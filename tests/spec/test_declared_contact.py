"""Declared contact: red from the person's own word until 14 consecutive check-ins."""

from fangxian.facts import CheckIn, HealthDeclaration, Text, Withdrawal
from spec.case import NOBODY, Case, daily

RULE = "declared-contact"

CASES = (
    Case(
        policies=("hangzhou",),
        rule=RULE,
        title=Text(
            "申报接触过病例为红码，连续 14 天正常打卡后结束", "red from the declaration until the 14th normal daily check-in in a row"
        ),
        facts={
            HealthDeclaration: """
                fact_id | person_id | from_at          | contacted_case
                a1      | ann       | 2020-02-15 12:00 | yes
            """,
            CheckIn: daily("ann", "2020-02-15 18:00", days=20),
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | red    | 2020-02-15 12:00 | 2020-02-29 18:00 | a1
        """,
    ),
    Case(
        policies=("hangzhou",),
        rule=RULE,
        title=Text("答“否”或“不确定”不赋色", "“no” and “unsure” are not coloured"),
        facts={
            HealthDeclaration: """
                fact_id | person_id | from_at          | contacted_case
                a1      | ann       | 2020-02-15 12:00 | no
                b1      | bo        | 2020-02-15 12:00 | unsure
            """
        },
        expect=NOBODY,
    ),
    Case(
        policies=("hangzhou",),
        rule=RULE,
        title=Text("改口不能抹去申报，撤回可以", "a later declaration of “no” does not undo it; taking it back does"),
        facts={
            HealthDeclaration: """
                fact_id | person_id | from_at          | contacted_case
                a1      | ann       | 2020-02-15 12:00 | yes
                a2      | ann       | 2020-02-15 13:00 | no
                b1      | bo        | 2020-02-15 12:00 | yes
            """,
            Withdrawal: """
                fact_id | person_id | from_at          | fact_type          | withdrawn_fact_id | reason
                w1      | bo        | 2020-02-16 09:00 | health_declaration | b1                | wrong_value
            """,
        },
        expect="""
            person_id | colour | from_at          | until_at | because
            ann       | red    | 2020-02-15 12:00 |          | a1
        """,
    ),
    Case(
        policies=("hangzhou",),
        rule=RULE,
        title=Text(
            "当地零点前后的申报属不同日", "a declaration just before local midnight counts from the next day, one at midnight a day later"
        ),
        facts={
            HealthDeclaration: """
                fact_id | person_id | from_at                    | contacted_case
                a1      | ann       | 2020-02-14 23:59:59.999999 | yes
                b1      | bo        | 2020-02-15 00:00           | yes
            """,
            CheckIn: daily("ann", "2020-02-15 07:00", days=15) + "\n" + daily("bo", "2020-02-15 07:00", days=15).split("\n", 1)[1],
        },
        expect="""
            person_id | colour | from_at                    | until_at         | because
            ann       | red    | 2020-02-14 23:59:59.999999 | 2020-02-28 07:00 | a1
            bo        | red    | 2020-02-15 00:00           | 2020-02-29 07:00 | b1
        """,
    ),
)


def test_the_rule_concludes_what_the_table_says(case, rule_spec):
    rule_spec(case)
