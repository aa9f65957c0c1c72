"""One person is looked for only in the files that can hold that person, and found there."""

import itertools

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fangxian.engine import compaction
from fangxian.engine.duckdb import DuckDBEngine
from fangxian.engine.lake import Lake
from fangxian.engine.subject_ranges import SubjectRanges
from fangxian.facts import CheckIn
from fangxian.world.benchmark import write_benchmark


@pytest.fixture(scope="module")
def large_lake(tmp_path_factory):
    """A lake whose check-ins lie in several compacted files."""
    path = tmp_path_factory.mktemp("large") / "lake"
    write_benchmark(path, people=3_000, facts=40_000, seed=7, regions=("330102", "330302"))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(compaction, "ROW_GROUP", 2_048)
        patched.setattr(compaction, "ROW_GROUPS_PER_FILE", 4)
        compaction.compact(Lake.open(path))
    return Lake.open(path)


def test_compacted_files_follow_one_another(large_lake):
    reach = [duckdb.sql(f"SELECT min(person_id), max(person_id) FROM '{file}'").fetchone() for file in large_lake.files(CheckIn)]
    assert len(reach) > 2
    assert reach == sorted(reach)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(reach))


def test_a_person_is_looked_for_in_few_files_and_found_whole(large_lake):
    files = large_lake.files(CheckIn)
    with DuckDBEngine(large_lake) as engine:
        edges = [duckdb.sql(f"SELECT max(person_id) FROM '{file}'").fetchone()[0] for file in files]
        ranges = SubjectRanges(engine.connection)
        for person_id in edges:
            everywhere = engine.connection.execute("SELECT fact_id FROM check_in WHERE person_id = ? ORDER BY 1", [person_id]).fetchall()
            with engine.only(person_id) as alone:
                found = alone.rows_of("SELECT fact_id FROM check_in ORDER BY 1", CheckIn.table().select("fact_id").schema())
            assert [row[0] for row in everywhere] == found["fact_id"].to_pylist()
            assert 1 <= len(ranges.holding(files, person_id)) <= 2


def test_a_file_that_does_not_say_how_far_it_reaches_is_always_read(tmp_path):
    silent, telling = tmp_path / "silent.parquet", tmp_path / "telling.parquet"
    people = pa.table({"person_id": ["b", "c"]})
    pq.write_table(people, silent, write_statistics=False)
    pq.write_table(people, telling)
    ranges = SubjectRanges(duckdb.connect())
    both = [str(silent), str(telling)]
    assert ranges.holding(both, "a") == [str(silent)]
    assert ranges.holding(both, "b") == both
