"""Known time and the life of a wording: the past as known then and as known now, and nothing before the first day."""

from fangxian.facts import CheckIn, Diagnosis, Exposure, MedicalMeasure, Text, Withdrawal
from spec.case import NOBODY, Case, daily

THEN = "2020-03-20 00:00"

EXCLUDED_LATER = {
    Diagnosis: """
        fact_id | person_id | from_at          | known_at                   | status
        a1      | ann       | 2020-03-12 09:00 | 2020-03-12 10:00           | confirmed
        b1      | bo        | 2020-03-12 09:00 | 2020-03-12 10:00           | confirmed
        c1      | cai       | 2020-03-12 09:00 | 2020-03-12 10:00           | confirmed
    """,
    Withdrawal: """
        fact_id | person_id | from_at          | known_at                   | fact_type | withdrawn_fact_id | reason
        w1      | ann       | 2020-03-19 09:00 | 2020-03-20 00:00           | diagnosis | a1                | wrong_person
        w2      | bo        | 2020-03-19 09:00 | 2020-03-20 00:00:00.000001 | diagnosis | b1                | wrong_person
        w3      | dan       | 2020-03-19 09:00 | 2020-03-19 09:00           | diagnosis | c1                | wrong_person
        w4      | cai       | 2020-03-19 09:00 | 2020-03-19 09:00           | exposure  | c1                | wrong_person
    """,
}

SAID_AGAIN = {
    MedicalMeasure: """
        fact_id | person_id | from_at          | known_at                   | kind
        a1      | ann       | 2020-03-12 09:00 | 2020-03-12 10:00           | central
        a1      | ann       | 2020-03-14 09:00 | 2020-03-20 00:00           | central
        b1      | bo        | 2020-03-14 09:00 | 2020-03-20 00:00:00.000001 | central
        b1      | bo        | 2020-03-12 09:00 | 2020-03-12 10:00           | central
        c1      | cai       | 2020-03-12 09:00 | 2020-03-12 10:00           | central
        c1      | dan       | 2020-03-12 09:00 | 2020-03-18 10:00           | central
        e1      | eva       | 2020-03-12 09:00 | 2020-03-18 10:00           | central
        e1      | eva       | 2020-03-13 09:00 | 2020-03-18 10:00           | central
        e1      | eva       | 2020-03-14 09:00 | 2020-03-17 10:00           | central
        f1      | fei       | 2020-03-12 09:00 | 2020-03-12 10:00           | central
        f1      | fei       | 2020-03-13 09:00 | 2020-03-13 10:00           | central
        f1      | fei       | 2020-03-12 09:00 | 2020-03-14 10:00           | central
    """,
    Withdrawal: """
        fact_id | person_id | from_at                    | known_at                   | fact_type       | withdrawn_fact_id | reason
        w1      | ann       | 2020-03-20 00:00           | 2020-03-20 00:00           | medical_measure | a1                | corrected
        w2      | bo        | 2020-03-20 00:00:00.000001 | 2020-03-20 00:00:00.000001 | medical_measure | b1                | corrected
        w3      | cai       | 2020-03-18 10:00           | 2020-03-18 10:00           | medical_measure | c1                | corrected
        w4      | eva       | 2020-03-18 10:00           | 2020-03-18 10:00           | medical_measure | e1                | corrected
        w5      | fei       | 2020-03-13 10:00           | 2020-03-13 10:00           | medical_measure | f1                | corrected
        w6      | fei       | 2020-03-14 10:00           | 2020-03-14 10:00           | medical_measure | f1                | corrected
    """,
}

