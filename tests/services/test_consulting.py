"""Asking a doctor: sealed words, seen by the person and the doctor who has it, passed on as a lead, gone with a deletion."""

import psycopg
import pytest

from fangxian.services import consulting, deleting, looking
from fangxian.services.refusals import RefusedError
from fangxian.work.consultation import ConsultationState
from fangxian.work.permissions import Forbidden, Principal
from fangxian.work.roles import Role

from .test_declaring import enrolled

DOCTOR = Principal(subject="doctor-1", roles=frozenset({Role.DOCTOR}), region_codes=frozenset({"330100"}))
OTHER = Principal(subject="doctor-2", roles=frozenset({Role.DOCTOR}), region_codes=frozenset({"330100"}))
QUESTION = "发热两天，家里有老人，要不要去医院？"


def rows(database, query):
    with psycopg.connect(database) as connection:
        return connection.execute(query).fetchall()


def test_a_question_is_sealed_answered_and_asked_back_and_the_person_sees_who_read_it(living, clock, database):
    member = enrolled(living)
    consulting.ask(living, member.person_id, QUESTION)
    assert QUESTION.encode() not in rows(database, "SELECT words FROM work.consultation_word")[0][0]
    (own,) = consulting.own_consultations(living, member.person_id)
    assert (own.place, own.consultation.region_code, own.words[0].words) == (1, "330106", QUESTION)
    assert consulting.doctors_desk(living, DOCTOR).queue.waiting == 1
    reference = consulting.take_next(living, DOCTOR)
    assert consulting.open_one(living, DOCTOR, reference).words[0].words == QUESTION
    consulting.answer(living, DOCTOR, reference, ConsultationState.ASKED_BACK, "体温多少？")
    clock.forward(minutes=5)
    consulting.reply(living, member.person_id, "三十八度五。")
    reference = consulting.take_next(living, OTHER)
    assert [word.words for word in consulting.open_one(living, OTHER, reference).words] == [QUESTION, "体温多少？", "三十八度五。"]
    consulting.answer(living, OTHER, reference, ConsultationState.ANSWERED, "请到发热门诊就诊，戴好口罩。")
    (own,) = consulting.own_consultations(living, member.person_id)
    assert (own.consultation.state, own.words[-1].words) == (ConsultationState.ANSWERED, "请到发热门诊就诊，戴好口罩。")
    looks = {(look.role, look.action) for look in looking.who_looked(living, member.person_id)}
    assert {("doctor", "consultation_read"), ("doctor", "consultation taken"), ("doctor", "consultation answered")} <= looks
    assert looking.own_data(living, member.person_id)["consultations"][0]["said"][0]["words"] == QUESTION


def test_nobody_reads_one_that_they_do_not_have_in_hand(living):
    member = enrolled(living)
    consulting.ask(living, member.person_id, QUESTION)
    reference = consulting.take_next(living, DOCTOR)
    with pytest.raises(RefusedError):
        consulting.open_one(living, OTHER, reference)
    assert consulting.doctor_goes(living, DOCTOR) == 1
    with pytest.raises(Forbidden):
        consulting.open_one(living, DOCTOR, reference)


def test_a_doctor_passes_on_what_is_of_high_risk_and_no_code_turns(living, database):
    member = enrolled(living)
    consulting.ask(living, member.person_id, QUESTION)
    consulting.answer(living, DOCTOR, consulting.take_next(living, DOCTOR), ConsultationState.PASSED_ON, "当地会联系您。")
    assert rows(database, "SELECT origin, region_code, contact FROM work.lead") == [("consultation", "330106", None)]
    assert looking.own_code(living, member.person_id).colour == "green"


def test_a_deletion_takes_the_words_and_the_question_out_of_the_queue(living, clock, database):
    member = enrolled(living)
    consulting.ask(living, member.person_id, QUESTION)
    clock.forward(minutes=2)
    deleting.delete(living, member)
    assert rows(database, "SELECT state FROM work.consultation") == [("withdrawn",)]
    assert rows(database, "SELECT DISTINCT words FROM work.consultation_word") == [(None,)]


@pytest.mark.parametrize("words", ["", "  ", "字" * 1001])
def test_no_words_and_too_many_are_refused(living, words, database):
    member = enrolled(living)
    with pytest.raises(RefusedError):
        consulting.ask(living, member.person_id, words)
    assert rows(database, "SELECT count(*) FROM work.consultation") == [(0,)]
