"""Parcels of people who came go to another installation sealed, are acknowledged page by page, and come back as words about people."""

from uuid import UUID

import pytest

from fangxian.exchange import parcel_sending, posting
from fangxian.exchange.message import Kind
from fangxian.exchange.parcel_rows import read_outcomes, read_people
from fangxian.exchange.parcel_sending import send_outcomes, send_parcels
from fangxian.exchange.refusals import Refusal, RefusedMessageError
from fangxian.exchange.sealing import key_of, open_rows, seal_rows
from fangxian.store.identities import Identity, keep_identities
from fangxian.store.store import Event
from fangxian.work.parcels import parcels
from fangxian.work.searches import Ways
from tests.finding.test_turns import came, turn

from .conftest import THERE, Both

NUMBERS = {"ann": "11010519491231002X", "bo": "110105201501010017"}


def rows(installation, query):
    with installation.living.store.pool.connection() as connection:
        return connection.execute(query).fetchall()


@pytest.fixture
def waiting(both: Both) -> Both:
    """Three people of Shanghai, of whom one has no papers that are kept here, in a parcel to the installation there."""
    living = both.here.living
    ids = {name: living.vault.person_id("resident_id", number) for name, number in NUMBERS.items()}
    known = [
        Identity(person_id=ids[name], full_name=f"王{name}", id_type="resident_id", id_number=number, phone="+8613800000001")
        for name, number in NUMBERS.items()
    ]
    with living.store.transaction(Event(actor="t", role="r", purpose="p", action="enrol"), at=living.clock()) as transaction:
        keep_identities(transaction, living.vault, known, retention="register")
    people = came(**{ids["ann"]: "310101", ids["bo"]: "310104001002", "nobody": "310104"})
    turn(living.store, people, known_at=living.clock(), ways=Ways(exchange=[THERE]))
    return both


def test_a_parcel_opens_tasks_there_and_is_acknowledged_here(waiting):
    assert send_parcels(waiting.here.living) == 1
    (parcel,) = parcels(waiting.here.living.store)
    assert (parcel.way, parcel.acknowledged_by, parcel.acknowledged_at) == ("exchange", THERE, waiting.here.living.clock())
    assert rows(waiting.here, "SELECT tries, pages_taken, without_papers FROM work.parcel") == [(1, 1, 1)]
    tasks = rows(waiting.there, "SELECT replace(person_id::text, '-', ''), kind, area_code, because_type, state FROM work.task ORDER BY 3")
    ids = {name: waiting.there.living.vault.person_id("resident_id", number) for name, number in NUMBERS.items()}
    assert tasks == [
        (ids["ann"], "visit_arrival", "310101", "trip", "open"),
        (ids["bo"], "visit_arrival", "310104001002", "trip", "open"),
    ]
    assert rows(waiting.there, "SELECT source, count(*) FROM identities.reach GROUP BY 1") == [("region-330100", 2)]
    assert rows(waiting.there, "SELECT count(*) FROM facts.region_stay") == [(0,)], "no fact, and so no colour"
    assert send_parcels(waiting.here.living) == 0


def test_a_page_whose_answer_was_lost_is_sent_again_and_changes_nothing(waiting, monkeypatch, clock):
    sent = posting.send

    def lost(living, region_code, kind, body, **given):
        answer = sent(living, region_code, kind, body, **given)
        if kind is Kind.PARCEL:
            raise RefusedMessageError(Refusal.FAILED)
        return answer

    monkeypatch.setattr(parcel_sending, "send", lost)
    with pytest.raises(RefusedMessageError):
        send_parcels(waiting.here.living)
    monkeypatch.undo()
    assert parcels(waiting.here.living.store)[0].acknowledged_at is None
    assert send_parcels(waiting.here.living) == 0, "it waits before it is tried again"
    clock.forward(minutes=2)
    assert send_parcels(waiting.here.living) == 1
    assert rows(waiting.there, "SELECT count(*) FROM work.task") == [(2,)]
    assert rows(waiting.there, "SELECT count(*) FROM exchange.parcel_person") == [(2,)]


def test_what_came_of_people_there_comes_back_once(waiting, clock):
    send_parcels(waiting.here.living)
    assert send_outcomes(waiting.there.living) == 0
    clock.forward(hours=1)
    event = Event(actor="t", role="r", purpose="p", action="visit")
    with waiting.there.living.store.transaction(event, at=clock()) as transaction:
        transaction.connection.execute(
            "UPDATE work.task SET state = 'done', closed_at = %s, event_id = %s WHERE area_code = '310101'", [clock(), event.event_id]
        )
    assert send_outcomes(waiting.there.living) == 1
    assert send_outcomes(waiting.there.living) == 0
    (found,) = rows(waiting.here, "SELECT replace(person_id::text, '-', ''), outcome FROM work.arrival_outcome")
    assert found == (waiting.here.living.vault.person_id("resident_id", NUMBERS["ann"]), "found")


def test_nothing_goes_without_an_agreement_and_nothing_of_another_comes_back(waiting, clock):
    with pytest.raises(RefusedMessageError):
        posting.send(waiting.there.living, "330100", Kind.OUTCOMES, lambda _: {"parcel": bytes(16), "rows": []})
    with waiting.here.living.store.transaction(Event(actor="t", role="r", purpose="p", action="end"), at=clock()) as transaction:
        transaction.connection.execute("UPDATE exchange.agreement SET ended_at = %s, event_id = %s", [clock(), transaction.event.event_id])
    assert send_parcels(waiting.here.living) == 0
    assert rows(waiting.there, "SELECT count(*) FROM work.task") == [(0,)]


def test_sealed_rows_open_only_there_and_only_as_the_page_that_they_are(both):
    key = key_of(both.here.living, THERE)
    row = [1, "resident_id", NUMBERS["ann"], "王", "", "", "310101", "trip", 7]
    parcel_id, other = UUID(int=1), UUID(int=2)
    sealed = seal_rows([row], key, parcel_id=parcel_id, page=0)
    assert NUMBERS["ann"].encode() not in sealed
    assert open_rows(both.there.living, sealed, parcel_id=parcel_id, page=0) == [row]
    for living, named, page in ((both.here.living, parcel_id, 0), (both.there.living, other, 0), (both.there.living, parcel_id, 1)):
        with pytest.raises(RefusedMessageError):
            open_rows(living, sealed, parcel_id=named, page=page)


GOOD = [1, "resident_id", "11010519491231002X", "王", "", "", "310101", "trip", 7]


@pytest.mark.parametrize(
    "wrong", [[0, *GOOD[1:]], [*GOOD[:6], "330101", *GOOD[7:]], [*GOOD[:6], "31", *GOOD[7:]], [*GOOD[:7], "diagnosis", 7]]
)
def test_a_row_that_cannot_be_taken_does_not_stop_the_others(wrong):
    assert read_people([GOOD, wrong], within="31").height == 1


@pytest.mark.parametrize("rows", [[["1", *GOOD[1:]]], [GOOD[:5]], [7], [[2**70, *GOOD[1:]]], [GOOD] * 201])
def test_what_was_not_written_by_this_program_is_refused_whole(rows):
    with pytest.raises(RefusedMessageError):
        read_people(rows, within="31")


def test_words_about_people_are_read_strictly():
    read = read_outcomes([[1, "found", "2020-02-11"], [2, "arrested", "2020-02-11"], [3, "found", "11 Feb"]])
    assert read["number"].to_list() == [1]
