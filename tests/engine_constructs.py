"""The constructs that rules are made of, each with the rows that it must give on every engine, and the facts they read."""

from collections.abc import Callable
from typing import Final, NamedTuple

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis import _
from spec_symbols import fact_id
from spec_tables import facts_from_text

from fangxian.facts import AreaLevel, CheckIn, Diagnosis, Fact, LabTest, RegionStay, Withdrawal

STAYS = """
    fact_id | person_id | from_at          | until_at         | known_at         | region_code
    --------+-----------+------------------+------------------+------------------+------------
    a1      | ann       | 2020-01-20 08:00 | 2020-01-25 20:00 | 2020-01-26 00:00 | 420100
    a2      | ann       | 2020-01-25 20:00 |                  | 2020-01-26 00:00 | 330106
    b1      | bo        | 2020-01-22 00:00 | 2020-01-23 00:00 | 2020-02-01 12:00 | 420100
    c1      | 吴        | 2020-01-24 23:59 | 2020-01-25 00:00 | 2020-01-25 09:00 | 420100
"""

LEVELS = """
    fact_id | region_code | from_at    | until_at   | level
    --------+-------------+------------+------------+------
    w1      | 420100      | 2020-01-23 | 2020-01-25 | key
    w2      | 420100      | 2020-02-01 |            | key
    x1      | 330106      | 2020-01-24 | 2020-01-26 | key
"""


def check_ins(person: str, days: list[str]) -> str:
    """Return rows of one check-in at noon on each day."""
    return "\n".join(f"{person}{day[-2:]} | {person} | {day} 12:00" for day in days)


def local_day(at: ir.TimestampValue) -> ir.DateValue:
    """Return the day in Hangzhou."""
    return (at + ibis.interval(hours=8)).date()


class Construct(NamedTuple):
    """An expression over the facts below, the rows it must give, and whether it concerns each person by himself."""

    expression: Callable[[], ir.Table]
    expected: str
    person_by_person: bool


CONSTRUCTS: Final[dict[str, Construct]] = {}


def construct(expected: str, *, person_by_person: bool = True) -> Callable[[Callable[[], ir.Table]], Callable[[], ir.Table]]:
    """Note an expression with the rows it must give."""

    def note(expression: Callable[[], ir.Table]) -> Callable[[], ir.Table]:
        CONSTRUCTS[expression.__name__] = Construct(expression, expected, person_by_person)
        return expression

    return note


@construct("""
    fact_id | day        | midnight         | days_since
    a1      | 2020-01-20 | 2020-01-20 00:00 | 12
    a2      | 2020-01-25 | 2020-01-25 00:00 | 7
    b1      | 2020-01-22 | 2020-01-22 00:00 | 10
    c1      | 2020-01-24 | 2020-01-24 00:00 | 8
""")
def a_local_day_and_its_midnight():
    stay = RegionStay.table()
    day = local_day(stay.from_at)
    midnight = day.cast("timestamp(6)") - ibis.interval(hours=8)
    return stay.select("fact_id", day=day, midnight=midnight, days_since=ibis.date("2020-02-01").delta(day, unit="day"))


@construct("""
    fact_id | until
    a1      | 2020-01-24 08:00
    a2      | 2020-01-29 20:00
    b1      | 2020-01-23 00:00
    c1      | 2020-01-25 00:00
""")
def the_earlier_of_two_instants_of_which_one_may_be_missing():
    stay = RegionStay.table()
    return stay.select(
        "fact_id", until=ibis.least(stay.until_at.coalesce(ibis.timestamp("2099-01-01")), stay.from_at + ibis.interval(days=4))
    )


@construct("""
    fact_id | region_code
    a1      | 420100
    a2      | 330106
    c1      | 420100
""")
def facts_that_no_withdrawal_names():
    stay, withdrawal = RegionStay.table(), Withdrawal.table()
    taken_back = withdrawal.filter(withdrawal.fact_type == "region_stay")
    standing = stay.anti_join(taken_back, [stay.person_id == taken_back.person_id, stay.fact_id == taken_back.withdrawn_fact_id])
    return standing.select("fact_id", "region_code")


@construct("""
    fact_id | level_fact_id | from_at          | until_at
    a1      | w1            | 2020-01-23 00:00 | 2020-01-25 00:00
    a2      | x1            | 2020-01-25 20:00 | 2020-01-26 00:00
    c1      | w1            | 2020-01-24 23:59 | 2020-01-25 00:00
""")
def stays_that_overlap_a_level_by_a_moment():
    stay, level = RegionStay.table(), AreaLevel.table()
    end = ibis.timestamp("2020-02-01 00:00:00")
    joined = stay.inner_join(
        level,
        [
            stay.region_code == level.region_code,
            stay.from_at < level.until_at.coalesce(end),
            level.from_at < stay.until_at.coalesce(end),
        ],
    )
    return joined.select(
        fact_id=stay.fact_id,
        level_fact_id=level.fact_id,
        from_at=ibis.greatest(stay.from_at, level.from_at),
        until_at=ibis.least(stay.until_at.coalesce(end), level.until_at.coalesce(end)),
    )


