"""Cases of an area for whoever traces them: whom each met, how near and how sure, and why for each; without anybody's name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

import psycopg
import pyarrow as pa
from psycopg import sql

from fangxian.facts import GateVisit, Household, PersonFact, Text, Trip, Workplace
from fangxian.services.contacts import PURPOSE, SCHEME, Confirmed, Preview, confirm, preview, tracing_of
from fangxian.services.living import Living
from fangxian.services.references import Named, meant, refer
from fangxian.services.refusals import RefusedError
from fangxian.services.staff import staff_event
from fangxian.store.meeting_tables import around
from fangxian.trace.compiled import Around
from fangxian.trace.contact_facts import SOURCE
from fangxian.trace.tracing import Traced
from fangxian.work.permissions import Principal, check, role_for, visible_where
from fangxian.work.roles import Action
from fangxian.work.subject import home_of

MOST: Final = 200
"""How many cases a list has, the newest, and how many contacts a page, the first to be looked for."""

LATELY: Final = timedelta(days=30)
"""How long after the diagnosis a case stands on the list."""

FACT_OF: Final[Mapping[str, type[PersonFact]]] = {"household": Household, "workplace": Workplace, "venue": GateVisit}
"""The kind of fact that a meeting of a setting rests on; of all others it is a trip."""

_NO_CASE: Final = Text("这一诊断已不成立，或不构成病例。", "That diagnosis stands no more, or makes no case.")

# The area of a case is where the person lives, else where they enrolled.
_DIAGNOSED: Final = """
    SELECT person_id FROM (
        SELECT diagnosed.person_id, latest, coalesce(
            (SELECT region_code FROM facts.residence WHERE residence.person_id = diagnosed.person_id ORDER BY from_at DESC LIMIT 1),
            (SELECT region_code FROM facts.enrolment WHERE enrolment.person_id = diagnosed.person_id ORDER BY from_at DESC LIMIT 1)
        ) AS region_code
        FROM (
            SELECT person_id, max(from_at) AS latest FROM facts.diagnosis WHERE from_at >= {since} GROUP BY person_id
        ) AS diagnosed
    ) AS placed WHERE {visible} ORDER BY latest DESC LIMIT {most}
"""


@dataclass(frozen=True, kw_only=True)
class CaseListed:
    """A case on the list: when it was found, from when until when it could infect others, and what was confirmed of it."""

    case_fact_id: int
    found_at: datetime
    basis: str
    from_at: datetime
    until_at: datetime
    region_code: str
    traced_at: datetime | None
    exposures: int
    tasks: int

    @property
    def number(self) -> str:
        """What the case is called on the pages: it leads nowhere."""
        return f"{self.case_fact_id % 1_000_000:06}"


@dataclass(frozen=True, kw_only=True)
class Met:
    """One meeting: the kind of fact that both have, and from when until when they overlap."""

    kind: Text
    from_at: datetime
    until_at: datetime


@dataclass(frozen=True, kw_only=True)
class ContactSeen:
    """One contact in one setting, with the meetings that make it one; nobody's name, and no other movement of theirs."""

    setting: str
    contact_class: str
    nearness: str
    certainty: str
    minutes: float
    attack_percent: float | None
    met: tuple[Met, ...]


@dataclass(frozen=True, kw_only=True, repr=False)
class CaseSeen:
    """A case with whom it would tell, and the reference to confirm by."""

    case: CaseListed
    preview: Preview
    contacts: tuple[ContactSeen, ...]
    reference: str


def list_cases(living: Living, by: Principal) -> list[tuple[str, CaseListed]]:
    """Return the newest cases of somebody's area, each with its reference; the look is an event."""
    at = living.clock()
    event = staff_event(by, "cases_listed", purpose=PURPOSE, role=role_for(by, Action.TRACE_CASE))
    with living.store.transaction(event, at=at) as transaction:
        connection = transaction.connection
        query = sql.SQL(_DIAGNOSED).format(
            since=sql.Literal(at - LATELY), visible=visible_where(by, Action.TRACE_CASE), most=sql.Literal(MOST)
        )
        people = [row[0].hex for row in connection.execute(query).fetchall()]
        cases = _listed(living, connection, tracing_of(SCHEME).as_known(at).cases(partial(around, connection), people))
    named = [(person_id, str(case.case_fact_id), at.isoformat()) for person_id, case in cases]
    return list(zip(refer(living, by, Named.CASE, named), (case for _, case in cases), strict=True))


