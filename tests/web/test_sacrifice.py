"""What is dropped under overload: every route has its place, the order is kept, and what may never be dropped is not."""

import asyncio
import time
from collections.abc import Callable
from contextlib import asynccontextmanager

import httpx
import pytest
from apart import run_apart
from gate_town import serving_app
from services.conftest import clock, living, vault_process  # noqa: F401 - fixtures
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from store.conftest import database, migrated, store  # noqa: F401 - fixtures

from fangxian.errors import FangxianError
from fangxian.services.sign_in import DemoSignIn
from fangxian.web.live import live_application
from fangxian.web.running.kinds import NEVER, Kinds, order, served_routes
from fangxian.web.running.overload import Limits, Load, Overload

DROPPED = [each for each in order() if each.rank != NEVER]


@pytest.fixture
def routes(living):  # noqa: F811
    sign_in = DemoSignIn(host="127.0.0.1", region_codes=frozenset(), organisation_ids={})
    return live_application(living, None, hosts=["localhost"], sign_in=sign_in).routes


def test_every_route_has_its_place_and_every_place_its_route(routes):
    served = set(served_routes(routes))
    named = {(method, path) for each in order() for *methods, path in map(str.split, each.routes) for method in methods}
    assert len(served) > 70
    assert served == named
    twice = [line for line in {line for each in order() for line in each.routes} if sum(line in each.routes for each in order()) > 1]
    assert twice == ["POST /api/v1/me/{place}/credential"]


def test_a_route_that_nobody_gave_a_place_stops_the_start(routes):
    with pytest.raises(FangxianError, match="belong to no class"):
        Kinds([*routes, Route("/new", lambda request: PlainTextResponse(""))])


def test_the_four_that_may_never_be_dropped_are_not(routes):
    kinds = Kinds(routes)
    for method, path in (
        ("POST", "/api/v1/gate/scans"),
        ("POST", "/api/v1/me/0/credential"),
        ("POST", "/api/v1/me/0/declarations"),
        ("POST", "/me/0/declare"),
        ("POST", "/me/enrol"),
        ("GET", "/health"),
    ):
        assert kinds.of(method, path).sacrifice.rank == NEVER, path
    assert kinds.of("GET", "/nothing/here").sacrifice.rank == 0


class Hand:
    """A clock that is moved by hand."""

    at = 0.0

    def __call__(self) -> float:
        return self.at


LIMITS = Limits(wait_s=0.1, in_flight=10, window_s=2, worse_after_s=1, better_after_s=3, calm=0.5, retry_s=5)


def test_a_class_more_is_dropped_after_a_second_over_and_one_fewer_after_three_of_calm():
    hand = Hand()
    load, levels = Load(LIMITS, clock=hand), []
    for wait_s in [0.2] * 25 + [0.0] * 60:
        load.measured(wait_s)
        levels.append(load.level)
        hand.at += 0.1
    assert levels[:9] == [0] * 9
    assert max(levels) == 4  # two seconds over, and two until the window has forgotten them
    changes = [(at / 10, level) for at, level in enumerate(levels) if at and level != levels[at - 1]]
    assert [level for _, level in changes] == [1, 2, 3, 4, 3]
    assert changes[-1][0] - changes[-2][0] >= 3


def test_at_each_level_exactly_the_first_classes_are_dropped():
    load = Load(LIMITS)
    for load.level in range(len(DROPPED) + 1):
        assert [each.name for each in order() if load.drops(each)] == [each.name for each in DROPPED[: load.level]]


def test_between_calm_and_overload_nothing_changes_to_and_fro():
    hand = Hand()
    load = Load(LIMITS, clock=hand)
    load.level = 2
    for _ in range(100):
        load.measured(0.08)
        hand.at += 0.1
    assert load.level == 2


class Witness:
    """Keeps in the order of arrival what was asked for, and how it was answered."""

    def __init__(self, app) -> None:
        self.app, self.seen = app, []

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        row = [Headers(scope=scope)["asks-as"], None]
        self.seen.append(row)

        async def noting(message) -> None:
            row[1] = message.get("status", row[1])
            await send(message)

        await self.app(scope, receive, noting)


def slow_town() -> Witness:
    """Return an application with a slow route for every one of ours: they occupy the pool of threads as questions to the store do."""

    def work(request) -> PlainTextResponse:
        time.sleep(0.2)
        return PlainTextResponse("done")

    lines = {line for each in order() for line in each.routes if "{path:path}" not in line}
    routes = [Route(line.split()[-1], work, methods=line.split()[:-1]) for line in sorted(lines)]
    load = Load(Limits(wait_s=0.03, in_flight=1_000, window_s=1, worse_after_s=0.5, better_after_s=60, calm=0.1, retry_s=1))

    @asynccontextmanager
    async def lifespan(app):
        task = asyncio.create_task(load.watch())
        yield
        task.cancel()

    return Witness(Starlette(routes=routes, middleware=[Middleware(Overload, kinds=Kinds(routes), load=load)], lifespan=lifespan))


async def flood(address: str, paths: dict[str, tuple[str, str, dict]], *, enough: Callable[[], bool]) -> None:
    """Ask for every path again and again, eight at a time each, until it is enough or a minute has passed."""
    until = time.monotonic() + 60
    async with httpx.AsyncClient(base_url=address, timeout=60, limits=httpx.Limits(max_connections=100)) as client:

        async def ask(name: str) -> None:
            method, path, headers = paths[name]
            while time.monotonic() < until and not enough():
                answer = await client.request(method, path, headers=headers | {"Asks-As": name.replace(" ", "-")})
                if answer.status_code == 503:
                    assert int(answer.headers["Retry-After"]) >= 1
                    assert "请稍后" in answer.text
                    assert "later" in answer.text
                    await asyncio.sleep(0.05)

        await asyncio.gather(*(ask(name) for name in paths for _ in range(8)))


def test_a_real_server_under_real_load_drops_class_after_class_in_this_order_and_never_the_rest():
    lasting, ending = ({"Code-Ends": str(int(time.time()) + seconds)} for seconds in (7200, 1800))
    paths = {each.name: ("GET", path(each.routes), {}) for each in order() if path(each.routes)}
    paths["renewals"] = ("POST", "/api/v1/me/0/credential", lasting)
    paths["ending codes"] = ("POST", "/api/v1/me/0/credential", ending)
    paths["declarations"] = ("POST", "/api/v1/me/0/declarations", {})
    paths["gates"] = ("POST", "/api/v1/gate/scans", {})
    ranks = {each.name.replace(" ", "-"): each.rank for each in order()}
    assert paths.keys() == {each.name for each in order()}
    app = slow_town()

    def dropped(rank: int) -> bool:
        return any(status == 503 and ranks[name] == rank for name, status in app.seen)

    with serving_app(app, lifespan="on") as address:
        run_apart(flood(address, paths, enough=lambda: dropped(2)))
    assert {name for name, _ in app.seen} == ranks.keys()
    assert {status for name, status in app.seen if ranks[name] == NEVER} == {200}
    level = -1
    for name, status in app.seen:
        if status == 503:
            level = max(level, ranks[name])
        else:
            assert ranks[name] == NEVER or ranks[name] > level, f"{name} was answered after {DROPPED[level].name} had been dropped"
    assert level >= 2, "the load was to be too much"


def path(lines: tuple[str, ...]) -> str | None:
    """Return the first path of a class that anybody may simply get."""
    found = [line.split()[-1] for line in lines if "GET" in line and "{reference}" not in line and ":path" not in line]
    return found[0].replace("{place:int}", "0").replace("{place}", "0") if found else None