CASES = (
    Case(
        policies=("hangzhou",),
        rule="central-isolation",
        title=Text(
            "同一记录再报而内容有变：自获知更正之刻起以新内容为准，先前的不再成立；同一时刻的两种内容均成立",
            "a record said again with other content: from the instant at which that is known it alone stands; two contents of one "
            "instant both do",
        ),
        known_at=THEN,
        facts=SAID_AGAIN,
        expect="""
            person_id | colour | from_at          | until_at | because
            ann       | red    | 2020-03-14 09:00 |          | a1
            bo        | red    | 2020-03-12 09:00 |          | b1
            dan       | red    | 2020-03-12 09:00 |          | c1
            eva       | red    | 2020-03-12 09:00 |          | e1
            eva       | red    | 2020-03-13 09:00 |          | e1
            fei       | red    | 2020-03-12 09:00 |          | f1
        """,
    ),
    Case(
        policies=("hangzhou",),
        rule="central-isolation",
        title=Text("……按现在获知的，更正均已生效", "... and as known now every correction counts"),
        facts=SAID_AGAIN,
        expect="""
            person_id | colour | from_at          | until_at | because
            ann       | red    | 2020-03-14 09:00 |          | a1
            bo        | red    | 2020-03-14 09:00 |          | b1
            dan       | red    | 2020-03-12 09:00 |          | c1
            eva       | red    | 2020-03-12 09:00 |          | e1
            eva       | red    | 2020-03-13 09:00 |          | e1
            fei       | red    | 2020-03-12 09:00 |          | f1
        """,
    ),
    Case(
        policies=("hangzhou", "shanghai", "national"),
        rule="confirmed-case",
        title=Text(
            "只计当时已获知的事实，恰在此刻获知者计入", "only what was known then counts, what became known at that very instant with it"
        ),
        known_at=THEN,
        facts={
            Diagnosis: """
                fact_id | person_id | from_at          | known_at                   | status
                a1      | ann       | 2020-03-12 09:00 | 2020-03-20 00:00           | confirmed
                b1      | bo        | 2020-03-12 09:00 | 2020-03-20 00:00:00.000001 | confirmed
                c1      | cai       | 2020-03-12 09:00 | 2020-03-12 10:00           | confirmed
                c2      | cai       | 2020-03-15 09:00 | 2020-03-20 00:00:00.000001 | discharged
                d1      | dan       | 2020-03-12 09:00 | 2020-03-12 10:00           | confirmed
                d2      | dan       | 2020-03-15 09:00 | 2020-03-20 00:00           | discharged
            """
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | red    | 2020-03-12 09:00 |                  | a1
            cai       | red    | 2020-03-12 09:00 |                  | c1
            dan       | red    | 2020-03-12 09:00 | 2020-03-15 09:00 | d1
        """,
    ),
    Case(
        policies=("hangzhou", "shanghai", "national"),
        rule="confirmed-case",
        title=Text(
            "撤回自其获知之时起生效；对他人或他类事实的撤回无效",
            "a withdrawal counts from when it is known; one of another person's fact or of another type does not",
        ),
        known_at=THEN,
        facts=EXCLUDED_LATER,
        expect="""
            person_id | colour | from_at          | until_at | because
            bo        | red    | 2020-03-12 09:00 |          | b1
            cai       | red    | 2020-03-12 09:00 |          | c1
        """,
    ),
    Case(
        policies=("hangzhou", "shanghai", "national"),
        rule="confirmed-case",
        title=Text("……按现在获知的，两者均已撤回", "... and as known now both are gone"),
        facts=EXCLUDED_LATER,
        expect="""
            person_id | colour | from_at          | until_at | because
            cai       | red    | 2020-03-12 09:00 |          | c1
        """,
    ),
    Case(
        policies=("hangzhou",),
        rule="close-contact",
        title=Text("晚到的打卡：当时仍为红码", "check-ins that arrive late: still red as known then ..."),
        known_at=THEN,
        facts={
            Exposure: """
                fact_id | person_id | from_at          | case_fact_id
                a1      | ann       | 2020-02-15 12:00 | case
            """,
            CheckIn: daily("ann", "2020-02-16 08:00", days=13)
            .replace("symptoms", "symptoms | known_at", 1)
            .replace("08:00 |", "08:00 | | 2020-03-01 00:00")
            + "\nlate | ann | 2020-02-29 08:00 | | 2020-03-20 00:01",
        },
        expect="""
            person_id | colour | from_at          | until_at | because
            ann       | red    | 2020-02-15 12:00 |          | a1
        """,
    ),
    Case(
        policies=("hangzhou",),
        rule="close-contact",
        title=Text("……如今看来当时已可转绿", "... and as known now it had ended"),
        facts={
            Exposure: """
                fact_id | person_id | from_at          | case_fact_id
                a1      | ann       | 2020-02-15 12:00 | case
            """,
            CheckIn: daily("ann", "2020-02-16 08:00", days=13)
            .replace("symptoms", "symptoms | known_at", 1)
            .replace("08:00 |", "08:00 | | 2020-03-01 00:00")
            + "\nlate | ann | 2020-02-29 08:00 | | 2020-03-20 00:01",
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | red    | 2020-02-15 12:00 | 2020-02-29 08:00 | a1
        """,
    ),
    Case(
        policies=("hangzhou",),
        rule="central-isolation",
        title=Text("施行首日当地零时起算；此前已结束者不在此列", "nothing is coloured before the start of the wording's first local day"),
        facts={
            MedicalMeasure: """
                fact_id | person_id | from_at                    | kind
                a1      | ann       | 2020-02-01 09:00           | central
                b1      | bo        | 2020-02-01 09:00           | central
                b2      | bo        | 2020-02-11 00:00           | released
                c1      | cai       | 2020-02-01 09:00           | central
                c2      | cai       | 2020-02-11 00:00:00.000001 | released
                d1      | dan       | 2020-02-10 23:59:59.999999 | central
                e1      | eva       | 2020-02-11 00:00           | central
            """
        },
        expect="""
            person_id | colour | from_at          | until_at                   | because
            ann       | red    | 2020-02-11 00:00 |                            | a1
            cai       | red    | 2020-02-11 00:00 | 2020-02-11 00:00:00.000001 | c1
            dan       | red    | 2020-02-11 00:00 |                            | d1
            eva       | red    | 2020-02-11 00:00 |                            | e1
        """,
    ),
    Case(
        policies=("national",),
        rule="confirmed-case",
        title=Text("国家口径自 2 月 29 日起", "the nation's wording begins on 29 February"),
        facts={
            Diagnosis: """
                fact_id | person_id | from_at          | status
                a1      | ann       | 2020-02-12 09:00 | confirmed
                b1      | bo        | 2020-02-12 09:00 | confirmed
                b2      | bo        | 2020-02-28 09:00 | discharged
            """
        },
        expect="""
            person_id | colour | from_at          | until_at | because
            ann       | red    | 2020-02-29 00:00 |          | a1
        """,
    ),
    Case(
        policies=("hangzhou",),
        rule="confirmed-case",
        title=Text("什么都没有，就没有颜色", "nothing known is no hit"),
        known_at="2020-02-01 00:00",
        facts={
            Diagnosis: """
                fact_id | person_id | from_at          | status
                a1      | ann       | 2020-02-12 09:00 | confirmed
            """
        },
        expect=NOBODY,
    ),
)


def test_known_time_and_wordings_do_what_the_table_says(case, rule_spec):
    rule_spec(case)
