"""Appeals: every pair of states is decided, every move writes one event, and an upheld one turns the code by the ordinary rules."""

from datetime import datetime, timedelta
from itertools import product

import psycopg
import pytest

from fangxian.errors import FangxianError
from fangxian.facts import HealthDeclaration, MedicalMeasure
from fangxian.policy.colour import Colour
from fangxian.sources.catalogue import all_sources
from fangxian.store.sealing import seal as seal_audit
from fangxian.store.verifying import verify
from fangxian.work.appeal import MOVES, OFFICE, OTHER_REGION, AppealState, Ground, action_for, owner_of
from fangxian.work.appeal_rows import appeals_of, appeals_to_answer, read, words_of
from fangxian.work.appealing import answer_appeal, escalate_late, withdraw_appeal
from fangxian.work.deciding import propose_decision, sign_decision
from fangxian.work.parameters import answer_within, numbers
from fangxian.work.permissions import Forbidden
from fangxian.work.roles import Role
from tests.store.conftest import declaration

from .conftest import (
    ANN,
    APPEAL_OFFICER,
    BO,
    CLOCK,
    EXPOSURE,
    FIRST,
    HANGZHOU,
    HERSELF,
    HOUR,
    NINGBO_OFFICER,
    NOON,
    RAILWAY,
    SECOND,
    TRACER,
    colour,
    dispute,
    events,
    expose,
    fact,
    rows,
    say,
    seal,
    somebody,
)

LATER = NOON + 2 * HOUR
LATE = NOON + timedelta(days=2)


def answer(store, appeal, to=AppealState.UPHELD, *, by=TRACER, at=LATER, words="经核查", policies=(HANGZHOU,)):
    answer_appeal(
        store, by, person_id=appeal.person_id, appeal_id=appeal.appeal_id, answer=to, words=words, seal=seal, policies=policies, at=at
    )


def test_an_upheld_appeal_withdraws_the_fact_and_the_code_turns_green(store, database):
    expose(store)
    assert colour(store, ANN, LATER) is Colour.RED
    appeal = dispute(store, Ground.WRONG_PERSON)
    assert (appeal.owner, appeal.state, appeal.due_at - appeal.opened_at) == ("tracing", AppealState.WITH_SOURCE, timedelta(hours=24))
    before = events(database)
    answer(store, appeal)
    assert events(database) == before + 1
    assert colour(store, ANN, LATER) is Colour.GREEN
    assert rows(
        database, "SELECT source, fact_type, withdrawn_fact_id, reason, event_id = (SELECT event_id FROM work.appeal) FROM facts.withdrawal"
    ) == [("tracing", "exposure", EXPOSURE, "wrong_person", True)]
    assert read(store, ANN, appeal.appeal_id).state is AppealState.UPHELD


def test_a_refused_appeal_changes_no_code_and_another_may_be_opened(store):
    expose(store)
    answer(store, dispute(store, Ground.WRONG_FACT), AppealState.REFUSED)
    assert colour(store, ANN, LATER) is Colour.RED
    dispute(store, Ground.WRONG_FACT, at=LATER)
    assert [appeal.state for appeal in appeals_of(store, HERSELF, person_id=ANN)] == [AppealState.REFUSED, AppealState.WITH_SOURCE]


def test_the_fact_decides_who_answers():
    for source, ground in product(all_sources(), Ground):
        own = source.name not in ("health-declaration", "daily-check-in") and ground in (Ground.WRONG_PERSON, Ground.WRONG_FACT)
        assert owner_of(source.name, ground) == (source.name if own else OFFICE)
    assert owner_of(OTHER_REGION, Ground.WRONG_FACT) == OTHER_REGION
    assert owner_of("nobody-knows", Ground.WRONG_FACT) == OFFICE


def test_the_deadline_follows_the_colour(store):
    say(store, ANN, {HealthDeclaration: [declaration(ANN, temperature_c=38.5)]})
    appeal = dispute(store, Ground.WRONG_FACT, fact_type="health_declaration", fact_id=1)
    assert (appeal.owner, appeal.due_at - appeal.opened_at) == (OFFICE, timedelta(hours=72))
    longest = [answer_within(each, NOON.date()) for each in (Colour.RED, Colour.ORANGE, Colour.YELLOW, Colour.GREEN)]
    assert longest == sorted(longest)


def test_every_number_is_dated_and_says_what_it_means():
    for number in numbers().values():
        assert number.meaning.zh
        assert number.meaning.en
        assert number.unit in ("hour", "day", "character", "task", "visit")
        assert [dated.since for dated in number.values] == sorted(dated.since for dated in number.values)
        assert all(dated.reference.zh and dated.reference.en for dated in number.values)


