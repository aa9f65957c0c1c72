"""Vehicles: aircraft by rows, trains by carriage, bay and compartment, coaches, ships, and what has no seats."""

import ibis
import ibis.expr.types as ir

from fangxian.facts import Text
from fangxian.facts.known import Known
from fangxian.trace import seats
from fangxian.trace.aboard import crew_and_served, fellow_travellers, took_the_seat_after
from fangxian.trace.rule import Certainty, ContactRule, Nearness, meetings

aircraft = ContactRule(
    "aircraft",
    Text("民航客机", "Aircraft"),
    Text("与病例同乘一架飞机的人，按座位远近。", "People on the same flight, by how near they sat."),
)
train = ContactRule(
    "train",
    Text("铁路列车", "Trains"),
    Text(
        "与病例同乘一列车、共同在车时段内的人，按车厢、隔断、席位。",
        "People on the same train while both were aboard, by carriage, bay and seat.",
    ),
)
coach = ContactRule(
    "coach",
    Text("汽车", "Coaches"),
    Text("与病例同乘一辆客车的人。", "People on the same coach."),
)
ship = ContactRule(
    "ship",
    Text("轮船", "Ships"),
    Text("与病例同乘一船的人，按舱室。", "People on the same ship, by cabin."),
)
metro = ContactRule(
    "metro",
    Text("地铁", "Metro"),
    Text("与病例同乘一班地铁的人；没有座位规则。", "People on the same run of a metro, which has no rule by seat."),
)

ADJACENT = 1


@aircraft.condition
def rows_around(known: Known, cases: ir.Table, *, rows: int) -> ir.Table:
    """Close: the same row and `rows` rows before and behind, and the crew that served them. Everybody else aboard is a general contact."""
    return ibis.union(_by_rows(fellow_travellers(known, cases, mode="aircraft"), "aircraft", rows=rows), _rows_served(known, cases, rows))


@aircraft.condition
def seats_around(known: Known, cases: ir.Table, *, seats: int) -> ir.Table:
    """Close: `seats` seats in any direction, and the crew that served those rows. Everybody else aboard is a general contact."""
    pair = fellow_travellers(known, cases, mode="aircraft")
    close = (pair.rows_apart <= seats) & (pair.places_apart <= seats)
    seat_known = pair.rows_apart.notnull() & pair.places_apart.notnull()
    return ibis.union(
        _classed(pair, "aircraft", close=close, seat_known=seat_known, rows=seats),
        _rows_served(known, cases, seats),
    )


@aircraft.condition
def everybody_aboard(known: Known, cases: ir.Table, *, rows: int) -> ir.Table:
    """Close: everybody, crew too, where the air is not filtered; how near they sat, within `rows` rows, is said for the ranking."""
    pair = fellow_travellers(known, cases, mode="aircraft")
    aboard = _classed(pair, "aircraft", close=ibis.literal(True), seat_known=ibis.literal(True), rows=rows)
    return ibis.union(aboard, _all_served(known, cases, "aircraft"))


@train.condition
def carriage_or_bays(known: Known, cases: ir.Table, *, sealed_letters: str, bays: int, rows: int) -> ir.Table:
    """Close: on a sealed air-conditioned train the same carriage, of soft sleepers the same compartment; on others `bays` around.

    The crew of the case's carriage is close, too. A train is sealed by the letter of its number, one of `sealed_letters`; a carriage is a
    soft sleeper where either has a berth in one. Everybody else aboard is a general contact, and so is whoever took the case's seat
    after it. `rows` says what counts as near for the ranking.
    """
    pair = fellow_travellers(known, cases, mode="train")
    sealed = pair.number.re_search(f"^[{sealed_letters}]")
    soft = seats.is_soft_berth(pair.seat).fill_null(False) | seats.is_soft_berth(pair.case_seat).fill_null(False)
    apart = (seats.bay(pair.seat, soft=soft) - seats.bay(pair.case_seat, soft=soft)).abs()
    bays_apart = ibis.ifelse(pair.same_carriage, apart, ibis.null("int64"))
    close = ibis.cases((soft, bays_apart == 0), (sealed, pair.same_carriage), else_=bays_apart <= bays)
    by_carriage = sealed & ~soft
    known_seat = (pair.same_carriage == False) | ibis.ifelse(by_carriage, pair.same_carriage.notnull(), bays_apart.notnull())  # noqa: E712
    aboard = _classed(pair, "train", close=close, seat_known=known_seat.fill_null(False), rows=rows, soft=soft, bays_apart=bays_apart)
    after = took_the_seat_after(known, cases, mode="train")
    reused = meetings(after, setting="train", contact_class="general", nearness=Nearness.REUSED_SEAT, certainty=Certainty.KNOWN)
    return ibis.union(aboard, reused, _carriage_served(known, cases, "train"))


@coach.condition
def everybody_on_the_coach(known: Known, cases: ir.Table, *, rows: int) -> ir.Table:
    """Close: everybody aboard a sealed coach, and its driver and crew. `rows` says what counts as near for the ranking."""
    pair = fellow_travellers(known, cases, mode="coach")
    aboard = _classed(pair, "coach", close=ibis.literal(True), seat_known=ibis.literal(True), rows=rows)
    return ibis.union(aboard, _all_served(known, cases, "coach"))


