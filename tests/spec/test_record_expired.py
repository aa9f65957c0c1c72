"""Record expired: in Hubei a green whose temperature record is older than its validity turns yellow. Absence is evaluated."""

from fangxian.facts import CheckIn, GateVisit, HealthDeclaration, TemperatureReading, Text, Withdrawal
from spec.case import NOBODY, Case

RULE = "record-expired"

CASES = (
    Case(
        policies=("hubei",),
        rule=RULE,
        title=Text(
            "记录有效 7 天，届满无新记录则为黄码，直至有新的记录",
            "a record is valid for 7 days after its day; then yellow until the next one",
        ),
        facts={
            CheckIn: """
                fact_id | person_id | from_at                    | temperature_c
                a1      | ann       | 2020-03-12 09:00           | 36.5
                a2      | ann       | 2020-03-22 10:00           | 36.5
                b1      | bo        | 2020-03-12 23:59:59.999999 | 36.5
                c1      | cai       | 2020-03-13 00:00           | 36.5
            """
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | yellow | 2020-03-20 00:00 | 2020-03-22 10:00 | a1
            ann       | yellow | 2020-03-30 00:00 |                  | a2
            bo        | yellow | 2020-03-20 00:00 |                  | b1
            cai       | yellow | 2020-03-21 00:00 |                  | c1
        """,
    ),
    Case(
        policies=("hubei",),
        rule=RULE,
        title=Text("恰在届满时刻的记录不留空档", "a record at the very instant of expiry leaves no gap; one an instant later does"),
        facts={
            CheckIn: """
                fact_id | person_id | from_at                    | temperature_c
                a1      | ann       | 2020-03-12 09:00           | 36.5
                a2      | ann       | 2020-03-20 00:00           | 36.5
                b1      | bo        | 2020-03-12 09:00           | 36.5
                b2      | bo        | 2020-03-20 00:00:00.000001 | 36.5
            """
        },
        expect="""
            person_id | colour | from_at          | until_at                   | because
            ann       | yellow | 2020-03-28 00:00 |                            | a2
            bo        | yellow | 2020-03-20 00:00 | 2020-03-20 00:00:00.000001 | b1
            bo        | yellow | 2020-03-28 00:00 |                            | b2
        """,
    ),
    Case(
        policies=("hubei",),
        rule=RULE,
        title=Text(
            "申报、打卡与门岗测温都是体温记录", "declarations, check-ins and readings at a gate are all records; a gate visit is none"
        ),
        facts={
            HealthDeclaration: """
                fact_id | person_id | from_at          | temperature_c
                a1      | ann       | 2020-03-12 09:00 | 36.5
            """,
            TemperatureReading: """
                fact_id | person_id | from_at          | temperature_c
                a2      | ann       | 2020-03-18 09:00 | 36.5
            """,
            CheckIn: """
                fact_id | person_id | from_at          | temperature_c
                a3      | ann       | 2020-03-24 09:00 | 36.5
            """,
            GateVisit: """
                fact_id | person_id | from_at          | outcome
                a4      | ann       | 2020-03-30 09:00 | passed
            """,
        },
        expect="""
            person_id | colour | from_at          | until_at | because
            ann       | yellow | 2020-04-01 00:00 |          | a3
        """,
    ),
    Case(
        policies=("hubei",),
        rule=RULE,
        title=Text(
            "未填体温的打卡不是体温记录；未填体温的申报使有效期开始，但不使其延续",
            "a check-in without a temperature is no record; a declaration without one starts a validity and renews none",
        ),
        facts={
            HealthDeclaration: """
                fact_id | person_id | from_at          | temperature_c
                a1      | ann       | 2020-03-12 09:00 |
                b2      | bo        | 2020-03-22 09:00 |
            """,
            CheckIn: """
                fact_id | person_id | from_at          | temperature_c
                a2      | ann       | 2020-03-18 09:00 |
                a3      | ann       | 2020-03-25 09:00 | 36.6
                b1      | bo        | 2020-03-12 09:00 | 36.5
                c1      | cai       | 2020-03-12 09:00 |
            """,
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | yellow | 2020-03-20 00:00 | 2020-03-25 09:00 | a1
            ann       | yellow | 2020-04-02 00:00 |                  | a3
            bo        | yellow | 2020-03-20 00:00 |                  | b1
            bo        | yellow | 2020-03-30 00:00 |                  | b2
        """,
    ),
    Case(
        policies=("hubei",),
        rule=RULE,
        title=Text("到期在将来亦先行得出", "an expiry in the future is a hit already"),
        known_at="2020-03-13 00:00",
        facts={
            CheckIn: """
                fact_id | person_id | from_at          | temperature_c
                a1      | ann       | 2020-03-12 09:00 | 36.5
            """
        },
        expect="""
            person_id | colour | from_at          | until_at | because
            ann       | yellow | 2020-03-20 00:00 |          | a1
        """,
    ),
    Case(
        policies=("hubei",),
        rule=RULE,
        title=Text("撤回的记录不算；重复上报只算一次", "a record taken back does not count, and one reported twice is one"),
        facts={
            CheckIn: """
                fact_id | person_id | from_at          | known_at         | temperature_c
                a1      | ann       | 2020-03-12 09:00 | 2020-03-12 09:00 | 36.5
                a1      | ann       | 2020-03-12 09:00 | 2020-03-13 09:00 | 36.5
                a2      | ann       | 2020-03-16 09:00 | 2020-03-16 09:00 | 36.5
                b1      | bo        | 2020-03-16 09:00 | 2020-03-16 09:00 | 36.5
            """,
            Withdrawal: """
                fact_id | person_id | from_at          | fact_type | withdrawn_fact_id | reason
                w1      | ann       | 2020-03-17 09:00 | check_in  | a2                | wrong_person
                w2      | bo        | 2020-03-17 09:00 | check_in  | b1                | wrong_person
            """,
        },
        expect="""
            person_id | colour | from_at          | until_at | because
            ann       | yellow | 2020-03-20 00:00 |          | a1
        """,
    ),
    Case(
        policies=("hubei",),
        rule=RULE,
        title=Text("从未有记录者无所谓过期", "who never had a record has none that could run out"),
        facts={
            GateVisit: """
                fact_id | person_id | from_at          | outcome
                a1      | ann       | 2020-03-12 09:00 | passed
            """
        },
        expect=NOBODY,
    ),
)


def test_the_rule_concludes_what_the_table_says(case, rule_spec):
    rule_spec(case)
