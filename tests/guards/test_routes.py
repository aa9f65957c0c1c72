"""Promises over every route of the living code: each names an action of the permission matrix, or stands here with the reason."""

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from fangxian.web.permitted import Permitted
from fangxian.work.roles import Action
from tests.services.conftest import clock, database, living, migrated, store, vault_process
from tests.web.staff_kit import serve

__all__ = ["clock", "database", "living", "migrated", "store", "vault_process"]

FOR_EVERYBODY = {
    "/": "leads to the citizens' first page",
    "/static": "files that are the same for everybody",
    "/health": "a balancer asks it; it says one word",
    "/ready": "a balancer asks it; it says one word",
    "/metrics": "counts of nobody, for this machine or for who has its token",
    "/api/v1/openapi.json": "the description of the interface",
    "/me": "asks who somebody is",
    "/me/log-in": "asks who somebody is",
    "/me/log-in/code": "asks who somebody is",
    "/me/offline": "holds nobody's data",
    "/me/worker.js": "a program, the same for everybody",
    "/gate": "holds no secret; a device's token makes it work",
    "/gate/worker.js": "a program, the same for everybody",
    "/gate/open": "takes a code that counts once, and gives a device its token",
    "/work": "holds nobody's data; a round is fetched under a session, and a phone that was shut out learns it here",
    "/work/worker.js": "a program, the same for everybody",
    "/work/standing": "tells a phone by its token whether it was shut out, so that it forgets what it holds",
    "/staff/log-in": "asks who somebody is",
    "/staff/log-in/begin": "leads to the provider",
    "/staff/log-in/back": "comes from the provider",
    "/staff/log-in/choose": "the demonstration's way in, on this machine alone",
    "/public": "the counts that are published, of nobody in person",
    "/public/{day}": "the counts that are published, of nobody in person",
    "/api/v1/public/{day}": "the counts that are published, of nobody in person",
    "/public/trips": "what was published of trips, which names nobody",
    "/api/v1/public/trips/{day}": "what was published of trips, which names nobody",
    "/api/v1/questionnaires/{name}": "what is asked of everybody",
    "/api/v1/exchange/ask": "another region is known by the signature of its message",
    "/api/v1/exchange/dispute": "another region is known by the signature of its message",
    "/api/v1/exchange/answer": "another region is known by the signature of its message",
    "/api/v1/log-in": "asks who somebody is",
    "/api/v1/log-in/code": "asks who somebody is",
}
"""What needs no session, and why."""

FOR_ALL_STAFF = {
    "/staff": "says what one's roles are for",
    "/staff/log-out": "ends one's own session",
    "/staff/factor": "shows one's own second factor",
    "/staff/factor/enrol": "makes one's own second factor",
    "/api/v1/staff/me": "says who one is",
}
"""What any role of the staff may, since it is about the session alone."""


@pytest.fixture
def app(living) -> Iterator[Starlette]:
    with serve(living) as served:
        yield served.app


def actions_by_path(app: Starlette) -> dict[str, tuple[Action, ...]]:
    """Return the actions that each route names, none where it names none; the interface's by its description."""
    found: dict[str, tuple[Action, ...]] = {}
    for route in app.routes:
        if isinstance(route, Mount) and hasattr(route.app, "openapi"):
            described = route.app.openapi()["paths"]
            for path, methods in described.items():
                for method in methods.values():
                    words = method.get("x-action", "").split()
                    found[route.path + path] = tuple(Action(word) for word in words if word not in ("log_in", "staff"))
            own = [inner for inner in route.app.routes if not hasattr(inner, "original_router")]
            found |= {route.path + inner.path: () for inner in own}
            included = [inner.original_router for inner in route.app.routes if inner not in own]
            assert all(inner.include_in_schema for router in included for inner in router.routes)
        elif isinstance(route, Permitted):
            found[route.path] = (route.action, *route.others) if route.action else ()
        else:
            found[route.path] = ()
    return found


def test_every_route_names_an_action_or_stands_among_those_for_everybody(app):
    found = actions_by_path(app)
    assert len(found) > 50
    without = {path for path, actions in found.items() if not actions}
    assert without == FOR_EVERYBODY.keys() | FOR_ALL_STAFF.keys()


def test_no_two_routes_answer_the_same_request(app):
    asked = [(route.path, method) for route in app.routes for method in getattr(route, "methods", None) or ()]
    assert len(asked) == len(set(asked))
