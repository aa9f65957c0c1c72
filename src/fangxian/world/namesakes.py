"""A register, and the messy records of other agencies about the same people: who is who is known, so that linkage can be judged.

Everything is drawn as sets: a million people take seconds. Names are written in characters or in pinyin, with a homophone or another
wrong character; digits are wrong, days and months swapped, phones old, addresses written by habit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from fangxian.policy.regions import regions
from fangxian.world.draws import stream
from fangxian.world.geography import Atlas
from fangxian.world.identity import _GIVEN, _SURNAMES, Papers
from fangxian.world.people import People

Flags = npt.NDArray[np.bool_]

ON: Final = date(2020, 2, 1)
KNOWN: Final = 0.8
"""Share of records that are about people of the register, unless it is said otherwise."""

ROADS: Final = (
    "解放", "人民", "中山", "文三", "建设", "新华", "和平", "胜利", "延安", "环城北", "环城南", "江滨", "学院", "体育场", "工农", "滨河",
    "迎宾", "凤凰", "湖滨", "东门", "南门", "西门", "北门", "青年", "友谊", "光明", "振兴", "长江", "黄河", "太湖",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Mess:
    """How often each thing is wrong or missing in a record, in shares of records."""

    pinyin: float = 0.12
    pinyin_of_these: tuple[float, float, float] = field(default=(0.4, 0.4, 0.2))
    """Of names in pinyin: `Zhang Wei`, `WEI ZHANG`, with tones."""
    homophone: float = 0.02
    wrong_character: float = 0.015
    swapped_names: float = 0.01
    no_birth: float = 0.06
    swapped_day_and_month: float = 0.02
    wrong_birth_digit: float = 0.015
    no_phone: float = 0.15
    other_phone: float = 0.08
    wrong_phone_digit: float = 0.02
    relatives_phone: float = 0.05
    no_id: float = 0.8
    no_address: float = 0.1
    other_address: float = 0.08
    short_address: float = 0.3
    no_sex: float = 0.1
    wrong_sex: float = 0.005


@dataclass(frozen=True, kw_only=True)
class Namesakes:
    """A register, records, and the truth: `person` is the place in the register, null for records of nobody in it.

    Shape: `register` 证件号码, 姓名, 出生日期, 性别, 联系电话, 住址; `records` 编号 and the same; `truth` 编号, person, 证件号码.
    """

    register: pl.DataFrame
    records: pl.DataFrame
    truth: pl.DataFrame

    @classmethod
    def make(cls, register: int, records: int, *, seed: int = 7, known: float = KNOWN, mess: Mess | None = None) -> Namesakes:
        """Make a register, and records of which the share `known` are about its people, each at most once."""
        random = stream(seed, "namesakes")
        strangers = records - min(register, round(records * known))
        people = _people(register + strangers, seed=seed)
        order = random.permutation(register + strangers)
        enrolled, others = np.sort(order[:register]), order[register:]
        chosen = random.permutation(np.concatenate([random.permutation(enrolled)[: records - strangers], others]))
        place = np.full(len(order), -1)
        place[enrolled] = np.arange(register)
        about = place[chosen]
        written = _messy(people[chosen], random, mess or Mess())
        numbers = pl.Series("编号", np.arange(1, records + 1)).cast(pl.String)
        truth = pl.DataFrame(
            {"编号": numbers, "person": pl.Series(about), "证件号码": people["证件号码"].gather(chosen)},
        ).with_columns(pl.when(pl.col("person") >= 0).then(pl.col("person")))
        return cls(
            register=people[enrolled].select("证件号码", "姓名", "出生日期", "性别", "联系电话", "住址"),
            records=written.select(numbers, "姓名", "证件号码", "出生日期", "性别", "联系电话", "住址"),
            truth=truth,
        )


def _people(count: int, *, seed: int) -> pl.DataFrame:
    atlas = Atlas.of("33", on=ON, seed=seed)
    settled = People.settle(count, atlas=atlas, seed=seed)
    papers = Papers.issue(settled, atlas=atlas, on=ON, seed=seed)
    random = stream(seed, "addresses")
    households = int(settled.household.max()) + 1
    road = pl.Series(ROADS).gather(random.integers(0, len(ROADS), households)[settled.household])
    number = [pl.Series(random.integers(1, most, households)[settled.household]).cast(pl.String) for most in (400, 30, 20)]
    names = {row["region_code"]: row for row in regions(ON).to_pylist()}
    code = pl.Series(atlas.numbers).cast(pl.String)
    county = pl.Series([names[one]["name"] for one in code]).gather(settled.county)
    prefecture = pl.Series([names[f"{one[:4]}00"]["name"] for one in code]).gather(settled.county)
    born = pl.Series(papers.born_on).cast(pl.Date)
    return pl.DataFrame(
        {
            "证件号码": papers.id_number,
            "姓名": papers.name,
            "出生日期": born.dt.strftime("%Y-%m-%d"),
            "性别": pl.Series(np.where(settled.male, "男", "女")),
            # A household has a phone or two: children and the old share one.
            "联系电话": papers.phone,
            "住址": "浙江省" + prefecture + county + road + "路" + number[0] + "号" + number[1] + "幢" + number[2] + "01室",
            "_prefecture": prefecture,
            "_county": county,
            "_road": road,
            "_numbers": number[0] + "-" + number[1] + "-" + number[2] + "01",
        }
    )


def _messy(people: pl.DataFrame, random: np.random.Generator, mess: Mess) -> pl.DataFrame:
    """Return what an agency would write of the same people."""
    count = people.height

    def share(rate: float) -> pl.Series:
        return pl.Series(random.random(count) < rate)

    name = _names(people["姓名"], random, mess)
    born = people["出生日期"]
    forms = pl.Series(random.integers(0, 4, count))
    swap, digit = share(mess.swapped_day_and_month), share(mess.wrong_birth_digit)
    other = pl.Series(random.permutation(count))
    phone = people["联系电话"]
    return people.select(
        name.alias("姓名"),
        pl.when(~share(mess.no_id)).then(_one_digit_wrong(people["证件号码"], random)).alias("证件号码"),
        pl.when(~share(mess.no_birth)).then(_dates(born, forms, swap, digit, random)).alias("出生日期"),
        pl.when(~share(mess.no_sex)).then(
            pl.when(share(mess.wrong_sex)).then(pl.col("性别").replace({"男": "女", "女": "男"})).otherwise("性别")
        ).alias("性别"),
        pl.when(~share(mess.no_phone)).then(
            pl.when(share(mess.other_phone)).then(pl.Series(random.integers(0, 10**9, count) + 12 * 10**9).cast(pl.String))
            .when(share(mess.relatives_phone)).then(phone.gather((np.arange(count) + 1) % count))
            .when(share(mess.wrong_phone_digit)).then(_one_digit_wrong(phone, random))
            .otherwise(pl.Series(np.where(random.random(count) < 0.2, "+86 ", "")) + phone)
        ).alias("联系电话"),
        pl.when(~share(mess.no_address)).then(
            pl.when(share(mess.other_address)).then(people["住址"].gather(other))
            .when(share(mess.short_address)).then(pl.col("_county") + pl.col("_road") + "路" + pl.col("_numbers"))
            .otherwise(pl.col("_prefecture") + pl.col("_county") + pl.col("_road") + "路" + pl.col("_numbers"))
        ).alias("住址"),
    )  # fmt: skip


def _dates(born: pl.Series, forms: pl.Series, swap: pl.Series, digit: pl.Series, random: np.random.Generator) -> pl.Expr:
    """Return birth dates in one of four forms each, some with day and month swapped, some with a digit of the day wrong."""
    year, month, day = (born.str.slice(start, length).cast(pl.Int64) for start, length in ((0, 4), (5, 2), (8, 2)))
    shifted = pl.Series(
        np.where(
            digit.to_numpy(), day.to_numpy() // 10 * 10 + (day.to_numpy() % 10 + random.integers(1, 9, len(born))) % 10, day.to_numpy()
        )
    ).clip(1, 28)
    day = pl.Series(np.where(digit.to_numpy(), shifted.to_numpy(), day.to_numpy()))
    month, day = (
        pl.Series(np.where(swap.to_numpy(), day.to_numpy(), month.to_numpy())),
        pl.Series(np.where(swap.to_numpy(), month.to_numpy(), day.to_numpy())),
    )
    y, m, d = year.cast(pl.String), month.cast(pl.String), day.cast(pl.String)
    mm, dd = m.str.zfill(2), d.str.zfill(2)
    return (
        pl.when(forms == 0).then(y + "-" + mm + "-" + dd)
        .when(forms == 1).then(y + "/" + m + "/" + d)
        .when(forms == 2).then(y + mm + dd)
        .otherwise(y + "年" + m + "月" + d + "日")
    )  # fmt: skip


def _names(names: pl.Series, random: np.random.Generator, mess: Mess) -> pl.Series:
    count = len(names)
    alike, any_other, syllable = _characters()
    drawn = random.random(count)
    homophone = pl.Series(drawn < mess.homophone)
    wrong = pl.Series((drawn >= mess.homophone) & (drawn < mess.homophone + mess.wrong_character))
    last = names.str.slice(-1, 1)
    heard = names.str.slice(0, 1) + names.str.slice(1).str.slice(0, 0) + names.str.replace(".$", "").str.slice(1) + last.replace(alike)
    mistaken = names.str.replace(".$", "") + pl.Series(list(_GIVEN)).gather(random.integers(0, len(_GIVEN), count))
    turned = names.str.slice(1) + names.str.slice(0, 1)
    surname = names.str.slice(0, 1).replace(syllable)
    given = names.str.slice(1, 1).replace(syllable) + names.str.slice(2, 1).replace(syllable)
    first, second, _ = np.cumsum(mess.pinyin_of_these)
    way = pl.Series(random.random(count))
    toned = (
        names.str.slice(0, 1).replace(any_other) + " " + names.str.slice(1, 1).replace(any_other) + names.str.slice(2, 1).replace(any_other)
    )
    frame = pl.DataFrame({"way": way})
    latin = frame.select(
        pl.when(way < first).then(surname.str.to_titlecase() + " " + given.str.to_titlecase())
        .when(way < second).then(given.str.to_uppercase() + " " + surname.str.to_uppercase())
        .otherwise(toned)
        .alias("latin")
    )["latin"]  # fmt: skip
    in_pinyin, swapped = pl.Series(random.random(count) < mess.pinyin), pl.Series(random.random(count) < mess.swapped_names)
    return frame.select(
        pl.when(in_pinyin).then(latin).when(homophone).then(heard).when(wrong).then(mistaken).when(swapped).then(turned).otherwise(names)
        .alias("name")
    )["name"]  # fmt: skip


@cache
def _characters() -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Return for each character of names another of the same sound, its toned pinyin, and its plain pinyin."""
    from pypinyin import Style, pinyin

    used = sorted(set(_SURNAMES + _GIVEN))
    common = [chr(code) for code in range(0x4E00, 0x9FFF)]
    plain = dict(zip(common, (one[0] for one in pinyin(common, style=Style.NORMAL)), strict=True))
    by_sound: dict[str, list[str]] = {}
    for character in used:
        by_sound.setdefault(plain[character], []).append(character)
    every: dict[str, str] = {}
    for character in common:
        every.setdefault(plain[character], character)
    alike = {}
    for character in used:
        others = [one for one in by_sound[plain[character]] if one != character]
        alike[character] = others[0] if others else every[plain[character]]
    toned = dict(zip(used, (one[0] for one in pinyin(used, style=Style.TONE)), strict=True))
    return alike, toned, {character: plain[character] for character in used}


def _one_digit_wrong(numbers: pl.Series, random: np.random.Generator) -> pl.Series:
    """Return numbers with one digit raised by one to nine, never the first."""
    length = numbers.str.len_chars().to_numpy()
    place = 1 + (random.random(len(numbers)) * (length - 1)).astype(np.int64)
    frame = pl.DataFrame({"number": numbers, "place": place, "raised": random.integers(1, 10, len(numbers))})
    digit = pl.col("number").str.slice(pl.col("place"), 1).cast(pl.Int64, strict=False)
    changed = ((digit + pl.col("raised")) % 10).cast(pl.String).fill_null("0")
    after = pl.col("number").str.slice(pl.col("place") + 1)
    return frame.select(pl.col("number").str.slice(0, pl.col("place")) + changed + after)["number"]