def put_into(store, state, ground=Ground.WRONG_FACT):
    """Give an appeal in a state, by the actions that lead there."""
    expose(store)
    appeal = dispute(store, ground)
    if state is AppealState.WITH_OFFICE:
        escalate_late(store, CLOCK, at=LATE)
    elif state is AppealState.WITHDRAWN:
        withdraw_appeal(store, HERSELF, person_id=ANN, appeal_id=appeal.appeal_id, at=LATER)
    elif state is not AppealState.WITH_SOURCE:
        answer(store, appeal, state)
    return read(store, ANN, appeal.appeal_id)


def move(store, appeal, to, *, at):
    """Try to move an appeal by the one action that leads to a state, as whoever may."""
    if to is AppealState.WITH_SOURCE:
        raise FangxianError("no action leads back to the source")
    if to is AppealState.WITH_OFFICE:
        if not escalate_late(store, CLOCK, at=at):
            raise FangxianError("nothing was late")
    elif to is AppealState.WITHDRAWN:
        withdraw_appeal(store, HERSELF, person_id=ANN, appeal_id=appeal.appeal_id, at=at)
    else:
        answer(store, appeal, to, by=APPEAL_OFFICER if appeal.owner == OFFICE else TRACER, at=at)


@pytest.mark.parametrize("state", AppealState)
def test_every_pair_of_states_is_decided_and_every_move_writes_one_event(store, database, state):
    appeal = put_into(store, state)
    assert appeal.state is state
    at = LATE + HOUR
    for to in (to for to in AppealState if (state, to) not in MOVES):
        before = events(database)
        with pytest.raises(FangxianError):
            action_for(appeal, to)
        with pytest.raises(FangxianError):
            move(store, appeal, to, at=at)
        assert (events(database), read(store, ANN, appeal.appeal_id)) == (before, appeal)


@pytest.mark.parametrize("pair", MOVES, ids=lambda pair: "-to-".join(pair))
def test_every_move_of_the_table_can_be_made_and_writes_one_event_about_the_move(store, database, pair):
    appeal = put_into(store, pair[0])
    before = events(database)
    move(store, appeal, pair[1], at=LATE + HOUR)
    moved = read(store, ANN, appeal.appeal_id)
    assert moved.state is pair[1]
    assert events(database) == before + 1
    assert rows(database, "SELECT count(*) FROM work.appeal JOIN audit.event USING (event_id)") == [(1,)]
    assert (moved.closed_at is None) is (pair[1] is AppealState.WITH_OFFICE)


def test_what_is_late_is_seen_without_a_job_and_handed_over_by_one_statement(store, database):
    expose(store)
    expose(store, BO)
    ann = dispute(store, Ground.WRONG_PERSON)
    assert not ann.late(ann.due_at - timedelta(microseconds=1))
    assert ann.late(ann.due_at)
    before = events(database)
    assert escalate_late(store, CLOCK, at=ann.due_at - timedelta(microseconds=1)) == 0
    assert events(database) == before
    assert escalate_late(store, CLOCK, at=ann.due_at) == 1
    assert escalate_late(store, CLOCK, at=LATE) == 0
    assert events(database) == before + 1
    moved = read(store, ANN, ann.appeal_id)
    assert (moved.owner, moved.state, moved.due_at) == (OFFICE, AppealState.WITH_OFFICE, ann.due_at)
    with pytest.raises(Forbidden):
        answer(store, moved, by=TRACER)


def test_only_the_person_disputes_and_only_the_owner_answers(store, database):
    expose(store)
    with pytest.raises(Forbidden):
        dispute(store, Ground.WRONG_PERSON, by=TRACER)
    with pytest.raises(Forbidden):
        dispute(store, Ground.WRONG_PERSON, person=BO)
    appeal = dispute(store, Ground.WRONG_PERSON)
    before = events(database)
    for other in (HERSELF, RAILWAY, APPEAL_OFFICER, FIRST):
        with pytest.raises(Forbidden):
            answer(store, appeal, by=other)
    escalate_late(store, CLOCK, at=LATE)
    with pytest.raises(Forbidden):
        answer(store, appeal, by=NINGBO_OFFICER)
    with pytest.raises(Forbidden):
        escalate_late(store, APPEAL_OFFICER, at=LATE)
    assert events(database) == before + 1
    assert colour(store, ANN, LATE) is Colour.RED


