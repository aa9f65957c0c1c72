"""Coming in by phone: a code that is good once, for five minutes, for five tries, and not asked for too often."""

import pytest

from fangxian.services import accounts
from fangxian.services.refusals import BadAnswerError, TooManyError

from .conftest import PHONE, come_in


def test_whoever_reads_the_code_is_in_and_the_session_ends_by_time(living, clock):
    session = come_in(living)
    assert accounts.session_of(living, session.secret).phone_index == living.vault.phone_index(PHONE)
    clock.forward(days=30)
    assert accounts.session_of(living, session.secret) is None


def test_a_session_that_was_ended_is_none(living):
    session = come_in(living)
    accounts.log_out(living, session.secret)
    assert accounts.session_of(living, session.secret) is None


def test_a_code_is_good_once(living):
    accounts.send_code(living, PHONE)
    code = living.sender.shown(PHONE, client="127.0.0.1")
    accounts.log_in(living, PHONE, code)
    with pytest.raises(BadAnswerError):
        accounts.log_in(living, PHONE, code)


def test_a_code_is_good_for_five_minutes(living, clock):
    accounts.send_code(living, PHONE)
    code = living.sender.shown(PHONE, client="127.0.0.1")
    clock.forward(minutes=5)
    with pytest.raises(BadAnswerError):
        accounts.log_in(living, PHONE, code)


def test_five_wrong_tries_use_a_code_up(living):
    accounts.send_code(living, PHONE)
    code = living.sender.shown(PHONE, client="127.0.0.1")
    wrong = f"{(int(code) + 1) % 10**6:06}"
    for _ in range(accounts.MOST_TRIES):
        with pytest.raises(BadAnswerError):
            accounts.log_in(living, PHONE, wrong)
    with pytest.raises(BadAnswerError):
        accounts.log_in(living, PHONE, code)


def test_codes_are_sent_once_a_minute_and_five_times_an_hour(living, clock):
    accounts.send_code(living, PHONE)
    with pytest.raises(TooManyError) as refused:
        accounts.send_code(living, PHONE)
    assert 0 < refused.value.retry_after <= 61
    for _ in range(accounts.MOST_SENT - 1):
        clock.forward(seconds=60)
        accounts.send_code(living, PHONE)
    clock.forward(seconds=60)
    with pytest.raises(TooManyError):
        accounts.send_code(living, PHONE)
    clock.forward(hours=1)
    accounts.send_code(living, PHONE)


def test_the_store_holds_neither_a_phone_nor_a_code_nor_a_session(living):
    session = come_in(living)
    with living.store.pool.connection() as connection:
        rows = str(connection.execute("SELECT t::text FROM account.one_time_code t").fetchall())
        rows += str(connection.execute("SELECT t::text FROM account.session t").fetchall())
    assert PHONE[3:] not in rows
    assert session.secret not in rows


@pytest.mark.parametrize("text", ["", "12", "hello", "+" * 40, "1" * 39])
def test_what_is_no_phone_number_is_refused(text):
    with pytest.raises(BadAnswerError):
        accounts.phone_number(text)
