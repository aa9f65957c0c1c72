"""A gate's process answers from memory what the store would answer, and hears of every change."""

import time
from datetime import datetime, timedelta

import psycopg
import pyarrow as pa
import pytest

from fangxian.facts import CheckIn, HealthDeclaration
from fangxian.policy.colour import Colour
from fangxian.policy.policy import policy
from fangxian.store.recording import record
from fangxian.store.serving import Serving
from fangxian.store.spans_in_memory import Span, SpansInMemory

from .conftest import ANN, BO, NOON, check_in, declaration, event

HANGZHOU = policy("hangzhou")
HOUR = timedelta(hours=1)


def hits(*rows):
    names = ("person_id", "colour", "from_at", "until_at")
    schema = pa.schema([("person_id", "string"), ("colour", "string"), ("from_at", pa.timestamp("us")), ("until_at", pa.timestamp("us"))])
    return pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows], schema)


def test_the_worst_hit_that_holds_is_the_colour():
    same_beginning = ANN[:16] + "f" * 16
    spans = SpansInMemory.of(
        hits(
            (ANN, "yellow", NOON, None),
            (ANN, "red", NOON + HOUR, NOON + 2 * HOUR),
            (BO, "orange", NOON, NOON + HOUR),
            (same_beginning, "red", NOON, None),
        )
    )
    tick = timedelta(microseconds=1)
    asked = [NOON - tick, NOON, NOON + HOUR - tick, NOON + HOUR, NOON + 2 * HOUR - tick, NOON + 2 * HOUR]
    assert [spans.colour_at(ANN, at) for at in asked] == ["green", "yellow", "yellow", "red", "red", "yellow"]
    assert [spans.colour_at(BO, at) for at in asked] == ["green", "orange", "orange", "green", "green", "green"]
    assert spans.colour_at("0" * 32, NOON) is Colour.GREEN
    assert spans.colour_at("f" * 32, NOON) is Colour.GREEN
    spans.change(ANN, [Span.of(Colour.ORANGE, NOON + HOUR, None)])
    spans.change(same_beginning, [])
    assert [spans.colour_at(ANN, at) for at in asked] == ["green", "green", "green", "orange", "orange", "orange"]
    assert spans.colour_at(same_beginning, NOON) is Colour.GREEN


def declare(store, person, *, at=NOON, number=1, **said):
    record(store, {HealthDeclaration: [declaration(person, at=at, number=number, **said)]}, event(person), policies=[HANGZHOU], at=at)


def becomes(ask, expected, *, within=5.0):
    """Whether something becomes true within some seconds: what is told is heard soon, not at once."""
    until = time.monotonic() + within
    while ask() != expected and time.monotonic() < until:
        time.sleep(0.01)
    return ask() == expected


def test_a_change_is_heard_and_what_ends_by_facts_ends(store):
    declare(store, ANN, temperature_c=38.5)
    with Serving(store, HANGZHOU) as serving:
        assert serving.colour_at(ANN, NOON) is Colour.YELLOW
        assert serving.colour_at(BO, NOON) is Colour.GREEN
        declare(store, BO, contacted_case="yes")
        assert becomes(lambda: serving.colour_at(BO, NOON), Colour.RED)
        days = [check_in(at=NOON + timedelta(days=day), number=10 + day) for day in range(1, 8)]
        last = days[-1]["from_at"]
        record(store, {CheckIn: days}, event(ANN, "check in"), policies=[HANGZHOU], at=last)
        assert becomes(lambda: serving.colour_at(ANN, last), Colour.GREEN)
        assert serving.colour_at(ANN, last - timedelta(microseconds=1)) is Colour.YELLOW
        assert serving.loads == 1


def test_a_lost_connection_costs_a_load_and_no_change(store, database):
    with Serving(store, HANGZHOU) as serving:
        with psycopg.connect(database, autocommit=True) as killer:
            killer.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND query LIKE '%LISTEN%' AND pid <> pg_backend_pid()"
            )
        declare(store, ANN, contacted_case="yes")
        assert becomes(lambda: serving.colour_at(ANN, NOON), Colour.RED, within=10)


@pytest.mark.parametrize("at", [datetime(1969, 12, 31), datetime(2020, 2, 24, 4, 0, 0, 1), datetime(9999, 12, 31)])
def test_any_instant_can_be_asked_about(at):
    spans = SpansInMemory.of(hits((ANN, "red", at, None)))
    assert spans.colour_at(ANN, at) is Colour.RED
