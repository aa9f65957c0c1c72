"""Lakes for tests, written as deliveries are: through staging, with a receipt."""

from collections.abc import Mapping
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.formats.pyarrow import PyArrowSchema

from fangxian.engine.lake import Lake
from fangxian.facts import Fact


def lake_with(path: Path, facts: Mapping[type[Fact], pa.Table], *, delivery_id: str = "spec") -> Lake:
    """Return the lake at `path`, made if need be, with `facts` delivered to it: tables in the stored schema of their types."""
    lake = Lake.create(path)
    with lake.delivery(delivery_id) as folder:
        for fact_type, table in facts.items():
            pq.write_table(table.cast(PyArrowSchema.from_ibis(fact_type.schema())), folder / f"{fact_type.name}.parquet")
        rows = sum(table.num_rows for table in facts.values())
        receipt = {
            "source": "spec",
            "delivery_id": delivery_id,
            "received_at": "2020-02-24T04:00:00",
            "file": "spec",
            "digest": delivery_id,
            "rows": rows,
            "refused": 0,
            "flags": [],
        }
        (folder / "receipt.json").write_bytes(orjson.dumps(receipt))
    return lake
