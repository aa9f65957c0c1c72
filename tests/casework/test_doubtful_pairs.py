"""Doubtful pairs: opened as a set, judged by officers of the area (one person by two of them), and each judgement can be taken back."""

from datetime import timedelta
from itertools import product

import psycopg
import pyarrow as pa
import pytest
from spec_symbols import person_id

from fangxian.facts import SamePerson, Withdrawal
from fangxian.store.store import Event
from fangxian.vault.folder import VaultFolder
from fangxian.vault.local import LocalVault
from fangxian.work.doubtful_pair import PAIR_MOVES, WAITING, PairState, pair_action_for
from fangxian.work.judging import judge_pair
from fangxian.work.pair_rows import FIELD, RETENTION, contents_of, open_pairs, pairs_to_judge, read_pair
from fangxian.work.permissions import PERMISSIONS, Forbidden
from fangxian.work.refusals import RefusedError
from fangxian.work.roles import Action, Role
from tests.casework.conftest import ANN, BO, HANGZHOU, database, migrated, somebody, store
from tests.store.conftest import NOON

__all__ = ["database", "migrated", "store"]

CAI, DEE = person_id("cai"), person_id("dee")
OFFICER = somebody("officer-1", Role.OFFICER, region_codes=frozenset({"330100"}))
STREETS = somebody("officer-3", Role.OFFICER, region_codes=frozenset({"330106"}))
NINGBO = somebody("officer-2", Role.OFFICER, region_codes=frozenset({"330200"}))
AUDITOR = somebody("auditor-1", Role.AUDITOR, region_codes=frozenset({"330100"}))
HOUR = timedelta(hours=1)


@pytest.fixture
def vault(tmp_path):
    return LocalVault(VaultFolder.make(tmp_path / "vault", master=tmp_path / "master.key"))


def pairs(*rows):
    """Return pairs of a known and a provisional person, each with a region or none."""
    known, provisional, regions = zip(*rows, strict=True)
    return pa.table(
        {
            "source": ["railway"] * len(rows),
            "person_id": known,
            "provisional_person_id": provisional,
            "weight": [3.5] * len(rows),
            "region_code": pa.array(regions, pa.string()),
            "contents": ['{"record": {"name": "张伟"}, "known": {"name": "章伟"}, "steps": {"name": 4}}'] * len(rows),
        }
    )


def opened(store, vault, *rows, at=NOON):
    event = Event(actor="command line", role="data_officer", purpose="test", action="pairs opened")
    return open_pairs(store, vault, pairs(*rows), event, region_code="330100", at=at)


def one(store, vault):
    opened(store, vault, (ANN, CAI, "330106"))
    (pair,) = pairs_to_judge(store, OFFICER, at=NOON)
    return pair


def judge(store, pair, to, *, by=OFFICER, at=NOON + HOUR):
    judge_pair(store, by, person_id=pair.person_id, pair_id=pair.pair_id, to=to, policies=[HANGZHOU], at=at)
    return read_pair(store, pair.person_id, pair.pair_id)


def confirmed(store, pair, *, at=NOON + HOUR):
    """Propose as one officer that it is one person, and confirm it as another."""
    return judge(store, judge(store, pair, PairState.PROPOSED, at=at), PairState.SAME, by=STREETS, at=at)


def events(database):
    with psycopg.connect(database) as connection:
        return connection.execute("SELECT count(*) FROM audit.event").fetchone()[0]


def facts(database, fact_type):
    with psycopg.connect(database) as connection:
        return connection.execute(f"SELECT * FROM facts.{fact_type.name} ORDER BY known_at").fetchall()


@pytest.mark.parametrize(("state", "to"), list(product(PairState, PairState)))
def test_every_pair_of_states_is_a_move_of_the_table_and_one_event_or_refused(store, vault, database, state, to):
    pair = one(store, vault)
    if state is PairState.SAME:
        pair = confirmed(store, pair)
    elif state is not PairState.OPEN:
        pair = judge(store, pair, state)
    before = events(database)
    if (state, to) in PAIR_MOVES:
        moved = judge(store, pair, to, by=STREETS, at=NOON + 2 * HOUR)
        assert moved.state is to
        assert (moved.closed_at is None) is (to in WAITING)
        assert events(database) == before + 1
    else:
        with pytest.raises(RefusedError):
            judge(store, pair, to, by=STREETS, at=NOON + 2 * HOUR)
        assert read_pair(store, pair.person_id, pair.pair_id) == pair
        assert events(database) == before


