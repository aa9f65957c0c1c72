"""What a grid worker's phone and a supervisor's programs may do: everything that their pages do, but photographs, which are no JSON."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from fangxian.services import grid_work, handing_over, settling, supervising, task_looking
from fangxian.services.living import Living
from fangxian.web.api.refusing import Problem
from fangxian.web.api.saying import both, utc
from fangxian.work.permissions import Principal
from fangxian.work.roles import Action
from fangxian.work.rounds import Stop
from fangxian.work.task import Task
from fangxian.work.visit import EFFECTS, Outcome, Visit

_LONGEST = 1_000
_GONE: dict[int | str, dict[str, Any]] = {410: {"model": Problem, "description": "The phone was shut out."}}
Token = Annotated[str, Header(alias="X-Fangxian-Phone", max_length=100)]
"""The token by which a phone is known."""

# No postponed annotations here: FastAPI reads them, and those of a function's own names could not be found.


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Start(_Model):
    """Where a day's round begins, in degrees of WGS 84; what is not said is missing."""

    latitude: float | None = Field(None, ge=-90, le=90)
    longitude: float | None = Field(None, ge=-180, le=180)


class Knock(_Model):
    """One knock, how many seconds ago it was, and the id that the phone gave it."""

    task: str = Field(max_length=_LONGEST)
    visit_id: UUID
    age_s: float = Field(ge=0, le=1e9)
    outcome: Outcome
    note: str = Field("", max_length=2_000)
    moved_to: str = Field("", max_length=12)


class Move(_Model):
    """What to do with a task: to whom it is given, or to which area it is passed on, where that is the move."""

    do: str = Field(max_length=20)
    to: str = Field("", max_length=100)
    area_code: str = Field("", max_length=12)


class HandOver(_Model):
    """To which colleague tasks are handed over: those that are named, or without any all that there is room for."""

    to: str = Field(max_length=100)
    tasks: list[Annotated[str, Field(max_length=_LONGEST)]] | None = Field(None, max_length=handing_over.PAGE)


class Settlement(_Model):
    """What to make of a knock that came too late: accept, set_aside."""

    do: str = Field(max_length=20)


class Assignment(_Model):
    """The area whose waiting tasks are to be assigned, and whether to the nearest."""

    area_code: str = Field(max_length=12)
    nearest: bool = True


def add_grid_work(router: APIRouter, living: Living, asks: Callable[..., Any]) -> None:
    """Add the routes of workers; `asks` gives whoever may do an action."""
    works, assigns = asks(Action.WORK_ON_TASK), asks(Action.ASSIGN_TASK)
    under_work, under_assign = {"x-action": Action.WORK_ON_TASK}, {"x-action": Action.ASSIGN_TASK}

    @router.post("/round/phone", openapi_extra=under_work, status_code=201)
    def phone(by: Annotated[Principal, works]) -> dict[str, str]:
        """Register the phone that asks; it keeps the token."""
        phone_id, token = grid_work.register_phone(living, by)
        return {"phone_id": str(phone_id), "token": token}

    @router.post("/round/shift", openapi_extra=under_work, status_code=201)
    def begin(given: Start, by: Annotated[Principal, works]) -> dict[str, str]:
        """Begin the day: from now on tasks are assigned to one."""
        if (given.latitude is None) != (given.longitude is None):
            given = Start(latitude=None, longitude=None)
        return {"ends_at": utc(grid_work.begin_day(living, by, latitude=given.latitude, longitude=given.longitude))}

    @router.post("/round/take", openapi_extra=under_assign)
    def take(by: Annotated[Principal, assigns]) -> dict[str, int]:
        """Take what waits in one's area, as much as a day's load has room for."""
        return {"taken": grid_work.take_waiting(living, by)}

    @router.post("/round/stops", openapi_extra=under_work, responses=_GONE)
    def fetch(token: Token, by: Annotated[Principal, works]) -> Any:
        """Return the round in one's hand for this phone; everybody in it can see that it was."""
        try:
            found = grid_work.fetch(living, by, token)
        except grid_work.ShutOutError as refused:
            return _shut_out(refused)
        return {
            "fetched_at": utc(found.fetched_at),
            "ends_at": utc(found.ends_at),
            "stops": [{"task": reference, **_stop(stop)} for reference, stop in found.stops],
        }

    @router.post("/round/knocks", openapi_extra=under_work, responses=_GONE)
    def knock(given: Knock, token: Token, by: Annotated[Principal, works]) -> Any:
        """Record a knock, once; `conflict` says what the task had become where it no longer moved it."""
        visit = Visit(
            visit_id=given.visit_id,
            at=grid_work.age(living, given.age_s),
            outcome=given.outcome,
            note=given.note,
            moved_to=given.moved_to or None,
        )
        try:
            conflict = grid_work.knock(living, by, token, given.task, visit)
        except grid_work.ShutOutError as refused:
            return _shut_out(refused)
        return {"conflict": conflict, "said": both(conflict.words) if conflict else None}


