"""Writers of one lake at the same time, and lakes at awkward paths."""

from pathlib import Path

import ibis

from fangxian.engine.answers import write_answer
from fangxian.engine.duckdb import DuckDBEngine
from fangxian.engine.lake import Lake
from fangxian.engine.writers import writing


def test_a_writer_that_starts_does_not_sweep_away_an_answer_that_is_being_written(tmp_path: Path):
    lake = Lake.create(tmp_path / "lake")

    def write(folder: Path) -> None:
        (folder / "half").write_text("1")
        with writing(lake):
            assert (folder / "half").exists()

    assert (write_answer(lake, "answer", write) / "half").read_text() == "1"


def test_a_lake_may_lie_at_a_path_with_blanks_quotes_and_chinese(tmp_path: Path):
    lake = Lake.create(tmp_path / 'it\'s "a" 湖')
    with DuckDBEngine(lake) as engine:
        assert engine.write(ibis.range(0, 1).unnest().name("one").as_table(), lake.path / "one.parquet") == 1
