"""Codes are signed for many at once: each as if they had asked alone, and for nobody whose place on the phone has ended."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest

from fangxian.facts import Text
from fangxian.policy.colour import Colour
from fangxian.services import declaring, issuing, members, papers, releasing
from fangxian.services.living import by_citizen
from fangxian.services.refusals import RefusedError
from fangxian.signed.keys import PrivateKey, point
from fangxian.signed.phone import show
from fangxian.store.store import write_events

from .conftest import HEALTHY, IDENTITY, PHONE, come_in, replace
from .test_declaring import ADULT, OTHER_PHONE, enrolled
from .test_papers import OFFICER, verdict

KEY = point(PrivateKey.make().public)
FEVER = {"symptoms": "fever", "temperature_c": 38.6, "contacted_case": "no", "stayed_in_key_area": False, "stay": None, "left_on": None}


def standing_tokens(living) -> int:
    with living.store.pool.connection() as connection:
        return connection.execute("SELECT count(*) FROM code.token WHERE revoked_at IS NULL").fetchone()[0]


def test_whoever_left_the_phone_between_the_question_and_the_signature_gets_no_code(living):
    member = enrolled(living)
    releasing.release(living, OFFICER, id_type="resident_id", id_number=IDENTITY["id_number"])
    assert issuing.issue_days(living, [(member, KEY)]) == [members.NOBODY_THERE]
    assert standing_tokens(living) == 0
    with pytest.raises(RefusedError):
        papers.paper_of_member(living, member)


def test_a_place_that_ends_while_the_code_is_signed_waits_and_then_revokes_it(living, monkeypatch):
    member, signed, ending = enrolled(living), Event(), Event()

    def slowly(connection, events, *, at):
        write_events(connection, events, at=at)
        signed.set()
        assert not ending.wait(1), "the release did not wait for the code that is being signed"

    monkeypatch.setattr(issuing, "write_events", slowly)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(issuing.issue_days, living, [(member, KEY)])
        assert signed.wait(10)
        releasing.release(living, OFFICER, id_type="resident_id", id_number=IDENTITY["id_number"])
        ending.set()
        assert isinstance(asked.result()[0], issuing.Issued)
    assert standing_tokens(living) == 0


def test_one_who_is_refused_takes_nothing_from_the_others(living):
    here, other = enrolled(living), enrolled(living, OTHER_PHONE, number=ADULT)
    gone = replace(other, since_at=other.since_at - timedelta(days=1))
    first, second, third = issuing.issue_days(living, [(here, KEY), (gone, KEY), (other, KEY)])
    assert (second, first.colour, third.colour) == (members.NOBODY_THERE, Colour.GREEN, Colour.GREEN)
    assert first.text != third.text
    assert standing_tokens(living) == 2


def test_somebody_who_asks_from_two_browsers_at_once_has_one_token_and_two_lines_in_the_audit(living):
    member = enrolled(living)
    first, second = issuing.issue_days(living, [(member, KEY), (member, point(PrivateKey.make().public))])
    assert first.text != second.text
    assert standing_tokens(living) == 1
    with living.store.pool.connection() as connection:
        events = connection.execute("SELECT count(*) FROM audit.event WHERE action = 'code_issued'").fetchone()[0]
    assert events == 2


def test_an_old_credential_is_corrected_at_gates_without_a_network_also_after_a_newer_one_was_signed(living, clock):
    member, phones = enrolled(living), [PrivateKey.make() for _ in range(3)]

    def signed(phone):
        return phone, issuing.issue_day(living, member, point(phone.public)).text

    def seen(phone, text):
        return verdict(living, show(text, at=clock(), by=phone), at=clock()).colour

    shown = [signed(phones[0])]
    clock.forward(hours=1)
    declaring.declare(living, member.person_id, HEALTHY | FEVER)
    clock.forward(minutes=1)
    shown.append(signed(phones[1]))
    clock.forward(minutes=1)
    assert [seen(*each) for each in shown] == [Colour.YELLOW, Colour.YELLOW]
    with living.store.transaction(by_citizen("invented", member.person_id), at=clock()) as transaction:
        transaction.connection.execute("DELETE FROM code.hit")
    clock.forward(minutes=1)
    shown.append(signed(phones[2]))
    clock.forward(minutes=1)
    assert [seen(*each) for each in shown] == [Colour.GREEN] * 3


def test_members_are_found_by_their_sessions_and_a_place_that_cannot_be_is_nobodys(living):
    member = enrolled(living)
    living.clock.forward(minutes=2)
    secret = come_in(living, PHONE).secret
    asked = [(secret, 0), ("no such session", 0), (secret, 1), (secret, -99_999_999_999), (secret, 99_999_999_999)]
    assert members.members_in(living, asked) == [member, None, *[members.NOBODY_THERE] * 3]


def test_a_code_that_is_asked_for_in_the_second_of_a_declaration_says_what_was_declared(living):
    member = enrolled(living)
    living.clock.forward(milliseconds=1_300)
    declaring.declare(living, member.person_id, FEVER)
    living.clock.forward(milliseconds=20)
    issued = issuing.issue_day(living, member, KEY)
    assert issued.colour is Colour.YELLOW
    assert issued.valid_until > living.clock() + timedelta(hours=12)
    assert papers.paper_of_member(living, member).colour is Colour.YELLOW


def test_a_code_lasts_until_its_colour_is_another_and_not_until_any_reason_begins_or_ends(living):
    member = enrolled(living)
    at, person, hit = living.clock(), member.person_id, "INSERT INTO code.hit VALUES (%s, %s, %s, %s, %s, %s, '{1}', %s)"
    hours = [("red", 0, 8), ("yellow", 2, 10), ("red", 5, 9), ("yellow", 20, None)]
    with living.store.transaction(releasing.staff_event(OFFICER, "invented", purpose="test", role="officer"), at=at) as transaction:
        for number, (colour, begins, ends) in enumerate(hours):
            span = [at + timedelta(hours=begins), ends and at + timedelta(hours=ends)]
            given = [person, living.policy.name, f"rule-{number}", colour, *span, transaction.event.event_id]
            transaction.connection.execute(hit, given)
    with living.store.pool.connection() as connection:

        def standing(hour):
            found = issuing.stored_colour(connection, living.policy.name, person, at=at + timedelta(hours=hour))
            return found.colour, (found.until - at) / timedelta(hours=1) if found.until.year < 9999 else None

        assert [standing(hour) for hour in (-1, 0, 6, 9, 11, 21)] == [
            (Colour.GREEN, 0),
            (Colour.RED, 9),
            (Colour.RED, 9),
            (Colour.YELLOW, 10),
            (Colour.GREEN, 20),
            (Colour.YELLOW, None),
        ]


def test_a_code_that_would_end_within_its_second_is_asked_for_again(living):
    member = enrolled(living)
    found = issuing.lifetime(issuing.Standing(Colour.RED, living.clock()), living.clock(), longest=timedelta(days=1))
    assert isinstance(found, Text)
    assert issuing.issue_day(living, member, KEY).valid_until == living.clock() + timedelta(days=1)


def test_of_papers_that_are_printed_at_once_one_counts(living):
    member = enrolled(living)
    with ThreadPoolExecutor(6) as pool:
        printed = list(pool.map(lambda _: papers.paper_of_member(living, member), range(6)))
    assert len({paper.text for paper in printed}) == 6
    assert standing_tokens(living) == 1
