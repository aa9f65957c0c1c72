"""A person's hits as a small drawing: one bar a hit, on a scale of days. Units of length are those of the SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from fangxian.code.explanation import Reason
from fangxian.policy.policy import Policy

WIDTH: Final = 640
ROW: Final = 26
TOP: Final = 26
_MARGIN_DAYS: Final = 2
_MOST_TICKS: Final = 8
_THINNEST: Final = 3.0
_LABEL: Final = 60


@dataclass(frozen=True)
class Bar:
    """One hit: where its bar starts and how long it is; `open_x` is from where it is drawn as not yet known, if it is open."""

    reason: Reason
    x: float
    y: float
    width: float
    open_x: float | None


@dataclass(frozen=True)
class Tick:
    """A local midnight on the scale."""

    x: float
    day: date


@dataclass(frozen=True)
class Timeline:
    """The drawing: bars from the top down in order of time, ticks, and where the instant asked about is."""

    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    asked_x: float
    height: float
    width: float = WIDTH


def timeline(hits: Sequence[Reason], policy: Policy, *, at: datetime) -> Timeline:
    """Draw hits on a scale from two days before the first to two days after the last instant that is known."""
    instants = [at, *(h.from_at for h in hits), *(h.until_at for h in hits if h.until_at)]
    margin = timedelta(days=_MARGIN_DAYS)
    first, last = policy.local(min(instants) - margin), policy.local(max(instants) + margin)
    scale = WIDTH / (last - first).total_seconds()

    def x(instant: datetime) -> float:
        return round((policy.local(instant) - first).total_seconds() * scale, 1)

    bars = tuple(_bar(hit, number, x(hit.from_at), x(hit.until_at) if hit.until_at else None, x(at)) for number, hit in enumerate(hits))
    days = (last.date() - first.date()).days
    step = max(1, -(-days // _MOST_TICKS))
    ticks = tuple(Tick(x(policy.starts(day)), day) for day in (first.date() + timedelta(days=n) for n in range(1, days, step)))
    readable = tuple(tick for tick in ticks if tick.x < WIDTH - _LABEL)
    return Timeline(bars, readable, x(at), TOP + max(1, len(hits)) * ROW + 4)


def _bar(hit: Reason, number: int, from_x: float, until_x: float | None, asked_x: float) -> Bar:
    width = (WIDTH if until_x is None else until_x) - from_x
    return Bar(hit, from_x, TOP + number * ROW, max(_THINNEST, round(width, 1)), max(from_x, asked_x) if until_x is None else None)
