"""Who may do what: the matrix of `permissions.yaml`, asked about one action in Python, and about many rows in SQL."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from typing import Any, Final

import yaml
from psycopg import sql

from fangxian.errors import FangxianError
from fangxian.facts import Text
from fangxian.work.roles import Action, Role

_SUBJECT: Final = re.compile(r"[0-9A-Za-z-]+")
_REGION: Final = re.compile(r"[0-9]{6}([0-9]{3}){0,2}")
_COUNTY: Final = 6
"""Digits of a county, prefecture or province; a street has nine, a grid twelve."""


class Limit(StrEnum):
    """Within what a role may do an action."""

    SHOWN = "shown"
    PERSON = "person"
    ORGANISATION = "organisation"
    AREA = "area"
    ANYWHERE = "anywhere"

    @property
    def words(self) -> Text:
        """The limit for people."""
        return {
            Limit.SHOWN: Text("限本人、所监护者及同意代为出示的家人", "oneself, those in one's care, and whoever agreed to be shown"),
            Limit.PERSON: Text("限本人及所监护者", "oneself and those in one's care"),
            Limit.ORGANISATION: Text("限本单位、场所或来源", "own organisation, place or source"),
            Limit.AREA: Text("限本辖区", "own area"),
            Limit.ANYWHERE: Text("不限", "no limit"),
        }[self]


@dataclass(frozen=True, kw_only=True)
class Permission:
    """Which roles may do an action, each within what, and what else it takes."""

    action: Action
    title: Text
    roles: Mapping[Role, Limit]
    second_factor: bool
    second_person: bool


@dataclass(frozen=True, kw_only=True)
class Principal:
    """Somebody who has logged in: under which roles, for which regions, organisations and people, and how surely."""

    subject: str
    """Who it is: an account's id of letters, digits and hyphens, never a name or a number of a person."""

    roles: frozenset[Role]
    region_codes: frozenset[str] = frozenset()
    organisation_ids: frozenset[str] = frozenset()
    person_ids: frozenset[str] = frozenset()
    second_factor: bool = False

    def __post_init__(self) -> None:
        """Refuse a subject that could not sign a decision, and regions that are no GB/T 2260 codes."""
        if not _SUBJECT.fullmatch(self.subject):
            raise FangxianError("The id of an account is letters, digits and hyphens.", next_step="Give the account such an id.")
        if not all(_REGION.fullmatch(code) for code in self.region_codes):
            raise FangxianError(
                "A region code has not 6, 9 or 12 digits.",
                next_step="Give GB/T 2260 codes of six digits, for example 330100; of streets and grids nine and twelve.",
            )


class Forbidden(FangxianError):  # noqa: N818 - a refusal, not a fault
    """Somebody may not do something; `words` is the sentence to show, in both languages."""

    def __init__(self, words: Text, *, next_step: str = "") -> None:
        """Say why not."""
        self.words = words
        super().__init__(words.en, done="Nothing was done.", next_step=next_step)


def _packaged() -> dict[Action, Permission]:
    stated: dict[str, dict[str, Any]] = yaml.safe_load(files(__package__).joinpath("permissions.yaml").read_text(encoding="utf-8"))
    return {
        action: Permission(
            action=action,
            title=Text(**stated[action]["title"]),
            roles={Role(role): Limit(limit) for role, limit in stated[action]["roles"].items()},
            second_factor=stated[action].get("second_factor", False),
            second_person=stated[action].get("second_person", False),
        )
        for action in map(Action, stated)
    }


PERMISSIONS: Final = _packaged()
"""The permission for every action."""


def check(
    principal: Principal,
    action: Action,
    *,
    region_code: str | None = None,
    organisation_id: str | None = None,
    person_id: str | None = None,
    first_subject: str | None = None,
) -> Role:
    """Return the role under which somebody may do an action to what is named; raise `Forbidden` where there is none.

    `first_subject` took the first step of an action that needs a second person.
    """
    permission = PERMISSIONS[action]
    held = [role for role in permission.roles if role in principal.roles]
    if not held:
        raise _not_for_this_role(action)
    within = {
        Limit.SHOWN: person_id in principal.person_ids,
        Limit.PERSON: person_id in principal.person_ids,
        Limit.ORGANISATION: organisation_id in principal.organisation_ids,
        Limit.AREA: region_code is not None and region_code.startswith(_prefixes(principal)),
        Limit.ANYWHERE: True,
    }
    role = next((role for role in held if within[permission.roles[role]]), None)
    if role is None:
        raise Forbidden(Text("这不在您的人员、单位或辖区范围内。", "This lies outside your people, your organisation or your area."))
    if permission.second_factor and not principal.second_factor:
        raise Forbidden(Text("这一步需要双重验证登录。", "This needs a login with a second factor."), next_step="Log in again with it.")
    if permission.second_person and (first_subject is None or first_subject.upper() == principal.subject.upper()):
        raise Forbidden(Text("第二步须由另一人办理。", "Somebody else must take the second step."), next_step="Ask a colleague.")
    return role


