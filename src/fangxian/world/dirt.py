"""What goes wrong in agencies' files, how often, and what an honest reader makes of it."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Final

from fangxian.errors import FangxianError
from fangxian.sources.refusal import Reason


class Dirt(StrEnum):
    """What was done to a row."""

    WRONG_CHECK = "wrong_check"
    SHORT_ID = "short_id"
    MISSING_ID = "missing_id"
    WIDE_DIGITS = "wide_digits"
    BLANKS_IN_ID = "blanks_in_id"
    BLANKS_AROUND_WORD = "blanks_around_word"
    RUN_SPELLED = "run_spelled"
    UNKNOWN_WORD = "unknown_word"
    UNKNOWN_REGION = "unknown_region"
    RENUMBERED_REGION = "renumbered_region"
    FUTURE = "future"
    IMPOSSIBLE_DATE = "impossible_date"
    IMPOSSIBLE_TEMPERATURE = "impossible_temperature"
    TOO_FEW_COLUMNS = "too_few_columns"
    REPEATED = "repeated"
    REPEATED_OVER_FILES = "repeated_over_files"
    CONTRADICTION = "contradiction"
    LATE = "late"
    OTHER_COUNTY = "other_county"
    FALLING_COUNT = "falling_count"
    CORRECTED = "corrected"
    CORRECTION = "correction"
    WRONG_ENCODING = "wrong_encoding"


ACCEPTED: Final = "accepted"
REPEATED: Final = "repeated"

EXPECTED: Final = {
    Dirt.WRONG_CHECK: str(Reason.WRONG_ID),
    Dirt.SHORT_ID: str(Reason.WRONG_ID),
    Dirt.MISSING_ID: str(Reason.MISSING),
    Dirt.UNKNOWN_WORD: str(Reason.UNKNOWN_WORD),
    Dirt.UNKNOWN_REGION: str(Reason.UNKNOWN_REGION),
    Dirt.RENUMBERED_REGION: str(Reason.REGION_NOT_IN_FORCE),
    Dirt.FUTURE: str(Reason.FUTURE),
    Dirt.IMPOSSIBLE_DATE: str(Reason.UNREADABLE),
    Dirt.IMPOSSIBLE_TEMPERATURE: str(Reason.BROKEN_PROMISE),
    Dirt.TOO_FEW_COLUMNS: str(Reason.BROKEN_LINE),
    Dirt.REPEATED: REPEATED,
    Dirt.CONTRADICTION: str(Reason.CONTRADICTION),
}
"""What becomes of a row: the reason it is refused for, or that it repeats another; every other kind is accepted."""


@dataclass(frozen=True, kw_only=True)
class DirtRates:
    """How often each kind of dirt befalls a row that can have it; every row has one kind at most."""

    wrong_check: float = 0.002
    short_id: float = 0.0008
    missing_id: float = 0.0004
    wide_digits: float = 0.002
    blanks_in_id: float = 0.003
    blanks_around_word: float = 0.003
    run_spelled: float = 0.02
    unknown_word: float = 0.001
    unknown_region: float = 0.0006
    renumbered_region: float = 0.0008
    future: float = 0.0005
    impossible_date: float = 0.0005
    impossible_temperature: float = 0.0005
    too_few_columns: float = 0.0005
    repeated: float = 0.003
    repeated_over_files: float = 0.002
    contradiction: float = 0.0003
    late: float = 0.004
    other_county: float = 0.001

    def times(self, factor: float) -> DirtRates:
        """Return all rates multiplied: 0 for files without dirt. Together they stay below one."""
        scaled = {rate.name: factor * getattr(self, rate.name) for rate in fields(self)}
        if not 0 <= sum(scaled.values()) < 1:
            raise FangxianError(
                f"Dirt cannot be {factor:g} times as frequent.",
                known=f"Every row has one kind at most; 0 is none, and at {1 / sum(scaled.values()) * factor:.0f} no row would be clean."
                if factor > 0
                else "0 is none, 1 is usual.",
                next_step="Give a smaller factor, 0 or more.",
            )
        return replace(self, **scaled)

    def of(self, kind: Dirt) -> float:
        """Return the rate of a kind; 0 for kinds that do not befall rows by chance."""
        return float(getattr(self, kind.value, 0.0))
