"""The dynamic list of people under control: an entry colours only with a standing fact of the same person behind it."""

import ibis
import ibis.expr.types as ir

from fangxian.code.ending import first_ending
from fangxian.code.listed_area import ListedAreas, in_listed_area
from fangxian.code.presence import stays
from fangxian.code.rule import Rule, spans
from fangxian.code.rules.diagnosis import CONFIRMED, courses
from fangxian.facts import ControlListEntry, Exposure, Text
from fangxian.facts.fact import INSTANT
from fangxian.facts.known import Known

on_control_list = Rule(
    "on-control-list",
    Text("在管控名单", "On the control list"),
    Text(
        "被列入动态管控名单，且所引用的本人病例、密切接触或重点地区旅居事实成立的人。",
        "A person on the control list whose cited case, close contact or stay in a listed area stands.",
    ),
)


@on_control_list.condition
def listed_with_standing_citation(known: Known, *, areas: ListedAreas, days: int) -> ir.Table:
    """From the listing until removal, at the latest the start of the `days`-th local day after what is cited.

    The days count from the beginning of a case, from the last contact, and from leaving a listed area (while there, from
    arriving). Nobody is coloured before what is cited began, nor by an entry that cites nothing, a fact of another person or
    of another kind, a withdrawn fact, or a stay elsewhere.
    """
    citable = _citable(known, areas)
    entries = known.facts(ControlListEntry)
    listed = entries.filter(entries.action == "listed").select("person_id", "from_at", "fact_id", "cites_fact_type", "cites_fact_id")
    removals = entries.filter(entries.action == "removed").select("person_id", ended_at=entries.from_at)
    cited = listed.inner_join(
        citable,
        [
            listed.person_id == citable.person_id,
            listed.cites_fact_type == citable.cited_type,
            listed.cites_fact_id == citable.cited_id,
        ],
    ).select("person_id", "from_at", "fact_id", "cited_id", "cited_from", "cited_at", "cited_until")
    course = first_ending(cited, removals)
    until = ibis.least(course.ended_at, course.cited_until, known.start_of_day_after(course.cited_at, days=days))
    return spans(course, from_at=ibis.greatest(course.from_at, course.cited_from), until_at=until, because=["fact_id", "cited_id"])


def _citable(known: Known, areas: ListedAreas) -> ir.Table:
    """Return what an entry may cite.

    Shape: person_id, cited_type, cited_id, cited_from (when it began), cited_at (what the days count from), cited_until
    (null where it has no end of its own).
    """
    cases = courses(known, begins=("suspected", "asymptomatic", *CONFIRMED), ends=("discharged", "excluded"))
    exposures = known.facts(Exposure)
    stayed = in_listed_area(known, stays(known), areas)
    no_end = ibis.null(INSTANT)
    return ibis.union(
        cases.select(
            "person_id",
            cited_type=ibis.literal("diagnosis"),
            cited_id=cases.fact_id,
            cited_from=cases.from_at,
            cited_at=cases.from_at,
            cited_until=cases.ended_at.cast(INSTANT),
        ),
        exposures.filter(exposures.contact_class == "close").select(
            "person_id",
            cited_type=ibis.literal("exposure"),
            cited_id=exposures.fact_id,
            cited_from=exposures.from_at,
            cited_at=ibis.coalesce(exposures.until_at, exposures.from_at),
            cited_until=no_end,
        ),
        stayed.select(
            "person_id",
            cited_type=ibis.literal("region_stay"),
            cited_id=stayed.fact_id,
            cited_from=stayed.counted_from,
            cited_at=ibis.coalesce(stayed.counted_until, stayed.counted_from),
            cited_until=no_end,
        ),
    )
