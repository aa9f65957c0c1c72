"""Who shared a vehicle with a case: the same run, the part of the way that both were aboard, and how far apart they sat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import ibis
import ibis.expr.types as ir

from fangxian.facts import CrewDuty, Trip
from fangxian.facts.fact import INSTANT
from fangxian.facts.known import Known
from fangxian.trace import seats
from fangxian.trace.rule import Certainty

LONGEST_RIDE_HOURS: Final = 24
"""How long somebody is taken to be aboard whose arrival no source says."""


def fellow_travellers(known: Known, cases: ir.Table, *, mode: str) -> ir.Table:
    """Return who was on a run of `mode` with a case in the case's time, while both were aboard.

    Shape: case_fact_id, case_person_id, person_id, from_at, until_at, case_because, because, certainty (of the times),
    number, same_carriage (null where one is unknown), rows_apart and places_apart (null where a seat is unknown, or on a train not
    known to be in the same carriage), case_seat, seat (upper case, null where unknown).

    A run is its number on its day. Whoever boards a night train after midnight may have a ticket of the next day: a run of the day
    before or after is the same where both times are known and overlap. People share only the overlap of their parts of the way.
    """
    trips = _timed(known, mode)
    together = _together(trips, _own(trips, cases).rename(own_carriage="carriage", own_seat="seat"))
    same_carriage = together.carriage == together.own_carriage
    return together.select(
        "case_fact_id",
        "case_person_id",
        "person_id",
        "from_at",
        "until_at",
        "case_because",
        "number",
        because=together.fact_id,
        certainty=ibis.ifelse(together.is_timed & together.own_timed, str(Certainty.KNOWN), str(Certainty.TIME_ASSUMED)),
        same_carriage=same_carriage,
        rows_apart=_apart(together, seats.row, mode=mode),
        places_apart=_apart(together, seats.place, mode=mode),
        case_seat=together.own_seat,
        seat=together.seat,
    )


def crew_and_served(known: Known, cases: ir.Table, *, mode: str) -> ir.Table:
    """Return who was on duty on a run of `mode` with a case aboard, and who was aboard with a case on duty, while both were there.

    Shape: case_fact_id, case_person_id, person_id, from_at, until_at, case_because, because, certainty (of the times), carriage and seat
    (of whoever travelled; null where unknown), zone_carriage, first_row, last_row (the zone that was served; null where unknown).
    """
    trips = _timed(known, mode)
    duties = _duties(known, mode)
    pairs = (_together(duties, _own(trips, cases)), _together(trips, _own(duties, cases)))
    return ibis.union(
        *(
            pair.select(
                "case_fact_id",
                "case_person_id",
                "person_id",
                "from_at",
                "until_at",
                "case_because",
                "carriage",
                "seat",
                "zone_carriage",
                "first_row",
                "last_row",
                because=pair.fact_id,
                certainty=ibis.ifelse(pair.is_timed & pair.own_timed, str(Certainty.KNOWN), str(Certainty.TIME_ASSUMED)),
            )
            for pair in pairs
        )
    )


def _own(rides: ir.Table, cases: ir.Table) -> ir.Table:
    """Return the rides of cases in their time: number, own_on, own_day_at, own_from, own_until, own_timed, and where on board."""
    window = cases.select("case_fact_id", "case_person_id", window_from="from_at", window_until="until_at")
    own = rides.inner_join(window, rides.person_id == window.case_person_id)
    own = own.filter((own.boards_at < own.window_until) & (own.alights_at > own.window_from))
    return own.drop("person_id").rename(
        own_on="travelled_on",
        own_day_at="day_at",
        own_from="boards_at",
        own_until="alights_at",
        own_timed="is_timed",
        case_because="fact_id",
    )


def _together(rides: ir.Table, own: ir.Table) -> ir.Table:
    """Return the rides of others on the runs of `own`, with from_at and until_at: while both were aboard, in the case's time."""
    pair = rides.inner_join(own, "number").filter(lambda t: t.person_id != t.case_person_id)
    day = ibis.interval(days=1)
    near_day = (pair.day_at <= pair.own_day_at + day) & (pair.day_at + day >= pair.own_day_at)
    pair = pair.filter((pair.travelled_on == pair.own_on) | (near_day & pair.is_timed & pair.own_timed))
    begins = ibis.greatest(pair.boards_at, pair.own_from, pair.window_from)
    ends = ibis.least(pair.alights_at, pair.own_until, pair.window_until)
    pair = pair.mutate(from_at=begins, until_at=ends)
    return pair.filter(pair.from_at < pair.until_at)


