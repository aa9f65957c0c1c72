"""Sessions and second factors of staff: hashes alone are kept, a code counts once, references open for their reader."""

from datetime import datetime

import psycopg
import pyotp
import pytest

from fangxian.services.factor import enrol_factor, has_factor, show_factor
from fangxian.services.references import Named, meant, refer
from fangxian.services.refusals import BadAnswerError, RefusedError, TooManyError
from fangxian.services.staff import begin_session, end_session, session_of, wants_second_factor
from fangxian.work.permissions import Principal
from fangxian.work.roles import Role

EPOCH = datetime(1970, 1, 1)
OFFICER = Principal(subject="officer-1", roles=frozenset({Role.OFFICER, Role.SYSTEM}), region_codes=frozenset({"330100"}))


def code_at(living, secret, *, steps=0):
    return pyotp.TOTP(secret).generate_otp(int((living.clock() - EPOCH).total_seconds()) // 30 + steps)


def test_a_session_lasts_eight_hours_and_nothing_of_the_secret_is_kept(living, clock, database):
    session = begin_session(living, OFFICER)
    assert session_of(living, session.secret).by.roles == {Role.OFFICER}
    with psycopg.connect(database) as connection:
        rows = str(connection.execute("SELECT * FROM account.staff_session").fetchall())
    assert session.secret not in rows
    clock.forward(hours=8)
    assert session_of(living, session.secret) is None


def test_whoever_has_no_role_of_the_staff_does_not_come_in(living):
    with pytest.raises(RefusedError, match="no role"):
        begin_session(living, Principal(subject="x", roles=frozenset({Role.CITIZEN, Role.SYSTEM})))


def test_a_session_that_was_ended_is_gone(living):
    session = begin_session(living, OFFICER)
    end_session(living, session)
    assert session_of(living, session.secret) is None


def test_a_code_from_an_app_raises_the_session_and_counts_once(living, clock):
    session = begin_session(living, OFFICER)
    assert wants_second_factor(session.by)
    made = enrol_factor(living, session)
    assert not has_factor(living, "officer-1")
    code = code_at(living, made.secret)
    show_factor(living, session, code)
    assert session_of(living, session.secret).by.second_factor
    for used in (code, code_at(living, made.secret, steps=-1)):
        with pytest.raises(BadAnswerError):
            show_factor(living, session, used)
    clock.forward(seconds=30)
    show_factor(living, session, code_at(living, made.secret))


def test_an_app_that_counts_is_not_changed_by_whoever_has_the_session(living):
    session = begin_session(living, OFFICER)
    first, second = enrol_factor(living, session), enrol_factor(living, session)
    with pytest.raises(BadAnswerError):
        show_factor(living, session, code_at(living, first.secret))
    show_factor(living, session, code_at(living, second.secret))
    with pytest.raises(RefusedError):
        enrol_factor(living, session)


def test_guessing_is_stopped_and_the_right_code_waits_too(living, clock):
    session = begin_session(living, OFFICER)
    made = enrol_factor(living, session)
    for _ in range(5):
        with pytest.raises(BadAnswerError):
            show_factor(living, session, "00000é")
    with pytest.raises(TooManyError):
        show_factor(living, session, code_at(living, made.secret))
    clock.forward(minutes=5)
    show_factor(living, session, code_at(living, made.secret))


def test_a_secret_is_kept_sealed(living, database):
    made = enrol_factor(living, begin_session(living, OFFICER))
    with psycopg.connect(database) as connection:
        (kept,) = connection.execute("SELECT secret FROM account.staff_factor").fetchone()
    assert made.secret.encode() not in kept


def test_a_reference_opens_for_its_reader_alone_and_for_a_days_work(living, clock):
    (reference,) = refer(living, OFFICER, Named.APPEAL, [("ab" * 16, "7")])
    assert "abab" not in reference
    assert meant(living, OFFICER, Named.APPEAL, reference) == ("ab" * 16, "7")
    other = Principal(subject="officer-2", roles=OFFICER.roles)
    for reader, text in ((other, reference), (OFFICER, reference[:-2]), (OFFICER, "x"), (OFFICER, "2020-02.é"), (OFFICER, "")):
        with pytest.raises(RefusedError):
            meant(living, reader, Named.APPEAL, text)
    with pytest.raises(RefusedError):
        meant(living, OFFICER, Named.DECISION, reference)
    clock.forward(hours=8)
    with pytest.raises(RefusedError):
        meant(living, OFFICER, Named.APPEAL, reference)
