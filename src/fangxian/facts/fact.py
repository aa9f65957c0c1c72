"""What a fact is: one declaration that schema, checks, data dictionary, generators and forms all read.

A fact is something that a source says was so. It has a valid time (`from_at`, and `until_at` where it lasts) and a
known time (`known_at`: when its source reported it, or else when we received it). It is never updated: a withdrawal is a
later fact that names the earlier one, and a correction is a later fact of the same number, with a withdrawal of what was
known before it. All instants are UTC, to the microsecond; all days are days of the jurisdiction's own zone.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from functools import cache
from typing import ClassVar, Final

import ibis
import ibis.expr.types as ir

from fangxian.errors import FangxianError
from fangxian.facts.text import Text

INSTANT: Final = "timestamp(6)"
"""The Ibis type of an instant: UTC, without a zone of its own, to the microsecond."""


class Retention(StrEnum):
    """How long a class of facts may be kept: each class has an end, and whole partitions end with it."""

    REGISTER = "register"
    HEALTH = "health"
    MOVEMENT = "movement"
    CONTROL = "control"
    CORRECTION = "correction"
    PUBLIC = "public"


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a fact type: its Ibis type and what it means.

    `rules_may_read=False` keeps a column out of every table that a rule is given: it can be stored and shown to the
    person, and no colour can depend on it.
    """

    dtype: str
    meaning: Text
    one_of: tuple[str, ...] = ()
    optional: bool = False
    unit: str | None = None
    between: tuple[float, float] | None = None
    rules_may_read: bool = True
    name: str = ""

    def __set_name__(self, owner: type, name: str) -> None:
        """Learn the name that the column is declared under."""
        object.__setattr__(self, "name", name)


def column(
    dtype: str,
    en: str,
    zh: str,
    *,
    one_of: tuple[str, ...] | type[StrEnum] = (),
    optional: bool = False,
    unit: str | None = None,
    between: tuple[float, float] | None = None,
    rules_may_read: bool = True,
) -> Column:
    """Declare a column: `column("date", "When the specimen was taken.", "采样日期。")`."""
    words = one_of if isinstance(one_of, tuple) else tuple(str(word) for word in one_of)
    return Column(
        dtype=dtype,
        meaning=Text(zh, en),
        one_of=words,
        optional=optional,
        unit=unit,
        between=between,
        rules_may_read=rules_may_read,
    )


Check = Callable[[ir.Table], ir.BooleanValue]


@dataclass(frozen=True)
class Promise:
    """Something that every row of a fact type keeps; `kept` is true (or null, where it does not apply) on good rows."""

    words: Text
    kept: Check = field(repr=False)


class Fact:
    """A kind of fact. Subclasses declare columns; nobody makes instances, rows live in tables.

    `fact_id` is a number that is the same whenever the same source says the same thing about the same subject; it is
    unique among its subject's facts (63 bits of an MD5 over the source's own record number).
    """

    title: ClassVar[Text]
    meaning: ClassVar[Text]
    retention: ClassVar[Retention]
    promises: ClassVar[tuple[Promise, ...]] = ()
    name: ClassVar[str]
    columns: ClassVar[Mapping[str, Column]]

    fact_id = column(
        "int64",
        "The fact's number, unique among the facts of its subject (a person or an area).",
        "事实编号，在同一主体（人或区域）的各项事实中唯一。",
    )
    known_at = column(
        INSTANT,
        "When its source reported it; where the row gives no time of report, when we received it.",
        "来源上报的时刻；该行未给出上报时间的，为我方收到的时刻。",
        rules_may_read=True,
    )
    source = column("string", "Which source said so.", "由哪个数据来源提供。")
    delivery_id = column("string", "Which delivery of that source it came in.", "来自该来源的哪一份交付。")

    def __init_subclass__(cls) -> None:
        """Collect the columns that a subclass declares or inherits, in the order of declaration."""
        collected: dict[str, Column] = {}
        for base in reversed(cls.__mro__):
            collected.update({k: v for k, v in vars(base).items() if isinstance(v, Column)})
        cls.columns = collected
        words = [cls.__name__[0].lower()]
        for letter in cls.__name__[1:]:
            words.append(f"_{letter.lower()}" if letter.isupper() else letter)
        cls.name = "".join(words)

    @classmethod
    def schema(cls) -> ibis.Schema:
        """Return the Ibis schema of the stored table; optional columns are nullable, all others are not."""
        return ibis.schema({c.name: ibis.dtype(c.dtype, nullable=c.optional) for c in cls.columns.values()})

    @classmethod
    def table(cls) -> ir.Table:
        """Return the unbound table of this fact type with the columns that rules may read, and no others."""
        readable = {c.name: c.dtype for c in cls.columns.values() if c.rules_may_read}
        return ibis.table(readable, name=cls.name)

    @classmethod
    def all_promises(cls) -> Iterator[Promise]:
        """Yield the promises declared by hand and those that follow from the columns."""
        for c in cls.columns.values():
            yield from _promises_of(c)
        yield from cls.promises

    @classmethod
    def broken(cls, table: ir.Table) -> ir.Table:
        """Return the rows of `table` that break a promise, once for each, with the promise's words.

        Shape: the columns of `table`, then `promise_en` and `promise_zh`.
        """
        offences = [
            table.filter(~promise.kept(table).fill_null(True)).mutate(
                promise_en=ibis.literal(promise.words.en), promise_zh=ibis.literal(promise.words.zh)
            )
            for promise in cls.all_promises()
        ]
        return ibis.union(*offences)