def add_supervision(router: APIRouter, living: Living, asks: Callable[..., Any]) -> None:
    """Add the routes of supervisors, and the moves that both make."""
    supervises, assigns = asks(Action.SUPERVISE_TASKS), asks(Action.ASSIGN_TASK)
    under_supervise, under_assign = {"x-action": Action.SUPERVISE_TASKS}, {"x-action": Action.ASSIGN_TASK}
    moves, under_moves = (
        asks(Action.WORK_ON_TASK, Action.ASSIGN_TASK, Action.SUPERVISE_TASKS),
        {"x-action": f"{Action.WORK_ON_TASK} {Action.ASSIGN_TASK} {Action.SUPERVISE_TASKS}"},
    )

    @router.get("/tasks", openapi_extra=under_supervise)
    def tasks(by: Annotated[Principal, supervises]) -> dict[str, Any]:
        """Return who is behind with what in one's area, and what came to the supervisor."""
        found = supervising.supervise(living, by)
        return {
            "behind": [vars(each) for each in found.behind],
            "with_supervisor": [{"task": reference, **_task(task), "late": task.late(found.at)} for reference, task in found.referred],
            "supplies": [vars(each) | {"opened_at": utc(each.opened_at)} for each in found.supplies],
            "too_late": [vars(each) | {"at": utc(each.at)} for each in found.too_late],
            "at_work": [{"worker": each.worker, "area_codes": each.area_codes, "room": each.room} for each in found.at_work],
            "phones": [
                {
                    "phone_id": str(each.phone_id),
                    "worker": each.worker,
                    "fetched_at": utc(each.fetched_at) if each.fetched_at else None,
                    "tasks": each.tasks,
                    "shut_out_at": utc(each.revoked_at) if each.revoked_at else None,
                }
                for each in found.phones
            ],
        }

    @router.post("/tasks/assign", openapi_extra=under_assign)
    def assign(given: Assignment, by: Annotated[Principal, assigns]) -> dict[str, int]:
        """Assign what waits in an area to those at work there; what nobody can carry comes to the supervisor."""
        return vars(grid_work.assign(living, by, given.area_code, nearest=given.nearest))

    @router.post("/tasks/{reference}/moves", openapi_extra=under_moves)
    def move(reference: str, given: Move, by: Annotated[Principal, moves]) -> dict[str, str]:
        """Move one task: give, hand_back, hand_up, pass_on, done, cancel."""
        grid_work.move_task(living, by, reference, given.do, to=given.to, area_code=given.area_code)
        return {"moved": "yes"}

    @router.get("/tasks/{reference}", openapi_extra=under_supervise)
    def task(reference: str, by: Annotated[Principal, supervises]) -> dict[str, Any]:
        """Return a task that came to the supervisor, with its steps and knocks; the look is an event about the person."""
        seen = task_looking.look_at_task(living, by, reference)
        return {
            **_task(seen.task),
            "steps": [vars(each) | {"at": utc(each.at)} for each in seen.steps],
            "knocks": [vars(each) | {"at": utc(each.at)} for each in seen.knocks],
        }

    @router.get("/workers/{reference}/tasks", openapi_extra=under_supervise)
    def in_hand(reference: str, by: Annotated[Principal, supervises]) -> dict[str, Any]:
        """Return what a worker has in hand in a street, without names, and the colleagues who have room."""
        held = handing_over.see_in_hand(living, by, reference)
        return {
            "tasks": [{"task": each, **_task(task), "late": task.late(held.at)} for each, task in held.tasks],
            "colleagues": [{"worker": each.worker, "room": each.room} for each in held.colleagues],
        }

    @router.post("/workers/{reference}/hand-over", openapi_extra=under_supervise)
    def hand_over(reference: str, given: HandOver, by: Annotated[Principal, supervises]) -> dict[str, int]:
        """Hand over tasks in a worker's hand to a colleague of the street."""
        return {"handed_over": handing_over.hand_over(living, by, reference, to=given.to, tasks=given.tasks)}

    @router.post("/knocks/{reference}/settle", openapi_extra={"x-action": Action.SETTLE_KNOCK})
    def settle(reference: str, given: Settlement, by: Annotated[Principal, asks(Action.SETTLE_KNOCK)]) -> dict[str, str]:
        """Take a knock that came too late as the outcome of its task, or set it aside."""
        settling.settle(living, by, reference, given.do)
        return {"settled": "yes"}

    @router.post("/supplies/{reference}/brought", openapi_extra=under_supervise)
    def brought(reference: str, by: Annotated[Principal, supervises]) -> dict[str, str]:
        """Say that supplies were brought."""
        supervising.brought(living, by, reference)
        return {"brought": "yes"}

    @router.post("/phones/{phone_id}/shut-out", openapi_extra=under_supervise)
    def shut_out(phone_id: str, by: Annotated[Principal, supervises]) -> dict[str, str]:
        """Shut out a phone that was lost; its worker logs in again on another."""
        supervising.shut_out(living, by, phone_id)
        return {"shut_out": "yes"}


def _shut_out(refused: grid_work.ShutOutError) -> JSONResponse:
    return JSONResponse({"error": both(refused.words)}, 410)


def _task(task: Task) -> dict[str, Any]:
    return {
        "kind": task.kind,
        "title": both(task.kind.words),
        "area_code": task.area_code,
        "opened_at": utc(task.opened_at),
        "due_at": utc(task.due_at),
        "state": task.state,
        "worker": task.worker,
        "referred": task.referred,
    }


def _stop(stop: Stop) -> dict[str, Any]:
    reach = stop.reach
    where = {name: getattr(reach, name, None) for name in ("full_name", "phone", "address", "latitude", "longitude")}
    return {**_task(stop.task), **where, "knocks": stop.knocks, "outcomes": list(EFFECTS[stop.task.kind])}
