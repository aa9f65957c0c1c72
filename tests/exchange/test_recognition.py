"""A person who moved is recognised by the other region's word: by real HTTP between two whole installations."""

import httpx
import pytest

from fangxian.code.rule import all_rules
from fangxian.exchange import agreement as agreements
from fangxian.exchange.asking import recognise, recognise_shown
from fangxian.exchange.message import Kind, Message
from fangxian.exchange.posting import PATH
from fangxian.exchange.refusals import Refusal, RefusedMessageError
from fangxian.exchange.statement import classes, read_statement
from fangxian.exchange.taking import MOST_A_MINUTE
from fangxian.facts import RecognisedCode
from fangxian.policy.colour import Colour
from fangxian.services import looking
from fangxian.services.refusals import BadAnswerError
from fangxian.signed.keys import PrivateKey

from .conftest import FROM_KEY_AREA, HERE, THERE, agree_with, enrolled, event, shown_code


def test_what_the_other_region_says_colours_here_as_this_policy_has_it(both):
    there, here = enrolled(both.there, **FROM_KEY_AREA), enrolled(both.here)
    found = recognise(both.here.living, here.person_id, shown_code(both.there, there))
    assert (found.region_code, found.reason_class, found.colour) == (THERE, "area", Colour.YELLOW)
    seen = looking.own_code(both.here.living, here.person_id)
    assert (seen.colour, [reason.wording.rule for reason in seen.reasons]) == (Colour.YELLOW, ["recognised-lesser-reason"])


def test_a_green_code_is_recognised_as_green(both):
    there, here = enrolled(both.there), enrolled(both.here)
    assert recognise(both.here.living, here.person_id, shown_code(both.there, there)).colour is Colour.GREEN
    assert looking.own_code(both.here.living, here.person_id).colour is Colour.GREEN


def test_both_sides_keep_it_in_the_persons_own_list_and_the_consent_is_a_fact(both):
    there, here = enrolled(both.there), enrolled(both.here)
    recognise(both.here.living, here.person_id, shown_code(both.there, there))
    theirs = {look.action: look for look in looking.who_looked(both.there.living, there.person_id)}
    assert theirs["code_told_to_region"].role == "region"
    assert "papers_compared_for_region" in theirs
    assert "code_of_other_region_recorded" in {look.action for look in looking.who_looked(both.here.living, here.person_id, own=True)}
    facts = looking.own_data(both.here.living, here.person_id)["facts"]
    assert [(fact["purpose"], fact["given_to"]) for fact in facts["consent"] if fact["given_to"]] == [("exchange_with_region", THERE)]


def test_nothing_but_a_class_its_end_and_a_number_is_told(both):
    there, here = enrolled(both.there, **FROM_KEY_AREA), enrolled(both.here)
    recognise(both.here.living, here.person_id, shown_code(both.there, there))
    (fact,) = looking.own_data(both.here.living, here.person_id)["facts"][RecognisedCode.name]
    assert fact["reason_class"] == "area"
    with pytest.raises(RefusedMessageError):
        read_statement({"id": bytes(16), "class": "area", "said": 1, "until": 0, "stayed_in": "420100"})


def test_somebody_elses_code_is_not_recognised_as_ones_own(both):
    there, here = enrolled(both.there), enrolled(both.here, number="360426199101010071")
    with pytest.raises(RefusedMessageError) as refused:
        recognise(both.here.living, here.person_id, shown_code(both.there, there))
    assert refused.value.reason is Refusal.UNKNOWN
    assert "papers_compared_for_region" in {look.action for look in looking.who_looked(both.there.living, there.person_id)}


def test_a_gate_may_ask_about_a_code_that_is_shown_to_it(both):
    there = enrolled(both.there, **FROM_KEY_AREA)
    assert recognise_shown(both.here.living, shown_code(both.there, there)).colour is Colour.YELLOW


def test_a_code_that_was_shown_some_time_ago_asks_nothing(both, clock):
    there, here = enrolled(both.there), enrolled(both.here)
    code = shown_code(both.there, there)
    clock.forward(minutes=11)
    with pytest.raises(BadAnswerError):
        recognise(both.here.living, here.person_id, code)


def test_an_ended_agreement_lets_nothing_through_in_either_direction(both):
    there, here = enrolled(both.there), enrolled(both.here)
    for ended, other in ((both.there, HERE), (both.here, THERE)):
        agreements.end(ended.living.store, event("end"), other, at=ended.living.clock())
        with pytest.raises(RefusedMessageError) as refused:
            recognise(both.here.living, here.person_id, shown_code(both.there, there))
        assert refused.value.reason is Refusal.NO_AGREEMENT
    assert "code_told_to_region" not in {look.action for look in looking.who_looked(both.there.living, there.person_id)}


