"""A grid worker's day: it begins, a phone holds the round, knocks come in, and tasks are moved by reference."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from fangxian.facts import Text
from fangxian.services.lapse import expect_in_force
from fangxian.services.living import Living
from fangxian.services.pictures import jpeg_without_exif
from fangxian.services.references import Named, meant, refer
from fangxian.services.refusals import RefusedError
from fangxian.store.recording import hold_person
from fangxian.work import moving, phones, shift
from fangxian.work.assigning import Assigned, assign_waiting
from fangxian.work.parameters import shift_lasts, visit_taken_within
from fangxian.work.permissions import Principal, check
from fangxian.work.roles import Action
from fangxian.work.rounds import Stop, fetch_round
from fangxian.work.task_rows import read_task
from fangxian.work.visit import Conflict, Visit
from fangxian.work.visiting import RETENTION, record_visit

_SHUT_OUT: Final = Text("这部手机已被停用。", "This phone was shut out.")
_NOT_THEIRS: Final = Text("这部手机登记在他人名下。", "This phone is registered to somebody else.")
_NO_MOVE: Final = Text("没有这种办理方式。", "There is no such move.")
_NO_VISIT: Final = Text("请先传上门记录，再传照片。", "Send the knock before its photograph.")


class ShutOutError(RefusedError):
    """A phone that is not believed any more: what it holds it must forget."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__(_SHUT_OUT)


@dataclass(frozen=True, kw_only=True, repr=False)
class Round:
    """What a phone holds for a day: its stops, each with the reference by which it is named again, and until when."""

    fetched_at: datetime
    ends_at: datetime
    stops: list[tuple[str, Stop]]


def begin_day(living: Living, by: Principal, *, latitude: float | None = None, longitude: float | None = None) -> datetime:
    """Begin a worker's day from a point, where it is said; return until when tasks are assigned to them (UTC)."""
    return shift.begin_shift(living.store, by, at=living.clock(), latitude=latitude, longitude=longitude)


def register_phone(living: Living, by: Principal) -> tuple[UUID, str]:
    """Register the phone that asks; return its id and the token that it keeps."""
    return phones.register_phone(living.store, by, at=living.clock())


def stands(living: Living, token: str) -> bool:
    """Return whether a phone of this token may keep what it holds."""
    return phones.phone_of(living.store, token) is not None


def take_waiting(living: Living, by: Principal) -> int:
    """Take the tasks that wait in one's areas, the most urgent first, as many as a day's load has room for; return how many."""
    at, taken = living.clock(), 0
    for area_code in sorted(by.region_codes):
        found = assign_waiting(living.store, living.vault, by, area_code=area_code, at=at, nearest=False, only=by.subject)
        taken += found.in_own_grid + found.to_neighbours
    return taken


def fetch(living: Living, by: Principal, token: str) -> Round:
    """Return the round in a worker's hand for the phone of a token. Raises ShutOutError where the phone is not believed."""
    at = living.clock()
    stops = fetch_round(living.store, living.vault, by, _phone(living, by, token), at=at)
    named = [(stop.task.person_id, str(stop.task.task_id)) for stop in stops]
    good_for = visit_taken_within(at.date()) + shift_lasts(at.date())
    return Round(
        fetched_at=at,
        ends_at=at + shift_lasts(at.date()),
        stops=list(zip(refer(living, by, Named.TASK, named, good_for=good_for), stops, strict=True)),
    )


def knock(living: Living, by: Principal, token: str, reference: str, visit: Visit) -> Conflict | None:
    """Record a knock, once; return what stood against its moving the task. Raises RefusedError, ShutOutError, Forbidden."""
    at = living.clock()
    expect_in_force(living, at)
    phone_id = _phone(living, by, token)
    person_id, task_id = _meant(living, by, reference)
    seal = partial(living.vault.seal, person_id=person_id, retention=RETENTION, period=f"{at:%Y-%m}", field="visit_note")
    return record_visit(
        living.store,
        by,
        person_id=person_id,
        task_id=task_id,
        visit=visit,
        seal=seal,
        policies=[living.policy],
        at=at,
        phone_id=phone_id,
    )


def keep_photograph(living: Living, by: Principal, token: str, reference: str, visit_id: UUID, data: bytes) -> None:
    """Keep the photograph of one's own knock, sealed, once. Raises RefusedError where there is no such knock, or no picture."""
    at = living.clock()
    _phone(living, by, token)
    person_id, task_id = _meant(living, by, reference)
    with living.store.pool.connection() as connection:
        task = read_task(connection, person_id, task_id)
    role = check(by, Action.WORK_ON_TASK, region_code=task.area_code)
    text = base64.b64encode(jpeg_without_exif(data)).decode()
    sealed = living.vault.seal(text, person_id=person_id, retention=RETENTION, period=f"{at:%Y-%m}", field="visit_photograph")
    with living.store.transaction(moving.move_event(by, role, "photograph_kept", task, visit_id=visit_id), at=at) as transaction:
        hold_person(transaction)
        own = [UUID(person_id), visit_id, by.subject]
        if not transaction.connection.execute(
            "SELECT FROM work.visit WHERE person_id = %s AND visit_id = %s AND worker = %s", own
        ).rowcount:
            raise RefusedError(_NO_VISIT)
        transaction.connection.execute(
            "INSERT INTO work.photograph (person_id, visit_id, known_at, photograph, event_id) VALUES (%s, %s, %s, %s, %s) "
            "ON CONFLICT DO NOTHING",
            [UUID(person_id), visit_id, at, sealed, transaction.event.event_id],
        )


def move_task(living: Living, by: Principal, reference: str, do: str, *, to: str = "", area_code: str = "") -> None:
    """Move the task of a reference: `give` it `to` somebody, `hand_back`, `hand_up`, `pass_on` to an area, `done` or `cancel`.

    Raises RefusedError where there is no such move, Forbidden where it is not theirs.
    """
    person_id, task_id = _meant(living, by, reference)
    given: dict[str, Any] = {"person_id": person_id, "task_id": task_id, "at": living.clock()}
    moves: Mapping[str, Any] = {
        "give": partial(moving.give_task, to=to),
        "hand_back": moving.hand_back,
        "hand_up": moving.hand_up,
        "pass_on": partial(moving.pass_on, area_code=area_code),
        "done": partial(moving.close_task, done=True),
        "cancel": partial(moving.close_task, done=False),
    }
    if do not in moves:
        raise RefusedError(_NO_MOVE)
    moves[do](living.store, by, **given)


def assign(living: Living, by: Principal, area_code: str, *, nearest: bool) -> Assigned:
    """Assign what waits in an area to those at work there."""
    moving.expect_area(area_code)
    return assign_waiting(living.store, living.vault, by, area_code=area_code, at=living.clock(), nearest=nearest)


def age(living: Living, age_s: float) -> datetime:
    """Return when something was that a phone says was so many seconds ago: so one whose clock is off still says when it was."""
    try:
        return living.clock() - timedelta(seconds=max(0.0, age_s))
    except OverflowError:
        return datetime.min  # older than any that is taken


def _phone(living: Living, by: Principal, token: str) -> UUID:
    found = phones.phone_of(living.store, token)
    if found is None:
        raise ShutOutError
    if found.worker != by.subject:
        raise RefusedError(_NOT_THEIRS)
    return found.phone_id


def _meant(living: Living, by: Principal, reference: str) -> tuple[str, UUID]:
    person_id, task_id = meant(living, by, Named.TASK, reference)
    return person_id, UUID(task_id)
