"""Fever: measured at a gate (Hubei, the nation), seen at a fever clinic (Hubei)."""

from fangxian.facts import (
    CheckIn,
    Diagnosis,
    DoctorConfirmation,
    FeverClinicVisit,
    FeverMedicinePurchase,
    TemperatureReading,
    Text,
    Withdrawal,
)
from spec.case import NOBODY, Case

GATE, CLINIC = "fever-at-gate", "fever-patient"

CASES = (
    Case(
        policies=("hubei", "national"),
        rule=GATE,
        title=Text(
            "现场测温达到 37.3 ℃ 为黄码，次日及以后测温正常后结束",
            "yellow from a reading of 37.3 °C until the next normal one on a later local day",
        ),
        facts={
            TemperatureReading: """
                fact_id | person_id | from_at          | temperature_c | site
                a1      | ann       | 2020-03-12 09:00 | 37.3          | axillary
                a2      | ann       | 2020-03-12 10:00 | 36.5          | axillary
                a3      | ann       | 2020-03-13 09:00 | 37.4          | axillary
                a4      | ann       | 2020-03-14 09:00 | 36.5          | axillary
                b1      | bo        | 2020-03-12 09:00 | 37.29         | forehead
                c1      | cai       | 2020-03-12 09:00 | 37.3          | forehead
                d1      | dan       | 2020-03-12 09:00 | 38.0          | ear
            """
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | yellow | 2020-03-12 09:00 | 2020-03-14 09:00 | a1
            ann       | yellow | 2020-03-13 09:00 | 2020-03-14 09:00 | a3
            cai       | yellow | 2020-03-12 09:00 | 2020-03-26 00:00 | c1
            dan       | yellow | 2020-03-12 09:00 | 2020-03-26 00:00 | d1
        """,
    ),
    Case(
        policies=("hubei", "national"),
        rule=GATE,
        title=Text(
            "以当地日历日计：零点的正常读数算次日", "days are local: a normal reading at midnight is of the next day, one before is not"
        ),
        facts={
            TemperatureReading: """
                fact_id | person_id | from_at                    | temperature_c
                a1      | ann       | 2020-03-12 22:00           | 38.0
                a2      | ann       | 2020-03-13 00:00           | 36.5
                b1      | bo        | 2020-03-12 22:00           | 38.0
                b2      | bo        | 2020-03-12 23:59:59.999999 | 36.5
                c1      | cai       | 2020-03-12 23:59:59.999999 | 38.0
                d1      | dan       | 2020-03-13 00:00           | 38.0
                d2      | dan       | 2020-03-27 00:00           | 36.5
            """
        },
        expect="""
            person_id | colour | from_at                    | until_at         | because
            ann       | yellow | 2020-03-12 22:00           | 2020-03-13 00:00 | a1
            bo        | yellow | 2020-03-12 22:00           | 2020-03-26 00:00 | b1
            cai       | yellow | 2020-03-12 23:59:59.999999 | 2020-03-26 00:00 | c1
            dan       | yellow | 2020-03-13 00:00           | 2020-03-27 00:00 | d1
        """,
    ),
    Case(
        policies=("hubei", "national"),
        rule=GATE,
        title=Text(
            "本人打卡不结束现场测温异常；他人的读数无关；撤回的读数不计",
            "a person's own check-in does not end it, nor another person's reading; a reading taken back does not count",
        ),
        facts={
            TemperatureReading: """
                fact_id | person_id | from_at          | temperature_c
                a1      | ann       | 2020-03-12 22:00 | 38.0
                b1      | bo        | 2020-03-13 09:00 | 36.5
                c1      | cai       | 2020-03-12 09:00 | 38.0
                d1      | dan       | 2020-03-12 09:00 | 38.0
                d2      | dan       | 2020-03-13 09:00 | 36.5
            """,
            CheckIn: """
                fact_id | person_id | from_at          | temperature_c
                a2      | ann       | 2020-03-13 09:00 | 36.5
            """,
            Withdrawal: """
                fact_id | person_id | from_at          | fact_type           | withdrawn_fact_id | reason
                w1      | cai       | 2020-03-13 09:00 | temperature_reading | c1                | wrong_person
                w2      | dan       | 2020-03-13 10:00 | temperature_reading | d2                | wrong_person
            """,
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | yellow | 2020-03-12 22:00 | 2020-03-26 00:00 | a1
            dan       | yellow | 2020-03-12 09:00 | 2020-03-26 00:00 | d1
        """,
    ),
    Case(
        policies=("hubei",),
        rule=CLINIC,
        title=Text(
            "湖北：发热病例为红码，医生排除并满 14 天后结束", "Hubei: red until the start of the 14th local day after a doctor excluded it"
        ),
        facts={
            FeverClinicVisit: """
                fact_id | person_id | from_at          | outcome
                a1      | ann       | 2020-03-12 09:00 | fever
                b1      | bo        | 2020-03-12 09:00 | fever
                c1      | cai       | 2020-03-12 09:00 | fever
                d1      | dan       | 2020-03-12 09:00 | fever
                e1      | eva       | 2020-03-12 09:00 | no_fever
                f1      | fei       | 2020-03-12 09:00 | referred
            """,
            DoctorConfirmation: """
                fact_id | person_id | from_at                    | finding
                a2      | ann       | 2020-03-14 23:59:59.999999 | fever_excluded
                b2      | bo        | 2020-03-15 00:00           | healthy
                c2      | cai       | 2020-03-14 09:00           | referred
                d2      | dan       | 2020-03-12 08:00           | healthy
            """,
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | red    | 2020-03-12 09:00 | 2020-03-28 00:00 | a1
            bo        | red    | 2020-03-12 09:00 | 2020-03-29 00:00 | b1
            cai       | red    | 2020-03-12 09:00 |                  | c1
            dan       | red    | 2020-03-12 09:00 |                  | d1
        """,
    ),
    Case(
        policies=("hubei",),
        rule=CLINIC,
        title=Text(
            "湖北：发热病例转为疑似或确诊，即按相应规则处理",
            "Hubei: suspected or confirmed, a fever patient is so no longer: those rules take over",
        ),
        facts={
            FeverClinicVisit: """
                fact_id | person_id | from_at          | outcome
                a1      | ann       | 2020-03-12 09:00 | fever
                b1      | bo        | 2020-03-12 09:00 | fever
                c1      | cai       | 2020-03-12 09:00 | fever
            """,
            Diagnosis: """
                fact_id | person_id | from_at          | status
                a2      | ann       | 2020-03-12 18:00 | suspected
                a3      | ann       | 2020-03-13 18:00 | confirmed
                b2      | bo        | 2020-03-13 18:00 | confirmed
                c2      | cai       | 2020-03-16 18:00 | clinically_confirmed
            """,
            DoctorConfirmation: """
                fact_id | person_id | from_at          | finding
                c3      | cai       | 2020-03-14 09:00 | fever_excluded
            """,
        },
        expect="""
            person_id | colour | from_at          | until_at         | because
            ann       | red    | 2020-03-12 09:00 | 2020-03-12 18:00 | a1
            bo        | red    | 2020-03-12 09:00 | 2020-03-13 18:00 | b1
            cai       | red    | 2020-03-12 09:00 | 2020-03-16 18:00 | c1
        """,
    ),
    Case(
        policies=("hubei",),
        rule=CLINIC,
        title=Text("撤回的就诊不赋色；买药不赋色", "a visit taken back colours nobody, and medicine bought colours nobody"),
        facts={
            FeverClinicVisit: """
                fact_id | person_id | from_at          | outcome
                a1      | ann       | 2020-03-12 09:00 | fever
            """,
            FeverMedicinePurchase: """
                fact_id | person_id | from_at          | medicine_class
                b1      | bo        | 2020-03-12 09:00 | antipyretic
            """,
            Withdrawal: """
                fact_id | person_id | from_at          | fact_type          | withdrawn_fact_id | reason
                w1      | ann       | 2020-03-13 09:00 | fever_clinic_visit | a1                | wrong_person
            """,
        },
        expect=NOBODY,
    ),
)


def test_the_rule_concludes_what_the_table_says(case, rule_spec):
    rule_spec(case)
