"""What an installation does by itself, with its chores running as they do in service."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest

from fangxian.engine.lake import Lake
from fangxian.exchange.upkeep import exchange_chores
from fangxian.services import accounts, family
from fangxian.services.alarms import Alarm, alarms
from fangxian.services.counting import UPKEEP_DONE_AT
from fangxian.services.oversight import oversight
from fangxian.services.staff import begin_session
from fangxian.services.upkeep import FOR_CHORES, Chore, Upkeep
from fangxian.store.account_ends import CODES_KEPT
from fangxian.store.ending import end_due
from fangxian.store.opening import make_room
from fangxian.store.store import Event
from fangxian.vault.folder import VaultFolder
from fangxian.vault.process import VaultProcess
from fangxian.work.appeal import OFFICE, AppealState, Ground
from fangxian.work.appeal_rows import read
from fangxian.work.permissions import Principal
from fangxian.work.roles import Role
from tests.casework.conftest import ANN, dispute, expose

from .conftest import PHONE, come_in
from .test_declaring import ADULT, enrolled


def comes_true(condition: Callable[[], bool], *, within: float = 20) -> bool:
    """Wait until a condition holds, and return whether it came to."""
    until = time.monotonic() + within
    while not condition() and time.monotonic() < until:
        time.sleep(0.05)
    return condition()


def test_an_appeal_that_its_source_did_not_answer_in_time_reaches_the_office_by_itself(living, clock):
    expose(living.store)
    appeal = dispute(living.store, Ground.WRONG_PERSON)
    clock.at = appeal.due_at
    with Upkeep(living):
        assert comes_true(lambda: read(living.store, ANN, appeal.appeal_id).state is AppealState.WITH_OFFICE)
    assert read(living.store, ANN, appeal.appeal_id).owner == OFFICE


def test_a_chore_that_hangs_keeps_no_other_waiting(living):
    hangs, others = threading.Event(), []
    slow = Chore("hang", timedelta(seconds=1), lambda: hangs.wait(60))
    quick = Chore("go on", timedelta(seconds=0.1), lambda: others.append(1))
    with Upkeep(living, more=[slow, quick]):
        assert comes_true(lambda: len(others) > 3)
        hangs.set()


def test_there_is_a_connection_for_every_chore(living, tmp_path):
    alarm: Alarm = type("Alarm", (), {"tell": lambda self, alert: None})()
    upkeep = Upkeep(living, Lake.create(tmp_path / "lake"), more=[*oversight(living), *exchange_chores(living), *alarms(living, alarm)])
    assert 10 < len(upkeep._threads) <= FOR_CHORES


@pytest.fixture
def apart(living, tmp_path):
    """Give an installation with a vault of its own: keys that end here are others' no more."""
    VaultFolder.make(tmp_path / "vault")
    with VaultProcess(tmp_path / "vault") as process, process.client() as vault:
        yield replace(living, vault=vault)


def held(database):
    """Return how many rows there are of what people hold who came in or asked."""
    with psycopg.connect(database) as connection:
        tables = ("account.one_time_code", "account.session", "account.staff_session", "account.member")
        return [connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables]


def asked(database):
    """Return how many requests wait for an answer."""
    with psycopg.connect(database) as connection:
        return connection.execute("SELECT count(*) FROM account.member WHERE confirmed_at IS NULL AND ended_at IS NULL").fetchone()[0]


def somebody_asks(living):
    """Let a phone come in, its person ask to show another's code, another phone only ask for a code, and an officer come in."""
    enrolled(living)
    family.ask(living, living.vault.phone_index(PHONE), living.vault.person_id("resident_id", ADULT), "spouse")
    accounts.send_code(living, "+8613800000009", address="203.0.113.1")
    begin_session(living, Principal(subject="officer-1", roles=frozenset({Role.OFFICER})))


def test_what_people_hold_who_came_in_ends_by_itself(apart, clock, database):
    somebody_asks(apart)
    assert (held(database), asked(database)) == ([2, 1, 1, 2], 1)
    with Upkeep(apart):
        assert comes_true(lambda: UPKEEP_DONE_AT.labels("end accounts")._value.get() > 0)
    assert (held(database), asked(database)) == ([2, 1, 1, 2], 1)
    for forward, left, waiting in (({"hours": 1}, [0, 1, 1, 2], 1), ({"days": 14}, [0, 1, 0, 2], 0), ({"days": 30}, [0, 0, 0, 2], 0)):
        clock.forward(**forward)
        make_room(apart.store, clock.at.date())
        with Upkeep(apart):
            assert comes_true(lambda: (held(database), asked(database)) == (left, waiting))  # noqa: B023 - asked at once


def test_a_code_is_kept_as_long_as_it_counts_how_often_it_was_asked_for():
    assert CODES_KEPT >= accounts.COUNTED_OVER


def test_nobody_is_logged_in_nor_asks_any_more_a_month_after_every_policy_lapsed(apart, clock, database):
    somebody_asks(apart)
    clock.forward(days=89 + 30)
    make_room(apart.store, clock.at.date())
    come_in(apart)
    ends = Event(actor="officer-1", role="officer", purpose="end", action="end")
    for left in ([0, 0, 0, 2], [0, 0, 0, 0]):
        list(end_due(apart.store, apart.vault, ends, at=clock.at))
        assert held(database) == left
        clock.forward(days=32)
        make_room(apart.store, clock.at.date())
