"""The constructs that rules are made of give the same rows on every batch engine."""

from datetime import datetime, timedelta

import duckdb
import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from engine_constructs import CONSTRUCTS, STAYS, tables
from ibis import _
from lakes import lake_with
from spec_symbols import fact_id, person_id
from spec_tables import facts_from_text, rows_as_text, tidied

from fangxian.facts import CheckIn, Exposure, LabTest, RegionStay


def test_instants_are_exact_to_the_microsecond_before_1970_and_after_2038(engine_factory):
    instants = [datetime(1949, 10, 1, 7, 0, 0, 1), datetime(1969, 12, 31, 23, 59, 59, 999999), datetime(2040, 2, 29, 1, 2, 3, 456789)]
    facts = facts_from_text(
        Exposure, "fact_id | person_id | from_at | case_fact_id\n" + "\n".join(f"r{n} | ann | 2020-01-01 | x" for n in range(3))
    )
    for name in ("from_at", "until_at"):
        facts = facts.set_column(facts.column_names.index(name), facts.schema.field(name), pa.array(instants, pa.timestamp("us")))
    engine = engine_factory({Exposure: facts})
    exposure = Exposure.table()
    rows = engine.rows(exposure.select("from_at", later=_.until_at + ibis.interval(days=1)).order_by("from_at"))
    assert rows["from_at"].to_pylist() == instants
    assert rows["later"].to_pylist() == [each + timedelta(days=1) for each in instants]
    assert rows.schema.field("from_at").type == pa.timestamp("us")
    boundary = ibis.timestamp("1969-12-31 23:59:59.999999")
    assert engine.rows(exposure.filter(_.from_at >= boundary)).num_rows == 2
    assert engine.rows(exposure.filter(_.from_at > boundary)).num_rows == 1


def test_missing_numbers_stay_missing_and_are_not_nan(engine_factory):
    facts = facts_from_text(
        CheckIn,
        """
        fact_id | person_id | from_at    | temperature_c
        a1      | ann       | 2020-02-01 | 36.5
        b1      | bo        | 2020-02-01 |
        """,
    )
    engine = engine_factory({CheckIn: facts})
    check_in = CheckIn.table()
    rows = engine.rows(check_in.select("fact_id", "temperature_c", high=_.temperature_c > 37.3, missing=_.temperature_c.isnull()))
    assert rows_as_text(rows) == tidied("""
        fact_id | temperature_c | high  | missing
        a1      | 36.5          | false | false
        b1      |               |       | true
    """)


def test_ids_beyond_the_reach_of_floats_are_exact(engine_factory):
    largest = 2**63 - 1
    facts = facts_from_text(CheckIn, "fact_id | person_id | from_at\nzzzzzzzzzzzz | ann | 2020-02-01\nzzzzzzzzzzzy | ann | 2020-02-01")
    engine = engine_factory({CheckIn: facts})
    check_in = CheckIn.table()
    rows = engine.rows(check_in.group_by("person_id").agg(because=_.fact_id.collect().sort(), last=_.fact_id.max()))
    assert rows["because"].to_pylist() == [[fact_id("zzzzzzzzzzzy"), fact_id("zzzzzzzzzzzz")]]
    assert rows["because"].type == pa.list_(pa.int64())
    assert engine.rows(check_in.filter(_.fact_id < ibis.literal(largest, "int64"))).num_rows == 2


def test_a_fact_type_without_files_is_an_empty_table(engine_factory):
    engine = engine_factory({})
    rows = engine.rows(LabTest.table())
    assert rows.num_rows == 0
    assert rows.column_names == list(LabTest.table().columns)


def test_facts_of_a_new_delivery_are_seen_after_a_refresh(engine_factory):
    engine = engine_factory({})
    lake_with(engine.lake.path, {CheckIn: facts_from_text(CheckIn, "person_id | from_at\nann | 2020-02-01")}, delivery_id="later")
    engine.refresh()
    assert engine.rows(CheckIn.table()).num_rows == 1


def test_a_registered_table_joins_with_facts(engine_factory):
    engine = engine_factory({RegionStay: facts_from_text(RegionStay, STAYS)})
    engine.register("asked", pa.table({"person_id": [person_id("bo")], "weight": pa.array([None], pa.float64())}))
    asked = ibis.table({"person_id": "string", "weight": "float64"}, name="asked")
    rows = engine.rows(RegionStay.table().inner_join(asked, "person_id").select("fact_id", "weight"))
    assert rows_as_text(rows) == tidied("fact_id | weight\nb1 |")


def test_a_written_expression_is_one_file_with_the_same_types_and_order(engine_factory, duckdb_engine, tmp_path):
    engine = engine_factory({RegionStay: facts_from_text(RegionStay, STAYS)})
    stay = RegionStay.table()
    expression = stay.select("person_id", "from_at", "until_at", because=ibis.array([_.fact_id])).order_by(ibis.desc("from_at"))
    path = tmp_path / "hits.parquet"
    assert engine.write(expression, path) == 4
    assert sorted(each.name for each in tmp_path.iterdir() if "hits" in each.name) == ["hits.parquet"]
    assert pq.read_table(path)["from_at"].to_pylist() == engine.rows(expression)["from_at"].to_pylist()
    described = duckdb.sql(f"SELECT column_type FROM (DESCRIBE FROM read_parquet('{path}'))").fetchall()
    assert described == [("VARCHAR",), ("TIMESTAMP",), ("TIMESTAMP",), ("BIGINT[]",)]


def test_nothing_to_write_is_a_file_without_rows(engine_factory, tmp_path):
    engine = engine_factory({})
    assert engine.write(CheckIn.table(), tmp_path / "none.parquet") == 0
    assert pq.read_table(tmp_path / "none.parquet").column_names == list(CheckIn.table().columns)


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_the_construct_gives_the_same_rows(engine_factory, name):
    engine = engine_factory(tables())
    assert rows_as_text(engine.rows(CONSTRUCTS[name].expression())) == tidied(CONSTRUCTS[name].expected)
