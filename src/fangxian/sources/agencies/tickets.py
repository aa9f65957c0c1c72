"""What a ticket says, whoever sold it: a trip on one run, on a day that may be to come, from one place to another."""

from typing import Any

from fangxian.facts import Trip
from fangxian.sources.cells import Constant, RunNumber
from fangxian.sources.places import Region
from fangxian.sources.source import Yields, yields
from fangxian.sources.times import Day, Instant


def trip(*, mode: str, day: str, leaves: str, run: str, boards: str, alights: str, **seat: Any) -> Yields:
    """Return what a ticket yields, from the names of its columns; `seat` are the cells that say where on board.

    A trip without a time of departure begins with its day.
    """
    travelled_on = Day(day, may_be_future=True)
    return yields(
        Trip,
        from_at=Instant(leaves, optional=True, or_day=day, may_be_future=True),
        until_at=Instant("到达时间", optional=True, may_be_future=True),
        mode=Constant(mode),
        number=RunNumber(run, optional=True),
        travelled_on=travelled_on,
        **seat,
        from_region_code=Region(boards, on=travelled_on),
        to_region_code=Region(alights, on=travelled_on),
    )