def test_a_fact_has_one_open_appeal_and_appeals_about_other_facts_do_not_wait_for_it(store):
    expose(store)
    expose(store, number=31)
    dispute(store, Ground.WRONG_PERSON)
    with pytest.raises(FangxianError, match="open already"):
        dispute(store, Ground.WRONG_FACT)
    second = dispute(store, Ground.WRONG_FACT, fact_id=31)
    answer(store, second)
    assert colour(store, ANN, LATER) is Colour.RED
    assert len(appeals_of(store, HERSELF, person_id=ANN)) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"fact_id": 99},
        {"fact_type": "lab_test"},
        {"fact_type": "withdrawal"},
        {"fact_type": "x; DROP SCHEMA work"},
        {"words": " "},
        {"words": "x" * 2001},
    ],
)
def test_what_cannot_be_disputed_is_refused_and_leaves_nothing(store, database, wrong):
    expose(store)
    before = events(database)
    with pytest.raises(FangxianError):
        dispute(store, Ground.WRONG_FACT, **wrong)
    assert events(database) == before
    assert rows(database, "SELECT count(*) FROM work.appeal") == [(0,)]


def test_a_withdrawn_fact_cannot_be_disputed_again(store):
    expose(store)
    answer(store, dispute(store, Ground.WRONG_FACT))
    with pytest.raises(FangxianError, match="no such fact"):
        dispute(store, Ground.WRONG_FACT, at=LATER)


def test_an_appeal_never_makes_a_code_worse(store, database):
    placed = fact(MedicalMeasure, ANN, 1, source="isolation", kind="central")
    freed = fact(MedicalMeasure, ANN, 2, source="isolation", kind="released", from_at=NOON + HOUR / 2, known_at=NOON + HOUR / 2)
    say(store, ANN, {MedicalMeasure: [placed, freed]}, at=NOON + HOUR / 2)
    appeal = dispute(store, Ground.WRONG_PERSON, fact_type="medical_measure", fact_id=2)
    before = colour(store, ANN, LATER)
    isolation = somebody("site-1", Role.SOURCE_OWNER, organisation_ids=frozenset({"isolation"}))
    written = events(database)
    with pytest.raises(FangxianError, match="worse"):
        answer(store, appeal, by=isolation)
    assert (colour(store, ANN, LATER), events(database)) == (before, written)
    assert read(store, ANN, appeal.appeal_id).state is AppealState.WITH_SOURCE
    assert rows(database, "SELECT count(*) FROM facts.withdrawal") == [(0,)]


@pytest.mark.parametrize("table", ["facts.withdrawal", "code.hit", "work.appeal"])
def test_whatever_statement_fails_nothing_is_half_done(store, database, table):
    expose(store)
    expose(store, number=31)
    appeal = dispute(store, Ground.WRONG_PERSON)
    state = "SELECT (SELECT count(*) FROM audit.event), (SELECT array_agg(event_id) FROM code.hit), (SELECT state FROM work.appeal)"
    before = rows(database, state)
    with psycopg.connect(database, autocommit=True) as owner:
        owner.execute("CREATE FUNCTION public.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$")
        owner.execute(
            f"CREATE TRIGGER z_fails AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION public.fail()"
        )
    with pytest.raises(FangxianError, match="The database refused"):
        answer(store, appeal)
    assert rows(database, state) == before
    with psycopg.connect(database, autocommit=True) as owner:
        owner.execute(f"DROP TRIGGER z_fails ON {table}")
    answer(store, appeal)
    assert rows(database, "SELECT state FROM work.appeal") == [("upheld",)]


def test_an_answer_to_what_somebody_else_answered_meanwhile_is_refused(store):
    expose(store)
    appeal = dispute(store, Ground.WRONG_PERSON)
    answer(store, appeal, AppealState.REFUSED)
    with pytest.raises(FangxianError, match="cannot become"):
        answer(store, appeal)


def test_of_two_answers_at_one_time_the_second_is_refused_and_leaves_nothing(store, database):
    expose(store)
    appeal = dispute(store, Ground.WRONG_PERSON)

    def seal_while_a_colleague_refuses(words):
        answer(store, appeal, AppealState.REFUSED)
        return seal(words)

    before = events(database)
    with pytest.raises(FangxianError, match="meanwhile"):
        answer_appeal(
            store,
            TRACER,
            person_id=ANN,
            appeal_id=appeal.appeal_id,
            answer=AppealState.UPHELD,
            words="x",
            seal=seal_while_a_colleague_refuses,
            policies=[HANGZHOU],
            at=LATER,
        )
    assert (events(database), colour(store, ANN, LATER)) == (before + 1, Colour.RED)


