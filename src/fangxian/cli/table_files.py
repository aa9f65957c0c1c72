"""Tables that commands write to files: the kind of file follows from the ending of its name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

import polars as pl

from fangxian.errors import FangxianError

WRITERS: Final[Mapping[str, Callable[[pl.DataFrame, Path], object]]] = {
    ".csv": pl.DataFrame.write_csv,
    ".parquet": pl.DataFrame.write_parquet,
    ".xlsx": pl.DataFrame.write_excel,
}


def expect_kind(path: Path | None, kinds: Iterable[str] = tuple(WRITERS)) -> None:
    """Raise FangxianError for a path whose ending is none of `kinds`; no path is fine."""
    if path and path.suffix not in kinds:
        raise FangxianError(f"{path.name} is no kind of file that is written.", next_step=f"End it in {', '.join(kinds)}.")
