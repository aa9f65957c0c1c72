"""What is searched for: everybody who came from some areas since a day; and the words that its answers use."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

import ibis
import ibis.expr.types as ir

from fangxian.errors import FangxianError
from fangxian.facts import Text
from fangxian.facts.known import Known, instant
from fangxian.policy.regions import expect_region

FORM_S_KEY_AREA: Final = "42"
"""What the declaration form of February 2020 asked about: Hubei. Its yes says that somebody was in some part of it."""


class Surety(StrEnum):
    """How sure it is that somebody came from there, the surest first."""

    SEVERAL_SOURCES = "several_sources"
    ONE_RECORD = "one_record"
    OWN_WORD = "own_word"

    @property
    def words(self) -> Text:
        """The surety for people."""
        return _SURETIES[self]


_SURETIES: Final = {
    Surety.SEVERAL_SOURCES: Text("多个来源一致", "several sources say so"),
    Surety.ONE_RECORD: Text("一个来源有记录", "one source recorded it"),
    Surety.OWN_WORD: Text("仅本人自述", "only the person's own word"),
}

PLACED_BY: Final = {
    "residence": Text("登记住址", "registered home"),
    "region_stay": Text("最近停留地", "last stay"),
    "trip": Text("最近行程到达地", "where the last trip went"),
    "checkpoint_pass": Text("最近卡口所在地", "last checkpoint"),
    "enrolment": Text("申领健康码所在地", "where the code was applied for"),
}
"""The types of facts that say where somebody is now, with what that is called."""

CAME_BY: Final = {
    "region_stay": Text("停留记录", "stay"),
    "trip": Text("行程", "trip"),
    "checkpoint_pass": Text("卡口登记", "checkpoint"),
    "health_declaration": Text("健康申报", "declaration"),
}
"""The types of facts that say that somebody came from somewhere, with what they are called."""


@dataclass(frozen=True, kw_only=True)
class Search:
    """Everybody who came from `areas` (six digits each) since the local day `since`."""

    areas: tuple[str, ...]
    since: date

    def __post_init__(self) -> None:
        """Refuse a search from nowhere, and areas that do not exist on the day. Raises FangxianError."""
        if not self.areas:
            raise FangxianError("A search needs an area that people came from.", next_step="Name one, for example 420100.")
        for area in self.areas:
            expect_region(area, self.since)

    @property
    def prefixes(self) -> tuple[str, ...]:
        """What the codes of all regions within the areas begin with."""
        return tuple(sorted({re.sub("(00)+$", "", area) for area in self.areas}))

    def since_at(self, utc_offset: timedelta) -> datetime:
        """Return the instant at which the day starts on clocks so far ahead of UTC."""
        return datetime.combine(self.since, time()) - utc_offset

    def starts(self, known: Known) -> ir.TimestampScalar:
        """Return the instant at which the day starts."""
        return instant(self.since_at(known.utc_offset))

    def contains(self, region_code: ir.StringValue) -> ir.BooleanValue:
        """Return whether a region lies in one of the areas."""
        return ibis.or_(*(region_code.startswith(prefix) for prefix in self.prefixes))

    @property
    def answers_the_form(self) -> bool:
        """Whether all of what the declaration form asked about is searched: else its yes may mean another part."""
        return any(FORM_S_KEY_AREA.startswith(prefix) for prefix in self.prefixes)
