"""Papers of invented people: id numbers with their check characters, names, and telephone numbers that reach nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, Self

import numpy as np
import numpy.typing as npt
import polars as pl

from fangxian.world.draws import stream
from fangxian.world.geography import HOME_PROVINCES, Atlas
from fangxian.world.groups import rank_within
from fangxian.world.people import People

Integers = npt.NDArray[np.int64]

ID_TYPES: Final = ("居民身份证", "护照", "港澳通行证", "台湾通行证", "无证件")
ID_TYPE_SHARES: Final = (0.993, 0.003, 0.0015, 0.0015, 0.001)
NATIONALITIES: Final = ("CHN", "USA", "KOR", "JPN", "IND")

_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = tuple("10X98765432")
_SURNAMES: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢"
    "姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常"
)
_GIVEN: Final = (
    "伟芳娜敏静丽强磊军洋勇艳杰涛明超秀霞平刚桂英华玉兰红梅建国志文斌宇浩轩梓涵欣怡佳琪晨曦雨泽子睿思远嘉俊安宁乐天海波云峰雪莲春秋月星辰"
)


@dataclass(frozen=True, kw_only=True)
class Papers:
    """One entry a person: what agencies write down to name somebody."""

    id_type: Integers
    """Place in ID_TYPES."""
    id_number: pl.Series
    name: pl.Series
    phone: pl.Series
    nationality: Integers
    """Place in NATIONALITIES."""
    born_on: npt.NDArray[np.datetime64]

    @classmethod
    def issue(cls, people: People, *, atlas: Atlas, on: date, seed: int) -> Self:
        """Give everyone papers; numbers differ from one another. Most have the id of their county, migrants of another."""
        random = stream(seed, "papers")
        count = len(people)
        id_type = random.choice(len(ID_TYPES), count, p=ID_TYPE_SHARES)
        born_on = np.datetime64(on, "D") - (people.age * 365.2425 + random.random(count) * 365).astype(np.int64)
        weights = np.array(list(HOME_PROVINCES.values()), dtype=np.float64)
        elsewhere = [atlas.starting_with(province) for province in HOME_PROVINCES]
        province = random.choice(len(elsewhere), count, p=weights / weights.sum())
        far = np.empty(count, dtype=np.int64)
        for number, places in enumerate(elsewhere):
            there = province == number
            far[there] = random.choice(places, int(there.sum()))
        issued_in = np.where(random.random(count) < 0.8, people.county, far)
        resident = _resident_numbers(random, atlas.numbers[issued_in], born_on, people.male)
        # A bijection of the eight-digit numbers from 10000000 on: different people, different numbers.
        digits = pl.Series((np.arange(count) * 48_271 + 7_654_321) % 90_000_000 + 10_000_000)
        numbers = pl.DataFrame({"type": id_type, "resident": resident, "digits": digits.cast(pl.String)}).select(
            pl.when(pl.col("type") == 0).then(pl.col("resident"))
            .when(pl.col("type") == 1).then(pl.lit("E") + pl.col("digits"))
            .when(pl.col("type") == 2).then(pl.lit("H") + pl.col("digits"))
            .when(pl.col("type") == 3).then(pl.col("digits"))
            .otherwise(pl.lit("WZ") + pl.col("digits"))
            .alias("id_number")
        )  # fmt: skip
        nationality = np.where(id_type == 1, random.integers(1, len(NATIONALITIES), count), 0)
        return cls(
            id_type=id_type,
            id_number=numbers["id_number"],
            name=_names(random, people),
            # No mobile number begins with 12: these reach nobody.
            phone=(pl.Series(random.integers(0, 10**9, count)) + 12 * 10**9).cast(pl.String),
            nationality=nationality,
            born_on=born_on,
        )


def _resident_numbers(
    random: np.random.Generator, region: Integers, born_on: npt.NDArray[np.datetime64], male: npt.NDArray[np.bool_]
) -> pl.Series:
    """Return resident ids (GB 11643): region, birth date, order (odd for men), check character; no two are the same."""
    year = born_on.astype("datetime64[Y]").astype(np.int64) + 1970
    month = born_on.astype("datetime64[M]").astype(np.int64) % 12 + 1
    day = (born_on - born_on.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64) + 1
    birth = year * 10_000 + month * 100 + day
    _, same = np.unique((region * 10**8 + birth) * 2 + male, return_inverse=True)
    start = random.integers(0, 499, int(same.max(initial=0)) + 1)
    order = ((start[same] + rank_within(same)) % 499) * 2 + np.where(male, 1, 2)
    seventeen = region * 10**11 + birth * 1000 + order
    weighted = np.zeros(len(seventeen), dtype=np.int64)
    for place, weight in enumerate(_WEIGHTS):
        weighted += seventeen // 10 ** (16 - place) % 10 * weight
    return pl.Series(seventeen).cast(pl.String) + pl.Series(_CHECKS).gather(weighted % 11)


def _names(random: np.random.Generator, people: People) -> pl.Series:
    """Return names put together by chance: the surname of the household's head for children, one's own for others."""
    count = len(people)
    # Common surnames stand first and are drawn more often.
    own = (len(_SURNAMES) * random.random(count) ** 2).astype(np.int64)
    of_household = (len(_SURNAMES) * random.random(int(people.household.max(initial=0)) + 1) ** 2).astype(np.int64)
    surname = np.where((people.role == 0) | (people.role == 2), of_household[people.household], own)
    given = pl.Series(list(_GIVEN))
    second = given.gather(random.integers(0, len(_GIVEN), count))
    third = given.gather(random.integers(0, len(_GIVEN), count)).set(pl.Series(random.random(count) < 0.3), "")
    return pl.Series(list(_SURNAMES)).gather(surname) + second + third