def role_for(principal: Principal, *actions: Action) -> Role:
    """Return a role of somebody's under which one of the actions may be done to something; raise `Forbidden` where there is none."""
    held = [role for action in actions for role in PERMISSIONS[action].roles if role in principal.roles]
    if not held:
        raise _not_for_this_role(actions[0])
    return held[0]


def _not_for_this_role(action: Action) -> Forbidden:
    title = PERMISSIONS[action].title
    return Forbidden(Text(f"您的角色不能办理：{title.zh}。", f"Your role does not allow this: {title.en}."))


def may(
    principal: Principal,
    action: Action,
    *,
    region_code: str | None = None,
    organisation_id: str | None = None,
    person_id: str | None = None,
    first_subject: str | None = None,
) -> bool:
    """Return whether `check` would let somebody do it: what hides a button."""
    try:
        check(
            principal,
            action,
            region_code=region_code,
            organisation_id=organisation_id,
            person_id=person_id,
            first_subject=first_subject,
        )
    except Forbidden:
        return False
    return True


def visible_where(
    principal: Principal,
    action: Action,
    *,
    region_code: str = "region_code",
    organisation_id: str = "organisation_id",
    person_id: str = "person_id",
    first_subject: str = "first_subject",
) -> sql.Composable:
    """Return the SQL condition that holds on the rows to which somebody may do an action; the texts name the rows' columns.

    It says what `may` says, a row at a time: a missing value is within no limit. Only the columns that the action's limits ask
    for have to exist.
    """
    permission = PERMISSIONS[action]
    if permission.second_factor and not principal.second_factor:
        return sql.SQL("FALSE")
    of_people = sql.SQL("{} = ANY ({}::uuid[])").format(sql.Identifier(person_id), sql.Literal(sorted(principal.person_ids)))
    conditions = {
        Limit.SHOWN: of_people,
        Limit.PERSON: of_people,
        Limit.ORGANISATION: sql.SQL("{} = ANY ({}::text[])").format(
            sql.Identifier(organisation_id), sql.Literal(sorted(principal.organisation_ids))
        ),
        Limit.AREA: area_within(sql.Identifier(region_code), _prefixes(principal)),
        Limit.ANYWHERE: sql.SQL("TRUE"),
    }
    limits = sorted({limit for role, limit in permission.roles.items() if role in principal.roles})
    within = sql.SQL("({})").format(sql.SQL(" OR ").join(conditions[limit] for limit in limits) if limits else sql.SQL("FALSE"))
    if not permission.second_person:
        return within
    other = sql.SQL(" AND upper({}) <> upper({})").format(sql.Identifier(first_subject), sql.Literal(principal.subject))
    return sql.Composed([within, other])


def area_within(column: sql.Composable, prefixes: Sequence[str]) -> sql.Composable:
    """Return the SQL condition that a column's code begins with one of some prefixes, as ranges that an index over COLLATE "C" serves."""
    ranges = [
        sql.SQL('({column} COLLATE "C" >= {first} AND {column} COLLATE "C" < {behind})').format(
            column=column, first=sql.Literal(prefix), behind=sql.Literal(prefix[:-1] + chr(ord(prefix[-1]) + 1))
        )
        if prefix
        else sql.SQL("{} IS NOT NULL").format(column)
        for prefix in prefixes
    ]
    return sql.SQL("({})").format(sql.SQL(" OR ").join(ranges)) if ranges else sql.SQL("FALSE")


def prefix_of(code: str) -> str:
    """Return what the codes of all regions within one begin with: `3301` for 330100, nothing for the country's 000000.

    Codes of streets and grids are whole: what lies within them begins with all of it.
    """
    return code if len(code) > _COUNTY else re.sub("(00)+$", "", code)


def _prefixes(principal: Principal) -> tuple[str, ...]:
    return tuple(sorted(map(prefix_of, principal.region_codes)))