@construct("""
    person_id | from_day   | to_day
    ann       | 2020-02-01 | 2020-02-04
    ann       | 2020-02-02 | 2020-02-05
""")
def four_check_ins_in_a_row():
    check_in = CheckIn.table()
    days = check_in.select("person_id", day=local_day(check_in.from_at)).distinct()
    before = days.mutate(first=_.day.lag(3).over(ibis.window(group_by="person_id", order_by="day")))
    complete = before.filter(before.day.delta(before.first, unit="day") == 3)
    return complete.select("person_id", from_day="first", to_day="day")


@construct("""
    person_id | stays | because
    ann       | 2     | a1, a2
    bo        | 1     | b1
    吴        | 1     | c1
""")
def an_ordered_array_of_what_an_answer_rests_on():
    return RegionStay.table().group_by("person_id").agg(stays=_.count(), because=_.fact_id.collect().sort())


@construct("""
    fact_id | check_ins | last
    a1      | 5         | 2020-02-05 12:00
    a2      | 5         | 2020-02-05 12:00
    b1      | 3         | 2020-02-04 12:00
    c1      |           |
""")
def a_left_join_with_an_aggregate():
    stay, check_in = RegionStay.table(), CheckIn.table()
    counted = check_in.group_by("person_id").agg(check_ins=_.count(), last=_.from_at.max())
    return stay.left_join(counted, "person_id").select("fact_id", "check_ins", "last")


@construct("""
    person_id | status
    ann       | excluded
    bo        | confirmed
""")
def the_latest_of_each_person():
    diagnosis = Diagnosis.table()
    order = ibis.window(group_by="person_id", order_by=[ibis.desc("from_at"), ibis.desc("fact_id")])
    return diagnosis.mutate(place=ibis.row_number().over(order)).filter(_.place == 0).select("person_id", "status")


@construct("""
    fact_id | ends
    d1      | 2020-01-31 09:00
    d2      |
    d3      | 2020-02-02 09:00
    d4      |
""")
def an_end_that_the_next_fact_brings():
    diagnosis = Diagnosis.table()
    order = ibis.window(group_by="person_id", order_by=["from_at", "fact_id"])
    return diagnosis.select("fact_id", ends=_.from_at.lead().over(order))


@construct("""
    fact_id | province | city   | word    | text
    a1      | 420000   | 420100 | roaming | Wuhan's "key\\area"
    a2      | 330000   | 330100 | roaming | Wuhan's "key\\area"
    b1      | 420000   | 420100 | roaming | Wuhan's "key\\area"
    c1      | 420000   | 420100 | roaming | Wuhan's "key\\area"
""")
def prefixes_of_codes_and_odd_strings():
    stay = RegionStay.table()
    return stay.select(
        "fact_id",
        province=stay.region_code.substr(0, 2) + "0000",
        city=stay.region_code.substr(0, 4) + "00",
        word=stay.basis,
        text=ibis.literal('Wuhan\'s "key\\area"'),
    )


@construct(
    """
    kind  | n
    stay  | 4
    check | 8
""",
    person_by_person=False,
)
def one_table_made_of_several():
    stays = RegionStay.table().select(kind=ibis.literal("stay"), known_at=_.known_at)
    checks = CheckIn.table().select(kind=ibis.literal("check"), known_at=_.known_at)
    return ibis.union(stays, checks).group_by("kind").agg(n=_.count())


@construct("""
    fact_id | symptom
    s1      | cough
    s1      | fever
    s3      | cough
""")
def words_of_a_comma_joined_list():
    lab = LabTest.table().select(
        "fact_id", symptoms=ibis.ifelse(_.fact_id == fact_id("s1"), "cough,fever", ibis.ifelse(_.fact_id == fact_id("s3"), "cough", ""))
    )
    words = lab.filter(lab.symptoms != "").select("fact_id", symptom=_.symptoms.split(",").unnest())
    return words.filter(words.symptom.isin(["fever", "cough"]))


FACTS = {
    RegionStay: STAYS,
    AreaLevel: LEVELS,
    CheckIn: "fact_id | person_id | from_at\n"
    + check_ins("ann", ["2020-02-01", "2020-02-02", "2020-02-03", "2020-02-04", "2020-02-05"])
    + "\n"
    + check_ins("bo", ["2020-02-01", "2020-02-02", "2020-02-04"]),
    Withdrawal: """
        person_id | from_at    | fact_type   | withdrawn_fact_id | reason
        bo        | 2020-02-03 | region_stay | b1                | wrong_person
        bo        | 2020-02-03 | region_stay | a1                | wrong_person
        ann       | 2020-02-03 | check_in    | a1                | wrong_person
    """,
    Diagnosis: """
        fact_id | person_id | from_at          | status
        d1      | ann       | 2020-01-30 09:00 | suspected
        d2      | ann       | 2020-01-31 09:00 | excluded
        d3      | bo        | 2020-02-01 09:00 | suspected
        d4      | bo        | 2020-02-02 09:00 | confirmed
    """,
    LabTest: """
        fact_id | person_id | from_at    | outcome
        s1      | ann       | 2020-02-01 | positive
        s2      | bo        | 2020-02-01 | negative
        s3      | 吴        | 2020-02-01 | negative
    """,
}


def tables() -> dict[type[Fact], pa.Table]:
    """Return the facts that the constructs read."""
    return {fact_type: facts_from_text(fact_type, text) for fact_type, text in FACTS.items()}
