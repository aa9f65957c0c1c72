"""A gate's process answers from memory what the store would answer, and hears of every change."""

import socket
import threading
import time
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from hashlib import md5
from uuid import UUID

import numpy as np
import psycopg
import pytest

from fangxian.facts import CheckIn, HealthDeclaration
from fangxian.policy.colour import Colour
from fangxian.policy.policy import policy
from fangxian.store.deciding import decide_pending
from fangxian.store.recording import CHANGED, record
from fangxian.store.serving import RECENT, Serving
from fangxian.store.spans_in_memory import HIT, Span, SpansInMemory
from fangxian.store.store import Store

from .conftest import ANN, BO, NOON, check_in, declaration, event

HANGZHOU = policy("hangzhou")
HOUR = timedelta(hours=1)


def spans_of(*rows):
    """Spans in memory from rows of person, colour, beginning and end, given in order of the people."""
    spans = [(person, Span.of(Colour(colour), since, until)) for person, colour, since, until in rows]
    halves = [(int(person[:16], 16), int(person[16:], 16)) for person, _ in spans]
    hits = [(half, list(Colour).index(span.colour), span.from_us, span.until_us) for half, (_, span) in zip(halves, spans, strict=True)]
    return SpansInMemory([np.array(hits[:1], HIT), np.array(hits[1:], HIT)])


def test_the_worst_hit_that_holds_is_the_colour():
    same_beginning = ANN[:16] + "f" * 16
    rows = [
        (ANN, "yellow", NOON, None),
        (ANN, "red", NOON + HOUR, NOON + 2 * HOUR),
        (BO, "orange", NOON, NOON + HOUR),
        (same_beginning, "red", NOON, None),
    ]
    spans = spans_of(*sorted(rows, key=lambda row: row[0]))
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


def serve(store, *, at=NOON):
    return Serving(store, HANGZHOU, clock=lambda: at)


def test_what_ended_before_the_load_is_not_held_and_what_ends_after_it_is(store):
    declare(store, ANN, temperature_c=38.5)
    declare(store, BO, contacted_case="yes", number=2)
    days = [check_in(at=NOON + timedelta(days=day), number=10 + day) for day in range(1, 8)]
    ends = days[-1]["from_at"]
    record(store, {CheckIn: days}, event(ANN, "check in"), policies=[HANGZHOU], at=ends)
    with serve(store, at=ends - timedelta(microseconds=1)) as before, serve(store, at=ends + 2 * RECENT) as after:
        assert (before.hits, after.hits) == (2, 1)
        assert before.colour_at(ANN, ends - timedelta(microseconds=1)) is Colour.YELLOW
        assert [serving.colour_at(ANN, ends) for serving in (before, after)] == [Colour.GREEN, Colour.GREEN]
        assert [serving.colour_at(BO, ends) for serving in (before, after)] == [Colour.RED, Colour.RED]
    with serve(store, at=ends + RECENT) as soon_after:
        assert soon_after.colour_at(ANN, ends - timedelta(microseconds=1)) is Colour.YELLOW


def test_many_people_are_loaded_as_the_store_has_them(store, database):
    """More bytes than are read at once, and two policies of which one is served."""
    people = 40_000
    with store.transaction(event(None, "decide"), at=NOON) as transaction:
        transaction.connection.execute(
            "INSERT INTO code.hit SELECT md5(n::text)::uuid, policy, 'came-from-key-area', (ARRAY['yellow', 'orange', 'red'])[1 + n %% 3], "
            "%s, CASE WHEN n %% 2 = 0 THEN %s::timestamp END, ARRAY[n], %s "
            "FROM generate_series(1, %s) AS n, unnest(ARRAY['hangzhou', 'hubei']) AS policy",
            [NOON, NOON + HOUR, transaction.event.event_id, people],
        )
    with serve(store) as serving:
        assert serving.hits == people
        for n in range(1, people, 97):
            person, colour = md5(str(n).encode()).hexdigest(), ("yellow", "orange", "red")[n % 3]
            assert serving.colour_at(person, NOON) == colour
            assert serving.colour_at(person, NOON + HOUR) == (colour if n % 2 else "green")


