"""Consultations: one doctor each, in the order of deadlines, every pair of states decided, handed back when a doctor goes."""

from datetime import timedelta
from threading import Barrier, Thread

import psycopg
import pytest

from fangxian.errors import FangxianError
from fangxian.store.store import Event
from fangxian.work.consultation import CONSULTATION_MOVES, ConsultationState, consultation_action
from fangxian.work.consultation_rows import consultations_of, place_in_queue, queue_of, read
from fangxian.work.consulting import (
    answer,
    hand_back,
    hand_back_all,
    hand_back_held,
    open_consultation,
    pass_on,
    reply,
    take_next,
    withdraw,
)
from fangxian.work.permissions import Forbidden
from fangxian.work.roles import Role

from .conftest import ANN, BO, CLOCK, FIRST, HOUR, NOON, events, rows, somebody

DOCTOR = somebody("doctor-1", Role.DOCTOR, region_codes=frozenset({"330100"}), second_factor=False)
COLLEAGUE = somebody("doctor-2", Role.DOCTOR, region_codes=frozenset({"330106"}), second_factor=False)
NINGBO = somebody("doctor-3", Role.DOCTOR, region_codes=frozenset({"330200"}), second_factor=False)
CY = "c" * 32


def about(person, action="consultation_asked"):
    return Event(actor="citizen", role="citizen", purpose="consultation", action=action, person_id=person)


def asked(store, person=ANN, *, at=NOON, region_code="330106", **given):
    with store.transaction(about(person), at=at) as transaction:
        consultation_id = open_consultation(transaction, region_code=region_code, words=b"sealed", **given)
    return read(store, person, consultation_id)


def by_person(store, consultation, do, *given, at=NOON):
    with store.transaction(about(consultation.person_id), at=at) as transaction:
        do(transaction, consultation, *given)


def put_into(store, state):
    """Give a consultation in a state, by the actions that lead there."""
    waiting = asked(store)
    if state is ConsultationState.WITHDRAWN:
        by_person(store, waiting, withdraw)
    elif state is not ConsultationState.WAITING:
        take_next(store, DOCTOR, at=NOON)
        if state is not ConsultationState.WITH_DOCTOR:
            move(store, read(store, ANN, waiting.consultation_id), state, at=NOON)
    return read(store, ANN, waiting.consultation_id)


def move(store, consultation, to, *, at):
    """Try to move a consultation by the action that leads to a state, as whoever may."""
    with_doctor = consultation.state is ConsultationState.WITH_DOCTOR
    if to is ConsultationState.WITH_DOCTOR:
        if take_next(store, DOCTOR, at=at).consultation_id != consultation.consultation_id:
            raise FangxianError("another one")
    elif to is ConsultationState.WAITING and with_doctor:
        hand_back(store, DOCTOR, consultation, at=at)
    elif to is ConsultationState.WAITING:
        by_person(store, consultation, reply, b"sealed", at=at)
    elif to is ConsultationState.WITHDRAWN:
        by_person(store, consultation, withdraw, at=at)
    elif to is ConsultationState.PASSED_ON:
        pass_on(store, DOCTOR, consultation, b"sealed", contact=lambda: None, at=at)
    else:
        answer(store, DOCTOR, consultation, to, b"sealed", at=at)


@pytest.mark.parametrize("state", ConsultationState)
def test_every_pair_of_states_is_decided(store, database, state):
    consultation = put_into(store, state)
    assert consultation.state is state
    for to in (to for to in ConsultationState if (state, to) not in CONSULTATION_MOVES):
        before = events(database)
        with pytest.raises(FangxianError):
            consultation_action(consultation, to)
        with pytest.raises(FangxianError):
            move(store, consultation, to, at=NOON + HOUR)
        assert (events(database), read(store, ANN, consultation.consultation_id)) == (before, consultation)


@pytest.mark.parametrize("pair", CONSULTATION_MOVES, ids=lambda pair: "-to-".join(pair))
def test_every_move_of_the_table_can_be_made_and_writes_one_event_about_the_person(store, database, pair):
    consultation = put_into(store, pair[0])
    before = events(database)
    move(store, consultation, pair[1], at=NOON + HOUR)
    moved = read(store, ANN, consultation.consultation_id)
    assert (moved.state, moved.due_at, events(database)) == (pair[1], consultation.due_at, before + 1)
    assert rows(database, "SELECT count(*) FROM work.consultation JOIN audit.event USING (person_id, event_id)") == [(1,)]
    assert (moved.doctor == DOCTOR.subject) is (pair[1] is ConsultationState.WITH_DOCTOR)
    leads = rows(database, "SELECT origin, region_code, fired FROM work.lead")
    assert leads == ([("consultation", "330106", ["doctor"])] if pair[1] is ConsultationState.PASSED_ON else [])


def test_the_queue_goes_by_deadlines_and_each_sees_their_place(store):
    first, second = asked(store, ANN), asked(store, BO, at=NOON + HOUR)
    elsewhere = asked(store, CY, region_code="330108")
    with store.pool.connection() as connection:
        assert [place_in_queue(connection, each) for each in (first, second, elsewhere)] == [1, 2, 1]
        assert queue_of(connection, DOCTOR, at=NOON).waiting == 3
        assert queue_of(connection, COLLEAGUE, at=first.due_at) == type(queue_of(connection, COLLEAGUE, at=NOON))(2, 1)
        assert queue_of(connection, NINGBO, at=NOON).waiting == 0
    assert take_next(store, COLLEAGUE, at=NOON + HOUR).person_id == ANN
    assert take_next(store, COLLEAGUE, at=NOON + HOUR).person_id == BO
    for doctor in (COLLEAGUE, NINGBO):
        with pytest.raises(FangxianError, match="Nobody waits"):
            take_next(store, doctor, at=NOON)


