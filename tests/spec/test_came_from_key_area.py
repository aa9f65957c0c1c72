"""Came from a key area (here: Hubei from 23 January 2020): Hangzhou red until 14 check-ins, Shanghai yellow for 14 days."""

from fangxian.facts import CheckIn, CheckpointPass, RegionStay, Text, Trip, Withdrawal
from spec.case import NOBODY, Case, daily

RULE = "came-from-key-area"

CASES = (
    Case(
        policies=("hangzhou",),
        rule=RULE,
        title=Text(
            "离开重点地区次日起连续 14 天正常打卡后结束", "red from the stay until 14 check-ins in a row from the day after leaving"
        ),
        facts={
            RegionStay: """
                fact_id | person_id | from_at          | until_at         | region_code
                a1      | ann       | 2020-02-12 09:00 | 2020-02-15 21:00 | 420100
                b1      | bo        | 2020-02-12 09:00 | 2020-02-15 21:00 | 421182
                c1      | cai       | 2020-02-12 09:00 | 2020-02-15 21:00 | 420000
            """,
            CheckIn: daily("ann", "2020-02-13 08:00", days=17),
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | red    | 2020-02-12 09:00 | 2020-02-29 08:00 | a1
            bo        | red    | 2020-02-12 09:00 |                  | b1
            cai       | red    | 2020-02-12 09:00 |                  | c1
        """,
    ),
    Case(
        policies=("hangzhou",),
        rule=RULE,
        title=Text("仍在当地者打卡不计，红码开放", "check-ins do not count while the person is still there"),
        facts={
            RegionStay: """
                fact_id | person_id | from_at          | until_at | region_code
                a1      | ann       | 2020-02-12 09:00 |          | 420100
            """,
            CheckIn: daily("ann", "2020-02-13 08:00", days=30),
        },
        expect="""
            person_id | colour | from_at          | until_at | because
            ann       | red    | 2020-02-12 09:00 |          | a1
        """,
    ),
    Case(
        policies=("hangzhou", "shanghai"),
        rule=RULE,
        title=Text("列入之前离开者与他处停留者不在此列", "whoever left before the listing, or stayed elsewhere, is not coloured"),
        facts={
            RegionStay: """
                fact_id | person_id | from_at          | until_at                   | region_code
                a1      | ann       | 2020-01-10 09:00 | 2020-01-22 23:59:59.999999 | 420100
                b1      | bo        | 2020-02-20 09:00 | 2020-02-21 09:00           | 430100
                c1      | cai       | 2020-02-20 09:00 | 2020-02-21 09:00           | 330420
            """
        },
        expect=NOBODY,
    ),
    Case(
        policies=("hangzhou",),
        rule=RULE,
        title=Text(
            "恰在列入时刻离开者不在此列；恰在该时刻途经者在此列",
            "a stay that ends as the listing begins does not overlap it; an instant at its beginning lies in it",
        ),
        facts={
            RegionStay: """
                fact_id | person_id | from_at          | until_at                   | region_code
                a1      | ann       | 2020-01-10 09:00 | 2020-01-23 00:00           | 420100
                b1      | bo        | 2020-01-10 09:00 | 2020-01-23 00:00:00.000001 | 420100
                c1      | cai       | 2020-01-23 00:00 | 2020-01-23 00:00           | 420100
            """,
            Trip: """
                fact_id | person_id | from_at                    | from_region_code
                d1      | dan       | 2020-01-23 00:00           | 420100
                e1      | eva       | 2020-01-22 23:59:59.999999 | 420100
            """,
        },
        expect="""
            person_id | colour | from_at    | until_at | because
            bo        | red    | 2020-02-11 00:00 |    | b1
            cai       | red    | 2020-02-11 00:00 |    | c1
            dan       | red    | 2020-02-11 00:00 |    | d1
        """,
    ),
    Case(
        policies=("hangzhou",),
        rule=RULE,
        title=Text(
            "乘车出发地与卡口自述来源地也是依据；目的地不是",
            "boarding there and saying so at a checkpoint count; travelling to it and a checkpoint in it do not",
        ),
        facts={
            Trip: """
                fact_id | person_id | from_at          | until_at         | from_region_code | to_region_code
                a1      | ann       | 2020-02-12 09:00 | 2020-02-12 15:00 | 420100           | 330100
                b1      | bo        | 2020-02-12 09:00 | 2020-02-12 15:00 | 330100           | 420100
            """,
            CheckpointPass: """
                fact_id | person_id | from_at          | region_code | came_from_region_code
                c1      | cai       | 2020-02-12 09:00 | 330100      | 429004
                d1      | dan       | 2020-02-12 09:00 | 420100      |
                e1      | eva       | 2020-02-12 09:00 | 420100      | 410100
            """,
            CheckIn: daily("ann", "2020-02-12 20:00", days=15),
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | red    | 2020-02-12 09:00 | 2020-02-26 20:00 | a1
            cai       | red    | 2020-02-12 09:00 |                  | c1
        """,
    ),
    Case(
        policies=("hangzhou",),
        rule=RULE,
        title=Text("多个依据各自计算", "several stays count apart, and the last of them ends last"),
        facts={
            RegionStay: """
                fact_id | person_id | from_at          | until_at         | region_code
                a1      | ann       | 2020-02-12 09:00 | 2020-02-13 21:00 | 420100
                a2      | ann       | 2020-02-15 09:00 | 2020-02-15 21:00 | 420500
            """,
            CheckIn: daily("ann", "2020-02-13 08:00", days=30),
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | red    | 2020-02-12 09:00 | 2020-02-27 08:00 | a1
            ann       | red    | 2020-02-15 09:00 | 2020-02-29 08:00 | a2
        """,
    ),
    Case(
        policies=("hangzhou",),
        rule=RULE,
        title=Text("施行之前完成的打卡也算数", "check-ins of before the wording count, and one who had finished is never coloured"),
        facts={
            RegionStay: """
                fact_id | person_id | from_at          | until_at         | region_code
                a1      | ann       | 2020-01-20 09:00 | 2020-01-25 21:00 | 420100
                b1      | bo        | 2020-01-20 09:00 | 2020-01-29 21:00 | 420100
            """,
            CheckIn: daily("ann", "2020-01-26 08:00", days=14) + "\n" + daily("bo", "2020-01-30 08:00", days=14).split("\n", 1)[1],
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            bo        | red    | 2020-02-11 00:00 | 2020-02-12 08:00 | b1
        """,
    ),
    Case(
        policies=("hangzhou", "shanghai"),
        rule=RULE,
        title=Text("撤回的停留不赋色", "a stay that is taken back colours nobody"),
        facts={
            RegionStay: """
                fact_id | person_id | from_at          | until_at         | region_code
                a1      | ann       | 2020-02-20 09:00 | 2020-02-20 21:00 | 420100
            """,
            Withdrawal: """
                fact_id | person_id | from_at          | fact_type   | withdrawn_fact_id | reason
                w1      | ann       | 2020-02-21 09:00 | region_stay | a1                | wrong_person
            """,
        },
        expect=NOBODY,
    ),
    Case(
        policies=("shanghai",),
        rule=RULE,
        title=Text(
            "上海：自离开之日起满 14 天，按当地日历日计", "Shanghai: yellow until the start of the 14th local day after the day of leaving"
        ),
        facts={
            RegionStay: """
                fact_id | person_id | from_at          | until_at                   | region_code
                a1      | ann       | 2020-02-18 09:00 | 2020-02-20 23:59:59.999999 | 420100
                b1      | bo        | 2020-02-18 09:00 | 2020-02-21 00:00           | 420100
                c1      | cai       | 2020-02-18 09:00 |                            | 420100
                d1      | dan       | 2020-01-24 09:00 | 2020-02-04 10:00           | 420100
                e1      | eva       | 2020-01-24 09:00 | 2020-02-03 10:00           | 420100
            """
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | yellow | 2020-02-18 09:00 | 2020-03-05 00:00 | a1
            bo        | yellow | 2020-02-18 09:00 | 2020-03-06 00:00 | b1
            cai       | yellow | 2020-02-18 09:00 |                  | c1
            dan       | yellow | 2020-02-17 00:00 | 2020-02-18 00:00 | d1
        """,
    ),
)


def test_the_rule_concludes_what_the_table_says(case, rule_spec):
    rule_spec(case)
