"""Self-assessments: without a log-in a count and nothing else, with one kept sealed, and a high one is the county's lead at once."""

import json
from datetime import date

import psycopg
import pytest

from fangxian.services import assessing, deleting, looking
from fangxian.services.refusals import BadAnswerError, TooManyError
from fangxian.services.triage import Level

from .conftest import NOON, as_typed
from .test_declaring import enrolled

WELL = as_typed(
    symptoms="", told="no", contact=False, stayed_listed=False, stayed_other=False, contact_from_area=False, home=None, temperature_c=None
)
EXPOSED = WELL | {"contact": "yes", "symptoms": "cough", "home": "330110"}
LATER = as_typed(emergency_signs="", age=40, conditions="", care_facility=False, health_worker=False)


def given(answers):
    return {key: [value] for key, value in answers.items()}


def rows(database, query):
    with psycopg.connect(database) as connection:
        return connection.execute(query).fetchall()


def everything(database):
    """Return every row of the schemas that hold anything of people, as text."""
    with psycopg.connect(database) as connection:
        tables = connection.execute(
            "SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace IN "
            "('facts'::regnamespace, 'work'::regnamespace, 'code'::regnamespace, 'audit'::regnamespace, 'identities'::regnamespace)"
        ).fetchall()
        return {name: connection.execute(f"SELECT t::text FROM {name} AS t").fetchall() for (name,) in tables}


def test_without_a_log_in_only_a_count_is_kept(living, database):
    before = everything(database)
    for answers in (EXPOSED, EXPOSED, WELL):
        assessing.assess_unnamed(living, given(answers))
    after = everything(database)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"work.assessment_count"}
    counted = rows(database, "SELECT on_day, version, level, times FROM work.assessment_count ORDER BY level")
    assert counted == [(date(2020, 2, 24), "2020-03-01", "high", 2), (date(2020, 2, 24), "2020-03-01", "low", 1)]


def test_a_high_answer_is_a_lead_of_the_county_of_residence_at_once_and_turns_no_code(living, database):
    member = enrolled(living)
    before = {name: said for name, said in everything(database).items() if name.startswith(("facts.", "code."))}
    found = assessing.assess(living, member.person_id, given(EXPOSED))
    assert found.level is Level.HIGH
    lead = rows(database, "SELECT replace(person_id::text, '-', ''), origin, region_code, fired, raised_at, contact FROM work.lead")
    assert lead == [(member.person_id, "assessment", "330110", found.rule_ids, NOON, None)]
    kept = rows(database, "SELECT level, version, fired, region_code, by_operator FROM work.assessment")
    assert kept == [("high", "2020-03-01", found.rule_ids, "330110", False)]
    assert looking.own_code(living, member.person_id).colour == "green"
    assert {name: said for name, said in everything(database).items() if name.startswith(("facts.", "code."))} == before


def test_without_a_county_in_the_answers_it_is_the_registered_one_and_a_waiting_lead_is_not_doubled(living, database):
    member = enrolled(living)
    for _ in range(2):
        assessing.assess(living, member.person_id, given(EXPOSED | {"home": ""}))
    assert rows(database, "SELECT region_code FROM work.lead") == [("330106",)]
    assert rows(database, "SELECT count(*) FROM work.assessment") == [(2,)]
    with living.store.transaction(assessing.by_citizen("self_assessed", member.person_id), at=living.clock()) as transaction:
        transaction.connection.execute("UPDATE work.lead SET handed_at = %s, event_id = %s", [transaction.at, transaction.event.event_id])
    assessing.assess(living, member.person_id, given(EXPOSED))
    assert rows(database, "SELECT handed_at IS NULL FROM work.lead ORDER BY raised_at, handed_at") == [(False,), (True,)]


def test_a_low_or_medium_answer_is_kept_and_is_no_lead(living, database):
    member = enrolled(living)
    assert assessing.assess(living, member.person_id, given(WELL)).level is Level.LOW
    assert assessing.assess(living, member.person_id, given(WELL | {"symptoms": "cough"})).level is Level.MEDIUM
    assert rows(database, "SELECT count(*) FROM work.lead") == [(0,)]


def test_answers_are_sealed_shown_to_the_person_and_gone_with_a_deletion(living, clock, database):
    member = enrolled(living)
    assessing.assess(living, member.person_id, given(EXPOSED))
    stored = rows(database, "SELECT answers FROM work.assessment")[0][0]
    assert b"cough" not in stored
    (own,) = looking.own_data(living, member.person_id)["self_assessments"]
    assert (own["answers"]["symptoms"], own["level"]) == ("cough", "high")
    assert json.dumps(own["answers"])
    assert [look.action for look in looking.who_looked(living, member.person_id, own=True)].count("self_assessed") == 1
    clock.forward(minutes=2)
    deleting.delete(living, member)
    assert rows(database, "SELECT answers, level FROM work.assessment") == [(None, "high")]


def test_answers_that_cannot_be_taken_are_named_and_leave_nothing(living, database):
    member = enrolled(living)
    before = everything(database)
    with pytest.raises(BadAnswerError) as bad:
        assessing.assess(living, member.person_id, given(EXPOSED | {"told": "perhaps", "temperature_c": "hot", "home": "无此地"}))
    assert set(bad.value.problems) == {"told", "temperature_c", "home"}
    with pytest.raises(BadAnswerError):
        assessing.assess_unnamed(living, {})
    assert everything(database) == before


def test_the_questions_of_a_later_day_are_those_of_the_later_version(living, clock, database):
    clock.forward(days=33)
    assessing.assess_unnamed(living, given(WELL | LATER | {"emergency_signs": "chest_pain"}))
    assert rows(database, "SELECT version, level FROM work.assessment_count") == [("2020-03-27", "emergency")]


def test_somebody_who_assesses_themselves_all_day_is_asked_to_wait(living, clock):
    member = enrolled(living)
    for _ in range(assessing.MOST_A_DAY):
        assessing.assess(living, member.person_id, given(WELL))
    with pytest.raises(TooManyError):
        assessing.assess(living, member.person_id, given(WELL))
    clock.forward(days=1)
    assessing.assess(living, member.person_id, given(WELL))