@coach.condition
def coach_rows_around(known: Known, cases: ir.Table, *, rows: int) -> ir.Table:
    """Close: `rows` rows before and behind, and driver and crew, in a coach whose windows are open. Everybody else is a general contact."""
    return ibis.union(
        _by_rows(fellow_travellers(known, cases, mode="coach"), "coach", rows=rows),
        _all_served(known, cases, "coach"),
    )


@ship.condition
def same_cabin(known: Known, cases: ir.Table) -> ir.Table:
    """Close: the same cabin, and the crew that served it. Everybody else aboard is a general contact."""
    pair = fellow_travellers(known, cases, mode="ship")
    nearness = ibis.cases(
        (pair.same_carriage.isnull(), str(Nearness.SEAT_UNKNOWN)),
        (pair.same_carriage, str(Nearness.SAME_CABIN)),
        else_=str(Nearness.ABOARD),
    )
    aboard = _met(pair, "ship", close=pair.same_carriage, nearness=nearness, seat_known=pair.same_carriage.notnull())
    return ibis.union(aboard, _carriage_served(known, cases, "ship"))


@metro.condition
def same_run(known: Known, cases: ir.Table) -> ir.Table:
    """General contacts: everybody on the same run."""
    pair = fellow_travellers(known, cases, mode="metro")
    return meetings(pair, setting="other", contact_class="general", nearness=Nearness.ABOARD, certainty=pair.certainty)


def _rows_served(known: Known, cases: ir.Table, rows: int) -> ir.Table:
    """Return the crew of an aircraft that served rows within `rows` of a case's, and whom a case of the crew served."""
    pair = crew_and_served(known, cases, mode="aircraft")
    at = seats.row(pair.seat, mode="aircraft")
    return _served(pair, "aircraft", (pair.first_row <= at + rows) & (pair.last_row >= at - rows))


def _carriage_served(known: Known, cases: ir.Table, mode: str) -> ir.Table:
    """Return the crew of the carriage or cabin of a case, and whom a case of the crew served."""
    pair = crew_and_served(known, cases, mode=mode)
    return _served(pair, mode, pair.zone_carriage == pair.carriage)


def _all_served(known: Known, cases: ir.Table, mode: str) -> ir.Table:
    """Return the crew of a vehicle all of which each of them serves, and whom a case of the crew served."""
    return _served(crew_and_served(known, cases, mode=mode), mode, ibis.literal(True))


def _served(pair: ir.Table, setting: str, serving: ir.BooleanValue) -> ir.Table:
    """Return meetings of crew and served: close where the zone is the case's; where it is not known, it must be asked for."""
    nearness = ibis.cases((serving.isnull(), str(Nearness.SEAT_UNKNOWN)), (serving, str(Nearness.CREW)), else_=str(Nearness.ABOARD))
    return _met(pair, setting, close=serving, nearness=nearness, seat_known=serving.notnull())


def _by_rows(pair: ir.Table, setting: str, *, rows: int) -> ir.Table:
    return _classed(pair, setting, close=pair.rows_apart <= rows, seat_known=pair.rows_apart.notnull(), rows=rows)


def _classed(
    pair: ir.Table,
    setting: str,
    *,
    close: ir.BooleanValue,
    seat_known: ir.BooleanValue,
    rows: int,
    soft: ir.BooleanValue | None = None,
    bays_apart: ir.IntegerValue | None = None,
) -> ir.Table:
    """Return meetings with their nearness: by seats where both have some, else by compartment, bay or carriage of a train."""
    steps: list[tuple[ir.BooleanValue, str]] = [
        ((pair.rows_apart == 0) & (pair.places_apart <= ADJACENT), str(Nearness.ADJACENT)),
        ((pair.rows_apart == 0) & pair.places_apart.notnull(), str(Nearness.SAME_ROW)),
        (pair.rows_apart <= rows, str(Nearness.NEAR_ROWS)),
    ]
    unknown = pair.rows_apart.isnull()
    if soft is not None and bays_apart is not None:
        berth = seats.is_berth(pair.seat).fill_null(False) | seats.is_berth(pair.case_seat).fill_null(False)
        steps = [
            (soft & (bays_apart == 0), str(Nearness.SAME_COMPARTMENT)),
            (berth & (bays_apart <= ADJACENT), str(Nearness.NEAR_BAYS)),
            *steps,
            (pair.same_carriage, str(Nearness.SAME_CARRIAGE)),
        ]
        unknown = ~seat_known
    steps.append((unknown, str(Nearness.SEAT_UNKNOWN)))
    nearness = ibis.cases(*((met.fill_null(False), word) for met, word in steps), else_=str(Nearness.ABOARD))
    return _met(pair, setting, close=close, nearness=nearness, seat_known=seat_known)


def _met(pair: ir.Table, setting: str, *, close: ir.BooleanValue, nearness: ir.StringValue, seat_known: ir.BooleanValue) -> ir.Table:
    """Return meetings; where the class hangs on a seat that is not known, it is a general contact whose seat must be asked for."""
    contact_class = ibis.ifelse(close.fill_null(False), "close", "general")
    certainty = ibis.ifelse(seat_known, pair.certainty, str(Certainty.SEAT_UNKNOWN))
    return meetings(pair, setting=setting, contact_class=contact_class, nearness=nearness, certainty=certainty)
