"""What an employer's contact sees of their people: the colour and until when it stands, of those who work there and consented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg import sql

from fangxian.facts import Consent, Text, Workplace
from fangxian.policy.colour import Colour
from fangxian.services.issuing import Standing, stored_colours
from fangxian.services.living import Living
from fangxian.services.members import RETENTION, UNNAMED
from fangxian.services.opened import opened
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
    at, organisations = living.clock(), organisations_of(by)
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
    query = sql.SQL(_QUERY).format(consenting=consenting(), named=NAMED)
    with living.store.transaction(event, at=at) as transaction:
        rows = transaction.connection.execute(query, values).fetchall()
        colours = stored_colours(transaction.connection, living.policy.name, [row[0].hex for row in rows], at=at)
    names = opened(living, rows, retention=RETENTION, field="masked_name")
    return tuple(_shown(name or UNNAMED, standing) for name, standing in zip(names, colours.values(), strict=True))


def _shown(name: str, standing: Standing) -> OwnPerson:
    return OwnPerson(name, standing.colour, standing.until if standing.until < datetime.max else None)


def organisations_of(by: Principal) -> list[str]:
    """Return somebody's organisations. Raises RefusedError where there is none."""
    if not by.organisation_ids:
        raise RefusedError(
            Text("您的账号没有对应的单位，请联系管理员。", "Your account belongs to no organisation; ask its administrator.")
        )
    return sorted(by.organisation_ids)


def consenting(*, among: str = "TRUE") -> sql.Composed:
    """Return a query of the people who work at some organisations now and let them see it, each with the first of these.

    It asks for the parameters `organisations`, `purpose` and `at`, and for those of the condition `among`.
    """
    return sql.SQL(_CONSENTING).format(workplace=standing(Workplace), consent=standing(Consent), among=sql.SQL(among))


_CONSENTING: Final = """
    SELECT person_id, min(organisation_id) AS organisation_id
    FROM {workplace} AS workplace JOIN {consent} AS given USING (person_id)
    WHERE organisation_id = ANY (%(organisations)s) AND given_to = organisation_id AND purpose = %(purpose)s
      AND workplace.from_at <= %(at)s AND (workplace.until_at IS NULL OR workplace.until_at > %(at)s)
      AND given.from_at <= %(at)s AND (given.until_at IS NULL OR given.until_at > %(at)s) AND {among}
    GROUP BY person_id
"""

NAMED: Final = sql.SQL("""
    SELECT masked_name, period FROM account.member
    WHERE member.person_id = shown.person_id AND ended_at IS NULL AND masked_name IS NOT NULL ORDER BY place LIMIT 1
""")
"""The sealed name of a row of `shown`, as gates see it."""

_QUERY: Final = """
    WITH mine AS ({consenting}), shown AS MATERIALIZED (
        SELECT person_id, min(organisation_id) AS organisation_id, coalesce(max(array_position(%(colours)s, colour::text))
                   FILTER (WHERE from_at <= %(at)s AND (until_at IS NULL OR until_at > %(at)s)), 1) AS worst
        FROM mine LEFT JOIN (SELECT * FROM code.hit WHERE policy = %(policy)s) AS hit USING (person_id)
        GROUP BY person_id ORDER BY worst DESC, person_id LIMIT %(most)s
    ), looked AS (
        INSERT INTO audit.event (person_id, event_id, at, actor, role, purpose, action, details)
        SELECT person_id, gen_random_uuid(), %(at)s, %(actor)s, %(role)s, %(purpose)s, %(action)s,
               jsonb_build_object('organisation_id', organisation_id)
        FROM shown
    )
    SELECT person_id, named.masked_name, named.period FROM shown LEFT JOIN LATERAL ({named}) AS named ON true
    ORDER BY worst DESC, person_id
"""
