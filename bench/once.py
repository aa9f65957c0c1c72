"""One measured run in a process of its own, so that its peak memory is its own: prints one line of JSON.

python -m bench.once product|by_hand LAKE OUT
"""

import json
import resource
import sys
import time
from datetime import datetime
from pathlib import Path

from fangxian.code.decide import decide
from fangxian.engine.duckdb import DuckDBEngine
from fangxian.engine.lake import Lake
from fangxian.policy.policy import policy

KNOWN_AT = datetime(2020, 2, 20, 4)
"""Noon of 20 February 2020 in Shanghai."""


def by_hand(engine: DuckDBEngine, out: Path) -> None:
    """Run the yardstick: the same rules in one hand-written query."""
    sql = Path(__file__).with_name("hangzhou.sql").read_text("utf-8").format(known_at=f"TIMESTAMP '{KNOWN_AT}'")
    out.mkdir(parents=True, exist_ok=True)
    engine.connection.execute(f"COPY ({sql}) TO '{out / 'hits.parquet'}' (FORMAT parquet, COMPRESSION zstd)")


def product(engine: DuckDBEngine, out: Path) -> None:
    """Decide everybody as `fangxian decide` does; `out` becomes a link to the answer."""
    decided = decide(engine, policy("hangzhou"), known_at=KNOWN_AT)
    out.unlink(missing_ok=True)
    out.symlink_to(decided.folder)


def main() -> None:
    """Run once and print seconds and peak memory."""
    which, lake, out = sys.argv[1], Lake.open(Path(sys.argv[2])), Path(sys.argv[3])
    with DuckDBEngine(lake) as engine:
        started = time.perf_counter()
        {"product": product, "by_hand": by_hand}[which](engine, out)
        seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


if __name__ == "__main__":
    main()
