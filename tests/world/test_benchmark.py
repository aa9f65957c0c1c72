"""Benchmark worlds: lakes that every reader may take for real ones."""

import hashlib
from datetime import date
from pathlib import Path

import duckdb
import ibis
import pyarrow.parquet as pq
import pytest
from ibis.formats.pyarrow import PyArrowSchema

from fangxian.engine.duckdb import DuckDBEngine
from fangxian.engine.lake import Lake
from fangxian.errors import FangxianError
from fangxian.facts import fact_type
from fangxian.world.benchmark import write_benchmark
from fangxian.world.benchmark_plan import person_ids
from fangxian.world.geography import counties
from fangxian.world.sorted_file import ROW_GROUP

REGIONS = tuple(counties("33", on=date(2020, 2, 20))["region_code"].to_pylist())


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    path = tmp_path_factory.mktemp("benchmark") / "lake"
    made = write_benchmark(path, people=20_000, facts=250_000, seed=3, regions=REGIONS)
    return Lake.open(path), made


def test_person_ids_ascend_and_differ_and_are_32_hexadecimal_digits():
    ids = person_ids(0, 50_000, people=33_000_000).to_pylist()
    assert ids == sorted(set(ids))
    assert all(len(i) == 32 and int(i, 16) >= 0 for i in ids)
    assert person_ids(49_999, 50_001, people=33_000_000)[0].as_py() == ids[-1]


def test_the_number_of_facts_is_the_one_asked_for_to_one_percent(lake):
    _, made = lake
    assert sum(made.facts.values()) == pytest.approx(250_000, rel=0.01)
    assert made.facts["check_in"] > 0.75 * sum(made.facts.values())


def test_every_file_is_sorted_by_person_and_cut_into_row_groups(lake):
    opened, made = lake
    for name in made.facts:
        for file in opened.files(fact_type(name)):
            people = pq.read_table(file, columns=["person_id"])["person_id"].to_pylist()
            assert people == sorted(people)
            metadata = pq.read_metadata(file)
            groups = [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)]
            assert all(rows == ROW_GROUP for rows in groups[:-1])


def test_the_lake_serves_every_fact_with_the_declared_types_and_no_promise_broken(lake):
    opened, made = lake
    with DuckDBEngine(opened, memory="1GB") as engine:
        for name, count in made.facts.items():
            kind = fact_type(name)
            stored = ibis.table(kind.schema(), name=name)
            assert engine.rows(stored).num_rows == count
            assert engine.rows(kind.broken(stored)).num_rows == 0, name
            declared = PyArrowSchema.from_ibis(kind.schema())
            read = engine.connection.execute(f"SELECT * FROM {name} LIMIT 0").to_arrow_table().schema
            assert read.names == declared.names
            assert read.types == declared.types, name


def test_what_a_listing_a_decision_or_a_withdrawal_names_is_a_fact_of_the_same_person(lake):
    opened, _ = lake
    with DuckDBEngine(opened, memory="1GB") as engine:
        named = """
            SELECT person_id, cites_fact_type AS kind, cites_fact_id AS fact_id FROM control_list_entry WHERE action = 'listed'
            UNION ALL SELECT person_id, fact_type, withdrawn_fact_id FROM withdrawal"""
        existing = " UNION ALL ".join(
            f"SELECT person_id, '{kind}' AS kind, fact_id FROM {kind}" for kind in ("diagnosis", "exposure", "region_stay")
        )
        total, found = engine.connection.execute(
            f"SELECT count(*), count(e.fact_id) FROM ({named}) n LEFT JOIN ({existing}) e USING (person_id, kind, fact_id)"
        ).fetchone()
    assert total == found > 50


def test_the_same_seed_writes_the_same_bytes(lake, tmp_path):
    opened, _ = lake
    write_benchmark(tmp_path / "again", people=20_000, facts=250_000, seed=3, regions=REGIONS)
    write_benchmark(tmp_path / "other", people=20_000, facts=250_000, seed=4, regions=REGIONS)
    assert _digests(opened.path) == _digests(tmp_path / "again")
    assert _digests(opened.path) != _digests(tmp_path / "other")


def _digests(path: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted((path / "compacted/1").iterdir())}


def test_people_spread_over_several_files_are_still_in_order_over_all_of_them(tmp_path, monkeypatch):
    monkeypatch.setattr("fangxian.world.benchmark.PEOPLE_IN_A_CHUNK", 300)
    monkeypatch.setattr("fangxian.world.benchmark.CHUNKS_IN_A_FILE", 2)
    write_benchmark(tmp_path / "lake", people=2_000, facts=20_000, seed=1, regions=REGIONS)
    files = Lake.open(tmp_path / "lake").files(fact_type("enrolment"))
    assert len(files) == 4
    people = [p for file in files for p in pq.read_table(file)["person_id"].to_pylist()]
    assert people == sorted(people)
    assert len(set(people)) == 2_000


def test_a_disk_that_is_too_small_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(FangxianError, match="needs about 280,000,000\\.0 GB"):
        write_benchmark(tmp_path / "lake", people=10**15, facts=10**16, seed=1, regions=REGIONS)
    assert not (tmp_path / "lake").exists()


def test_a_folder_with_something_in_it_and_a_lake_with_facts_are_refused(lake, tmp_path):
    (tmp_path / "letter.txt").write_text("keep me")
    with pytest.raises(FangxianError, match="not a lake"):
        write_benchmark(tmp_path, people=100, facts=1_000, seed=1, regions=REGIONS)
    with pytest.raises(FangxianError, match="holds facts already"):
        write_benchmark(lake[0].path, people=100, facts=1_000, seed=1, regions=REGIONS)


def test_fewer_than_four_facts_a_person_are_refused(tmp_path):
    with pytest.raises(FangxianError, match="cannot have"):
        write_benchmark(tmp_path / "lake", people=100, facts=399, seed=1, regions=REGIONS)


def test_instants_are_stored_without_a_zone_to_the_microsecond(lake):
    opened, _ = lake
    (file, *_) = opened.files(fact_type("check_in"))
    assert duckdb.sql(f"SELECT typeof(from_at) FROM '{file}' LIMIT 1").fetchone() == ("TIMESTAMP",)