def test_hardship_is_upheld_by_two_signatures_and_not_by_an_answer(store, database):
    expose(store)
    appeal = dispute(store, Ground.HARDSHIP)
    assert (appeal.owner, appeal.state) == (OFFICE, AppealState.WITH_OFFICE)
    with pytest.raises(FangxianError, match="personal decision"):
        answer(store, appeal, by=APPEAL_OFFICER)
    proposed = propose_decision(
        store, FIRST, person_id=ANN, rule="close-contact", fact_id=EXPOSURE, reason="hardship", policy=HANGZHOU, at=LATER
    )
    before = events(database)
    sign_decision(store, SECOND, person_id=ANN, decision_id=proposed.decision_id, policies=[HANGZHOU], at=LATER)
    assert events(database) == before + 1
    assert read(store, ANN, appeal.appeal_id).state is AppealState.UPHELD
    assert colour(store, ANN, LATER) is Colour.GREEN


def test_each_sees_the_appeals_that_are_theirs_to_answer_and_looking_is_an_event(store, database):
    expose(store)
    expose(store, number=31)
    first = dispute(store, Ground.WRONG_PERSON)
    second = dispute(store, Ground.HARDSHIP, fact_id=31)
    before = events(database)
    seen = {
        by.subject: [a.appeal_id for a in appeals_to_answer(store, by, at=LATER)]
        for by in (TRACER, RAILWAY, APPEAL_OFFICER, NINGBO_OFFICER)
    }
    assert seen == {"tracer-1": [first.appeal_id], "railway-1": [], "office-1": [second.appeal_id], "office-2": []}
    assert events(database) == before + 4
    for curious in (HERSELF, FIRST):
        with pytest.raises(Forbidden):
            appeals_to_answer(store, curious, at=LATER)


def test_words_are_kept_sealed_and_each_look_at_them_is_an_event_of_the_persons_own_list(store, database):
    expose(store)
    appeal = dispute(store, Ground.WRONG_PERSON, words="那天我在家")
    assert "那天我在家" not in str(rows(database, "SELECT * FROM work.appeal, audit.event"))
    answer(store, appeal, AppealState.REFUSED, words="核查无误")
    before = events(database)
    for by in (HERSELF, APPEAL_OFFICER):
        assert words_of(store, by, person_id=ANN, appeal_id=appeal.appeal_id, at=LATER) == (seal("那天我在家"), seal("核查无误"))
    for other in (TRACER, NINGBO_OFFICER, FIRST):
        with pytest.raises(Forbidden):
            words_of(store, other, person_id=ANN, appeal_id=appeal.appeal_id, at=LATER)
    assert events(database) == before + 2
    assert rows(
        database, f"SELECT count(*) FROM audit.event WHERE action = 'appeal read' AND replace(person_id::text, '-', '') = '{ANN}'"
    ) == [(2,)]


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        ("UPDATE work.appeal SET state = 'with_source', closed_at = NULL, event_id = gen_random_uuid()", psycopg.errors.RestrictViolation),
        ("UPDATE work.appeal SET words = 'x'", psycopg.errors.InsufficientPrivilege),
        ("UPDATE work.appeal SET due_at = due_at + interval '1 day'", psycopg.errors.InsufficientPrivilege),
        ("DELETE FROM work.appeal", psycopg.errors.InsufficientPrivilege),
    ],
)
def test_the_service_reopens_nothing_and_changes_neither_words_nor_deadlines(store, statement, refusal):
    expose(store)
    answer(store, dispute(store, Ground.WRONG_PERSON))
    with store.pool.connection() as connection, pytest.raises(refusal):
        connection.execute(statement)


@pytest.mark.parametrize("event_id", ["event_id", "gen_random_uuid()"])
def test_no_move_without_an_event_of_its_own(store, event_id):
    expose(store)
    dispute(store, Ground.WRONG_PERSON)
    with store.pool.connection() as connection, pytest.raises(psycopg.errors.ForeignKeyViolation):
        connection.execute(f"UPDATE work.appeal SET state = 'withdrawn', closed_at = now(), event_id = {event_id}")


def test_the_chain_of_the_audit_holds_over_appeals(store):
    expose(store)
    answer(store, dispute(store, Ground.WRONG_PERSON))
    assert seal_audit(store, at=datetime(2020, 2, 25)) == 3
    assert verify(store).events == 3
