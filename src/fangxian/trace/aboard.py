"""Who shared a vehicle with a case: the same run, the part of the way that both were aboard, and how far apart they sat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import ibis
import ibis.expr.types as ir

from fangxian.facts import Trip
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
    cases = cases.select("case_fact_id", "case_person_id", window_from="from_at", window_until="until_at")
    own = trips.inner_join(cases, trips.person_id == cases.case_person_id).select(
        "case_fact_id",
        "case_person_id",
        "window_from",
        "window_until",
        "number",
        own_on="travelled_on",
        own_day_at="day_at",
        own_from="boards_at",
        own_until="alights_at",
        own_timed="is_timed",
        own_carriage="carriage",
        own_seat="seat",
        case_because="fact_id",
    )
    own = own.filter((own.own_from < own.window_until) & (own.own_until > own.window_from))
    pair = trips.inner_join(own, "number").filter(lambda t: t.person_id != t.case_person_id)
    day = ibis.interval(days=1)
    near_day = (pair.day_at <= pair.own_day_at + day) & (pair.day_at + day >= pair.own_day_at)
    pair = pair.filter((pair.travelled_on == pair.own_on) | (near_day & pair.is_timed & pair.own_timed))
    begins = ibis.greatest(pair.boards_at, pair.own_from, pair.window_from)
    ends = ibis.least(pair.alights_at, pair.own_until, pair.window_until)
    pair = pair.mutate(from_at=begins, until_at=ends)
    together = pair.filter(pair.from_at < pair.until_at)
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
    """Return the trips of a mode on numbered runs.

    Shape: person_id, fact_id, number, travelled_on, day_at, carriage, seat, boards_at, alights_at, is_timed.

    A departure at the very start of its day is how sources write one that they do not know. Numbers are normalised as facts are;
    carriages and seats are upper case, without leading zeros.
    """
    trips = known.facts(Trip).filter(lambda t: (t.mode == mode) & t.number.notnull())
    day_begins = trips.travelled_on.cast(INSTANT) - known.offset
    unknown = trips.from_at == day_begins
    longest = ibis.interval(hours=LONGEST_RIDE_HOURS)
    latest = ibis.ifelse(unknown, trips.from_at + ibis.interval(days=1) + longest, trips.from_at + longest)
    return trips.select(
        "person_id",
        "fact_id",
        "travelled_on",
        day_at=day_begins,
        number="number",
        carriage=trips.carriage.upper().re_replace("^0+", "").nullif(""),
        seat=trips.seat.upper().re_replace("^0+", "").nullif(""),
        boards_at=trips.from_at,
        alights_at=ibis.coalesce(trips.until_at, latest),
        is_timed=trips.until_at.notnull() & ~unknown,
    )


def _apart(pair: ir.Table, where: Callable[..., ir.IntegerValue], *, mode: str) -> ir.IntegerValue:
    """Return how far apart two sat, counted as `where` counts; rows are numbered through a vehicle, of a train through a carriage."""
    if mode not in seats.COLUMNS:
        return ibis.null("int64")
    apart = (where(pair.seat, mode=mode) - where(pair.own_seat, mode=mode)).abs()
    return ibis.ifelse(pair.carriage == pair.own_carriage, apart, ibis.null("int64")) if mode == "train" else apart
