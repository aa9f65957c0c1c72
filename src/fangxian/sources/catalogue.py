"""Every source there is: what the package `agencies` declares."""

from __future__ import annotations

from functools import cache
from typing import Final

from fangxian.facts import Text
from fangxian.policy.registry import declared, named
from fangxian.sources import agencies
from fangxian.sources.source import Source


@cache
def all_sources() -> tuple[Source, ...]:
    """Return every source, in order of name."""
    return declared(agencies, Source)


def source_named(name: str) -> Source:
    """Return the source called `name`; raises FangxianError with the known ones and the nearest."""
    return named(name, all_sources(), what="source", next_step="Run `fangxian sources` to see what each of them sends.")


def agency_of(source: str) -> Text:
    """Return the name of a source's agency, or of who says it to the store itself; the source's own where it is no longer known."""
    agencies_known = _SENDS_NO_FILES | {known.name: known.agency for known in all_sources()}
    return agencies_known.get(source, Text(source, source))


_SENDS_NO_FILES: Final = {
    "gate": Text("场所门岗", "gates of places"),
    "grid-visit": Text("网格员上门", "a grid worker at the door"),
    "service-point": Text("服务点", "a service point"),
    "own-request": Text("本人", "the person"),
    "linkage": Text("记录关联", "the linkage of records"),
    "trace": Text("流调", "tracing"),
    "trace-scan": Text("流调（门岗警报）", "tracing at an alert of a gate"),
    "other-region": Text("外地", "another region"),
}
