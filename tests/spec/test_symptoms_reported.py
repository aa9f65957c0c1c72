"""Symptoms reported in a declaration or check-in: yellow until 7 consecutive normal check-ins."""

from fangxian.facts import CheckIn, HealthDeclaration, TemperatureReading, Text, Withdrawal
from spec.case import NOBODY, Case, daily

RULE = "symptoms-reported"

CASES = (
    Case(
        policies=("hangzhou",),
        rule=RULE,
        title=Text(
            "有症状即为黄码，次日起连续 7 天正常打卡后结束",
            "yellow from the report until the 7th normal daily check-in in a row after its day",
        ),
        facts={
            HealthDeclaration: """
                fact_id | person_id | from_at          | symptoms
                a1      | ann       | 2020-02-15 12:00 | cough,fever
            """,
            CheckIn: daily("ann", "2020-02-15 18:00", days=8)
            + "\n"
            + daily("bo", "2020-02-14 18:00", days=20, abnormal={"02-15"}).split("\n", 1)[1],
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | yellow | 2020-02-15 12:00 | 2020-02-22 18:00 | a1
            bo        | yellow | 2020-02-15 18:00 | 2020-02-22 18:00 | c0215
        """,
    ),
    Case(
        policies=("hangzhou",),
        rule=RULE,
        title=Text(
            "体温达到 37.3 ℃ 即异常，低于则不是；未填体温不是异常", "37.3 °C is a fever, anything below is not, and no temperature is not"
        ),
        facts={
            HealthDeclaration: """
                fact_id | person_id | from_at          | temperature_c
                a1      | ann       | 2020-02-15 12:00 | 37.3
                b1      | bo        | 2020-02-15 12:00 | 37.29
                c1      | cai       | 2020-02-15 12:00 |
            """,
            CheckIn: """
                fact_id | person_id | from_at          | temperature_c
                d1      | dan       | 2020-02-15 12:00 | 37.3
                e1      | eva       | 2020-02-15 12:00 | 36.8
                f1      | fei       | 2020-02-15 12:00 |
            """,
        },
        expect="""
            person_id | colour | from_at          | until_at | because
            ann       | yellow | 2020-02-15 12:00 |          | a1
            dan       | yellow | 2020-02-15 12:00 |          | d1
        """,
    ),
    Case(
        policies=("hangzhou",),
        rule=RULE,
        title=Text("每次异常各自计算；漏打或再次异常重新计算", "each abnormal day counts anew, and a missed day restarts the count"),
        facts={CheckIn: daily("ann", "2020-02-12 08:00", days=20, abnormal={"02-12", "02-15"}, missed={"02-18"})},
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | yellow | 2020-02-12 08:00 | 2020-02-25 08:00 | c0212
            ann       | yellow | 2020-02-15 08:00 | 2020-02-25 08:00 | c0215
        """,
    ),
    Case(
        policies=("hangzhou",),
        rule=RULE,
        title=Text("以当地日历日计：零点前后属不同日", "days are local: 23:59 is the day of the cause, midnight the next"),
        facts={
            CheckIn: "fact_id | person_id | from_at | symptoms\nx | ann | 2020-02-14 23:59:59.999999 | cough\n"
            + daily("ann", "2020-02-15 00:00", days=7).split("\n", 1)[1]
            + "\ny | bo | 2020-02-15 00:00 | cough\n"
            + daily("bo", "2020-02-15 23:59", days=7).split("\n", 1)[1]
        },
        expect="""
            person_id | colour | from_at                    | until_at         | because
            ann       | yellow | 2020-02-14 23:59:59.999999 | 2020-02-21 00:00 | x
            bo        | yellow | 2020-02-15 00:00           |                  | y
        """,
    ),
    Case(
        policies=("hangzhou",),
        rule=RULE,
        title=Text("门岗测温不属本规则；撤回的打卡不赋色", "a reading at a gate is no report; a report taken back colours nobody"),
        facts={
            TemperatureReading: """
                fact_id | person_id | from_at          | temperature_c
                a1      | ann       | 2020-02-15 12:00 | 39.0
            """,
            CheckIn: """
                fact_id | person_id | from_at          | symptoms
                b1      | bo        | 2020-02-15 12:00 | fever
            """,
            Withdrawal: """
                fact_id | person_id | from_at          | fact_type | withdrawn_fact_id | reason
                w1      | bo        | 2020-02-15 13:00 | check_in  | b1                | wrong_value
            """,
        },
        expect=NOBODY,
    ),
)


def test_the_rule_concludes_what_the_table_says(case, rule_spec):
    rule_spec(case)