def took_the_seat_after(known: Known, cases: ir.Table, *, mode: str) -> ir.Table:
    """Return who sat in a case's seat after the case had left it, on the same run: the shape of `fellow_travellers`, less the distances.

    They never were aboard together: `from_at` is when they boarded, `until_at` when they got off.
    """
    trips = _timed(known, mode).filter(lambda t: t.is_timed & t.seat.notnull())
    own = trips.inner_join(
        cases.select("case_fact_id", "case_person_id", window_from="from_at", window_until="until_at"),
        trips.person_id == cases.case_person_id,
    ).filter(lambda t: (t.boards_at < t.window_until) & (t.alights_at > t.window_from))
    own = own.select(
        "case_fact_id",
        "case_person_id",
        "number",
        "seat",
        "carriage",
        own_on="travelled_on",
        own_until="alights_at",
        case_because="fact_id",
    )
    pair = trips.inner_join(own, ["number", "seat"]).filter(lambda t: t.person_id != t.case_person_id)
    same_carriage = (pair.carriage == pair.carriage_right) | (pair.carriage.isnull() & pair.carriage_right.isnull())
    after = pair.filter(same_carriage & (pair.boards_at >= pair.own_until) & (pair.travelled_on == pair.own_on))
    return after.select(
        "case_fact_id", "case_person_id", "person_id", "case_because", from_at="boards_at", until_at="alights_at", because="fact_id"
    )


def _timed(known: Known, mode: str) -> ir.Table:
    """Return the trips of a mode on numbered runs: the shape of `_on_runs`, with carriage and seat."""
    trips = known.facts(Trip).filter(lambda t: (t.mode == mode) & t.number.notnull())
    return _on_runs(known, trips, carriage=_written_alike(trips.carriage), seat=_written_alike(trips.seat))


def _duties(known: Known, mode: str) -> ir.Table:
    """Return the duties aboard a mode: the shape of `_on_runs`, with zone_carriage, first_row and last_row."""
    duties = known.facts(CrewDuty).filter(lambda t: t.mode == mode)
    return _on_runs(known, duties, zone_carriage=_written_alike(duties.carriage), first_row=duties.first_row, last_row=duties.last_row)


def _on_runs(known: Known, rides: ir.Table, **where: ir.Value) -> ir.Table:
    """Return who was aboard which run from when until when.

    Shape: person_id, fact_id, number, travelled_on, day_at, boards_at, alights_at, is_timed, and `where`.

    A departure at the very start of its day is how sources write one that they do not know. Numbers are normalised as facts are.
    """
    day_begins = rides.travelled_on.cast(INSTANT) - known.offset
    unknown = rides.from_at == day_begins
    longest = ibis.interval(hours=LONGEST_RIDE_HOURS)
    latest = ibis.ifelse(unknown, rides.from_at + ibis.interval(days=1) + longest, rides.from_at + longest)
    return rides.select(
        "person_id",
        "fact_id",
        "travelled_on",
        day_at=day_begins,
        number="number",
        boards_at=rides.from_at,
        alights_at=ibis.coalesce(rides.until_at, latest),
        is_timed=rides.until_at.notnull() & ~unknown,
        **where,
    )


def _written_alike(text: ir.StringValue) -> ir.StringValue:
    """Return a carriage or seat in upper case, without leading zeros; null where it says nothing."""
    return text.upper().re_replace("^0+", "").nullif("")


def _apart(pair: ir.Table, where: Callable[..., ir.IntegerValue], *, mode: str) -> ir.IntegerValue:
    """Return how far apart two sat, counted as `where` counts; rows are numbered through a vehicle, of a train through a carriage."""
    if mode not in seats.COLUMNS:
        return ibis.null("int64")
    apart = (where(pair.seat, mode=mode) - where(pair.own_seat, mode=mode)).abs()
    return ibis.ifelse(pair.carriage == pair.own_carriage, apart, ibis.null("int64")) if mode == "train" else apart