def test_an_agreement_ends_by_itself(both, clock):
    clock.forward(days=30)
    with pytest.raises(RefusedMessageError):
        agreements.agreed_with(both.here.living.store, THERE, at=clock())


def test_one_person_cannot_sign_an_agreement_twice_and_none_goes_in_clear(both):
    for changes, said in (({"signers": ("ann", "ANN")}, "Two different"), ({"address": "http://example.org"}, "https")):
        with pytest.raises(Exception, match=said):
            agree_with(both.here, both.there, **changes)


def ask(both, **changes) -> Message:
    code = shown_code(both.there, enrolled(both.there))
    said = {"issuer": HERE, "audience": THERE, "kind": Kind.ASK, "body": {"code": code}, "issued_at": both.here.living.clock()}
    return Message(**said | changes)


def post(both, data: bytes, kind: str = "ask") -> tuple[int, str]:
    answered = httpx.post(f"{both.there.address}{PATH}/{kind}", content=data, timeout=60)
    return answered.status_code, answered.text if answered.status_code != 200 else ""


def test_a_message_counts_once(both):
    data = ask(both).write(by=both.here.living.signing.signer(both.here.living.clock()))
    assert [post(both, data) for _ in range(2)] == [(200, ""), (409, "replayed")]


def test_a_forged_message_is_refused(both):
    message, own = ask(both), both.here.living.signing.signer(both.here.living.clock())
    data = message.write(by=own)
    spoiled = data[:-1] + bytes([data[-1] ^ 1])
    assert post(both, message.write(by=PrivateKey.make())) == (403, "forged")
    assert post(both, spoiled) == (403, "forged")
    assert post(both, data + b"x") == (400, "unreadable")
    assert post(both, b"") == (400, "unreadable")


@pytest.mark.parametrize("changes", [{"issuer": "320100"}, {"audience": "320100"}, {"issuer": THERE, "audience": THERE}])
def test_a_region_speaks_for_itself_and_to_whom_it_says(both, changes):
    signer = both.here.living.signing.signer(both.here.living.clock())
    assert post(both, ask(both, **changes).write(by=signer)) == (403, "forged")


def test_an_old_message_is_refused_and_one_from_the_future(both, clock):
    signer, message = both.here.living.signing.signer(clock()), ask(both)
    clock.forward(minutes=10)
    assert post(both, message.write(by=signer)) == (403, "expired")
    clock.forward(hours=-2)
    assert post(both, message.write(by=signer)) == (403, "expired")


def test_a_message_for_another_use_is_refused(both):
    signer = both.here.living.signing.signer(both.here.living.clock())
    assert post(both, ask(both).write(by=signer), kind="dispute") == (400, "unreadable")


def test_a_revoked_key_speaks_for_nobody(both):
    signer = both.here.living.signing.signer(both.here.living.clock())
    both.there.living.signing.ring.revoke(signer.key_id, at=both.there.living.clock())
    assert post(both, ask(both).write(by=signer)) == (403, "forged")


def test_a_code_that_is_none_of_ours_says_nothing_about_anybody(both):
    signer, at = both.here.living.signing.signer(both.here.living.clock()), both.here.living.clock()
    of_here = shown_code(both.here, enrolled(both.here, phone="+8613800000003"))
    for code in (of_here, "HC1:", "x"):
        message = Message(issuer=HERE, audience=THERE, kind=Kind.ASK, body={"code": code}, issued_at=at)
        assert post(both, message.write(by=signer)) == (404, "unknown")


def test_a_region_that_asks_too_often_is_told_to_wait(both):
    signer, at = both.here.living.signing.signer(both.here.living.clock()), both.here.living.clock()
    statuses = []
    for _ in range(MOST_A_MINUTE + 1):
        message = Message(issuer=HERE, audience=THERE, kind=Kind.ASK, body={"code": "x"}, issued_at=at)
        statuses.append(post(both, message.write(by=signer))[0])
    assert statuses == [404] * MOST_A_MINUTE + [429]


def test_every_rule_has_a_class_that_may_be_told():
    assert classes().keys() == {rule.name for rule in all_rules()}
    assert set(classes().values()) <= set(RecognisedCode.columns["reason_class"].one_of)