def test_a_change_is_heard_and_what_ends_by_facts_ends(store):
    declare(store, ANN, temperature_c=38.5)
    with serve(store) as serving:
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
    with serve(store) as serving:
        with psycopg.connect(database, autocommit=True) as killer:
            killer.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND query LIKE '%LISTEN%' AND pid <> pg_backend_pid()"
            )
        declare(store, ANN, contacted_case="yes")
        assert becomes(lambda: serving.colour_at(ANN, NOON), Colour.RED, within=10)


def wait_to_be_decided(store, *people):
    """Let people wait for a decision, as a reading of their temperature at a gate does."""
    with store.transaction(event(None, "scan"), at=NOON) as transaction:
        rows = [[UUID(person), transaction.event.event_id] for person in people]
        transaction.connection.cursor().executemany("INSERT INTO code.pending (person_id, event_id) VALUES (%s, %s)", rows)


def test_a_few_who_are_decided_again_are_told_of_one_by_one_and_nobody_else_is_loaded(store):
    declare(store, ANN)
    with serve(store) as serving:
        record(store, {HealthDeclaration: [declaration(ANN, number=2, temperature_c=38.5)]}, event(), policies=[], at=NOON)
        wait_to_be_decided(store, ANN, BO)
        assert decide_pending(store, event(None, "decide"), policies=[HANGZHOU], at=NOON) == 2
        assert becomes(lambda: serving.colour_at(ANN, NOON), "yellow")
        assert serving.loads == 1


def test_whatever_goes_wrong_following_goes_on(store, caplog):
    with serve(store) as serving:
        with store.pool.connection() as connection:
            # No number of a person: reading it again fails otherwise than a lost connection does.
            connection.execute("SELECT pg_notify(%s, %s)", [CHANGED, f"nobody {HANGZHOU.name}"])
        assert becomes(lambda: serving.loads, 2)
        declare(store, ANN, temperature_c=38.5)
        assert becomes(lambda: serving.colour_at(ANN, NOON), "yellow")
    assert "ValueError" in caplog.text
    assert "nobody" not in caplog.text


@contextmanager
def silenced(conninfo):
    """Give a way to the database that can fall silent, as a line does behind which nobody is any more, and what lets it."""
    host, port = (psycopg.conninfo.conninfo_to_dict(conninfo)[each] for each in ("host", "port"))
    silent, lines = threading.Event(), []

    def carry(source, target):
        with suppress(OSError):
            while (data := source.recv(65_536)) and not silent.is_set():
                target.sendall(data)
            silent.wait()

    def accept():
        with suppress(OSError):
            while True:
                near, _ = listening.accept()
                far = socket.create_connection((host, int(port)))
                lines.extend((near, far))
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=carry, args=pair, daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=accept, daemon=True).start()
        way = psycopg.conninfo.make_conninfo(conninfo, port=listening.getsockname()[1])
        yield way, silent
        for line in lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()


def test_a_line_that_fell_silent_shows_and_is_left_for_another(store, database):
    with silenced(database) as (way, silent), Store.open(database) as behind:
        behind.conninfo = way
        with serve(behind) as serving:
            silent.set()
            assert becomes(lambda: serving.silent_for > timedelta(seconds=3), True, within=15)
            behind.conninfo = database
            declare(store, ANN, temperature_c=38.5)
            assert becomes(lambda: serving.colour_at(ANN, NOON), "yellow", within=30)
            assert becomes(lambda: serving.silent_for < timedelta(seconds=3), True, within=15)


@pytest.mark.parametrize("at", [datetime(1969, 12, 31), datetime(2020, 2, 24, 4, 0, 0, 1), datetime(9999, 12, 31)])
def test_any_instant_can_be_asked_about(at):
    spans = spans_of((ANN, "red", at, None))
    assert spans.colour_at(ANN, at) is Colour.RED
