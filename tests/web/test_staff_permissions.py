"""Every route of the staff against every role, with real sessions: allowed where the matrix says so, and nowhere else."""

import re
from collections.abc import Iterator
from itertools import product

import pytest
from starlette.routing import Mount

from fangxian.services.staff import STAFF
from fangxian.web.permitted import Permitted
from fangxian.work.permissions import PERMISSIONS
from fangxian.work.roles import Action
from tests.services.conftest import clock, database, living, migrated, store, vault_process

from .staff_kit import Served, serve

__all__ = ["clock", "database", "living", "migrated", "store", "vault_process"]

POLICYS = ("330000",)
"""Officers of the whole region of the policy: an action on the policy itself takes no less."""

BODIES = {
    "/alerts/heard": {"alert": "x"},
    "/appeals/{reference}/answer": {"answer": "refused", "words": "经核查"},
    "/decisions": {"appeal": "x", "rule": "x", "reason": "other"},
    "/links/{reference}/judge": {"answer": "proposed"},
    "/confirm/look-up": {"number": "00000-00000"},
    "/entrance/checks": {"person": "x"},
    "/visitors": {"host": "李经理", "purpose": "meeting", "visit": "x"},
    "/clues/{reference}/answer": {"finding": "confirmed", "words": "已核实"},
    "/hotline/assessment": {"answers": {}},
    "/hotline/consultation": {"answers": {}},
    "/hotline/consultation/answer": {"receipt": "x"},
    "/hotline/consultation/more": {"receipt": "x", "words": "x"},
    "/hotline/clues": {"clues": [{"record": "x", "answers": {}}]},
    "/consultations/{reference}/answer": {"to": "answered", "words": "多喝水"},
    "/clues/{reference}/pass-on": {"to": "330106"},
    "/clues/{reference}/reporter": {"reason": "ask_back"},
    "/confirm": {"declaration": "x", "finding": "healthy"},
    "/round/shift": {},
    "/round/knocks": {"task": "x", "visit_id": "0" * 32, "age_s": 60, "outcome": "met"},
    "/tasks/assign": {"area_code": "330106001"},
    "/tasks/{reference}/moves": {"do": "hand_up"},
    "/workers/{reference}/hand-over": {"to": "li-1"},
    "/knocks/{reference}/settle": {"do": "accept"},
}

UNREAD = ("look-up", "release", "hotline/assessment", "hotline/consultation")
"""What answers 422 to the body above: it is let in, and cannot be read."""


@pytest.fixture
def served(living) -> Iterator[Served]:
    with serve(living) as one:
        yield one


def page_routes(served):
    """Yield method, path and actions of the staff's pages that name an action."""
    for route in served.app.routes:
        if isinstance(route, Permitted) and route.path.startswith("/staff") and route.action:
            for method in route.methods - {"HEAD"}:
                yield method, route.path, (route.action, *route.others)


def interface_routes(served):
    """Yield method, path and actions of the staff's interface that name an action."""
    (mounted,) = [route.app for route in served.app.routes if isinstance(route, Mount) and route.path == "/api/v1"]
    for path, methods in mounted.openapi()["paths"].items():
        for method, described in methods.items():
            if path.startswith("/staff") and described["x-action"] != "staff":
                yield method.upper(), path, tuple(map(Action, described["x-action"].split()))


def held_by(actions, role):
    return any(role in PERMISSIONS[action].roles for action in actions)


def addressed(path):
    return re.sub(r"\{\w+\}", "2020-02.none", path)


def test_every_page_lets_in_the_roles_of_the_matrix_and_no_others(served):
    routes = list(page_routes(served))
    assert len(routes) > 12
    clients = {role: served.come_in(role, regions=POLICYS) for role in STAFF}
    for (method, path, actions), role in product(routes, STAFF):
        status = clients[role].request(method, addressed(path)).status_code
        assert (status != 403) is held_by(actions, role), (method, path, role, status)
        assert status not in (401, 404, 405, 500), (method, path, role, status)


def test_every_address_of_the_interface_lets_in_the_roles_of_the_matrix_and_no_others(served):
    routes = list(interface_routes(served))
    assert len(routes) > 10
    clients = {role: served.come_in(role, regions=POLICYS) for role in STAFF}
    for (method, path, actions), role in product(routes, STAFF):
        body = BODIES.get(path.removeprefix("/staff"))
        status = clients[role].request(method, "/api/v1" + addressed(path), json=body, headers={"X-Fangxian-Phone": "x"}).status_code
        assert (status != 403) is held_by(actions, role), (method, path, role, status)
        assert status not in (401, 404, 405, 422, 500) or path.endswith(UNREAD), (method, path, role, status)


def test_without_a_session_pages_lead_to_the_log_in_and_the_interface_says_401(served):
    client = served.browser()
    for method, path, _ in page_routes(served):
        answer = client.request(method, addressed(path))
        assert (answer.status_code, answer.headers["location"]) == (303, "/staff/log-in"), (method, path)
    for method, path, _ in interface_routes(served):
        answer = client.request(method, "/api/v1" + addressed(path), json=BODIES.get(path.removeprefix("/staff")))
        assert answer.status_code == 401, (method, path)


def test_without_a_second_factor_nothing_that_takes_one_is_done(served):
    clients = {role: served.come_in(role, second_factor=False) for role in STAFF}
    asked = 0
    for (method, path, actions), role in product(page_routes(served), STAFF):
        if held_by(actions, role) and all(PERMISSIONS[action].second_factor for action in actions):
            answer = clients[role].request(method, addressed(path))
            assert (answer.status_code, answer.headers["location"]) == (303, "/staff/factor"), (method, path, role)
            asked += 1
    assert asked > 10
    for (method, path, actions), role in product(interface_routes(served), STAFF):
        if held_by(actions, role) and all(PERMISSIONS[action].second_factor for action in actions):
            body = BODIES.get(path.removeprefix("/staff"))
            status = clients[role].request(method, "/api/v1" + addressed(path), json=body, headers={"X-Fangxian-Phone": "x"}).status_code
            assert status == 403, (method, path, role, status)


def test_a_form_from_another_site_does_nothing(served):
    clients = {role: served.come_in(role, regions=POLICYS) for role in STAFF}
    elsewhere = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
    for (method, path, actions), role in product((*page_routes(served),), STAFF):
        if method == "POST" and held_by(actions, role):
            assert clients[role].post(addressed(path), headers=elsewhere).status_code == 403, path
    for (method, path, actions), role in product((*interface_routes(served),), STAFF):
        if method == "POST" and held_by(actions, role):
            status = clients[role].post("/api/v1" + addressed(path), json={}, headers=elsewhere).status_code
            assert status in (403, 422), path
