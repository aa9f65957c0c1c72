"""What another region says of a person: only classes that the policy maps, until it ends, is replaced, or is too old."""

from fangxian.facts import RecognisedCode, Text, Withdrawal
from spec.case import Case

GRAVE, LESSER = "recognised-grave-reason", "recognised-lesser-reason"

SAID = """
    fact_id | person_id | from_at          | until_at         | region_code | reason_class | statement_id
    a1      | ann       | 2020-03-12 09:00 | 2020-03-20 10:00 | 420100      | case         | x
    b1      | bo        | 2020-03-12 09:00 |                  | 420100      | suspected    | x
    c1      | cai       | 2020-03-12 09:00 |                  | 420100      | control_list | x
    d1      | dan       | 2020-03-12 09:00 |                  | 420100      | third_region | x
    e1      | eve       | 2020-03-12 09:00 |                  | 420100      | nothing      | x
"""

CASES = (
    Case(
        policies=("hangzhou", "shanghai", "hubei", "national"),
        rule=GRAVE,
        title=Text(
            "政策所列类别才赋色，至当地终止，最长 14 天",
            "only the classes that the policy lists colour, until they end there, for 14 days at most",
        ),
        facts={RecognisedCode: SAID},
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | red    | 2020-03-12 09:00 | 2020-03-20 10:00 | a1
            bo        | red    | 2020-03-12 09:00 | 2020-03-26 00:00 | b1
        """,
    ),
    Case(
        policies=("hangzhou", "shanghai", "hubei", "national"),
        rule=GRAVE,
        title=Text(
            "同一地区后来的说明取代先前的；别的地区的不取代；撤回的不算",
            "a later statement of the same region replaces an earlier one; another region's does not; one taken back does not count",
        ),
        facts={
            RecognisedCode: """
                fact_id | person_id | from_at          | until_at | region_code | reason_class | statement_id
                a1      | ann       | 2020-03-12 09:00 |          | 420100      | case         | x
                a2      | ann       | 2020-03-14 09:00 |          | 420100      | nothing      | x
                b1      | bo        | 2020-03-12 09:00 |          | 420100      | case         | x
                b2      | bo        | 2020-03-14 09:00 |          | 330100      | nothing      | x
                c1      | cai       | 2020-03-12 09:00 |          | 420100      | case         | x
                d1      | dan       | 2020-03-12 09:00 |          | 420100      | case         | x
                d2      | dan       | 2020-03-12 09:00 |          | 420100      | nothing      | x
            """,
            Withdrawal: """
                fact_id | person_id | from_at          | fact_type       | withdrawn_fact_id | reason
                w1      | cai       | 2020-03-15 09:00 | recognised_code | c1                | wrong_value
            """,
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | red    | 2020-03-12 09:00 | 2020-03-14 09:00 | a1
            bo        | red    | 2020-03-12 09:00 | 2020-03-26 00:00 | b1
            dan       | red    | 2020-03-12 09:00 | 2020-03-26 00:00 | d1
        """,
    ),
    *(
        Case(
            policies=policies,
            rule=LESSER,
            title=Text(f"较轻一类：{said}", f"a lesser class: {said}"),
            facts={
                RecognisedCode: f"""
                    fact_id | person_id | from_at          | until_at | region_code | reason_class | statement_id
                    a1      | ann       | 2020-03-12 09:00 |          | 420100      | {said} | x
                    b1      | bo        | 2020-03-12 09:00 |          | 420100      | case         | x
                """
            },
            expect=f"""
                person_id | colour | from_at          | until_at         | because
                ann       | {colour} | 2020-03-12 09:00 | 2020-03-26 00:00 | a1
            """,
        )
        for policies, said, colour in (
            (("hangzhou", "shanghai"), "area", "yellow"),
            (("hubei",), "contact", "yellow"),
            (("national",), "contact", "orange"),
        )
    ),
)


def test_the_rule_concludes_what_the_table_says(case, rule_spec):
    rule_spec(case)
