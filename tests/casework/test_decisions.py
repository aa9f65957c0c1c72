"""Personal decisions: two different people, a limited time, and never a worse code, whoever colludes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import product

import psycopg
import pytest

from fangxian.errors import FangxianError
from fangxian.facts import HealthDeclaration
from fangxian.policy.colour import Colour
from fangxian.work.deciding import decisions_to_sign, propose_decision, read_decision, reject_decision, sign_decision
from fangxian.work.decision import DECISION_MOVES, DecisionState, decision_action_for
from fangxian.work.permissions import Forbidden
from fangxian.work.refusals import RefusedError
from fangxian.work.roles import Role
from tests.store.conftest import declaration

from .conftest import (
    ANN,
    APPEAL_OFFICER,
    BO,
    EXPOSURE,
    FIRST,
    HANGZHOU,
    HERSELF,
    HOUR,
    NINGBO_OFFICER,
    NOON,
    SECOND,
    TRACER,
    colour,
    events,
    expose,
    rows,
    say,
    somebody,
)

LATER = NOON + 2 * HOUR
LAPSED = NOON + timedelta(days=3)


def propose(store, *, by=FIRST, person=ANN, rule="close-contact", fact_id=EXPOSURE, reason="medical_opinion", at=NOON + HOUR):
    return propose_decision(store, by, person_id=person, rule=rule, fact_id=fact_id, reason=reason, policy=HANGZHOU, at=at)


def sign(store, decision, *, by=SECOND, at=LATER):
    return sign_decision(store, by, person_id=decision.person_id, decision_id=decision.decision_id, policies=[HANGZHOU], at=at)


def reject(store, decision, *, by=SECOND, at=LATER):
    reject_decision(store, by, person_id=decision.person_id, decision_id=decision.decision_id, at=at)


def test_two_signatures_make_a_fact_that_ends_what_the_rule_concluded(store, database):
    expose(store)
    decision = propose(store)
    assert colour(store, ANN, LATER) is Colour.RED
    before = events(database)
    sign(store, decision)
    assert events(database) == before + 1
    assert colour(store, ANN, LATER - timedelta(microseconds=1)) is Colour.RED
    assert colour(store, ANN, LATER) is Colour.GREEN
    assert rows(database, "SELECT rule, lifts_fact_id, reason, first_signer_id, second_signer_id FROM facts.personal_decision") == [
        ("close-contact", EXPOSURE, "medical_opinion", "officer-1", "officer-2")
    ]
    assert read_decision(store, ANN, decision.decision_id).state is DecisionState.SIGNED


def test_what_waits_for_a_second_signature_is_not_proposed_again_until_it_lapsed_or_was_rejected(store, database):
    expose(store)
    decision = propose(store)
    for by in (FIRST, SECOND):
        with pytest.raises(RefusedError, match="proposed already"):
            propose(store, by=by)
    reject(store, decision)
    again = propose(store, at=LATER)
    lapsed = again.lapses_at
    propose(store, at=lapsed)
    assert rows(database, "SELECT count(*) FROM work.decision") == [(3,)]


def test_many_who_propose_the_same_at_once_make_one_proposal(store, database):
    expose(store)

    def tried(_):
        try:
            return propose(store)
        except RefusedError:
            return None

    with ThreadPoolExecutor(4) as pool:
        made = [each for each in pool.map(tried, range(4)) if each]
    assert len(made) == 1
    assert rows(database, "SELECT count(*) FROM work.decision") == [(1,)]


@pytest.mark.parametrize("subject", ["officer-1", "OFFICER-1"])
def test_nobody_signs_twice(store, database, subject):
    expose(store)
    decision = propose(store)
    before = events(database)
    again = somebody(subject, Role.OFFICER, Role.APPEAL_OFFICER, region_codes=FIRST.region_codes)
    for _ in range(2):
        with pytest.raises(Forbidden, match="Somebody else"):
            sign(store, decision, by=again)
    assert events(database) == before
    assert colour(store, ANN, LATER) is Colour.RED


def test_not_even_the_database_takes_two_signatures_of_one_hand(store):
    expose(store)
    decision = propose(store)
    with store.pool.connection() as connection, pytest.raises(psycopg.errors.CheckViolation):
        connection.execute(
            "UPDATE work.decision SET state = 'signed', closed_by = 'Officer-1', closed_at = %s, event_id = gen_random_uuid()",
            [decision.proposed_at],
        )


def test_a_second_factor_a_role_and_the_area_are_asked_for(store, database):
    expose(store)
    weak = somebody("officer-3", Role.OFFICER, region_codes=SECOND.region_codes, second_factor=False)
    for by in (HERSELF, TRACER, NINGBO_OFFICER, weak):
        with pytest.raises(Forbidden):
            propose(store, by=by)
    decision = propose(store)
    before = events(database)
    for by in (HERSELF, TRACER, NINGBO_OFFICER, weak):
        with pytest.raises(Forbidden):
            sign(store, decision, by=by)
        with pytest.raises(Forbidden):
            reject(store, decision, by=by)
    assert events(database) == before


@pytest.mark.parametrize("wrong", [{"rule": "confirmed-case"}, {"fact_id": 12}, {"reason": "friendship"}, {"person": BO}])
def test_a_decision_names_a_conclusion_that_stands(store, database, wrong):
    expose(store)
    before = events(database)
    with pytest.raises(FangxianError):
        propose(store, **wrong)
    assert events(database) == before


def put_into(store, state):
    expose(store)
    decision = propose(store)
    if state is DecisionState.SIGNED:
        sign(store, decision)
    elif state is DecisionState.REJECTED:
        reject(store, decision)
    at = LAPSED if state is DecisionState.LAPSED else LATER
    return read_decision(store, ANN, decision.decision_id), at


@pytest.mark.parametrize(("state", "to"), list(product(DecisionState, DecisionState)))
def test_every_pair_of_states_is_decided_and_a_move_writes_one_event(store, database, state, to):
    decision, at = put_into(store, state)
    assert decision.state_at(at) is state
    before = events(database)
    act = {DecisionState.SIGNED: sign, DecisionState.REJECTED: reject}.get(to)
    if DECISION_MOVES.get((state, to)):
        act(store, decision, at=at)
        assert read_decision(store, ANN, decision.decision_id).state is to
        assert events(database) == before + 1
        return
    with pytest.raises(FangxianError):
        decision_action_for(decision, to, at)
    if act:
        with pytest.raises(FangxianError):
            act(store, decision, at=at)
    assert events(database) == before


def test_a_proposal_lapses_to_the_instant(store):
    expose(store)
    decision = propose(store)
    assert decision.lapses_at - decision.proposed_at == timedelta(hours=48)
    with pytest.raises(FangxianError, match="lapsed"):
        sign(store, decision, at=decision.lapses_at)
    sign(store, decision, at=decision.lapses_at - timedelta(microseconds=1))


@pytest.mark.parametrize("table", ["facts.personal_decision", "work.decision", "code.hit"])
def test_whatever_statement_fails_nothing_is_half_done(store, database, table):
    expose(store)
    decision = propose(store)
    state = "SELECT (SELECT count(*) FROM audit.event), (SELECT array_agg(event_id) FROM code.hit), (SELECT state FROM work.decision)"
    before = rows(database, state)
    with psycopg.connect(database, autocommit=True) as owner:
        owner.execute("CREATE FUNCTION public.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$")
        owner.execute(
            f"CREATE TRIGGER z_fails AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION public.fail()"
        )
    with pytest.raises(FangxianError):
        sign(store, decision)
    assert rows(database, state) == before
    assert rows(database, "SELECT count(*) FROM facts.personal_decision") == [(0,)]


def test_each_sees_the_proposals_that_they_may_sign(store, database):
    expose(store)
    decision = propose(store)
    before = events(database)
    seen = {by.subject: len(decisions_to_sign(store, by, at=LATER)) for by in (FIRST, SECOND, APPEAL_OFFICER, NINGBO_OFFICER)}
    assert seen == {"officer-1": 0, "officer-2": 1, "office-1": 1, "office-2": 0}
    assert events(database) == before + 4
    assert decisions_to_sign(store, SECOND, at=decision.lapses_at) == ()
    with pytest.raises(Forbidden):
        decisions_to_sign(store, HERSELF, at=LATER)


def colours(database, instants):
    """Return how grave Ann's code is at each of some instants."""
    hits = rows(database, "SELECT colour, from_at, until_at FROM code.hit")
    order = list(Colour).index
    return [
        max((order(Colour(each)) for each, from_at, until_at in hits if from_at <= at and (until_at is None or at < until_at)), default=0)
        for at in instants
    ]


def test_two_officers_who_collude_cannot_make_a_code_worse_at_any_instant(store, database):
    expose(store)
    say(store, ANN, {HealthDeclaration: [declaration(ANN, number=1, temperature_c=38.5, contacted_case="yes")]})
    instants = [NOON + n * HOUR / 2 for n in range(-48, 48 * 40)]
    signed = 0
    for n, (rule, fact_id) in enumerate(product(HANGZHOU.rules(), (1, EXPOSURE, EXPOSURE + 1))):
        before = colours(database, instants)
        at = LATER + n * HOUR / 2
        try:
            sign(store, propose(store, rule=rule, fact_id=fact_id, reason="other", at=at), at=at)
            signed += 1
        except FangxianError:
            continue
        assert all(new <= old for old, new in zip(before, colours(database, instants), strict=True))
    assert signed == 3  # the exposure, the fever and the contact that she declared
    assert colour(store, ANN, NOON + HOUR) is Colour.RED  # what was, stays as it was
    assert colour(store, ANN, LATER + 100 * HOUR) is Colour.GREEN
