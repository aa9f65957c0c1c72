"""Tasks about invented people, workers at work, and a vault."""

from uuid import uuid4

import pyarrow as pa
import pytest
from spec_symbols import person_id

from fangxian.store.reaching import Reach, keep_reaches
from fangxian.store.store import Event
from fangxian.vault.folder import VaultFolder
from fangxian.vault.local import LocalVault
from fangxian.work.handing_out import TO_DO, hand_out
from fangxian.work.roles import Role
from fangxian.work.shift import begin_shift
from fangxian.work.task import TaskKind, TaskState
from fangxian.work.task_rows import COLUMNS, task_from
from fangxian.work.visit import Outcome, Visit
from fangxian.work.visiting import record_visit
from tests.store.conftest import NOON

from .conftest import HANGZHOU, seal, somebody

GRID, NEXT_GRID, OTHER_STREET = "330106001002", "330106001003", "330106002001"
OFFICER = somebody("officer-1", Role.OFFICER, region_codes=frozenset({"330100"}))
SUPERVISOR = somebody("supervisor-1", Role.SUPERVISOR, region_codes=frozenset({"330106001"}))
SYSTEM = somebody("system", Role.SYSTEM)


def worker(name, *areas, second_factor=False):
    return somebody(name, Role.GRID_WORKER, region_codes=frozenset(areas or {GRID}), second_factor=second_factor)


LI, WU = worker("li-1"), worker("wu-1")


@pytest.fixture
def vault(tmp_path):
    return LocalVault(VaultFolder.make(tmp_path / "vault"))


def ask(store, *names, kind=TaskKind.VISIT_ARRIVAL, area=GRID, at=NOON, because_type="region_stay", because_id=None):
    rows = [
        {"person_id": person_id(n), "area_code": area, "because_type": because_type, "because_id": because_id or place}
        for place, n in enumerate(names)
    ]
    return hand_out(store, OFFICER, pa.Table.from_pylist(rows, TO_DO), kind=kind, region_code="330106", purpose="arrivals", at=at)


def tasks(store, name=None):
    which = "WHERE person_id = %s" if name else ""
    with store.pool.connection() as connection:
        query = f"SELECT {COLUMNS} FROM work.task {which} ORDER BY opened_at, area_code, person_id"
        return [task_from(row) for row in connection.execute(query, [person_id(name)] if name else []).fetchall()]


def task(store, name):
    return tasks(store, name)[-1]


def key(store, name):
    found = task(store, name)
    return {"person_id": found.person_id, "task_id": found.task_id}


def at_work(store, *workers, at=NOON, start=(None, None)):
    for each in workers:
        begin_shift(store, each, at=at, latitude=start[0], longitude=start[1])


def with_worker(store, name, by=LI, **given):
    """Let a worker have a task in hand."""
    from fangxian.work.moving import give_task

    ask(store, name, **given)
    at_work(store, by)
    give_task(store, by, **key(store, name), to=by.subject, at=NOON)


def knock(store, name, outcome, *, by=LI, at=NOON, on=None, visit_id=None, moved_to=None, note="", of=None):
    visit = Visit(visit_id=visit_id or uuid4(), at=on or at, outcome=Outcome(outcome), note=note, moved_to=moved_to)
    return record_visit(store, by, **(of or key(store, name)), visit=visit, seal=seal, policies=[HANGZHOU], at=at)


def reach(store, vault, doors):
    by = Event(actor="test", role="system", purpose="test", action="find")
    said = [
        Reach(person_id=person_id(name), full_name="王小明", address="文三路 1 号", latitude=place[0], longitude=place[1])
        for name, place in doors.items()
    ]
    with store.transaction(by, at=NOON) as transaction:
        keep_reaches(transaction, vault, said, source="rail", retention="movement")


def state(store, name):
    found = task(store, name)
    return found.state, found.worker, found.referred


__all__ = ["TaskState"]
