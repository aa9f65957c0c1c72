"""A person who calls: an operator writes down, it is said so, and what came of it is read out by the receipt alone."""

import psycopg
import pytest

from fangxian.services import clues, consulting, for_callers
from fangxian.services.documents import document
from fangxian.services.refusals import BadAnswerError, RefusedError
from fangxian.services.reported_words import Said, opened
from fangxian.services.triage import Level
from fangxian.work.clue import ClueState
from fangxian.work.consultation import ConsultationState
from fangxian.work.permissions import Forbidden, Principal
from fangxian.work.roles import Role

from .conftest import IDENTITY, NOON
from .test_assessing import EXPOSED
from .test_clues import SEEN

OPERATOR = Principal(subject="operator-1", roles=frozenset({Role.HOTLINE_OPERATOR}))
DOCTOR = Principal(subject="doctor-1", roles=frozenset({Role.DOCTOR}), region_codes=frozenset({"330100"}))
CALLER = {"id_type": "resident_id", "id_number": IDENTITY["id_number"], "reach": "0571-00000000，邻居转告", "home": "330110"}


def given(**answers):
    return {key: [value] for key, value in answers.items()}


def rows(database, query):
    with psycopg.connect(database) as connection:
        return connection.execute(query).fetchall()


def caller_id(living):
    shown = document(CALLER["id_type"], CALLER["id_number"], on=NOON.date())
    return living.vault.person_id(shown.id_type, shown.number)


def test_a_high_answer_of_a_caller_is_a_lead_with_how_to_reach_them_and_is_said_to_come_from_an_operator(living, database):
    found = for_callers.assess_for_caller(living, OPERATOR, given(**EXPOSED | CALLER))
    assert found.level is Level.HIGH
    ((contact, region),) = rows(database, "SELECT contact, region_code FROM work.lead")
    assert (opened(living.vault, contact, Said.LEAD_CONTACT, of=caller_id(living), begun_at=NOON), region) == (CALLER["reach"], "330110")
    assert rows(database, "SELECT by_operator FROM work.assessment") == [(True,)]
    assert rows(database, "SELECT actor, role FROM audit.event WHERE action = 'caller_assessed'") == [("operator-1", "hotline_operator")]


def test_without_a_document_the_result_is_read_out_and_nothing_is_kept(living, database):
    found = for_callers.assess_for_caller(living, OPERATOR, given(**EXPOSED | CALLER | {"id_number": ""}))
    assert found.level is Level.HIGH
    assert rows(database, "SELECT (SELECT count(*) FROM work.assessment), (SELECT count(*) FROM work.lead)") == [(0, 0)]


def test_a_caller_asks_a_doctor_hears_the_answer_by_the_receipt_and_says_more(living, clock):
    receipt = for_callers.ask_for_caller(living, OPERATOR, given(**CALLER, words="发热两天"))
    reference = consulting.take_next(living, DOCTOR)
    thread = consulting.open_one(living, DOCTOR, reference)
    assert (thread.contact, thread.consultation.by_operator, thread.consultation.region_code) == (CALLER["reach"], True, "330110")
    consulting.answer(living, DOCTOR, reference, ConsultationState.ASKED_BACK, "体温多少？")
    assert for_callers.answer_for_caller(living, OPERATOR, receipt.lower()).words[-1].words == "体温多少？"
    clock.forward(minutes=3)
    for_callers.more_for_caller(living, OPERATOR, receipt, "三十八度五")
    consulting.answer(living, DOCTOR, consulting.take_next(living, DOCTOR), ConsultationState.PASSED_ON, "当地会上门。")
    told = for_callers.answer_for_caller(living, OPERATOR, receipt)
    assert (told.consultation.state, told.words[-1].words) == (ConsultationState.PASSED_ON, "当地会上门。")


def test_a_consultation_that_was_passed_on_takes_the_callers_contact_along(living, database):
    for_callers.ask_for_caller(living, OPERATOR, given(**CALLER, words="发热两天"))
    consulting.answer(living, DOCTOR, consulting.take_next(living, DOCTOR), ConsultationState.PASSED_ON, "当地会上门。")
    ((contact,),) = rows(database, "SELECT contact FROM work.lead")
    assert opened(living.vault, contact, Said.LEAD_CONTACT, of=caller_id(living), begun_at=NOON) == CALLER["reach"]


def test_a_clue_of_a_caller_comes_from_the_hotline_and_is_followed_by_its_receipt(living, database):
    receipt = for_callers.report_for_caller(living, OPERATOR, given(**SEEN))
    assert rows(database, "SELECT channel, record FROM work.clue") == [("hotline", None)]
    assert clues.followed(living, receipt).state is ClueState.WITH_COUNTY


def test_clues_of_the_hotlines_system_come_once_and_a_bad_one_stops_no_other(living, database):
    sent = [
        ("RX1", given(**SEEN)),
        ("RX2", given(**SEEN | {"kind": "x"})),
        ("RX3", given(**SEEN | {"place": "别处", "words": "另一件事情"})),
    ]
    first, bad, third = for_callers.report_many(living, OPERATOR, sent)
    assert (isinstance(first, str), isinstance(bad, BadAnswerError), isinstance(third, str)) == (True, True, True)
    assert for_callers.report_many(living, OPERATOR, sent[:1]) == [None]
    assert rows(database, "SELECT record FROM work.clue ORDER BY 1") == [("RX1",), ("RX3",)]


@pytest.mark.parametrize("do", [for_callers.assess_for_caller, for_callers.ask_for_caller, for_callers.report_for_caller])
def test_nobody_but_an_operator_writes_down_for_a_caller(living, database, do):
    with pytest.raises(Forbidden):
        do(living, DOCTOR, given(**SEEN | EXPOSED | CALLER))
    assert rows(database, "SELECT count(*) FROM work.clue") == [(0,)]


def test_a_consultation_takes_a_document_and_an_answer_takes_a_receipt(living):
    with pytest.raises(BadAnswerError):
        for_callers.ask_for_caller(living, OPERATOR, given(**CALLER | {"id_number": ""}, words="发热"))
    with pytest.raises(BadAnswerError):
        for_callers.ask_for_caller(living, OPERATOR, given(**CALLER | {"id_number": "110105194912310021"}, words="发热"))
    with pytest.raises(RefusedError):
        for_callers.answer_for_caller(living, OPERATOR, "ABCD-EFGH-JKMN-PQRS")