@pytest.mark.parametrize("to", PairState)
def test_one_officer_alone_says_of_nobody_that_a_record_is_theirs(store, vault, database, to):
    pair = judge(store, one(store, vault), PairState.PROPOSED)
    assert (pair.proposed_by, facts(database, SamePerson)) == ("officer-1", [])
    same = somebody("OFFICER-1", Role.OFFICER, region_codes=frozenset({"330100"}))
    for by in (OFFICER, same):
        with pytest.raises(Forbidden, match="Somebody else"):
            judge(store, pair, PairState.SAME, by=by)
    if to is not PairState.SAME and (PairState.PROPOSED, to) in PAIR_MOVES:
        moved = judge(store, pair, to)
        assert (moved.state, moved.proposed_by) == (to, None), "taking it back and judging otherwise is one officer's"
    assert facts(database, SamePerson) == []


def test_whoever_meanwhile_proposed_it_anew_does_not_confirm_what_they_read_of_another(store, vault, database, monkeypatch):
    first = judge(store, one(store, vault), PairState.PROPOSED, by=STREETS)
    judge(store, first, PairState.OPEN, by=STREETS)
    judge(store, first, PairState.PROPOSED)
    monkeypatch.setattr("fangxian.work.judging.read_pair", lambda *_: first)
    with pytest.raises(RefusedError, match="meanwhile"):
        judge_pair(store, OFFICER, person_id=first.person_id, pair_id=first.pair_id, to=PairState.SAME, policies=[HANGZHOU], at=NOON + HOUR)
    assert facts(database, SamePerson) == []


def test_a_proposal_lapses_to_the_instant_and_is_open_again(store, vault, database):
    pair = judge(store, one(store, vault), PairState.PROPOSED)
    assert pair.due_at == NOON + HOUR + timedelta(hours=48)
    with pytest.raises(RefusedError, match="lapsed"):
        judge(store, pair, PairState.SAME, by=STREETS, at=pair.due_at)
    assert (pair.state_at(pair.due_at), pair.late(pair.due_at)) == (PairState.OPEN, True)
    again = judge(store, pair, PairState.PROPOSED, by=STREETS, at=pair.due_at)
    assert (again.proposed_by, again.due_at) == ("officer-3", pair.due_at + timedelta(hours=48))
    judge(store, again, PairState.SAME, at=again.due_at - timedelta(microseconds=1))
    assert len(facts(database, SamePerson)) == 1


def test_the_database_itself_lets_nobody_say_it_alone_or_late(store, vault, database):
    pair = confirmed(store, one(store, vault))
    for wrong in ("closed_by = upper(proposed_by)", "closed_at = due_at", "proposed_by = NULL"):
        with psycopg.connect(database) as connection, pytest.raises(psycopg.errors.CheckViolation):
            connection.execute(f"UPDATE work.doubtful_pair SET event_id = gen_random_uuid(), {wrong}")
    copied = "fact_id + 1, known_at, source, delivery_id, person_id, from_at, provisional_person_id, basis, event_id"
    for signers in ("'officer-1', 'OFFICER-1'", "'officer-1', NULL", "NULL, NULL"):
        with psycopg.connect(database) as connection, pytest.raises(psycopg.errors.CheckViolation):
            connection.execute(
                f"INSERT INTO facts.same_person ({copied.replace(' + 1', '')}, first_signer_id, second_signer_id) "
                f"SELECT {copied}, {signers} FROM facts.same_person"
            )
    assert read_pair(store, pair.person_id, pair.pair_id) == pair


def test_one_person_becomes_a_fact_about_the_known_person_and_says_who_decided(store, vault, database):
    pair = confirmed(store, one(store, vault))
    with psycopg.connect(database) as connection:
        found = connection.execute(
            "SELECT replace(person_id::text, '-', ''), provisional_person_id, basis, weight, first_signer_id, second_signer_id, fact_id "
            "FROM facts.same_person"
        ).fetchall()
    assert found == [(ANN, CAI, "officer", 3.5, "officer-1", "officer-3", pair.same_fact_id)]


def test_taking_it_back_withdraws_that_fact_and_the_pair_waits_again(store, vault, database):
    pair = confirmed(store, one(store, vault))
    again = judge(store, pair, PairState.OPEN, at=NOON + 2 * HOUR)
    with psycopg.connect(database) as connection:
        taken = connection.execute("SELECT fact_type, withdrawn_fact_id, reason FROM facts.withdrawal").fetchall()
    assert taken == [("same_person", pair.same_fact_id, "wrong_person")]
    assert (again.state, again.same_fact_id, again.closed_at) == (PairState.OPEN, None, None)
    assert again.due_at > NOON + 2 * HOUR
    third = confirmed(store, again, at=NOON + 3 * HOUR)
    assert third.same_fact_id != pair.same_fact_id, "what was withdrawn stays withdrawn, so a new fact says it"
    assert len(facts(database, SamePerson)) == 2


