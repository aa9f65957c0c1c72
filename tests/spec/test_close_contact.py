"""Close contact: Hangzhou red until 14 consecutive check-ins; Hubei yellow and the nation orange for 14 days."""

from fangxian.facts import CheckIn, Exposure, HealthDeclaration, Text, Withdrawal
from spec.case import NOBODY, Case, daily

RULE = "close-contact"

CASES = (
    Case(
        policies=("hangzhou",),
        rule=RULE,
        title=Text("连续 14 天正常打卡后结束", "ends with the 14th normal daily check-in in a row"),
        facts={
            Exposure: """
                fact_id | person_id | from_at          | case_fact_id
                a1      | ann       | 2020-02-15 12:00 | case
            """,
            CheckIn: daily("ann", "2020-02-16 08:00", days=20),
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | red    | 2020-02-15 12:00 | 2020-02-29 08:00 | a1
        """,
    ),
    Case(
        policies=("hangzhou",),
        rule=RULE,
        title=Text("13 天不够", "13 check-ins are not enough"),
        facts={
            Exposure: """
                fact_id | person_id | from_at          | case_fact_id
                a1      | ann       | 2020-02-15 12:00 | case
            """,
            CheckIn: daily("ann", "2020-02-16 08:00", days=13),
        },
        expect="""
            person_id | colour | from_at          | until_at | because
            ann       | red    | 2020-02-15 12:00 |          | a1
        """,
    ),
    Case(
        policies=("hangzhou",),
        rule=RULE,
        title=Text("接触当日的打卡不计", "the check-in on the day of the contact does not count"),
        facts={
            Exposure: """
                fact_id | person_id | from_at          | case_fact_id
                a1      | ann       | 2020-02-15 06:00 | case
            """,
            CheckIn: daily("ann", "2020-02-15 08:00", days=14),
        },
        expect="""
            person_id | colour | from_at          | until_at | because
            ann       | red    | 2020-02-15 06:00 |          | a1
        """,
    ),
    Case(
        policies=("hangzhou",),
        rule=RULE,
        title=Text("自末次接触次日起计", "the count starts on the day after the last contact, not the first"),
        facts={
            Exposure: """
                fact_id | person_id | from_at          | until_at         | case_fact_id
                a1      | ann       | 2020-02-15 12:00 | 2020-02-18 20:00 | case
            """,
            CheckIn: daily("ann", "2020-02-16 08:00", days=20),
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | red    | 2020-02-15 12:00 | 2020-03-03 08:00 | a1
        """,
    ),
    Case(
        policies=("hangzhou",),
        rule=RULE,
        title=Text("漏打一天重新计算", "a missed day restarts the count"),
        facts={
            Exposure: """
                fact_id | person_id | from_at          | case_fact_id
                a1      | ann       | 2020-02-15 12:00 | case
            """,
            CheckIn: daily("ann", "2020-02-16 08:00", days=28, missed={"02-29"}),
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | red    | 2020-02-15 12:00 | 2020-03-14 08:00 | a1
        """,
    ),
    Case(
        policies=("hangzhou",),
        rule=RULE,
        title=Text("异常打卡重新计算", "an abnormal check-in restarts the count"),
        facts={
            Exposure: """
                fact_id | person_id | from_at          | case_fact_id
                a1      | ann       | 2020-02-15 12:00 | case
            """,
            CheckIn: daily("ann", "2020-02-16 08:00", days=28, abnormal={"02-20"}),
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | red    | 2020-02-15 12:00 | 2020-03-05 08:00 | a1
        """,
    ),
    Case(
        policies=("hangzhou",),
        rule=RULE,
        title=Text("一天内正常后又异常，当日不算", "a normal and an abnormal check-in on one day make an abnormal day"),
        facts={
            Exposure: """
                fact_id | person_id | from_at          | case_fact_id
                a1      | ann       | 2020-02-15 12:00 | case
            """,
            CheckIn: daily("ann", "2020-02-16 08:00", days=14) + "\nx | ann | 2020-02-29 21:00 | fever",
        },
        expect="""
            person_id | colour | from_at          | until_at | because
            ann       | red    | 2020-02-15 12:00 |          | a1
        """,
    ),
    Case(
        policies=("hangzhou",),
        rule=RULE,
        title=Text("一天打卡多次仍是一天，以首次为准", "several check-ins on one day are one day; the first of the last day ends it"),
        facts={
            Exposure: """
                fact_id | person_id | from_at          | case_fact_id
                a1      | ann       | 2020-02-15 12:00 | case
            """,
            CheckIn: daily("ann", "2020-02-16 08:00", days=14) + "\nx | ann | 2020-02-28 21:00 |\ny | ann | 2020-02-29 07:15 |",
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | red    | 2020-02-15 12:00 | 2020-02-29 07:15 | a1
        """,
    ),
    Case(
        policies=("hangzhou",),
        rule=RULE,
        title=Text(
            "体温达到 37.3 ℃ 为异常，37.2 ℃ 正常，未填体温不算异常", "37.3 °C is abnormal, 37.2 °C is not, and no temperature is not"
        ),
        facts={
            Exposure: """
                fact_id | person_id | from_at          | case_fact_id
                a1      | ann       | 2020-02-15 12:00 | case
                b1      | bo        | 2020-02-15 12:00 | case
                c1      | cai       | 2020-02-15 12:00 | case
            """,
            CheckIn: "fact_id | person_id | from_at | temperature_c\n"
            + "\n".join(
                f"{who[0]}{day} | {who} | 2020-02-{day} 08:00 | {temperature if day == 20 else ''}"
                for who, temperature in (("ann", "37.2"), ("bo", "37.3"), ("cai", ""))
                for day in range(16, 30)
            ),
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | red    | 2020-02-15 12:00 | 2020-02-29 08:00 | a1
            bo        | red    | 2020-02-15 12:00 |                  | b1
            cai       | red    | 2020-02-15 12:00 | 2020-02-29 08:00 | c1
        """,
    ),
    Case(
        policies=("hangzhou",),
        rule=RULE,
        title=Text("以当地日历日计：零点打卡属新的一天", "days are local: a check-in at midnight belongs to the new day"),
        facts={
            Exposure: """
                fact_id | person_id | from_at                    | case_fact_id
                a1      | ann       | 2020-02-15 23:59:59.999999 | case
                b1      | bo        | 2020-02-16 00:00           | case
            """,
            CheckIn: daily("ann", "2020-02-16 00:00", days=14) + "\n" + daily("bo", "2020-02-16 00:00", days=14).split("\n", 1)[1],
        },
        expect="""
            person_id | colour | from_at                    | until_at         | because
            ann       | red    | 2020-02-15 23:59:59.999999 | 2020-02-29 00:00 | a1
            bo        | red    | 2020-02-16 00:00           |                  | b1
        """,
    ),
    Case(
        policies=("hangzhou",),
        rule=RULE,
        title=Text("两次接触各自计算，同一次接触重复上报只算一次", "two contacts count apart; the same contact reported twice is one"),
        facts={
            Exposure: """
                fact_id | person_id | from_at          | known_at         | case_fact_id
                a1      | ann       | 2020-02-12 12:00 | 2020-02-13 12:00 | case
                a2      | ann       | 2020-02-15 12:00 | 2020-02-16 12:00 | case
                a2      | ann       | 2020-02-15 12:00 | 2020-02-17 12:00 | case
            """,
            CheckIn: daily("ann", "2020-02-13 08:00", days=20),
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | red    | 2020-02-12 12:00 | 2020-02-26 08:00 | a1
            ann       | red    | 2020-02-15 12:00 | 2020-02-29 08:00 | a2
        """,
    ),
    Case(
        policies=("hangzhou",),
        rule=RULE,
        title=Text("他人的打卡不算；撤回的打卡等于漏打", "another person's check-ins do not count; a check-in taken back is a missed one"),
        facts={
            Exposure: """
                fact_id | person_id | from_at          | case_fact_id
                a1      | ann       | 2020-02-15 12:00 | case
                b1      | bo        | 2020-02-15 12:00 | case
            """,
            CheckIn: daily("bo", "2020-02-16 08:00", days=14),
            Withdrawal: """
                fact_id | person_id | from_at          | fact_type | withdrawn_fact_id | reason
                w1      | bo        | 2020-03-01 09:00 | check_in  | c0220             | wrong_person
            """,
        },
        expect="""
            person_id | colour | from_at          | until_at | because
            ann       | red    | 2020-02-15 12:00 |          | a1
            bo        | red    | 2020-02-15 12:00 |          | b1
        """,
    ),
    Case(
        policies=("hangzhou", "hubei", "national"),
        rule=RULE,
        title=Text(
            "次密接与一般接触不赋色；撤回的暴露不赋色", "secondary and general contacts are not coloured; nor is an exposure taken back"
        ),
        facts={
            Exposure: """
                fact_id | person_id | from_at          | contact_class | case_fact_id
                a1      | ann       | 2020-03-15 12:00 | secondary     | case
                b1      | bo        | 2020-03-15 12:00 | general       | case
                c1      | cai       | 2020-03-15 12:00 | close         | case
            """,
            Withdrawal: """
                fact_id | person_id | from_at          | fact_type | withdrawn_fact_id | reason
                w1      | cai       | 2020-03-16 09:00 | exposure  | c1                | case_excluded
            """,
        },
        expect=NOBODY,
    ),
    Case(
        policies=("hubei",),
        rule=RULE,
        title=Text("湖北：末次接触后满 14 天", "Hubei: yellow until the start of the 14th local day after the last contact"),
        facts={
            Exposure: """
                fact_id | person_id | from_at          | until_at                   | case_fact_id
                a1      | ann       | 2020-03-12 12:00 | 2020-03-14 23:59:59.999999 | case
                b1      | bo        | 2020-03-12 12:00 | 2020-03-15 00:00           | case
                c1      | cai       | 2020-03-12 12:00 |                            | case
            """
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | yellow | 2020-03-12 12:00 | 2020-03-28 00:00 | a1
            bo        | yellow | 2020-03-12 12:00 | 2020-03-29 00:00 | b1
            cai       | yellow | 2020-03-12 12:00 | 2020-03-26 00:00 | c1
        """,
    ),
    Case(
        policies=("hubei",),
        rule=RULE,
        title=Text(
            "湖北：其间报告症状的，自报告之日重新计算；期满之后的无关",
            "Hubei: symptoms reported before the end restart the 14 days; reported at the end or after it they do not",
        ),
        facts={
            Exposure: """
                fact_id | person_id | from_at          | case_fact_id
                a1      | ann       | 2020-03-12 12:00 | case
                b1      | bo        | 2020-03-12 12:00 | case
                c1      | cai       | 2020-03-12 12:00 | case
                d1      | dan       | 2020-03-12 12:00 | case
            """,
            CheckIn: """
                fact_id | person_id | from_at                    | symptoms | temperature_c
                a2      | ann       | 2020-03-20 23:59:59.999999 | cough    |
                a3      | ann       | 2020-04-03 00:00           | cough    |
                b2      | bo        | 2020-03-25 23:59:59.999999 |          | 37.3
                b3      | bo        | 2020-04-01 09:00           |          | 37.2
                c2      | cai       | 2020-03-26 00:00           | cough    |
                d2      | dan       | 2020-03-12 11:00           | cough    |
            """,
            HealthDeclaration: """
                fact_id | person_id | from_at          | symptoms
                b4      | bo        | 2020-04-07 09:00 | fever
            """,
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | yellow | 2020-03-12 12:00 | 2020-04-03 00:00 | a1
            bo        | yellow | 2020-03-12 12:00 | 2020-04-21 00:00 | b1
            cai       | yellow | 2020-03-12 12:00 | 2020-03-26 00:00 | c1
            dan       | yellow | 2020-03-12 12:00 | 2020-03-26 00:00 | d1
        """,
    ),
    Case(
        policies=("national",),
        rule=RULE,
        title=Text("国家：橙码 14 天，与打卡无关", "the nation: orange for 14 days, whatever the check-ins"),
        facts={
            Exposure: """
                fact_id | person_id | from_at          | case_fact_id
                a1      | ann       | 2020-03-12 12:00 | case
            """,
            CheckIn: daily("ann", "2020-03-13 08:00", days=3),
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | orange | 2020-03-12 12:00 | 2020-03-26 00:00 | a1
        """,
    ),
)


def test_the_rule_concludes_what_the_table_says(case, rule_spec):
    rule_spec(case)
