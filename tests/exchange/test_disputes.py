"""A dispute about what another region said travels there, is an ordinary appeal there, and its answer comes back."""

import pytest

from fangxian.exchange import agreement as agreements
from fangxian.exchange.asking import recognise
from fangxian.exchange.delivering import send_answers, send_disputes
from fangxian.exchange.message import Kind
from fangxian.exchange.posting import send
from fangxian.exchange.refusals import Refusal, RefusedMessageError
from fangxian.policy.colour import Colour
from fangxian.services import appeal_words, looking
from fangxian.work.appeal import OTHER_REGION, AppealState, Ground
from fangxian.work.appeal_rows import appeals_of, appeals_to_answer, words_of
from fangxian.work.appealing import answer_appeal, open_appeal
from fangxian.work.permissions import Principal
from fangxian.work.roles import Role

from .conftest import FROM_KEY_AREA, HERE, THERE, enrolled, event, shown_code

OFFICER = Principal(subject="officer-1", roles=frozenset({Role.APPEAL_OFFICER}), region_codes=frozenset({"000000"}), second_factor=True)


STALE = """
    WITH people AS (
        SELECT gen_random_uuid() AS other, %(event)s::uuid AS event_id FROM generate_series(1, 60)
    ), told AS (
        INSERT INTO facts.recognised_code
        SELECT f.fact_id, f.known_at, f.source, f.delivery_id, other, f.from_at, f.until_at, '420100', f.reason_class, f.statement_id,
            people.event_id
        FROM people, facts.recognised_code AS f
    )
    INSERT INTO work.appeal
        (person_id, appeal_id, fact_type, fact_id, ground, owner, region_code, opened_at, due_at, state, words, event_id)
    SELECT other, gen_random_uuid(), fact_type, fact_id, ground, owner, region_code, opened_at - interval '1 day',
        due_at - interval '1 day', state, words, people.event_id
    FROM people, work.appeal WHERE appeal_id = %(appeal)s
"""
"""Sixty disputes, older than the one that stands, about what a region said with which there is no agreement any more."""


def herself(person_id: str) -> Principal:
    return Principal(subject="citizen", roles=frozenset({Role.CITIZEN}), person_ids=frozenset({person_id}))


def disputed(both, ground=Ground.WRONG_FACT):
    """Let somebody be coloured here by what is said there, and appeal; return both members and the appeal."""
    there, here = enrolled(both.there, **FROM_KEY_AREA), enrolled(both.here)
    recognise(both.here.living, here.person_id, shown_code(both.there, there))
    living = both.here.living
    (reason,) = looking.own_code(living, here.person_id).reasons
    appeal = open_appeal(
        living.store,
        herself(here.person_id),
        person_id=here.person_id,
        fact_type="recognised_code",
        fact_id=reason.because[0].values["fact_id"],
        ground=ground,
        words="我没有去过武汉",
        seal=appeal_words.sealing(living, here.person_id, appeal_words.SAID, at=living.clock()),
        policy=living.policy,
        at=living.clock(),
    )
    return there, here, appeal


def answered(both, words: str, to: AppealState) -> None:
    """Let an officer there answer the one appeal that waits."""
    living = both.there.living
    (appeal,) = appeals_to_answer(living.store, OFFICER, at=living.clock())
    answer_appeal(
        living.store,
        OFFICER,
        person_id=appeal.person_id,
        appeal_id=appeal.appeal_id,
        answer=to,
        words=words,
        seal=appeal_words.sealing(living, appeal.person_id, appeal_words.ANSWERED, at=living.clock()),
        policies=[living.policy],
        at=living.clock(),
    )


