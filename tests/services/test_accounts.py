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


FULLWIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def asked(living, address="203.0.113.7", device="") -> tuple[str, str]:
    """Ask for a code from somewhere; return the code that the phone got, and the ticket that the asker got."""
    ticket = accounts.send_code(living, PHONE, address=address, device=device)
    return living.sender.shown(PHONE, client="127.0.0.1"), ticket


def wrong(code) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def test_a_code_is_good_once(living):
    code, ticket = asked(living)
    accounts.log_in(living, PHONE, code, ticket=ticket)
    with pytest.raises(BadAnswerError):
        accounts.log_in(living, PHONE, code, ticket=ticket)


def test_a_code_is_good_for_five_minutes(living, clock):
    code, ticket = asked(living)
    clock.forward(minutes=5)
    with pytest.raises(BadAnswerError):
        accounts.log_in(living, PHONE, code, ticket=ticket)


def test_five_wrong_tries_use_a_code_up(living):
    code, ticket = asked(living)
    for _ in range(accounts.MOST_TRIES):
        with pytest.raises(BadAnswerError):
            accounts.log_in(living, PHONE, wrong(code), ticket=ticket)
    with pytest.raises(BadAnswerError):
        accounts.log_in(living, PHONE, code, ticket=ticket)


def test_a_code_is_nothing_to_whoever_did_not_ask_for_it(living):
    code, ticket = asked(living)
    for other in ("", "guessed", asked(living, "203.0.113.8")[1]):
        with pytest.raises(BadAnswerError):
            accounts.log_in(living, PHONE, code, ticket=other)
    assert accounts.log_in(living, PHONE, code, ticket=ticket)


def test_a_stranger_uses_up_the_tries_of_their_own_code_alone(living):
    code, ticket = asked(living)
    _, strangers = asked(living, "203.0.113.8")
    for guess in range(accounts.MOST_TRIES + 1):
        with pytest.raises(BadAnswerError):
            accounts.log_in(living, PHONE, f"{guess:06}", ticket=strangers)
    assert accounts.log_in(living, PHONE, code, ticket=ticket)


@pytest.mark.parametrize("typed", ["a{}", "+{}", "{}|", "", "fullwidth"])
def test_what_is_not_the_code_as_it_was_sent_is_wrong(living, typed):
    code, ticket = asked(living)
    with pytest.raises(BadAnswerError):
        accounts.log_in(living, PHONE, code.translate(FULLWIDTH) if typed == "fullwidth" else typed.format(code), ticket=ticket)
    assert accounts.log_in(living, PHONE, f" {code} ", ticket=ticket)


def test_an_address_asks_once_a_minute_and_three_times_an_hour(living, clock):
    asked(living)
    with pytest.raises(TooManyError) as refused:
        asked(living)
    assert 0 < refused.value.retry_after <= 61
    for _ in range(accounts.MOST_SENT_FOR_ADDRESS - 1):
        clock.forward(seconds=60)
        asked(living)
    clock.forward(seconds=60)
    with pytest.raises(TooManyError) as refused:
        asked(living)
    assert refused.value.retry_after == 3600 - 3 * 60 + 1
    assert asked(living, "203.0.113.8")
    clock.forward(hours=1)
    assert asked(living)


def test_whatever_strangers_ask_for_a_phone_is_sent_five_codes_an_hour_and_more_for_a_device_that_came_in_before(living, clock):
    device = accounts.device_token(living, PHONE)
    for n in range(accounts.MOST_SENT):
        asked(living, f"203.0.113.{n}")
    with pytest.raises(TooManyError):
        asked(living, "203.0.113.99")
    code, ticket = asked(living, "203.0.113.99", device)
    assert accounts.log_in(living, PHONE, code, ticket=ticket)
    for _ in range(accounts.MOST_SENT - 1):
        clock.forward(seconds=60)
        asked(living, "203.0.113.99", device)
    clock.forward(seconds=60)
    with pytest.raises(TooManyError):
        asked(living, "203.0.113.99", device)


@pytest.mark.parametrize("device", ["", ".", "0" * 32, f"{'0' * 32}.{'0' * 32}", "of another phone"])
def test_a_device_that_never_came_in_by_this_phone_is_a_stranger(living, device):
    if device == "of another phone":
        device = accounts.device_token(living, "+8613800000002")
    asked(living, device=device)
    with pytest.raises(TooManyError):
        asked(living, device=device)


def test_a_code_is_forgotten_when_it_counts_no_more(living, clock):
    asked(living)
    clock.forward(hours=1)
    accounts.send_code(living, "+8613800000002", address="203.0.113.7")
    with living.store.pool.connection() as connection:
        assert connection.execute("SELECT count(*) FROM account.one_time_code").fetchone() == (1,)


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
