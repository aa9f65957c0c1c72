"""What an employer's contact sees of their people: the colour and until when it stands, of those who work there and consented."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from psycopg import sql

from fangxian.facts import Consent, Text, Workplace
from fangxian.policy.colour import Colour
from fangxian.services.living import Living
from fangxian.services.members import RETENTION, UNNAMED
from fangxian.services.refusals import RefusedError
from fangxian.services.staff import staff_event
from fangxian.work.permissions import Principal, check
from fangxian.work.roles import Action
from fangxian.work.subject import standing

PURPOSE: Final = "employer_sees_colour"
MOST: Final = 5_000
"""How many people are shown at once, the gravest colours first."""


@dataclass(frozen=True, repr=False)
class OwnPerson:
    """One of the organisation's people as a gate would see them, and when the colour next changes by itself."""

    masked_name: str
    colour: Colour
    changes_at: datetime | None


def own_people(living: Living, by: Principal) -> tuple[OwnPerson, ...]:
    """Return the people of the contact's organisations who work there now and let them see it; each look is that person's event.

    All of them are written by the statement that reads them.
    """
    at, organisations = living.clock(), sorted(by.organisation_ids)
    if not organisations:
        raise RefusedError(
            Text("您的账号没有对应的单位，请联系管理员。", "Your account belongs to no organisation; ask its administrator.")
        )
    role = check(by, Action.SEE_COLOUR_OF_OWN_PEOPLE, organisation_id=organisations[0])
    event = staff_event(by, "own_people_seen", purpose=PURPOSE, role=role)
    values: dict[str, Any] = {
        "organisations": organisations,
        "purpose": PURPOSE,
        "colours": list(map(str, Colour)),
        "policy": living.policy.name,
        "at": at,
        "most": MOST,
        "actor": event.actor,
        "role": event.role,
        "action": event.action,
    }
    query = sql.SQL(_QUERY).format(workplace=standing(Workplace), consent=standing(Consent))
    with living.store.transaction(event, at=at) as transaction:
        rows = transaction.connection.execute(query, values).fetchall()
    names = _names(living, rows)
    order = list(Colour)
    return tuple(OwnPerson(names.get(person, UNNAMED), order[worst - 1], changes) for person, worst, changes, _, _ in rows)


def _names(living: Living, rows: Sequence[tuple[Any, ...]]) -> dict[Any, str]:
    """Return the masked names by person, opened a month's at a time."""
    named = sorted((row for row in rows if row[4]), key=lambda row: str(row[4]))
    found: dict[Any, str] = {}
    for period, of_month in groupby(named, key=lambda row: str(row[4])):
        people, sealed = zip(*((row[0], bytes(row[3])) for row in of_month), strict=True)
        ids = [person.hex for person in people]
        opened = living.vault.unseal_many(sealed, person_ids=ids, retention=RETENTION, period=period, field="masked_name")
        found |= dict(zip(people, opened, strict=True))
    return found


_QUERY: Final = """
    WITH mine AS (
        SELECT DISTINCT person_id FROM {workplace} AS workplace JOIN {consent} AS given USING (person_id)
        WHERE organisation_id = ANY (%(organisations)s) AND given_to = organisation_id AND purpose = %(purpose)s
          AND workplace.from_at <= %(at)s AND (workplace.until_at IS NULL OR workplace.until_at > %(at)s)
          AND given.from_at <= %(at)s AND (given.until_at IS NULL OR given.until_at > %(at)s)
    ), shown AS MATERIALIZED (
        SELECT person_id, coalesce(max(array_position(%(colours)s, colour::text))
                   FILTER (WHERE from_at <= %(at)s AND (until_at IS NULL OR until_at > %(at)s)), 1) AS worst,
               least(min(from_at) FILTER (WHERE from_at > %(at)s), min(until_at) FILTER (WHERE until_at > %(at)s)) AS changes_at
        FROM mine LEFT JOIN (SELECT * FROM code.hit WHERE policy = %(policy)s) AS hit USING (person_id)
        GROUP BY person_id ORDER BY worst DESC, person_id LIMIT %(most)s
    ), looked AS (
        INSERT INTO audit.event (person_id, event_id, at, actor, role, purpose, action, details)
        SELECT person_id, gen_random_uuid(), %(at)s, %(actor)s, %(role)s, %(purpose)s, %(action)s, '{{}}' FROM shown
    )
    SELECT person_id, worst, changes_at, named.masked_name, named.period
    FROM shown LEFT JOIN LATERAL (
        SELECT masked_name, period FROM account.member
        WHERE member.person_id = shown.person_id AND ended_at IS NULL AND masked_name IS NOT NULL ORDER BY place LIMIT 1
    ) AS named ON true
    ORDER BY worst DESC, person_id
"""
