"""One person in two policies: the same facts, each jurisdiction's own words."""

from fangxian.facts import CheckIn, Exposure, MedicalMeasure, RegionStay, Text
from spec.case import Case, daily

FACTS = {
    Exposure: """
        fact_id | person_id | from_at          | case_fact_id
        a1      | ann       | 2020-03-12 12:00 | case
    """,
    MedicalMeasure: """
        fact_id | person_id | from_at          | kind
        a2      | ann       | 2020-03-13 09:00 | home
        a3      | ann       | 2020-03-27 09:00 | released
    """,
    RegionStay: """
        fact_id | person_id | from_at          | until_at         | region_code
        a4      | ann       | 2020-03-01 12:00 | 2020-03-12 12:00 | 420100
    """,
    CheckIn: daily("ann", "2020-03-13 08:00", days=14)
    .replace("symptoms", "symptoms | temperature_c", 1)
    .replace("08:00 |", "08:00 | | 36.5"),
}

CASES = (
    Case(
        policies=("hangzhou",),
        rule="",
        title=Text(
            "杭州：密接与湖北来杭均为红码至第 14 次打卡，居家观察为黄码",
            "Hangzhou: contact and origin are red until the 14th check-in, home observation is yellow",
        ),
        facts=FACTS,
        expect="""
            person_id | rule               | colour | from_at          | until_at         | because
            ann       | close-contact      | red    | 2020-03-12 12:00 | 2020-03-26 08:00 | a1
            ann       | came-from-key-area | red    | 2020-03-01 12:00 | 2020-03-26 08:00 | a4
            ann       | home-observation   | yellow | 2020-03-13 09:00 | 2020-03-27 09:00 | a2
        """,
    ),
    Case(
        policies=("shanghai",),
        rule="",
        title=Text(
            "上海：居家观察为红码，湖北来沪为黄码，密接本身不赋色",
            "Shanghai: home observation is red, origin is yellow, the contact itself is nothing",
        ),
        facts=FACTS,
        expect="""
            person_id | rule               | colour | from_at          | until_at         | because
            ann       | came-from-key-area | yellow | 2020-03-01 12:00 | 2020-03-26 00:00 | a4
            ann       | home-observation   | red    | 2020-03-13 09:00 | 2020-03-27 09:00 | a2
        """,
    ),
    Case(
        policies=("hubei",),
        rule="",
        title=Text(
            "湖北：密接与居家观察为黄码，末次记录 7 天后过期",
            "Hubei: contact and observation are yellow, and the last record expires after 7 days",
        ),
        facts=FACTS,
        expect="""
            person_id | rule             | colour | from_at          | until_at         | because
            ann       | close-contact    | yellow | 2020-03-12 12:00 | 2020-03-26 00:00 | a1
            ann       | home-observation | yellow | 2020-03-13 09:00 | 2020-03-27 09:00 | a2
            ann       | record-expired   | yellow | 2020-04-03 00:00 |                  | c0326
        """,
    ),
    Case(
        policies=("national",),
        rule="",
        title=Text("国家：密接为橙码", "the nation: the contact is orange, the rest is nothing"),
        facts=FACTS,
        expect="""
            person_id | rule          | colour | from_at          | until_at         | because
            ann       | close-contact | orange | 2020-03-12 12:00 | 2020-03-26 00:00 | a1
        """,
    ),
)


def test_each_policy_concludes_what_its_table_says(case, rule_spec):
    rule_spec(case)
