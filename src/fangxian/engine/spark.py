"""Spark over the lake: the same answers where one machine is outgrown.

Driver and workers must see the lake under the same path: a shared file system, or one machine.
"""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self
from uuid import uuid4

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.backends.sql.datatypes import PySparkType
from ibis.formats.pyarrow import PyArrowSchema

from fangxian.engine.holding import Holder
from fangxian.engine.lake import Lake
from fangxian.engine.snapshot import Snapshot
from fangxian.engine.spark_session import new_session
from fangxian.facts import Fact, all_fact_types

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def spark_type(dtype: dt.DataType) -> str:
    """Return Spark's name of an Ibis type; instants are without a zone, whatever the session's settings.

    >>> spark_type(dt.Array(dt.Timestamp(scale=6)))
    'ARRAY<TIMESTAMP_NTZ>'
    """
    return str(PySparkType.to_string(dtype)).replace("TIMESTAMP", "TIMESTAMP_NTZ")


class SparkEngine:
    """Runs Ibis expressions over unbound fact tables on the files of a lake.

    The views are made when the engine opens: it sees the lake as it was at that moment (`refresh` looks again), and holds the
    files of that moment until it is closed. Engines of one process share its Spark context, and nothing else: each has views
    of its own.
    """

    name = "spark"
    dialect = "pyspark"

    def __init__(self, lake: Lake, *, master: str | None = None, memory: str | None = None) -> None:
        """Open an engine on `lake`, on the cluster at `master` or on this machine's cores.

        `memory` (as in "4GB") limits the process that computes: this one, or each executor of the cluster.
        """
        self.lake = lake
        self._facts, self._others = Holder(), Holder()
        self.session = new_session(master=master, memory=memory)
        self._views: set[str] = set()
        # Ibis compiles for Spark only after its backend's options exist, which naming the backend brings about.
        _ = ibis.pyspark
        self.refresh()

    def refresh(self) -> None:
        """Look at the lake's files again: facts that arrived since are seen from now on."""
        held = Holder()
        snapshot = self.lake.held_snapshot(held)
        for fact_type in all_fact_types():
            self._show(fact_type.name, self._every(fact_type, snapshot))
        self._facts.release()
        self._facts = held

    def hold(self, folder: Path) -> None:
        """Keep a folder of the lake from being removed while this engine is open."""
        self._others.hold(folder)

    def view(self, name: str, paths: Iterable[str]) -> None:
        """Make Parquet files readable as one table under `name`."""
        self._show(name, self.session.read.parquet(*paths))

    def register(self, name: str, table: pa.Table) -> None:
        """Make a small Arrow table readable under `name` (letters, digits and underscores)."""
        self._show(name, self.session.createDataFrame(table))

    def sql(self, expression: ir.Table) -> str:
        """Return the SQL of an expression in this engine's dialect."""
        return str(ibis.to_sql(expression, dialect=self.dialect, pretty=False))

    def rows(self, expression: ir.Table) -> pa.Table:
        """Run an expression and return its rows as Arrow, in the expression's own schema."""
        return self.rows_of(self.sql(expression), expression.schema())

    def rows_of(self, sql: str, schema: ibis.Schema) -> pa.Table:
        """Run SQL that was compiled before and return its rows as Arrow in `schema`."""
        with warnings.catch_warnings():
            # pyspark leaves the socket that brought the rows to the garbage collector.
            warnings.simplefilter("ignore", ResourceWarning)
            table = self.session.sql(sql).toArrow()
        return table.select(list(schema.names)).cast(PyArrowSchema.from_ibis(schema))

    def write(self, expression: ir.Table, path: Path) -> int:
        """Write an expression's rows to one Parquet file and return how many there are.

        Workers write parts in parallel, which are then joined in their order: a sorted expression stays sorted.
        """
        parts = path.with_name(f".{path.name}.{uuid4().hex}")
        try:
            self.session.sql(self.sql(expression)).write.parquet(str(parts))
            return _join(sorted(parts.glob("part-*.parquet")), path, PyArrowSchema.from_ibis(expression.schema()))
        finally:
            shutil.rmtree(parts, ignore_errors=True)

    def close(self) -> None:
        """Forget the views. Spark itself goes on for the other engines of the process, and ends with it."""
        for name in self._views:
            self.session.catalog.dropTempView(name)
        self._facts.release()
        self._others.release()

    def __enter__(self) -> Self:
        """Return the engine itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close the engine."""
        self.close()

    def _show(self, name: str, frame: DataFrame) -> None:
        frame.createOrReplaceTempView(name)
        self._views.add(name)

    def _every(self, fact_type: type[Fact], snapshot: Snapshot) -> DataFrame:
        """Return every fact of a type; the schema is ours, so Spark opens no file to guess one."""
        types = {f"`{name}`": spark_type(dtype) for name, dtype in fact_type.schema().items()}
        if files := snapshot.files(fact_type):
            return self.session.read.schema(", ".join(f"{name} {dtype}" for name, dtype in types.items())).parquet(*files)
        # As SQL, so that Spark knows beforehand that there is nothing, and leaves out what would be joined with it.
        nothing = ", ".join(f"CAST(NULL AS {dtype}) AS {name}" for name, dtype in types.items())
        return self.session.sql(f"SELECT {nothing} WHERE false")


def _join(parts: list[Path], path: Path, schema: pa.Schema) -> int:
    """Write the rows of `parts`, in order, to one Parquet file; return their number."""
    number = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for part in parts:
            for batch in pq.ParquetFile(part).iter_batches(batch_size=1_000_000):
                writer.write_table(pa.Table.from_batches([batch]).select(schema.names).cast(schema))
                number += batch.num_rows
    return number