def test_whoever_assessed_themselves_as_of_high_risk_waits_less(store):
    asked(store, BO)
    with store.transaction(about(ANN, "self_assessed"), at=NOON) as transaction:
        transaction.connection.execute(
            "INSERT INTO work.assessment VALUES (%s, gen_random_uuid(), 'self_assessment', '2020-03-01', 'high', '{}', 'x', '330106', %s, "
            "false, %s)",
            [ANN, NOON, transaction.event.event_id],
        )
    urgent = asked(store, ANN, at=NOON + HOUR)
    assert urgent.due_at - urgent.asked_at == timedelta(hours=1)
    assert take_next(store, DOCTOR, at=NOON + HOUR).person_id == ANN


def test_two_doctors_never_have_the_same_one(store):
    for number in range(6):
        asked(store, f"{number + 1:032x}")
    together, taken, doctors = Barrier(3), [], [somebody(f"doctor-{n}", Role.DOCTOR, region_codes=frozenset({"330000"})) for n in range(3)]

    def take(doctor):
        together.wait()
        taken.extend((take_next(store, doctor, at=NOON).person_id) for _ in range(2))

    threads = [Thread(target=take, args=[doctor]) for doctor in doctors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 6


def test_a_doctor_has_three_in_hand_at_most_and_takes_up_first_whom_they_know(store):
    for number in range(4):
        asked(store, f"{number + 1:032x}", at=NOON + number * timedelta(minutes=1))
    taken = [take_next(store, DOCTOR, at=NOON + HOUR) for _ in range(3)]
    with pytest.raises(FangxianError, match="in hand"):
        take_next(store, DOCTOR, at=NOON + HOUR)
    known = read(store, taken[2].person_id, taken[2].consultation_id)
    answer(store, DOCTOR, known, ConsultationState.ASKED_BACK, b"sealed", at=NOON + HOUR)
    by_person(store, read(store, known.person_id, known.consultation_id), reply, b"sealed", at=NOON + 2 * HOUR)
    asked(store, "f" * 32, at=NOON - HOUR)
    assert take_next(store, DOCTOR, at=NOON + 3 * HOUR).person_id == known.person_id


def test_when_a_doctor_goes_or_holds_one_for_too_long_it_goes_back_to_its_place(store, database):
    asked(store, ANN)
    held = take_next(store, DOCTOR, at=NOON)
    before = events(database)
    assert hand_back_held(store, CLOCK, at=NOON + timedelta(minutes=59)) == 0
    assert hand_back_all(store, COLLEAGUE, at=NOON) == 0
    assert events(database) == before
    assert hand_back_held(store, CLOCK, at=NOON + HOUR) == 1
    back = read(store, ANN, held.consultation_id)
    assert (back.state, back.doctor, back.last_doctor, back.due_at) == (ConsultationState.WAITING, None, DOCTOR.subject, held.due_at)
    with pytest.raises(FangxianError):
        answer(store, DOCTOR, held, ConsultationState.ANSWERED, b"late", at=NOON + HOUR)
    assert take_next(store, DOCTOR, at=NOON + HOUR).person_id == ANN
    assert hand_back_all(store, DOCTOR, at=NOON + HOUR) == 1
    assert events(database) == before + 3


def test_only_the_doctor_who_has_it_answers_and_only_doctors_of_the_area_take_it(store):
    asked(store, ANN)
    held = take_next(store, COLLEAGUE, at=NOON)
    held = read(store, ANN, held.consultation_id)
    for other in (DOCTOR, NINGBO, FIRST):
        with pytest.raises(Forbidden):
            answer(store, other, held, ConsultationState.ANSWERED, b"x", at=NOON)
        with pytest.raises(Forbidden):
            hand_back(store, other, held, at=NOON)
        with pytest.raises(Forbidden):
            pass_on(store, other, held, b"x", contact=lambda: None, at=NOON)
    with pytest.raises(Forbidden):
        take_next(store, FIRST, at=NOON)


def test_a_person_has_one_open_question_and_may_ask_again_when_it_is_closed(store):
    asked(store, ANN)
    with pytest.raises(FangxianError, match="open"):
        asked(store, ANN)
    held = take_next(store, DOCTOR, at=NOON)
    answer(store, DOCTOR, read(store, ANN, held.consultation_id), ConsultationState.ANSWERED, b"x", at=NOON)
    asked(store, ANN, at=NOON + HOUR)
    with store.pool.connection() as connection:
        assert len(consultations_of(connection, ANN)) == 2


def test_the_database_keeps_one_doctor_and_what_is_closed_closed(store, database):
    put_into(store, ConsultationState.ANSWERED)
    with psycopg.connect(database) as connection, pytest.raises(psycopg.errors.RestrictViolation):
        connection.execute("UPDATE work.consultation SET state = 'waiting', closed_at = NULL")
    with store.pool.connection() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("UPDATE work.consultation SET person_id = gen_random_uuid()")
