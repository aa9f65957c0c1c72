"""What is published every day says how many, and points at nobody."""

from datetime import timedelta

import pytest
from spec_symbols import person_id

from fangxian.facts import HealthDeclaration
from fangxian.policy.colour import Colour
from fangxian.work.deciding import propose_decision, sign_decision
from fangxian.work.oversight import SignerCount, codes_by_reason, decisions_by_signer
from tests.store.conftest import declaration

from .conftest import ANN, APPEAL_OFFICER, BO, EXPOSURE, FIRST, HANGZHOU, HOUR, NOON, SECOND, expose, say

LATER = NOON + HOUR


@pytest.mark.parametrize(("exposed", "feverish", "expected"), [(6, 7, (6, 7)), (4, 7, (None, 7)), (5, 0, (5,))])
def test_codes_are_counted_by_reason_and_small_counts_are_hidden(store, exposed, feverish, expected):
    for n in range(exposed):
        expose(store, person_id(f"exposed{n}"))
    for n in range(feverish):
        person = person_id(f"ill{n}")
        say(store, person, {HealthDeclaration: [declaration(person, temperature_c=38.5)]})
    counts = codes_by_reason(store, HANGZHOU, LATER)
    assert [count.people for count in counts] == list(expected)
    assert [(count.rule, count.colour) for count in counts][:1] == [("close-contact", Colour.RED)]
    assert codes_by_reason(store, HANGZHOU, NOON - HOUR) == ()


def test_what_would_give_a_small_count_away_is_hidden_with_it(store):
    for n in range(6):
        expose(store, person_id(f"exposed{n}"))
    say(store, ANN, {HealthDeclaration: [declaration(ANN, contacted_case="yes")]})
    assert [(count.rule, count.people) for count in codes_by_reason(store, HANGZHOU, LATER)] == [
        ("close-contact", None),
        ("declared-contact", None),
    ]


def decide(store, person, first, second, at):
    proposed = propose_decision(
        store, first, person_id=person, rule="close-contact", fact_id=EXPOSURE, reason="other", policy=HANGZHOU, at=at
    )
    sign_decision(store, second, person_id=person, decision_id=proposed.decision_id, policies=[HANGZHOU], at=at)


def test_decisions_are_counted_by_who_signed_them_on_the_policys_day(store):
    expose(store)
    expose(store, BO)
    midnight = HANGZHOU.starts(NOON.date() + timedelta(days=1))
    decide(store, ANN, FIRST, SECOND, midnight - timedelta(microseconds=1))
    decide(store, BO, SECOND, APPEAL_OFFICER, midnight)
    today, tomorrow = NOON.date(), NOON.date() + timedelta(days=1)
    assert decisions_by_signer(store, HANGZHOU, today) == (
        SignerCount(signer="officer-1", first=1, second=0),
        SignerCount(signer="officer-2", first=0, second=1),
    )
    assert decisions_by_signer(store, HANGZHOU, tomorrow) == (
        SignerCount(signer="office-1", first=0, second=1),
        SignerCount(signer="officer-2", first=1, second=0),
    )
    assert decisions_by_signer(store, HANGZHOU, today - timedelta(days=1)) == ()
