"""A dispute about what another region said travels there, is an ordinary appeal there, and its answer comes back."""

import pytest

from fangxian.exchange import agreement as agreements
from fangxian.exchange.asking import recognise
from fangxian.exchange.disputing import send_answers, send_disputes
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


def test_a_dispute_that_cannot_be_delivered_waits_and_goes_to_the_office_in_time(both):
    disputed(both)
    agreements.end(both.there.living.store, event("end"), HERE, at=both.there.living.clock())
    for _ in range(2):
        with pytest.raises(RefusedMessageError) as refused:
            send_disputes(both.here.living)
        assert refused.value.reason is Refusal.NO_AGREEMENT


def test_an_answer_to_no_dispute_of_ours_is_refused(both):
    body = {"dispute": bytes(16), "answer": "upheld", "words": "x"}
    with pytest.raises(RefusedMessageError):
        send(both.there.living, HERE, Kind.ANSWER, lambda _: body)
    dispute = {"dispute": bytes(16), "statement": bytes(16), "ground": "wrong_fact", "words": "x"}
    with pytest.raises(RefusedMessageError):
        send(both.here.living, THERE, Kind.DISPUTE, lambda _: dispute)
