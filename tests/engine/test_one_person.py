"""One person is decided on PostgreSQL by the batch's own expressions, with the batch's answers."""

import datetime as dt

import ibis
import pyarrow as pa
import pytest
from engine_constructs import CONSTRUCTS, tables
from ibis.formats.pyarrow import PyArrowSchema
from spec import all_cases
from spec.packing import packed
from spec_symbols import fact_id, person_id
from spec_tables import facts_from_text, instant, rows_as_text, tidied

from fangxian.code.hits import HITS, all_hits
from fangxian.engine.placeholders import known_at_placeholder
from fangxian.errors import FangxianError
from fangxian.facts import AreaLevel, CheckIn, Exposure, PersonFact, RegionStay, Withdrawal
from fangxian.facts.known import Known
from fangxian.facts.known import instant as literal
from fangxian.policy.policy import policy

LATER = dt.datetime(2020, 6, 1)


def people(facts):
    """Return everybody whom some facts are about."""
    about = [table["person_id"].to_pylist() for fact_type, table in facts.items() if issubclass(fact_type, PersonFact)]
    return sorted({each for several in about for each in several})


def loaded(postgres, facts):
    for fact_type, table in facts.items():
        assert postgres.load(fact_type, table) == table.num_rows
    return postgres


def everybody(postgres, expression, facts, *, known_at=LATER):
    """Return what an expression gives when each person is asked about alone."""
    decision = postgres.one_person(expression)
    rows = [row for each in people(facts) for row in postgres.rows(decision, each, known_at=known_at)]
    return pa.Table.from_pylist(rows, schema=PyArrowSchema.from_ibis(expression.schema()))


@pytest.mark.parametrize("name", [name for name, construct in CONSTRUCTS.items() if construct.person_by_person])
def test_the_construct_gives_each_person_the_batchs_rows(postgres, name):
    facts = tables()
    rows = everybody(loaded(postgres, facts), CONSTRUCTS[name].expression(), facts)
    assert rows_as_text(rows) == tidied(CONSTRUCTS[name].expected)


@pytest.mark.parametrize("name", ["hangzhou", "shanghai", "hubei", "national"])
def test_every_rule_of_a_policy_gives_each_person_the_batchs_hits(postgres, duckdb_engine, name):
    facts, chosen = packed(all_cases()), policy(name)
    online = everybody(loaded(postgres, facts), all_hits(chosen, Known(known_at_placeholder(), chosen.utc_offset)), facts)
    batch = duckdb_engine(facts).rows(all_hits(chosen, Known(literal(LATER), chosen.utc_offset)))
    assert batch.num_rows > 0
    assert rows_as_text(online, list(HITS)) == rows_as_text(batch, list(HITS))


def test_only_what_was_known_then_counts(postgres):
    facts = {
        Exposure: facts_from_text(
            Exposure,
            """
            fact_id | person_id | from_at          | known_at         | case_fact_id
            a1      | ann       | 2020-02-01 09:00 | 2020-02-02 12:00 | x
            a2      | ann       | 2020-02-01 09:00 | 2020-02-03 12:00 | x
            """,
        ),
        Withdrawal: facts_from_text(
            Withdrawal,
            """
            person_id | from_at          | fact_type | withdrawn_fact_id | reason
            ann       | 2020-02-04 12:00 | exposure  | a1                | case_excluded
            """,
        ),
    }
    known = Known(known_at_placeholder(), dt.timedelta(hours=8))
    decision = loaded(postgres, facts).one_person(known.facts(Exposure).select("fact_id").order_by("fact_id"))

    def at(local: str) -> list[int]:
        return [row["fact_id"] for row in postgres.rows(decision, person_id("ann"), known_at=instant(local))]

    assert at("2020-02-02 11:59:59.999999") == []
    assert at("2020-02-02 12:00") == [fact_id("a1")]
    assert at("2020-02-03 12:00") == [fact_id("a1"), fact_id("a2")]
    assert at("2020-02-04 12:00") == [fact_id("a2")]


def test_facts_of_others_are_not_read(postgres):
    facts = tables()
    loaded(postgres, facts)
    decision = postgres.one_person(CheckIn.table().aggregate(n=CheckIn.table().count()))
    assert postgres.rows(decision, person_id("bo"), known_at=LATER) == [{"n": 3}]
    assert postgres.rows(decision, person_id("nobody"), known_at=LATER) == [{"n": 0}]


def test_one_person_is_found_by_index_among_many(postgres):
    many = 20_000
    one = facts_from_text(CheckIn, "person_id | from_at\nann | 2020-02-01")
    repeated = pa.concat_tables([one] * many).set_column(
        one.column_names.index("person_id"), one.schema.field("person_id"), pa.array([f"{number:032x}" for number in range(many)])
    )
    postgres.load(CheckIn, repeated)
    decision = postgres.one_person(CheckIn.table())
    assert len(postgres.rows(decision, f"{7:032x}", known_at=LATER)) == 1
    sql = decision.sql.replace("$1", f"'{7:032x}'").replace("$2", "NULL::timestamp")
    plan = "\n".join(line for (line,) in postgres.connection.execute(f"EXPLAIN {sql}"))
    assert "check_in_by_subject" in plan
    assert "Seq Scan" not in plan


def test_missing_values_and_empty_words_go_in_and_come_out_as_they_are(postgres):
    facts = facts_from_text(
        CheckIn,
        """
        fact_id | person_id | from_at                    | temperature_c | symptoms
        a1      | ann       | 1969-12-31 23:59:59.999999 |               |
        a2      | ann       | 2040-02-29 01:02:03.456789 | 36.6          | cough,"fever"
        """,
    )
    postgres.load(CheckIn, facts)
    decision = postgres.one_person(CheckIn.table().order_by("fact_id"))
    rows = postgres.rows(decision, person_id("ann"), known_at=dt.datetime(2050, 1, 1))
    assert rows == facts.to_pylist()


def test_a_load_that_fails_leaves_nothing(postgres):
    good = facts_from_text(RegionStay, "person_id | from_at\nann | 2020-02-01\nbo | 2020-02-01")
    bad = good.set_column(good.column_names.index("person_id"), good.schema.field("person_id"), pa.array([person_id("ann"), "no id"]))
    with pytest.raises(Exception, match="invalid input syntax"):
        postgres.load(RegionStay, bad)
    assert postgres.connection.execute(f'SELECT count(*) FROM "{postgres.schema}".region_stay').fetchone() == (0,)


def test_truth_becomes_any_number_that_other_engines_make_of_it(postgres):
    loaded(postgres, tables())
    stay = RegionStay.table()
    gone = stay.select("fact_id", small=stay.until_at.notnull().cast("int8"), large=stay.until_at.notnull().cast("int64"))
    rows = postgres.rows(postgres.one_person(gone.order_by("fact_id")), person_id("ann"), known_at=LATER)
    assert [(row["small"], row["large"]) for row in rows] == [(1, 1), (0, 0)]


def test_an_expression_without_people_is_refused(postgres):
    with pytest.raises(FangxianError, match="no facts about people"):
        postgres.one_person(AreaLevel.table().filter(ibis._.level == "high"))