@pytest.mark.parametrize("answer", [AppealState.UPHELD, AppealState.REFUSED])
def test_a_dispute_travels_there_and_its_answer_back(both, clock, answer):
    there, here, appeal = disputed(both)
    assert appeal.owner == OTHER_REGION
    assert send_disputes(both.here.living) == 1
    assert send_disputes(both.here.living) == 0
    (opened,) = appeals_of(both.there.living.store, herself(there.person_id), person_id=there.person_id)
    assert (opened.fact_type, opened.ground) == ("region_stay", Ground.WRONG_FACT)
    clock.forward(hours=1)
    answered(both, "已核实", answer)
    assert send_answers(both.there.living) == 1
    assert send_answers(both.there.living) == 0
    me = herself(here.person_id)
    (closed,) = appeals_of(both.here.living.store, me, person_id=here.person_id)
    _, sealed = words_of(both.here.living.store, me, person_id=here.person_id, appeal_id=closed.appeal_id, at=clock())
    said = appeal_words.opened(both.here.living, sealed, here.person_id, appeal_words.ANSWERED, at=closed.closed_at)
    assert (closed.state, said) == (answer, "已核实")
    colour = Colour.GREEN if answer is AppealState.UPHELD else Colour.YELLOW
    assert looking.own_code(both.here.living, here.person_id).colour is colour
    assert looking.own_code(both.there.living, there.person_id).colour is colour
    for installation, person, actions in (
        (both.here, here, {"dispute_sent", "dispute_answer_received"}),
        (both.there, there, {"dispute_received", "dispute_answer_sent"}),
    ):
        assert actions <= {look.action for look in looking.who_looked(installation.living, person.person_id)}


def test_an_opinion_or_hardship_is_for_this_region_to_decide_and_goes_nowhere(both):
    _, _, appeal = disputed(both, Ground.HARDSHIP)
    assert appeal.owner != OTHER_REGION
    assert send_disputes(both.here.living) == 0


def tries(both, member) -> int:
    return [look.action for look in looking.who_looked(both.here.living, member.person_id)].count("dispute_tried")


def test_a_dispute_that_is_not_taken_is_tried_again_later_and_each_time_later_still(both, clock):
    _, here, _ = disputed(both)
    agreements.end(both.there.living.store, event("end"), HERE, at=both.there.living.clock())
    with pytest.raises(RefusedMessageError) as refused:
        send_disputes(both.here.living)
    assert refused.value.reason is Refusal.NO_AGREEMENT
    assert (send_disputes(both.here.living), tries(both, here)) == (0, 1)
    for minutes in (1, 2, 4):
        clock.forward(minutes=minutes, seconds=-1)
        assert send_disputes(both.here.living) == 0
        clock.forward(seconds=1)
        with pytest.raises(RefusedMessageError):
            send_disputes(both.here.living)
    assert tries(both, here) == 4


def test_without_an_agreement_nothing_is_tried_and_nobodys_words_are_read(both):
    _, here, _ = disputed(both)
    agreements.end(both.here.living.store, event("end"), THERE, at=both.here.living.clock())
    before = [look.action for look in looking.who_looked(both.here.living, here.person_id)]
    assert send_disputes(both.here.living) == 0
    assert [look.action for look in looking.who_looked(both.here.living, here.person_id)][1:] == before


def test_what_waits_for_a_region_that_is_left_keeps_no_other_waiting(both):
    _, here, appeal = disputed(both)
    living, said = both.here.living, event("feed")
    with living.store.transaction(said, at=living.clock()) as transaction:
        transaction.connection.execute(STALE, {"appeal": appeal.appeal_id, "event": said.event_id})
    assert send_disputes(both.here.living) == 1
    assert tries(both, here) == 1


def test_an_answer_to_no_dispute_of_ours_is_refused(both):
    body = {"dispute": bytes(16), "answer": "upheld", "words": "x"}
    with pytest.raises(RefusedMessageError):
        send(both.there.living, HERE, Kind.ANSWER, lambda _: body)
    dispute = {"dispute": bytes(16), "statement": bytes(16), "ground": "wrong_fact", "words": "x"}
    with pytest.raises(RefusedMessageError):
        send(both.here.living, THERE, Kind.DISPUTE, lambda _: dispute)
