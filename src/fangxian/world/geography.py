"""Where a world lies: the counties of a province as they were on a day."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from fangxian.policy.regions import COUNTY, province, regions


def counties(province_code: str, *, on: date) -> pa.Table:
    """Return the counties of a province in force on a day: region_code, name, parent_code (its prefecture); by code.

    Raises FangxianError for a province that does not exist.
    """
    digits = province(province_code).region_code[:2]
    every = regions(on)
    inside = pc.and_(pc.equal(every["level"], COUNTY), pc.starts_with(every["region_code"], digits))
    return every.filter(inside).select(["region_code", "name", "parent_code"]).sort_by("region_code")