def open_case(living: Living, by: Principal, reference: str) -> CaseSeen:
    """Return a case, whom it would tell as known now, and why for each; the look is an event about the case.

    Raises RefusedError where it is none any more, `Forbidden` outside one's area.
    """
    person_id, case_fact_id, _ = meant(living, by, Named.CASE, reference)
    at = living.clock()
    role = check(by, Action.TRACE_CASE, region_code=_region(living, person_id))
    event = staff_event(by, "case_traced", purpose=PURPOSE, role=role, person_id=person_id)
    with living.store.transaction(event, at=at) as transaction:
        found = preview(transaction.connection, partial(_find, person_id=person_id, known_at=at), source=SOURCE, known_at=at)
        listed = [case for _, case in _listed(living, transaction.connection, found.traced.cases)]
    case = next((each for each in listed if str(each.case_fact_id) == case_fact_id), None)
    if case is None:
        raise RefusedError(_NO_CASE)
    (new,) = refer(living, by, Named.CASE, [(person_id, case_fact_id, at.isoformat())])
    return CaseSeen(case=case, preview=found, contacts=_contacts(found.traced), reference=new)


def confirm_case(living: Living, by: Principal, reference: str) -> Confirmed:
    """Write whom `open_case` showed as exposed, and hand out a task about each close contact, in one action.

    Raises RefusedError where nobody is new, `Forbidden` outside one's area.
    """
    person_id, case_fact_id, known_at = meant(living, by, Named.CASE, reference)
    region_code = _region(living, person_id)
    role = check(by, Action.CONFIRM_CONTACTS, region_code=region_code)
    find = partial(_find, person_id=person_id, known_at=datetime.fromisoformat(known_at))
    about: dict[str, Any] = {"person_id": person_id, "case_fact_id": int(case_fact_id), "region_code": region_code}
    return confirm(living, by, find, role=role, source=SOURCE, **about)


def _find(around: Around, *, person_id: str, known_at: datetime) -> Traced:
    return tracing_of(SCHEME).as_known(known_at).trace_around(around, [person_id])


def _region(living: Living, person_id: str) -> str:
    with living.store.pool.connection() as connection:
        row = connection.execute(
            "SELECT region_code FROM facts.enrolment WHERE person_id = %s ORDER BY from_at DESC LIMIT 1", [UUID(person_id)]
        ).fetchone()
        home = home_of(connection, person_id, living.policy)
    return str(row[0]) if row and home == living.policy.region_code else home


def _listed(living: Living, connection: psycopg.Connection[Any], cases: pa.Table) -> list[tuple[str, CaseListed]]:
    """Return cases with their area and what was confirmed of each, the newest first."""
    people = cases["case_person_id"].to_pylist()
    done = {
        (person_id.hex, case_fact_id): (traced_at, int(exposures), int(tasks))
        for person_id, case_fact_id, traced_at, exposures, tasks in connection.execute(
            "SELECT person_id, case_fact_id, max(traced_at), sum(exposures), sum(tasks) FROM work.traced_case "
            "WHERE person_id = ANY(%s::uuid[]) AND ended_at IS NULL GROUP BY person_id, case_fact_id",
            [people],
        ).fetchall()
    }
    homes = dict(
        connection.execute(
            "SELECT DISTINCT ON (person_id) replace(person_id::text, '-', ''), region_code FROM ("
            "SELECT person_id, region_code, from_at, 1 AS order_of FROM facts.residence WHERE person_id = ANY(%s::uuid[]) "
            "UNION ALL SELECT person_id, region_code, from_at, 2 FROM facts.enrolment WHERE person_id = ANY(%s::uuid[])) AS known "
            "ORDER BY person_id, order_of, from_at DESC",
            [people, people],
        ).fetchall()
    )
    listed = []
    for row in cases.sort_by([("found_at", "descending"), ("case_fact_id", "ascending")]).to_pylist():
        person_id = row.pop("case_person_id")
        traced_at, exposures, tasks = done.get((person_id, row["case_fact_id"]), (None, 0, 0))
        region_code = homes.get(person_id, living.policy.region_code)
        listed.append((person_id, CaseListed(**row, region_code=region_code, traced_at=traced_at, exposures=exposures, tasks=tasks)))
    return listed


def _contacts(traced: Traced) -> tuple[ContactSeen, ...]:
    """Return the first contacts to be looked for, each with its meetings in order of time."""
    meetings: dict[tuple[str, str], list[Met]] = {}
    for row in traced.meetings.sort_by("from_at").to_pylist():
        kind = FACT_OF.get(row["setting"], Trip).title
        met = Met(kind=kind, from_at=row["from_at"], until_at=row["until_at"])
        meetings.setdefault((row["person_id"], row["setting"]), []).append(met)
    return tuple(_seen(row, meetings[row["person_id"], row["setting"]]) for row in traced.contacts.slice(0, MOST).to_pylist())


def _seen(row: Mapping[str, Any], met: Sequence[Met]) -> ContactSeen:
    names = ("setting", "contact_class", "nearness", "certainty", "minutes", "attack_percent")
    return ContactSeen(**{name: row[name] for name in names}, met=tuple(met))
