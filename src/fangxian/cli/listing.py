"""Lists of people by their ids, without names, written to a file for its owner alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import polars as pl
import pyarrow as pa

from fangxian.errors import FangxianError

_WRITERS: Final[Mapping[str, Callable[[pl.DataFrame, Path], object]]] = {
    ".csv": pl.DataFrame.write_csv,
    ".parquet": pl.DataFrame.write_parquet,
}


def write_list(people: pa.Table, path: Path) -> None:
    """Write a table to a .csv or .parquet file that only its owner reads. Raises FangxianError for any other kind."""
    if path.suffix not in _WRITERS:
        raise FangxianError(f"{path.name} is no kind of file that is written.", next_step=f"End it in {', '.join(_WRITERS)}.")
    path.touch(mode=0o600)
    _WRITERS[path.suffix](pl.DataFrame(pl.from_arrow(people)), path)
