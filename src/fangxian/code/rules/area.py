"""Coming from an area: one that the policy lists, or one that an area rule put at a level."""

import ibis
import ibis.expr.types as ir

from fangxian.code.listed_area import ListedAreas, in_listed_area
from fangxian.code.presence import during, presences
from fangxian.code.rule import Rule, causes, spans
from fangxian.facts import AreaLevel, Text
from fangxian.facts.known import Known

came_from_key_area = Rule(
    "came-from-key-area",
    Text("来自重点地区", "Came from a key area"),
    Text("在规定期限内到过政策所列重点地区的人。", "A person who was in a listed key area within the period."),
)

came_from_watched_area = Rule(
    "came-from-watched-area",
    Text("来自关注地区", "Came from a watched area"),
    Text("在规定期限内到过政策所列关注地区的人。", "A person who was in a listed watched area within the period."),
)

stayed_in_high_risk_area = Rule(
    "stayed-in-high-risk-area",
    Text("到过高风险地区", "Stayed in a high-risk area"),
    Text("在被定为高风险期间停留于该地区的人。", "A person who stayed in an area while a rule had it at high risk."),
)

stayed_in_medium_risk_area = Rule(
    "stayed-in-medium-risk-area",
    Text("到过中风险地区", "Stayed in a medium-risk area"),
    Text("在被定为中风险期间停留于该地区的人。", "A person who stayed in an area while a rule had it at medium risk."),
)


def _for_days(known: Known, present: ir.Table, *, days: int) -> ir.Table:
    return spans(
        present,
        from_at=present.counted_from,
        until_at=known.start_of_day_after(present.counted_until, days=days),
        because=["fact_id"],
    )


def _until_check_ins(present: ir.Table) -> ir.Table:
    return causes(present, from_at=present.counted_from, counts_from=present.counted_until)


@came_from_key_area.condition
def key_area_for_days(known: Known, *, areas: ListedAreas, days: int) -> ir.Table:
    """From the stay in a listed area until the start of the `days`-th local day after leaving; open while there."""
    return _for_days(known, in_listed_area(known, presences(known), areas), days=days)


@came_from_key_area.condition_until_check_ins
def key_area_until_check_ins(known: Known, *, areas: ListedAreas) -> ir.Table:
    """From the stay in a listed area; check-ins count from the day after leaving."""
    return _until_check_ins(in_listed_area(known, presences(known), areas))


@came_from_watched_area.condition_until_check_ins
def watched_area_until_check_ins(known: Known, *, areas: ListedAreas) -> ir.Table:
    """From the stay in a listed area; check-ins count from the day after leaving."""
    return _until_check_ins(in_listed_area(known, presences(known), areas))


def _at_level(known: Known, *, scheme: str, level: str, minimum_hours: float, days: int) -> ir.Table:
    """Return stays in areas while they were at a level, of at least `minimum_hours`, for `days` local days after.

    A stay known only to the prefecture is in none of its counties: nobody is coloured for where they may have been.
    """
    levels = known.facts(AreaLevel)
    wanted = levels.filter(levels.scheme == scheme, levels.level == level).select(
        level_region_code=levels.region_code,
        level_from_at=levels.from_at,
        level_until_at=levels.until_at,
        level_fact_id=levels.fact_id,
    )
    presence = presences(known)
    joined = presence.inner_join(wanted, presence.region_code == wanted.level_region_code)
    cut = during(joined, since=joined.level_from_at, until=joined.level_until_at)
    # A stay that goes on is long enough once it has gone on for so long; a trip or checkpoint has no length and does not count.
    enough = cut.counted_from + ibis.interval(minutes=int(minimum_hours * 60))
    stayed = cut.filter(cut.counted_until.isnull() | (cut.counted_until >= enough))
    return spans(
        stayed,
        from_at=stayed.counted_from + ibis.interval(minutes=int(minimum_hours * 60)),
        until_at=known.start_of_day_after(stayed.counted_until, days=days),
        because=["fact_id", "level_fact_id"],
    )


@stayed_in_high_risk_area.condition
def high_risk_for_days(known: Known, *, scheme: str, level: str, minimum_hours: float, days: int) -> ir.Table:
    """From `minimum_hours` into the stay until the start of the `days`-th local day after leaving; open while there."""
    return _at_level(known, scheme=scheme, level=level, minimum_hours=minimum_hours, days=days)


@stayed_in_medium_risk_area.condition
def medium_risk_for_days(known: Known, *, scheme: str, level: str, minimum_hours: float, days: int) -> ir.Table:
    """From `minimum_hours` into the stay until the start of the `days`-th local day after leaving; open while there."""
    return _at_level(known, scheme=scheme, level=level, minimum_hours=minimum_hours, days=days)
