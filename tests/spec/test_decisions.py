"""Personal decisions: two officers lift what one rule concludes from one fact. They can only improve a colour."""

from fangxian.facts import Diagnosis, Exposure, MedicalMeasure, PersonalDecision, Text, Withdrawal
from spec.case import Case

RULE = "close-contact"
CONTACT = """
    fact_id | person_id | from_at          | case_fact_id
    a1      | ann       | 2020-03-12 12:00 | case
"""

CASES = (
    Case(
        policies=("hangzhou", "hubei", "national"),
        rule=RULE,
        title=Text("两人签署，自决定之时起不再计入", "signed by two, a fact no longer counts from the decision on"),
        facts={
            Exposure: CONTACT,
            PersonalDecision: """
                fact_id | person_id | from_at          | rule          | lifts_fact_id | first_signer_id | second_signer_id
                d1      | ann       | 2020-03-14 09:00 | close-contact | a1            | one             | two
            """,
        },
        expect="""
            person_id | from_at          | until_at         | because
            ann       | 2020-03-12 12:00 | 2020-03-14 09:00 | a1
        """,
    ),
    Case(
        policies=("hangzhou",),
        rule=RULE,
        title=Text("同一人签两次无效", "the same signer twice is nothing"),
        facts={
            Exposure: CONTACT,
            PersonalDecision: """
                fact_id | person_id | from_at          | rule          | lifts_fact_id | first_signer_id | second_signer_id
                d1      | ann       | 2020-03-14 09:00 | close-contact | a1            | one             | one
            """,
        },
        expect="""
            person_id | from_at          | until_at | because
            ann       | 2020-03-12 12:00 |          | a1
        """,
    ),
    Case(
        policies=("hangzhou",),
        rule=RULE,
        title=Text(
            "一个决定只及于其所指的人、规则与事实", "a decision reaches the person, the rule and the fact that it names, and no other"
        ),
        facts={
            Exposure: """
                fact_id | person_id | from_at          | case_fact_id
                a1      | ann       | 2020-03-12 12:00 | case
                a2      | ann       | 2020-03-13 12:00 | case
                b1      | bo        | 2020-03-12 12:00 | case
                c1      | cai       | 2020-03-12 12:00 | case
            """,
            PersonalDecision: """
                fact_id | person_id | from_at          | rule             | lifts_fact_id
                d1      | ann       | 2020-03-14 09:00 | close-contact    | a1
                d2      | bo        | 2020-03-14 09:00 | declared-contact | b1
                d3      | ann       | 2020-03-14 09:00 | close-contact    | c1
            """,
        },
        expect="""
            person_id | from_at          | until_at         | because
            ann       | 2020-03-12 12:00 | 2020-03-14 09:00 | a1
            ann       | 2020-03-13 12:00 |                  | a2
            bo        | 2020-03-12 12:00 |                  | b1
            cai       | 2020-03-12 12:00 |                  | c1
        """,
    ),
    Case(
        policies=("hangzhou",),
        rule=RULE,
        title=Text("撤回决定后重新计入", "a decision that is taken back lifts nothing"),
        facts={
            Exposure: CONTACT,
            PersonalDecision: """
                fact_id | person_id | from_at          | rule          | lifts_fact_id
                d1      | ann       | 2020-03-14 09:00 | close-contact | a1
            """,
            Withdrawal: """
                fact_id | person_id | from_at          | fact_type         | withdrawn_fact_id | reason
                w1      | ann       | 2020-03-15 09:00 | personal_decision | d1                | wrong_value
            """,
        },
        expect="""
            person_id | from_at          | until_at | because
            ann       | 2020-03-12 12:00 |          | a1
        """,
    ),
    Case(
        policies=("hangzhou", "shanghai"),
        rule="central-isolation",
        title=Text(
            "自事实之前起生效的决定不留痕迹；晚于结束的决定不改变什么",
            "from before the fact it leaves nothing; from after the end it changes nothing",
        ),
        facts={
            MedicalMeasure: """
                fact_id | person_id | from_at          | kind
                a1      | ann       | 2020-03-12 09:00 | central
                b1      | bo        | 2020-03-12 09:00 | central
                b2      | bo        | 2020-03-20 09:00 | released
                c1      | cai       | 2020-03-12 09:00 | central
            """,
            PersonalDecision: """
                fact_id | person_id | from_at          | rule              | lifts_fact_id
                d1      | ann       | 2020-03-12 09:00 | central-isolation | a1
                d2      | bo        | 2020-03-25 09:00 | central-isolation | b1
                d3      | cai       | 2020-03-01 09:00 | central-isolation | c1
            """,
        },
        expect="""
            person_id | from_at          | until_at         | because
            bo        | 2020-03-12 09:00 | 2020-03-20 09:00 | b1
        """,
    ),
    Case(
        policies=("hangzhou",),
        rule=RULE,
        title=Text("多个决定以最早者为准；尚未获知的决定不算", "the earliest of several decisions counts, and only what is known"),
        known_at="2020-03-20 00:00",
        facts={
            Exposure: CONTACT,
            PersonalDecision: """
                fact_id | person_id | from_at          | known_at         | rule          | lifts_fact_id
                d1      | ann       | 2020-03-16 09:00 | 2020-03-16 09:00 | close-contact | a1
                d2      | ann       | 2020-03-15 09:00 | 2020-03-16 09:00 | close-contact | a1
                d3      | ann       | 2020-03-14 09:00 | 2020-03-20 09:00 | close-contact | a1
            """,
        },
        expect="""
            person_id | from_at          | until_at         | because
            ann       | 2020-03-12 12:00 | 2020-03-15 09:00 | a1
        """,
    ),
    Case(
        policies=("hangzhou",),
        rule="",
        title=Text("一项事实不再计入，其他规则依旧", "what one rule no longer counts, the other rules still do"),
        facts={
            Diagnosis: """
                fact_id | person_id | from_at          | status
                a1      | ann       | 2020-03-12 09:00 | suspected
                a2      | ann       | 2020-03-13 09:00 | confirmed
            """,
            PersonalDecision: """
                fact_id | person_id | from_at          | rule           | lifts_fact_id
                d1      | ann       | 2020-03-12 12:00 | suspected-case | a1
                d2      | ann       | 2020-03-12 12:00 | suspected-case | a2
            """,
        },
        expect="""
            person_id | rule           | colour | from_at          | until_at         | because
            ann       | suspected-case | red    | 2020-03-12 09:00 | 2020-03-12 12:00 | a1
            ann       | confirmed-case | red    | 2020-03-13 09:00 |                  | a2
        """,
    ),
)


def test_decisions_do_what_the_table_says(case, rule_spec):
    rule_spec(case)
