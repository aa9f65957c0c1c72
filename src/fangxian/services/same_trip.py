"""Was a published case on my train or flight? Answered from what authorities published; nobody learns who asked.

Nothing of a question is kept: no event, no log, no address that names it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import psycopg

from fangxian.facts import Text
from fangxian.facts.run_numbers import run_number
from fangxian.facts.typed import day_typed
from fangxian.services.living import Living
from fangxian.services.refusals import BadAnswerError

LONGEST: Final = 40
"""Characters of a number or a place that somebody types."""


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """One published trip: `is_other_day` where it is listed under the day before or after, as a night train's may be."""

    travelled_on: date
    mode: str
    number: str
    carriage: str | None
    seats: str | None
    route: str | None
    region_code: str
    reference: str
    is_other_day: bool = False


def same_trip(living: Living, *, day: str, number: str, place: str = "") -> list[Sighting]:
    """Return the published trips of a run, however its number is written, on a day and those next to it.

    `place` keeps those whose route names it. Raises BadAnswerError for a day or a number that is none.
    """
    problems, on = {}, None
    try:
        on = day_typed(day.strip())
    except ValueError:
        problems["day"] = Text("请选择日期，例如 2020-02-11。", "Choose a day, such as 2020-02-11.")
    run = run_number(number[:LONGEST])
    if not any(letter.isdecimal() for letter in run) or "\0" in number:
        problems["number"] = Text(
            "请填写车次或航班号，例如 G7349、MU5101。", "Give the number of the train or flight, such as G7349 or MU5101."
        )
    if on is None or problems:
        raise BadAnswerError(problems)
    near = [on + timedelta(days=days) for days in (-1, 0, 1) if date.min < on < date.max]
    with living.store.pool.connection() as connection:
        found = _published(connection, "number = %s AND travelled_on = ANY(%s)", [run, near])
    wanted = place[:LONGEST].strip().casefold()
    return [_beside(each, on) for each in found if not wanted or wanted in (each.route or "").casefold()]


def published_about(living: Living, on: date) -> list[Sighting]:
    """Return all that was published of a day and of those next to it: whoever looks it up alone asks nobody."""
    with living.store.pool.connection() as connection:
        days = [on + timedelta(days=days) for days in (-1, 0, 1) if date.min < on < date.max]
        return [_beside(each, on) for each in _published(connection, "travelled_on = ANY(%s)", [days])]


def _published(connection: psycopg.Connection[Any], condition: str, asked: list[Any]) -> list[Sighting]:
    rows = connection.execute(f"{_STANDING} AND {condition} ORDER BY travelled_on, number, carriage, seats", asked).fetchall()
    return [Sighting(**dict(zip(_COLUMNS, row, strict=True))) for row in rows]


def _beside(found: Sighting, on: date) -> Sighting:
    return found if found.travelled_on == on else Sighting(**{**vars(found), "is_other_day": True})


_COLUMNS: Final = ("travelled_on", "mode", "number", "carriage", "seats", "route", "region_code", "reference")
_STANDING: Final = f"""
    SELECT DISTINCT {", ".join(_COLUMNS)} FROM facts.published_trip AS fact WHERE NOT EXISTS (
        SELECT FROM facts.area_withdrawal AS taken WHERE taken.region_code = fact.region_code AND taken.fact_type = 'published_trip'
            AND withdrawn_fact_id = fact.fact_id AND (reason <> 'corrected' OR fact.known_at < taken.known_at)
    )"""
