"""The notebook: the same answers, as tables, under a role and a purpose that are recorded before the look."""

from datetime import UTC, datetime

import orjson
import pytest
from spec_symbols import person_id
from spec_tables import rows_as_text, tidied

import fangxian
from fangxian.code.decide import KEPT
from fangxian.engine.compaction import compact
from fangxian.errors import FangxianError
from fangxian.policy.colour import Colour

# Ibis 12 itself uses what DuckDB 1.5 and pandas 3 call deprecated.
pytestmark = [
    pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The 'future.infer_string' option"),
]

AT, KNOWN_AT = datetime(2020, 2, 25, 12), datetime(2020, 3, 1)


@pytest.fixture
def notebook(lake):
    with fangxian.open(lake.path, role="epidemiologist", purpose="test") as opened:
        yield opened


def entries(lake):
    return [orjson.loads(line) for line in (lake.path / "access.jsonl").read_bytes().splitlines()]


def test_hits_are_an_ibis_table(notebook):
    hits = notebook.hits(policy="hangzhou", at=AT, known_at=KNOWN_AT)
    assert rows_as_text(hits.select("person_id", "rule").to_pyarrow()) == tidied("""
        person_id | rule
        ann       | close-contact
        ann       | home-observation
        ann       | symptoms-reported
        cai       | came-from-key-area
        dan       | central-isolation
    """)
    assert hits.filter(hits.colour == "red").count().to_pyarrow().as_py() == 3
    assert len(hits.to_pandas()) == hits.to_polars().height == 5


def test_a_table_stays_what_it_was_when_another_policy_is_asked(notebook):
    hits, codes = (ask(policy="hangzhou", at=AT, known_at=KNOWN_AT) for ask in (notebook.hits, notebook.codes))
    first = [sorted(map(str, table.to_pyarrow().to_pylist())) for table in (hits, codes)]
    other = notebook.hits(policy="shanghai", at=AT, known_at=KNOWN_AT)
    assert sorted(map(str, other.to_pyarrow().to_pylist())) != first[0]
    assert [sorted(map(str, table.to_pyarrow().to_pylist())) for table in (hits, codes)] == first


def test_a_table_stays_what_it_was_when_others_decide_and_compact(notebook, lake):
    hits = notebook.hits(policy="hangzhou", known_at=KNOWN_AT)
    facts = notebook.facts("enrolment")
    for _ in range(KEPT + 1):
        compact(lake)
        with fangxian.open(lake.path, role="epidemiologist", purpose="test") as other:
            other.hits(policy="hangzhou", known_at=KNOWN_AT)
    assert (hits.count().to_pyarrow().as_py(), facts.count().to_pyarrow().as_py()) == (5, 4)


def test_a_fact_type_that_does_not_exist_is_refused_with_those_that_do(notebook):
    with pytest.raises(FangxianError, match=r"no type of fact called 'checkin'(?s:.*)check_in"):
        notebook.facts("checkin")


def test_codes_are_everybodys_colour_at_an_instant(notebook):
    codes = notebook.codes(policy="hangzhou", at=AT, known_at=KNOWN_AT)
    assert rows_as_text(codes.to_pyarrow(), ["person_id", "colour"]) == tidied("""
        person_id | colour
        ann       | red
        bo        | green
        cai       | red
        dan       | red
        eva       | green
    """)


def test_times_may_be_on_the_policys_clocks_or_carry_a_zone(notebook):
    local = notebook.explain(person_id("bo"), "hangzhou", datetime(2020, 2, 18, 12), known_at=datetime(2020, 2, 18, 12))
    zoned = datetime(2020, 2, 18, 4, tzinfo=UTC)
    assert local == notebook.explain(person_id("bo"), "hangzhou", zoned, known_at=zoned)
    assert local.colour is Colour.RED
    assert notebook.tell(local, "en")[0] == "Hangzhou (Zhejiang) health code · 2020-02-18 12:00 · red"


def test_times_are_read_as_on_the_command_line(notebook):
    asked = ("2020-02-17", "2020-02-17 23:59:59.999999", "2020-02-17T15:59:59.999999Z")
    told = [notebook.explain(person_id("bo"), "hangzhou", at, known_at=at) for at in asked]
    assert told[0].at == told[1].at == told[2].at == datetime(2020, 2, 17, 15, 59, 59, 999_999)
    with pytest.raises(FangxianError, match="is not a time"):
        notebook.codes("hangzhou", "17 February")


def test_an_instant_before_the_policy_began_is_refused(notebook):
    for ask in (notebook.hits, notebook.codes):
        with pytest.raises(FangxianError, match="it began on 2020-02-29"):
            ask("national", "2020-02-28")


def test_facts_have_only_the_columns_that_rules_may_read(notebook):
    columns = notebook.facts("enrolment").columns
    assert "region_code" in columns
    assert not {"nationality", "household_register_region_code", "id_type"} & set(columns)


def test_every_look_is_recorded_before_it_happens(notebook, lake):
    notebook.facts("enrolment")
    notebook.hits("hangzhou", known_at=KNOWN_AT)
    notebook.codes("shanghai", known_at=KNOWN_AT)
    notebook.explain(person_id("ann"), "hubei", known_at=KNOWN_AT)
    told = [(entry["role"], entry["purpose"], entry["what"], entry["about"]) for entry in entries(lake)]
    who = ("epidemiologist", "test")
    assert told == [
        (*who, "facts", "enrolment"),
        (*who, "hits", "hangzhou"),
        (*who, "codes", "shanghai"),
        (*who, "explain", person_id("ann")),
    ]


def test_a_look_that_fails_is_recorded_all_the_same(notebook, lake):
    notebook._engine.close()
    with pytest.raises(Exception, match="onnection"):
        notebook.hits("hangzhou", known_at=KNOWN_AT)
    assert [entry["what"] for entry in entries(lake)] == ["hits"]


@pytest.mark.parametrize(("role", "purpose"), [("", "test"), ("epidemiologist", " ")])
def test_no_look_without_a_role_and_a_purpose(lake, role, purpose):
    with pytest.raises(FangxianError, match="a role and a purpose"):
        fangxian.open(lake.path, role=role, purpose=purpose)


def test_what_is_not_a_lake_is_refused(tmp_path):
    with pytest.raises(FangxianError, match="not a lake"):
        fangxian.open(tmp_path, role="epidemiologist", purpose="test")


def test_an_unknown_policy_is_refused_with_the_nearest_name(notebook):
    with pytest.raises(FangxianError, match="Did you mean hangzhou"):
        notebook.hits("hangzou")