class PersonFact(Fact):
    """A fact about one person; every table about people is keyed by the person first.

    `meets_by` names the column by which such a fact says where people meet; a lake keeps those facts a second time, sorted by it.
    `stays_at_most` is how long after `from_at` nobody is there any more whose leaving no source says: null where they stay.
    """

    meets_by: ClassVar[str | None] = None
    stays_at_most: ClassVar[timedelta | None] = None

    person_id = column(
        "string",
        "Whom it is about: 32 hexadecimal digits, the first 16 bytes of an HMAC of id type and number.",
        "所涉及的人：证件类型与号码的 HMAC 前 16 字节，以 32 位十六进制表示。",
    )


class AreaFact(Fact):
    """A fact about an area."""

    region_code = column(
        "string",
        "The area's GB/T 2260 code as in force on the day: 2, 4 or 6 significant digits, always written with 6.",
        "当日有效的 GB/T 2260 行政区划代码：省、地、县分别有 2、4、6 位有效数字，一律写足 6 位。",
    )


def _promises_of(c: Column) -> Iterator[Promise]:
    """Yield the promises that a column's declaration makes: presence, vocabulary and range."""
    if not c.optional:
        yield Promise(Text(f"{c.name} 不可为空", f"{c.name} is present"), lambda t: t[c.name].notnull())
    if c.one_of:
        words = "、".join(c.one_of), ", ".join(c.one_of)
        yield Promise(Text(f"{c.name} 须为下列之一：{words[0]}", f"{c.name} is one of {words[1]}"), lambda t: t[c.name].isin(c.one_of))
    if c.between:
        low, high = c.between
        yield Promise(
            Text(f"{c.name} 在 {low:g} 与 {high:g} 之间", f"{c.name} is between {low:g} and {high:g}"),
            lambda t: t[c.name].between(low, high),
        )
    if c.name == "until_at":
        yield Promise(Text("结束不早于开始", "it does not end before it starts"), lambda t: t.until_at >= t.from_at)


@cache
def all_fact_types() -> tuple[type[Fact], ...]:
    """Return every fact type that exists, in order of name; the package is walked, so nothing has to register itself."""
    import fangxian.facts as package

    found: set[type[Fact]] = set()
    for module in pkgutil.iter_modules(package.__path__):
        members = vars(importlib.import_module(f"{package.__name__}.{module.name}")).values()
        found |= {m for m in members if isinstance(m, type) and issubclass(m, Fact) and "title" in vars(m)}
    return tuple(sorted(found, key=lambda fact_type: fact_type.name))


def fact_type(name: str) -> type[Fact]:
    """Return the fact type called `name`; raises FangxianError with the known ones for any other name.

    >>> fact_type("check_in").title.en
    'daily check-in'
    """
    known = {t.name: t for t in all_fact_types()}
    if name not in known:
        raise FangxianError(
            f"There is no type of fact called {name!r}.", known=f"Known: {', '.join(known)}.", next_step="Name one of these."
        )
    return known[name]