def test_different_people_and_putting_off_become_no_fact(store, vault, database):
    pair = judge(store, one(store, vault), PairState.PUT_OFF)
    judge(store, pair, PairState.DIFFERENT, at=NOON + 2 * HOUR)
    assert facts(database, SamePerson) == facts(database, Withdrawal) == []


def test_each_judgement_is_one_event_about_the_known_person_without_what_the_rows_say(store, vault, database):
    confirmed(store, one(store, vault))
    with psycopg.connect(database) as connection:
        events = connection.execute(
            "SELECT replace(person_id::text, '-', ''), actor, action, details::text FROM audit.event ORDER BY at, action"
        ).fetchall()
    assert {(person, actor, action) for person, actor, action, _ in events} == {
        ("0" * 32, "command line", "pairs opened"),
        ("0" * 32, "officer-1", "pairs listed"),
        (ANN, "officer-1", "pair proposed as the same"),
        (ANN, "officer-3", "pair confirmed as the same"),
    }
    assert not any("伟" in details for *_, details in events)


def test_officers_see_and_judge_the_pairs_of_their_area_and_no_others(store, vault):
    opened(store, vault, (ANN, CAI, "330106"), (BO, DEE, "330203"))
    assert [pair.region_code for pair in pairs_to_judge(store, OFFICER, at=NOON)] == ["330106"]
    assert [pair.region_code for pair in pairs_to_judge(store, STREETS, at=NOON)] == ["330106"]
    (elsewhere,) = pairs_to_judge(store, NINGBO, at=NOON)
    assert elsewhere.region_code == "330203"
    with pytest.raises(Forbidden):
        judge(store, elsewhere, PairState.PROPOSED)
    with pytest.raises(Forbidden):
        pairs_to_judge(store, AUDITOR, at=NOON)


def test_a_pair_that_names_no_county_is_the_regions_own(store, vault):
    opened(store, vault, (ANN, CAI, None))
    assert [pair.region_code for pair in pairs_to_judge(store, OFFICER, at=NOON)] == ["330100"]


def test_the_same_pair_is_work_once_however_often_its_record_comes(store, vault):
    assert opened(store, vault, (ANN, CAI, "330106")) == 1
    assert opened(store, vault, (ANN, CAI, "330106"), (ANN, DEE, "330106"), at=NOON + HOUR) == 1


def test_two_who_judge_at_once_do_not_both(store, vault):
    pair = one(store, vault)
    judge(store, pair, PairState.DIFFERENT, by=STREETS)
    with pytest.raises(RefusedError):
        judge(store, pair, PairState.PROPOSED)


def test_what_the_rows_say_is_sealed_for_the_known_person(store, vault, database):
    pair = one(store, vault)
    with psycopg.connect(database) as connection:
        (sealed,) = connection.execute("SELECT contents FROM work.doubtful_pair").fetchone()
    assert "张伟".encode() not in sealed
    event = Event(actor="officer-1", role="officer", purpose="test", action="pair looked at", person_id=ANN)
    with store.transaction(event, at=NOON) as transaction:
        read = contents_of(transaction, pair)
    assert "张伟" in vault.unseal(read, person_id=ANN, retention=RETENTION, period="2020-02", field=FIELD)


def test_what_waits_too_long_is_late_and_what_is_judged_is_not(store, vault):
    pair = one(store, vault)
    assert not pair.late(NOON)
    assert pair.late(NOON + timedelta(hours=48))
    assert not judge(store, pair, PairState.DIFFERENT).late(NOON + timedelta(days=9))


def test_what_was_judged_is_listed_for_two_weeks(store, vault):
    judge(store, one(store, vault), PairState.DIFFERENT)
    assert len(pairs_to_judge(store, OFFICER, at=NOON + timedelta(days=14))) == 1
    assert len(pairs_to_judge(store, OFFICER, at=NOON + timedelta(days=15))) == 0


def test_judging_confirming_and_taking_back_are_actions_of_the_matrix(store, vault):
    pair = one(store, vault)
    assert pair_action_for(pair, PairState.PROPOSED, NOON) is Action.JUDGE_PAIR
    assert {action for actions in PAIR_MOVES.values() for action in actions} == {
        Action.JUDGE_PAIR,
        Action.CONFIRM_PAIR,
        Action.REOPEN_PAIR,
        None,
    }
    assert [to for to, actions in PAIR_MOVES.items() if to[1] is PairState.SAME and actions != (Action.CONFIRM_PAIR,)] == []
    assert PERMISSIONS[Action.CONFIRM_PAIR].second_person
