"""What every batch engine offers, and how one is opened by its name."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Protocol, Self

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from fangxian.engine.duckdb import DuckDBEngine
from fangxian.engine.lake import Lake
from fangxian.errors import FangxianError


class Engine(Protocol):
    """Runs Ibis expressions over unbound fact tables on the files of a lake; all engines give the same rows.

    A table of the expression is found by its name: a fact type of the lake, or what was registered. What it reads of the lake
    stays there until it is closed.
    """

    name: str
    dialect: str
    lake: Lake

    def refresh(self) -> None:
        """Look at the lake's files again: facts that arrived since are seen from now on."""

    def hold(self, folder: Path) -> None:
        """Keep a folder of the lake from being removed while this engine is open. Raises FileNotFoundError where it is gone."""

    def view(self, name: str, paths: Iterable[str]) -> None:
        """Make Parquet files readable as one table under `name`."""

    def register(self, name: str, table: pa.Table) -> None:
        """Make a small Arrow table readable under `name`."""

    def sql(self, expression: ir.Table) -> str:
        """Return the SQL of an expression in this engine's dialect."""

    def rows(self, expression: ir.Table) -> pa.Table:
        """Run an expression and return its rows as Arrow, in the expression's own schema."""

    def rows_of(self, sql: str, schema: ibis.Schema) -> pa.Table:
        """Run SQL that was compiled before and return its rows as Arrow in `schema`."""

    def write(self, expression: ir.Table, path: Path) -> int:
        """Write an expression's rows to one Parquet file and return how many there are."""

    def close(self) -> None:
        """Give back what the engine holds."""

    def __enter__(self) -> Self:
        """Return the engine itself."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close the engine."""


ENGINES: Final = ("duckdb", "spark")
"""The names of the batch engines, the default first."""


def open_engine(lake: Lake, name: str = "duckdb", *, master: str | None = None, memory: str | None = None) -> Engine:
    """Open the engine called `name` on `lake`.

    `master` is the address of a Spark cluster (spark://host:port); without one Spark runs on this machine's cores.
    `memory` (as in "4GB") limits the process that computes. Raises FangxianError for a name that no engine has, and
    for a cluster that DuckDB could not use.
    """
    if name == "duckdb" and master is None:
        limit: dict[str, Any] = {"memory": memory} if memory else {}
        return DuckDBEngine(lake, **limit)
    if name == "spark":
        from fangxian.engine.spark import SparkEngine

        return SparkEngine(lake, master=master, memory=memory)
    if name == "duckdb":
        raise FangxianError("The engine duckdb has no cluster, so it needs no master.", next_step="Leave the master out, or name spark.")
    raise FangxianError(
        f"There is no engine called '{name}'.", known=f"The engines are: {', '.join(ENGINES)}.", next_step="Name one of them."
    )
