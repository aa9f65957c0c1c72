"""Every source: its declaration is whole, one right row gives the facts it should, and its page says what it is."""

import json
from pathlib import Path

import ibis
import pyarrow.parquet as pq
import pytest
from ibis.formats.pyarrow import PyArrowSchema

from fangxian.engine.duckdb import DuckDBEngine
from fangxian.facts import PersonFact, fact_type
from fangxian.sources.book import page
from fangxian.sources.catalogue import all_sources
from fangxian.sources.plan import Plan
from fangxian.sources.source import Source

from .conftest import ANN, BO, Door, csv
from .samples import SAMPLES

PAGES = Path(__file__).parents[2] / "docs" / "sources"

each_source = pytest.mark.parametrize("source", all_sources(), ids=lambda source: source.name)


def as_lines(row: dict[str, str]) -> str:
    return json.dumps({k: json.loads(v) if k == "旅居史" else v for k, v in row.items()}, ensure_ascii=False) + "\n"


def person_id(door: Door, number: str) -> str:
    import pyarrow as pa

    return door.key.person_ids(pa.array(["resident_id"]), pa.array([number]))[0].as_py()


def test_every_source_has_a_sample():
    assert {source.name for source in all_sources()} == set(SAMPLES)


@each_source
def test_one_right_row_gives_the_facts_that_it_should(door: Door, source: Source):
    row, expected = SAMPLES[source.name]
    receipt = door.bring(source.name, as_lines(row)).receipt
    assert door.refused('"column", reason, remedy_en') == []
    assert receipt["facts"] == dict.fromkeys(expected, 1)
    for name, values in expected.items():
        (fact,) = pq.read_table(door.lake.files(fact_type(name))[0]).to_pylist()
        assert {column: fact[column] for column in values} == values
        assert fact["source"] == source.name
        if issubclass(fact_type(name), PersonFact):
            assert fact["person_id"] == values.get("person_id", person_id(door, ANN))


@each_source
def test_the_files_of_a_delivery_have_the_schema_of_their_facts(door: Door, source: Source):
    door.bring(source.name, as_lines(SAMPLES[source.name][0]))
    for found in source.fact_types():
        stored = pq.read_schema(door.lake.files(found)[0])
        wanted = PyArrowSchema.from_ibis(ibis.schema({c.name: c.dtype for c in found.columns.values()}))
        assert [(f.name, f.type) for f in stored] == [(f.name, f.type) for f in wanted]
    with DuckDBEngine(door.lake) as engine:
        for found in source.fact_types():
            assert engine.rows(found.table()).num_rows == 1


@each_source
def test_a_row_goes_in_as_text_as_well(door: Door, source: Source):
    row = {k: v for k, v in SAMPLES[source.name][0].items() if k != "旅居史"}
    cells = [f'"{cell.replace(chr(34), chr(34) * 2)}"' if '"' in cell else cell for cell in row.values()]
    assert door.bring(source.name, csv(list(row), [cells])).receipt["rows"]["accepted"] == 1


@each_source
def test_every_promise_of_a_fact_can_be_kept_by_its_source(source: Source):
    for facts in source.facts:
        unset = {c.name for c in facts.fact_type.columns.values() if not c.optional} - facts.cells.keys()
        assert unset <= {"fact_id", "known_at", "source", "delivery_id"}
        assert facts.cells.keys() <= facts.fact_type.columns.keys()


@each_source
def test_words_become_words_that_the_fact_type_knows(source: Source):
    for facts in source.facts:
        for name, cell in facts.cells.items():
            allowed = facts.fact_type.columns[name].one_of
            if allowed and hasattr(cell, "words"):
                assert set(cell.words.values()) <= set(allowed)


@each_source
def test_lists_come_last_so_that_their_facts_have_numbers_of_their_own(source: Source):
    listed = [bool(facts.each) for facts in source.facts]
    assert listed == sorted(listed)
    assert sum(listed) <= 1


@each_source
def test_refusals_fit_the_bits_that_hold_them(source: Source):
    assert len(Plan(source).refusals) < 126


@each_source
def test_the_page_of_a_source_says_what_its_declaration_says(source: Source):
    written = (PAGES / f"{source.name}.md").read_text("utf-8")
    assert written == page(source), "run `python -m fangxian.sources.book docs/sources` and read what changed"
    assert source.quirks


def test_there_is_no_page_of_a_source_that_does_not_exist():
    assert {p.stem for p in PAGES.glob("*.md")} - {"README"} == {source.name for source in all_sources()}


def test_a_record_that_is_cited_is_the_record_that_was_sent(door: Door):
    for name in (
        "health-declaration",
        "disease-control",
        "control-list",
        "tracing",
        "doctor-confirmation",
        "personal-decision",
        "withdrawal",
    ):
        door.bring(name, as_lines(SAMPLES[name][0]), name=f"{name}.jsonl")
    (diagnosis,) = door.rows(fact_type("diagnosis"), "fact_id")
    (declared,) = door.rows(fact_type("health_declaration"), "fact_id")
    assert door.rows(fact_type("control_list_entry"), "cites_fact_id") == [diagnosis]
    assert door.rows(fact_type("exposure"), "case_fact_id") == [diagnosis]
    assert door.rows(fact_type("personal_decision"), "lifts_fact_id") == [diagnosis]
    assert door.rows(fact_type("doctor_confirmation"), "about_fact_id") == [declared]
    assert diagnosis in door.rows(fact_type("withdrawal"), "withdrawn_fact_id")


def test_a_guardian_is_the_person_that_other_sources_know(door: Door):
    door.bring("guardianship", as_lines(SAMPLES["guardianship"][0]))
    assert door.rows(fact_type("guardianship"), "person_id, guardian_person_id") == [(person_id(door, ANN), person_id(door, BO))]


def test_a_wrong_guardian_refuses_the_row(door: Door):
    door.bring("guardianship", as_lines(SAMPLES["guardianship"][0] | {"代办人证件号码": BO[:-1] + "0"}))
    assert door.refused() == [(1, "代办人证件号码", "wrong_id")]


def test_being_listed_without_a_cited_fact_is_refused(door: Door):
    door.bring("control-list", as_lines(SAMPLES["control-list"][0] | {"依据类型": "", "依据编号": ""}))
    assert [reason for _, _, reason in door.refused()] == ["broken_promise"]


@pytest.mark.parametrize(
    ("written", "normalised"), [("BA027", "BA27"), ("ba 0027", "BA27"), ("3U8881", "3U8881"), ("K1101", "K1101"), ("1461", "1461")]
)
def test_a_run_has_one_number(written: str, normalised: str):
    import duckdb

    from fangxian.sources.cells import RunNumber

    assert duckdb.execute(f"SELECT {RunNumber('n').value()} FROM (SELECT ? AS n)", [written]).fetchone() == (normalised,)
