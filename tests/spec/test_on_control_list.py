"""On the control list: red only while what the entry cites stands; an entry by itself colours nobody."""

from fangxian.facts import ControlListEntry, Diagnosis, Exposure, RegionStay, Text, Trip, Withdrawal
from spec.case import NOBODY, Case

RULE = "on-control-list"

CASES = (
    Case(
        policies=("hangzhou",),
        rule=RULE,
        title=Text(
            "引用成立的病例、密接或重点地区旅居，至移出为红码",
            "red from the listing until removal, where the case, contact or stay cited stands",
        ),
        facts={
            ControlListEntry: """
                fact_id | person_id | from_at          | action  | cites_fact_type | cites_fact_id
                a1      | ann       | 2020-02-15 09:00 | listed  | diagnosis       | a9
                a2      | ann       | 2020-02-20 09:00 | removed |                 |
                b1      | bo        | 2020-02-15 09:00 | listed  | exposure        | b9
                b2      | bo        | 2020-02-20 09:00 | removed |                 |
                c1      | cai       | 2020-02-15 09:00 | listed  | region_stay     | c9
                c2      | cai       | 2020-02-20 09:00 | removed |                 |
            """,
            Diagnosis: """
                fact_id | person_id | from_at          | status
                a9      | ann       | 2020-02-14 09:00 | suspected
            """,
            Exposure: """
                fact_id | person_id | from_at          | case_fact_id
                b9      | bo        | 2020-02-14 09:00 | case
            """,
            RegionStay: """
                fact_id | person_id | from_at          | until_at         | region_code
                c9      | cai       | 2020-02-12 09:00 | 2020-02-13 09:00 | 420100
            """,
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | red    | 2020-02-15 09:00 | 2020-02-20 09:00 | a1, a9
            bo        | red    | 2020-02-15 09:00 | 2020-02-20 09:00 | b1, b9
            cai       | red    | 2020-02-15 09:00 | 2020-02-20 09:00 | c1, c9
        """,
    ),
    Case(
        policies=("hangzhou",),
        rule="",
        title=Text(
            "只有名单、别无事实者，任何规则均不赋色", "an entry that cites nothing, or nothing that exists, colours under no rule at all"
        ),
        facts={
            ControlListEntry: """
                fact_id | person_id | from_at          | action  | cites_fact_type | cites_fact_id
                a1      | ann       | 2020-02-15 09:00 | listed  |                 |
                b1      | bo        | 2020-02-15 09:00 | listed  | diagnosis       | b9
                c1      | cai       | 2020-02-15 09:00 | listed  | exposure        | c1
                d1      | dan       | 2020-02-15 09:00 | listed  | diagnosis       |
                e1      | eva       | 2020-02-15 09:00 | listed  |                 | e9
                f1      | fei       | 2020-02-15 09:00 | removed | diagnosis       | f9
            """
        },
        expect="person_id | rule | colour | from_at | until_at | because",
    ),
    Case(
        policies=("hangzhou",),
        rule=RULE,
        title=Text("引用他人的事实不赋色", "citing another person's fact colours nobody"),
        facts={
            ControlListEntry: """
                fact_id | person_id | from_at          | action | cites_fact_type | cites_fact_id
                a1      | ann       | 2020-02-15 09:00 | listed | diagnosis       | b9
            """,
            Diagnosis: """
                fact_id | person_id | from_at          | status
                b9      | bo        | 2020-02-14 09:00 | confirmed
            """,
        },
        expect=NOBODY,
    ),
    Case(
        policies=("hangzhou",),
        rule=RULE,
        title=Text("引用类型须与事实相符：乘车不是停留", "the kind cited must be the kind it is: a trip is no stay, a stay no exposure"),
        facts={
            ControlListEntry: """
                fact_id | person_id | from_at          | action | cites_fact_type | cites_fact_id
                a1      | ann       | 2020-02-15 09:00 | listed | region_stay     | a9
                b1      | bo        | 2020-02-15 09:00 | listed | exposure        | b9
            """,
            Trip: """
                fact_id | person_id | from_at          | from_region_code
                a9      | ann       | 2020-02-14 09:00 | 420100
            """,
            RegionStay: """
                fact_id | person_id | from_at          | until_at         | region_code
                b9      | bo        | 2020-02-12 09:00 | 2020-02-13 09:00 | 420100
            """,
        },
        expect=NOBODY,
    ),
    Case(
        policies=("hangzhou",),
        rule=RULE,
        title=Text(
            "引用他处的停留、次密接、出院记录均不赋色", "a stay elsewhere, a secondary or general contact or a discharge is nothing to cite"
        ),
        facts={
            ControlListEntry: """
                fact_id | person_id | from_at          | action | cites_fact_type | cites_fact_id
                a1      | ann       | 2020-02-15 09:00 | listed | region_stay     | a9
                b1      | bo        | 2020-02-15 09:00 | listed | exposure        | b9
                c1      | cai       | 2020-02-15 09:00 | listed | exposure        | c9
                d1      | dan       | 2020-02-15 09:00 | listed | diagnosis       | d9
                e1      | eva       | 2020-02-15 09:00 | listed | region_stay     | e9
            """,
            RegionStay: """
                fact_id | person_id | from_at          | until_at         | region_code
                a9      | ann       | 2020-02-12 09:00 | 2020-02-13 09:00 | 430100
                e9      | eva       | 2020-01-12 09:00 | 2020-01-13 09:00 | 420100
            """,
            Exposure: """
                fact_id | person_id | from_at          | contact_class | case_fact_id
                b9      | bo        | 2020-02-14 09:00 | secondary     | case
                c9      | cai       | 2020-02-14 09:00 | general       | case
            """,
            Diagnosis: """
                fact_id | person_id | from_at          | status
                d9      | dan       | 2020-02-14 09:00 | discharged
            """,
        },
        expect=NOBODY,
    ),
    Case(
        policies=("hangzhou",),
        rule=RULE,
        title=Text(
            "所引疑似被排除即止；列入前已排除者不赋色",
            "it ends when the suspicion cited is excluded; excluded before the listing, it colours nobody",
        ),
        facts={
            ControlListEntry: """
                fact_id | person_id | from_at          | action | cites_fact_type | cites_fact_id
                a1      | ann       | 2020-02-15 09:00 | listed | diagnosis       | a9
                b1      | bo        | 2020-02-15 09:00 | listed | diagnosis       | b9
                c1      | cai       | 2020-02-15 09:00 | listed | diagnosis       | c9
            """,
            Diagnosis: """
                fact_id | person_id | from_at                    | status
                a9      | ann       | 2020-02-14 09:00           | suspected
                a8      | ann       | 2020-02-17 09:00           | excluded
                b9      | bo        | 2020-02-14 09:00           | suspected
                b8      | bo        | 2020-02-15 09:00           | excluded
                c9      | cai       | 2020-02-14 09:00           | suspected
                c8      | cai       | 2020-02-15 09:00:00.000001 | excluded
            """,
        },
        expect="""
            person_id | colour | from_at          | until_at                   | because
            ann       | red    | 2020-02-15 09:00 | 2020-02-17 09:00           | a1, a9
            cai       | red    | 2020-02-15 09:00 | 2020-02-15 09:00:00.000001 | c1, c9
        """,
    ),
    Case(
        policies=("hangzhou",),
        rule=RULE,
        title=Text("所引事实撤回后不再赋色", "when the fact cited is taken back the entry colours nobody"),
        facts={
            ControlListEntry: """
                fact_id | person_id | from_at          | action | cites_fact_type | cites_fact_id
                a1      | ann       | 2020-02-15 09:00 | listed | exposure        | a9
            """,
            Exposure: """
                fact_id | person_id | from_at          | case_fact_id
                a9      | ann       | 2020-02-14 09:00 | case
            """,
            Withdrawal: """
                fact_id | person_id | from_at          | fact_type | withdrawn_fact_id | reason
                w1      | ann       | 2020-02-16 09:00 | exposure  | a9                | case_excluded
            """,
        },
        expect=NOBODY,
    ),
    Case(
        policies=("hangzhou",),
        rule=RULE,
        title=Text("……撤回之前获知的仍按当时", "... and as known before it was taken back, it still did"),
        known_at="2020-02-16 08:59",
        facts={
            ControlListEntry: """
                fact_id | person_id | from_at          | action | cites_fact_type | cites_fact_id
                a1      | ann       | 2020-02-15 09:00 | listed | exposure        | a9
            """,
            Exposure: """
                fact_id | person_id | from_at          | case_fact_id
                a9      | ann       | 2020-02-14 09:00 | case
            """,
            Withdrawal: """
                fact_id | person_id | from_at          | fact_type | withdrawn_fact_id | reason
                w1      | ann       | 2020-02-16 09:00 | exposure  | a9                | case_excluded
            """,
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | red    | 2020-02-15 09:00 | 2020-03-13 00:00 | a1, a9
        """,
    ),
    Case(
        policies=("hangzhou",),
        rule=RULE,
        title=Text(
            "至迟自所引事实起第 28 天结束，按当地日历日计",
            "at the latest it ends 28 local days after the last contact, the leaving, or the beginning of the case",
        ),
        facts={
            ControlListEntry: """
                fact_id | person_id | from_at          | action | cites_fact_type | cites_fact_id
                a1      | ann       | 2020-02-15 09:00 | listed | exposure        | a9
                b1      | bo        | 2020-02-15 09:00 | listed | region_stay     | b9
                c1      | cai       | 2020-02-15 09:00 | listed | diagnosis       | c9
                d1      | dan       | 2020-03-15 09:00 | listed | exposure        | d9
            """,
            Exposure: """
                fact_id | person_id | from_at          | until_at                   | case_fact_id
                a9      | ann       | 2020-02-10 09:00 | 2020-02-12 23:59:59.999999 | case
                d9      | dan       | 2020-02-10 09:00 | 2020-02-12 09:00           | case
            """,
            RegionStay: """
                fact_id | person_id | from_at          | until_at         | region_code
                b9      | bo        | 2020-02-10 09:00 | 2020-02-13 00:00 | 420100
            """,
            Diagnosis: """
                fact_id | person_id | from_at          | status
                c9      | cai       | 2020-02-14 09:00 | asymptomatic
            """,
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | red    | 2020-02-15 09:00 | 2020-03-11 00:00 | a1, a9
            bo        | red    | 2020-02-15 09:00 | 2020-03-12 00:00 | b1, b9
            cai       | red    | 2020-02-15 09:00 | 2020-03-13 00:00 | c1, c9
        """,
    ),
    Case(
        policies=("hangzhou",),
        rule=RULE,
        title=Text("所引事实发生之前不赋色", "it colours nobody before what it cites has begun"),
        facts={
            ControlListEntry: """
                fact_id | person_id | from_at          | action | cites_fact_type | cites_fact_id
                a1      | ann       | 2020-02-15 09:00 | listed | diagnosis       | a9
                b1      | bo        | 2020-02-15 09:00 | listed | exposure        | b9
                c1      | cai       | 2020-02-15 09:00 | listed | region_stay     | c9
            """,
            Diagnosis: """
                fact_id | person_id | from_at          | status
                a9      | ann       | 2020-02-15 18:00 | confirmed
            """,
            Exposure: """
                fact_id | person_id | from_at          | until_at         | case_fact_id
                b9      | bo        | 2020-02-16 09:00 | 2020-02-16 12:00 | case
            """,
            RegionStay: """
                fact_id | person_id | from_at          | until_at         | region_code
                c9      | cai       | 2020-02-17 09:00 | 2020-02-17 12:00 | 420100
            """,
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | red    | 2020-02-15 18:00 | 2020-03-14 00:00 | a1, a9
            bo        | red    | 2020-02-16 09:00 | 2020-03-15 00:00 | b1, b9
            cai       | red    | 2020-02-17 09:00 | 2020-03-16 00:00 | c1, c9
        """,
    ),
    Case(
        policies=("hangzhou",),
        rule=RULE,
        title=Text("再次列入另行计算；移出只结束此前的列入", "a second listing counts anew; a removal ends what came before it only"),
        facts={
            ControlListEntry: """
                fact_id | person_id | from_at          | action  | cites_fact_type | cites_fact_id
                a0      | ann       | 2020-02-14 09:00 | removed |                 |
                a1      | ann       | 2020-02-15 09:00 | listed  | exposure        | a9
                a2      | ann       | 2020-02-16 09:00 | removed |                 |
                a3      | ann       | 2020-02-18 09:00 | listed  | exposure        | a9
            """,
            Exposure: """
                fact_id | person_id | from_at          | case_fact_id
                a9      | ann       | 2020-02-14 09:00 | case
            """,
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | red    | 2020-02-15 09:00 | 2020-02-16 09:00 | a1, a9
            ann       | red    | 2020-02-18 09:00 | 2020-03-13 00:00 | a3, a9
        """,
    ),
)


def test_the_rule_concludes_what_the_table_says(case, rule_spec):
    rule_spec(case)
