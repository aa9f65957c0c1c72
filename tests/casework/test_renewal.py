"""A policy goes on for ninety days at a time, and only where two people say so."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import psycopg
import pytest

from fangxian.errors import FangxianError
from fangxian.store.opening import make_room
from fangxian.store.renewals import ever_renewed, may_record
from fangxian.work.permissions import Forbidden
from fangxian.work.refusals import RefusedError
from fangxian.work.renewal import propose_renewal, renew_at_set_up, renew_policy, time_left, waiting, warned
from fangxian.work.roles import Role

from .conftest import HANGZHOU, HOUR, NINGBO_OFFICER, NOON, somebody

FIRST = somebody("officer-1", Role.OFFICER, region_codes=frozenset({"330000"}))
SECOND = somebody("officer-2", Role.OFFICER, region_codes=frozenset({"330000"}))


def renewed(store, at=NOON):
    proposal = propose_renewal(store, FIRST, HANGZHOU, at=at)
    return renew_policy(store, SECOND, HANGZHOU, proposal.renewal_id, at=at + HOUR)


def test_a_policy_is_in_force_from_the_second_signature_for_ninety_days(store):
    assert not ever_renewed(store, HANGZHOU)
    until = renewed(store)
    assert until == NOON + HOUR + timedelta(days=90)
    assert not may_record(store, HANGZHOU, NOON)
    assert may_record(store, HANGZHOU, NOON + HOUR)
    assert may_record(store, HANGZHOU, until - timedelta(microseconds=1))
    assert not may_record(store, HANGZHOU, until)
    assert time_left(store, HANGZHOU, until) == timedelta()


def test_it_is_warned_of_fourteen_days_before(store):
    until = renewed(store)
    assert not warned(store, HANGZHOU, until - timedelta(days=14, seconds=1))
    assert warned(store, HANGZHOU, until - timedelta(days=14))


def test_a_gap_stays_a_gap_when_the_policy_is_renewed_later(store):
    until = renewed(store)
    later = until + timedelta(days=2)
    make_room(store, later.date())
    renewed(store, at=later)
    assert not may_record(store, HANGZHOU, until + timedelta(days=1))
    assert may_record(store, HANGZHOU, later + HOUR)


def test_one_person_is_not_two(store):
    proposal = propose_renewal(store, SECOND, HANGZHOU, at=NOON)
    with pytest.raises(Forbidden):
        renew_policy(store, SECOND, HANGZHOU, proposal.renewal_id, at=NOON)
    with pytest.raises(FangxianError, match="One person"):
        renew_at_set_up(store, HANGZHOU, first="officer-1", second="OFFICER-1", at=NOON)
    assert not may_record(store, HANGZHOU, NOON)


def test_who_has_no_second_factor_or_another_role_or_area_renews_nothing(store):
    without = somebody("officer-4", Role.OFFICER, region_codes=frozenset({"330000"}), second_factor=False)
    for who in (without, NINGBO_OFFICER, somebody("officer-5", Role.OFFICER, region_codes=frozenset({"330200"}))):
        with pytest.raises(Forbidden):
            propose_renewal(store, who, HANGZHOU, at=NOON)


def test_of_many_who_propose_at_once_one_does_and_the_others_are_told_so(store):
    officers = [somebody(f"officer-{n}", Role.OFFICER, region_codes=frozenset({"330000"})) for n in range(8)]
    together = Barrier(len(officers))

    def propose(by):
        together.wait()
        try:
            return propose_renewal(store, by, HANGZHOU, at=NOON)
        except RefusedError as refused:
            return refused

    with ThreadPoolExecutor(len(officers)) as pool:
        answers = list(pool.map(propose, officers))
    assert [each for each in answers if not isinstance(each, RefusedError)] == list(waiting(store, HANGZHOU, at=NOON))
    assert sum("signed first" in each.words.en for each in answers if isinstance(each, RefusedError)) == len(officers) - 1


def test_a_proposal_lapses_and_is_signed_once(store):
    proposal = propose_renewal(store, FIRST, HANGZHOU, at=NOON)
    assert waiting(store, HANGZHOU, at=NOON + 48 * HOUR) == ()
    with pytest.raises(FangxianError, match="lapsed"):
        renew_policy(store, SECOND, HANGZHOU, proposal.renewal_id, at=NOON + 48 * HOUR)
    renew_policy(store, SECOND, HANGZHOU, proposal.renewal_id, at=NOON + HOUR)
    with pytest.raises(FangxianError, match="signed"):
        renew_policy(store, SECOND, HANGZHOU, proposal.renewal_id, at=NOON + HOUR)


@pytest.mark.parametrize(
    "change",
    ["until_at = closed_at + interval '91 days'", "closed_by = first_signer", "closed_at = NULL, closed_by = NULL, until_at = NULL"],
)
def test_the_database_itself_lets_nobody_renew_alone_or_for_longer(store, database, change):
    renewed(store)
    with psycopg.connect(database) as connection, pytest.raises(psycopg.Error):
        connection.execute(f"UPDATE store.renewal SET {change}")
    with psycopg.connect(database) as connection, pytest.raises(psycopg.Error):
        connection.execute("DELETE FROM store.renewal")


def test_a_renewal_at_set_up_says_in_the_audit_who_stood_there(store, database):
    renew_at_set_up(store, HANGZHOU, first="officer-1", second="officer-2", at=NOON)
    with psycopg.connect(database) as connection:
        found = connection.execute("SELECT actor, action, details FROM audit.event").fetchall()
    assert found == [("command line", "policy renewed at set-up", {"policy": "hangzhou", "first": "officer-1", "second": "officer-2"})]
