"""From an alert of a gate to the number of people who were there: the rules of gates over a store with many visits."""

import statistics
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, cast

from bench.stores import NOON, copy_of, filled, filling, server
from fangxian.policy.policy import policy
from fangxian.services.alert_contacts import look_at_new_alerts
from fangxian.services.living import Living
from fangxian.store.store import Store

ALERTS: Final = 30
PLACES: Final = 2_000
VISITORS_THERE: Final = 60
"""So many people came within the two hours to each place at which somebody is alarmed about."""


@dataclass(frozen=True, kw_only=True)
class AlertFigures:
    """A store's visits, and how long it took from an alert to its number: the median and the worst of some, and how many were there."""

    visits: int
    median_ms: float
    worst_ms: float
    people: float


def measure_alerts(scratch: Path, *, visits: int) -> list[AlertFigures]:
    """Raise alerts one by one in a store of so many visits, and look who was there; the rules are compiled before."""
    with server(scratch) as running:
        filled(running, f"alerts_{visits}", lambda empty: _fill(empty, visits))
        with copy_of(running, f"alerts_{visits}") as conninfo, Store.open(conninfo) as store:
            nobody = cast(Any, None)
            living = Living(store=store, policy=policy("hangzhou"), vault=nobody, signing=nobody, sender=nobody, clock=lambda: NOON)
            took = [_one(conninfo, living, number) for number in range(ALERTS + 1)][1:]
            with store.pool.connection() as connection:
                (people,) = connection.execute("SELECT avg(people)::float FROM gate.alert_preview").fetchone() or (0.0,)
        milliseconds = [1000 * seconds for seconds in took]
        return [AlertFigures(visits=visits, median_ms=statistics.median(milliseconds), worst_ms=max(milliseconds), people=round(people, 1))]


def _one(conninfo: str, living: Living, number: int) -> float:
    """Let one suspected person be scanned, and return the seconds until it is kept how many were there."""
    with filling(conninfo) as (connection, event):
        given = {"person": f"{number:032x}", "place": f"p{number}", "at": NOON, "ago": NOON - timedelta(minutes=45), "event": event}
        for statement in _ALERT.split(";"):
            connection.execute(statement, given)
    began = time.perf_counter()
    look_at_new_alerts(living)
    return time.perf_counter() - began


def _fill(conninfo: str, visits: int) -> None:
    """Visits of sixty days over two thousand places, and some within the last two hours where the alerts will rise."""
    with filling(conninfo) as (connection, event):
        connection.execute(
            _VISITS
            + "SELECT md5((n %% %(people)s)::text)::uuid, n, at, at, 'p' || n %% %(places)s, "
            + _SAID
            + "FROM (SELECT n, %(until)s - (n::float8 / %(visits)s) * INTERVAL '40 days' AS at "
            "FROM generate_series(1, %(visits)s) AS n) AS each",
            {"people": visits // 10, "places": PLACES, "event": event, "until": NOON - timedelta(hours=2), "visits": visits},
        )
        connection.execute(
            _VISITS
            + "SELECT md5('there' || n || place)::uuid, n, at, at, 'p' || place, "
            + _SAID
            + "FROM (SELECT n, place, %(noon)s - INTERVAL '2 minutes' * n AS at FROM generate_series(1, %(there)s) AS n, "
            "generate_series(0, %(alerts)s) AS place) AS each",
            {"noon": NOON, "there": VISITORS_THERE, "alerts": ALERTS, "event": event},
        )


_VISITS: Final = (
    "INSERT INTO facts.gate_visit (person_id, fact_id, known_at, from_at, place_id, source, delivery_id, region_code, outcome, event_id) "
)
_SAID: Final = "'bench', 'bench', '330106', 'passed', %(event)s "
_ALERT: Final = """
    INSERT INTO facts.diagnosis (person_id, fact_id, known_at, from_at, status, source, delivery_id, event_id)
    VALUES (%(person)s, 1, %(ago)s, %(ago)s, 'suspected', 'bench', 'bench', %(event)s);
    INSERT INTO code.hit (person_id, policy, rule, colour, from_at, because, event_id)
    VALUES (%(person)s, 'hangzhou', 'suspected-case', 'red', %(ago)s, ARRAY[1], %(event)s);
    INSERT INTO facts.gate_visit (person_id, fact_id, known_at, from_at, place_id, source, delivery_id, region_code, outcome, event_id)
    VALUES (%(person)s, 1, %(ago)s, %(ago)s, %(place)s, 'bench', 'bench', '330106', 'passed', %(event)s),
        (%(person)s, 2, %(at)s, %(at)s, %(place)s, 'bench', 'bench', '330106', 'refused', %(event)s);
    INSERT INTO gate.alert (person_id, gate_id, scan_id, rule, scanned_at, event_id)
    VALUES (%(person)s, %(person)s, %(person)s, 'suspected-case', %(at)s, %(event)s)
"""
