"""Where a world lies: the regions of the country on a day, the province's counties, and how people and cases spread over them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from importlib.resources import files
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import yaml

from fangxian.errors import FangxianError
from fangxian.policy.regions import COUNTY, PREFECTURE, province, regions
from fangxian.world.draws import stream

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

HUBEI: Final = "42"
WUHAN: Final = "4201"
ISLAND_AND_SPECIAL_REGIONS: Final = ("71", "81", "82")

# Where those who moved to work have their old home: rough shares of our own, inland provinces first.
HOME_PROVINCES: Final = {
    "34": 18,
    "36": 13,
    "41": 13,
    "52": 12,
    "51": 11,
    "43": 7,
    "42": 5,
    "53": 4,
    "50": 4,
    "33": 3,
    "32": 4,
    "35": 3,
    "44": 3,
}


def counties(province_code: str, *, on: date) -> pa.Table:
    """Return the counties of a province in force on a day: region_code, name, parent_code (its prefecture); by code.

    Raises FangxianError for a province that does not exist.
    """
    digits = province(province_code).region_code[:2]
    every = regions(on)
    inside = every.filter(pc.and_(pc.equal(every["level"], COUNTY), pc.starts_with(every["region_code"], digits)))
    if not inside.num_rows:
        raise FangxianError(
            f"The table of regions has no counties of {province(province_code).name}.",
            next_step="Name a province that has some, for example 33 or 51.",
        )
    return inside.select(["region_code", "name", "parent_code"]).sort_by("region_code")


@dataclass(frozen=True, kw_only=True)
class Atlas:
    """All prefectures and counties of the mainland, by code; places in `codes` stand for regions in every other table."""

    province: str
    codes: pa.Array
    prefecture: Integers
    """For each region the place of its prefecture, of itself for a prefecture."""
    home: Integers
    """The places of the province's own counties."""
    people_weight: Floats
    """For each of the province's counties its share of people; adds up to 1."""
    case_weight: Floats
    """For each of the province's counties its share of published cases; adds up to 1."""

    @classmethod
    def of(cls, province_code: str, *, on: date, seed: int, concentration: float = 1.0) -> Self:
        """Read the regions of a day. Counties of provinces without published figures get weights by the seed.

        Shares of cases are raised to the power `concentration`: above 1 the counties that were hit most stand out more.
        """
        digits = province(province_code).region_code[:2]
        every = regions(on).sort_by("region_code")
        mainland = pc.invert(pc.is_in(pc.utf8_slice_codeunits(every["region_code"], 0, 2), pa.array(ISLAND_AND_SPECIAL_REGIONS)))
        kept = every.filter(pc.and_(pc.greater_equal(every["level"], PREFECTURE), mainland))
        codes = kept["region_code"].combine_chunks()
        own = pc.if_else(pc.equal(kept["level"], COUNTY), kept["parent_code"], kept["region_code"])
        prefecture = pc.index_in(own, codes).fill_null(0).to_numpy()
        home = pc.index_in(counties(digits, on=on)["region_code"], codes).to_numpy()
        people, cases = _weights(codes.take(pa.array(home)).to_pylist(), province=digits, seed=seed)
        sharpened = cases**concentration
        return cls(
            province=digits,
            codes=codes,
            prefecture=prefecture.astype(np.int64),
            home=home.astype(np.int64),
            people_weight=people,
            case_weight=sharpened / sharpened.sum(),
        )

    @property
    def worst(self) -> int:
        """The place of the prefecture with most published cases."""
        return int(np.argmax(np.bincount(self.prefecture[self.home], self.case_weight)))

    def starting_with(self, *prefixes: str, level: int = COUNTY) -> Integers:
        """Return the places of the counties (or prefectures) whose code starts with one of `prefixes`."""
        is_prefecture = self.numbers % 100 == 0
        inside = np.any([self.numbers // 10 ** (6 - len(prefix)) == int(prefix) for prefix in prefixes], axis=0)
        return np.flatnonzero(inside & (is_prefecture == (level == PREFECTURE)))

    @cached_property
    def numbers(self) -> Integers:
        """The codes as numbers."""
        return np.asarray(self.codes.cast(pa.int64()).to_numpy())


def _weights(codes: list[str], *, province: str, seed: int) -> tuple[Floats, Floats]:
    """Return the shares of people and of cases of counties."""
    published: dict[str, Any] = yaml.safe_load(files(__package__).joinpath("provinces.yaml").read_text("utf-8")).get(province, {})
    prefectures, listed = published.get("prefectures", {}), published.get("counties", {})
    size = np.exp(stream(seed, "county sizes").normal(0.0, 0.4, len(codes)))
    people, cases = size.copy(), size.copy()
    own = np.array([f"{code[:4]}00" for code in codes])
    for name, figures in prefectures.items():
        inside = np.flatnonzero(own == name)
        people[inside] = figures["population"] * size[inside] / size[inside].sum()
        known = np.array([listed.get(codes[place], -1) for place in inside])
        left = max(0, figures["confirmed"] - known[known > 0].sum())
        open_share = np.where(known < 0, size[inside], 0.0)
        cases[inside] = np.where(known < 0, left * open_share / max(open_share.sum(), 1e-9), known)
    return people / people.sum(), cases / cases.sum()
