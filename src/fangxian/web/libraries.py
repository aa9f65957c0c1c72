"""The page's libraries and map shapes, which are fetched when the environment is made and are not in the repository."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fangxian.errors import FangxianError

STATIC: Final = Path(__file__).parent / "static"
LIBRARIES: Final = (
    "vendor/echarts.min.js",
    "vendor/htmx.min.js",
    "vendor/jsqr.js",
    "vendor/lean-qr.mjs",
    "vendor/zhejiang_counties.geojson",
)
"""What pages ask for under /static and cannot do without."""


def expect_libraries() -> None:
    """Raise FangxianError where a library is missing: a page without them would load, and do half of what it says."""
    missing = [name for name in LIBRARIES if not (STATIC / name).is_file()]
    if missing:
        raise FangxianError(
            f"The page's libraries are not in {STATIC}: {', '.join(missing)}.",
            done="Nothing was made or served.",
            next_step="In a checkout, `make demo` fetches them; or make the province without its page: `fangxian demo --no-serve`.",
        )
