"""Assessing oneself: answers come to a level and what to do now. Without a log-in only a count is kept; a high answer is a lead.

A self-assessment is no fact and colours nobody.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from fangxian.services.acting import Acting
from fangxian.services.lapse import expect_in_force
from fangxian.services.living import Living, by_citizen
from fangxian.services.refusals import TooManyError
from fangxian.services.reported_words import Said, opened, sealed
from fangxian.services.triage import Triage, triage, triage_rules
from fangxian.store.recording import hold_person
from fangxian.store.store import Transaction
from fangxian.work.leads import Origin, raise_lead
from fangxian.work.subject import home_of

NAME: Final = "self_assessment"
PURPOSE: Final = "self-assessment"
MOST_A_DAY: Final = 20
"""So often within 24 hours one person may assess themselves."""

Given = Mapping[str, Sequence[str]]


def assess_unnamed(living: Living, given: Given) -> Triage:
    """Return what answers come to, for whoever did not log in; kept is that this level came out once more today."""
    answers = living.read(NAME, given)
    found = triage(triage_rules(NAME, living.today(living.clock())), answers)
    with living.store.pool.connection() as connection:
        connection.execute(
            "INSERT INTO work.assessment_count AS counted (on_day, questionnaire, version, level, times) VALUES (%s, %s, %s, %s, 1) "
            "ON CONFLICT (on_day, questionnaire, version, level) DO UPDATE SET times = counted.times + 1",
            [living.today(living.clock()), NAME, found.version, str(found.level)],
        )
    return found


def assess(living: Living, person_id: str, given: Given, *, acting: Acting = Acting.PERSON) -> Triage:
    """Return what a person's answers come to, and keep them sealed; a high answer is a lead of the county of residence at once."""
    at = living.clock()
    expect_in_force(living, at)
    answers = living.read(NAME, given)
    event = by_citizen("self_assessed", person_id, acting=acting, purpose=PURPOSE)
    with living.store.transaction(event, at=at) as transaction:
        return keep_assessment(living, transaction, answers)


def keep_assessment(
    living: Living, transaction: Transaction, answers: Mapping[str, Any], *, by_operator: bool = False, contact: bytes | None = None
) -> Triage:
    """Keep the answers of the event's person with the version and the rules that fired, and raise a lead where one of them is high."""
    person_id, at = hold_person(transaction), transaction.at
    _expect_not_too_often(transaction, person_id)
    found = triage(triage_rules(NAME, living.today(at)), answers)
    region_code = answers.get("home") or home_of(transaction.connection, person_id, living.policy)
    assessment_id = uuid4()
    said = sealed(living.vault, json.dumps(answers, ensure_ascii=False), Said.ASSESSMENT, of=person_id, begun_at=at)
    transaction.connection.execute(
        "INSERT INTO work.assessment VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            UUID(person_id),
            assessment_id,
            NAME,
            found.version,
            str(found.level),
            found.rule_ids,
            said,
            region_code,
            at,
            by_operator,
            transaction.event.event_id,
        ],
    )
    if found.is_high:
        raise_lead(
            transaction, origin=Origin.ASSESSMENT, origin_id=assessment_id, region_code=region_code, fired=found.rule_ids, contact=contact
        )
    return found


def assessments_of(living: Living, transaction: Transaction, person_id: str) -> list[dict[str, Any]]:
    """Return a person's self-assessments for that person: when, which version, what they answered, what came of it."""
    rows = transaction.connection.execute(
        "SELECT assessed_at, questionnaire, version, level, fired, answers, by_operator FROM work.assessment "
        "WHERE person_id = %s ORDER BY assessed_at",
        [UUID(person_id)],
    ).fetchall()
    names = ("assessed_at", "questionnaire", "version", "level", "fired", "answers", "by_operator")
    return [dict(zip(names, row, strict=True)) | {"answers": _answers(living, row[5], person_id, row[0])} for row in rows]


def _answers(living: Living, text: bytes | None, person_id: str, at: datetime) -> Any:
    return None if text is None else json.loads(opened(living.vault, text, Said.ASSESSMENT, of=person_id, begun_at=at))


def _expect_not_too_often(transaction: Transaction, person_id: str) -> None:
    row = transaction.connection.execute(
        "SELECT count(*) FROM work.assessment WHERE person_id = %s AND assessed_at > %s::timestamp - interval '1 day'",
        [UUID(person_id), transaction.at],
    ).fetchone()
    if row and row[0] >= MOST_A_DAY:
        raise TooManyError(24 * 3600)
