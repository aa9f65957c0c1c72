"""The real counts of Wenzhou, in by the way that files go in."""

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from fangxian.engine.duckdb import DuckDBEngine
from fangxian.engine.lake import Lake
from fangxian.sources.catalogue import source_named
from fangxian.sources.delivery import ingest
from fangxian.sources.identity import KeyFile

REAL = Path(os.environ.get("FANGXIAN_REAL_DATA", Path(__file__).parents[2] / ".." / "shared" / "data"))


@pytest.fixture(scope="session")
def wenzhou(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBEngine]:
    """Give an engine on the counts of Wenzhou's twelve counties, 25 January to 26 February 2020; skip without the file."""
    path = REAL / "cases" / "wenzhou_county_daily.csv"
    if not path.exists():
        pytest.skip(f"the real counts of Wenzhou are not here: {path}")
    folder = tmp_path_factory.mktemp("wenzhou")
    lake = Lake.create(folder / "lake")
    ingest(lake, source_named("wenzhou-county-cases"), path, received_at=datetime(2020, 3, 1), key_holder=KeyFile.of(lake))
    with DuckDBEngine(lake, threads=1) as engine:
        yield engine
