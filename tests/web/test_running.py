"""What it takes to run it: rates, health, metrics and logs; none says anything of a person."""

import io
import json
import logging
import sys
from contextlib import contextmanager
from types import SimpleNamespace

import httpx
import pytest
import structlog
from bad_days.town import login, serve
from gate_town import serving_app
from services.conftest import HEALTHY, IDENTITY, PHONE, as_typed, clock, living, vault_process  # noqa: F401 - fixtures
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from store.conftest import NOON, database, migrated, store  # noqa: F401 - fixtures
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from fangxian.facts.known import now
from fangxian.signed.key_folder import KeyFolder
from fangxian.store.gate_devices import open_device, register
from fangxian.store.service_login import let_in
from fangxian.store.serving import Serving
from fangxian.store.store import Event
from fangxian.vault.folder import VaultFolder
from fangxian.web.live import live_application
from fangxian.web.running.kinds import Kinds
from fangxian.web.running.logs import PERSONAL, set_up_logs
from fangxian.web.running.overload import Limits, Load, Overload
from fangxian.web.running.rates import Allowances, Rates, described
from tests.guards.test_modules import OF_PEOPLE


@pytest.fixture
def address(living):  # noqa: F811
    """Give the address of the whole application."""
    with (
        Serving(living.store, living.policy, clock=living.clock) as serving,
        serving_app(live_application(living, serving, hosts=["127.0.0.1"], metrics_token="scrape"), lifespan="on") as where,
    ):
        yield where


@contextmanager
def limited_town(**per_address):
    """Give the address of an application with small limits behind a proxy at 127.0.0.1, which is trusted."""
    said = {**described(), "per_address": {"other": {"limit": "5/minute"}} | per_address, "per_session": described()["per_session"]}
    said["per_session"] = {"write": {"limit": "2/minute"}, "other": {"limit": "3/minute"}}
    routes = [
        Route("/me", lambda request: PlainTextResponse("seen")),
        Route("/me/enrol", lambda request: PlainTextResponse("seen"), methods=["POST"]),
        Route("/api/v1/me", lambda request: PlainTextResponse("seen")),
        Route("/api/v1/gate/scans", lambda request: PlainTextResponse("seen"), methods=["POST"]),
    ]
    around = [Middleware(Overload, kinds=Kinds(routes), load=Load(Limits.packaged())), Middleware(Rates, allowances=Allowances(said))]
    app = ProxyHeadersMiddleware(Starlette(routes=routes, middleware=around), trusted_hosts=["127.0.0.1"])
    with serving_app(app) as where, httpx.Client(base_url=where, timeout=30) as client:
        yield client


def test_an_address_that_asks_too_often_is_told_when_to_come_back_and_others_are_not_held_up():
    with limited_town() as client:
        said = [client.get("/me", headers={"X-Forwarded-For": "203.0.113.7"}) for _ in range(7)]
        assert [answer.status_code for answer in said] == [200] * 5 + [429] * 2
        assert 0 < int(said[-1].headers["Retry-After"]) <= 60
        assert "过于频繁" in said[-1].text
        assert "too often" in said[-1].text
        assert client.get("/me", headers={"X-Forwarded-For": "203.0.113.8"}).status_code == 200
        json_answer = client.get("/api/v1/me", headers={"X-Forwarded-For": "203.0.113.7"})
        assert (json_answer.status_code, set(json_answer.json()["error"])) == (429, {"zh", "en"})


def test_a_session_is_counted_wherever_it_comes_from_and_gates_are_not():
    with limited_town() as client:
        cookie = {"Cookie": "fangxian_session=one"}
        said = [client.post("/me/enrol", headers=cookie | {"X-Forwarded-For": f"203.0.113.{n}"}).status_code for n in range(4)]
        assert said == [200, 200, 429, 429]
        assert {client.post("/api/v1/gate/scans").status_code for _ in range(20)} == {200}


def test_a_session_is_counted_whatever_else_is_borne_along():
    with limited_town() as client:
        cookie = {"Cookie": "fangxian_session=one"}
        said = [client.post("/me/enrol", headers=cookie | {"Authorization": f"Bearer {n}"}).status_code for n in range(4)]
        assert said == [200, 200, 429, 429]
        elsewhere = {"X-Forwarded-For": "203.0.113.9"}
        spaced = [client.post("/me/enrol", headers=elsewhere | {"Authorization": f"bearer {' ' * n}two"}).status_code for n in range(4)]
        assert spaced == [200, 200, 429, 429]


def test_an_address_that_guesses_at_tokens_of_gates_is_held_up_and_a_gate_there_is_not(address, living):  # noqa: F811
    tokens = []
    for _ in range(2):
        event = Event(actor="test", role="test", purpose="test", action="register gate")
        _, code = register(living.store, event, place_id="mall-1", place_name="虚构商场", region_code="330106", at=living.clock())
        tokens.append(open_device(living.store, code, at=living.clock()))
    with httpx.Client(base_url=address, timeout=30) as client:

        def asked(token, path="/gate/config.json"):
            return client.get(path, headers={"Authorization": f"Bearer {token}"})

        assert asked(tokens[0]).status_code == 200
        limit = int(described()["unknown_token"]["limit"].partition("/")[0])
        assert [asked(f"guess-{n}").status_code for n in range(limit)] == [401] * limit
        refused = asked("guess")
        assert (refused.status_code, refused.headers["Retry-After"].isdecimal()) == (429, True)
        assert asked(tokens[1]).status_code == 429  # that it is a device's is not told to whoever guesses
        assert [asked(tokens[0], path).status_code for path in ("/gate/config.json", "/gate/files/trust")] == [200, 200]


def test_a_gate_that_is_held_up_is_told_so_in_the_form_that_its_page_reads(address):
    body = {"json": {"scans": []}, "headers": {"Authorization": "Bearer guess"}}
    with httpx.Client(base_url=address, timeout=30) as client:
        said = [client.post("/api/v1/gate/scans", **body) for _ in range(31)]
    assert (said[-1].status_code, set(said[-1].json()["problem"])) == (429, {"zh", "en"})


def test_one_network_of_ipv6_is_one_client():
    with limited_town() as client:
        said = [client.get("/me", headers={"X-Forwarded-For": f"2001:db8::{n}"}).status_code for n in range(1, 8)]
        assert said.count(429) == 2
        assert client.get("/me", headers={"X-Forwarded-For": "2001:db8:0:1::1"}).status_code == 200


def test_a_proxy_that_is_not_trusted_speaks_for_nobody():
    app = ProxyHeadersMiddleware(
        Starlette(routes=[Route("/", lambda request: PlainTextResponse(request.client.host))]), trusted_hosts=["10.0.0.1"]
    )
    with serving_app(app) as where:
        assert httpx.get(where, headers={"X-Forwarded-For": "203.0.113.7"}, timeout=30).text == "127.0.0.1"


@pytest.mark.parametrize(("more", "believed"), [({}, "http"), ({"proxy": "127.0.0.1"}, "https")], ids=["no proxy", "a named proxy"])
def test_what_a_proxy_says_is_believed_of_the_one_that_was_named_alone(tmp_path, postgres_server, database, more, believed):  # noqa: F811
    KeyFolder.make(tmp_path / "keys", b"passphrase", region_code="330100", at=now())
    VaultFolder.make(tmp_path / "vault")
    server = SimpleNamespace(conninfo=database)
    let_in(database, login(server))
    with serve(tmp_path, server, tmp_path, processes=1, **more) as (_, address):
        # Where an address ends in a stroke too many, the answer says by which scheme it was asked for.
        moved = httpx.get(f"{address}me/family/", headers={"X-Forwarded-Proto": "https"}, timeout=30)
    assert moved.headers["location"].startswith(f"{believed}://")


def test_whoever_comes_through_a_proxy_that_was_not_named_is_not_from_this_machine(address, living):  # noqa: F811
    through_proxy = {"X-Forwarded-For": "203.0.113.7"}
    asked = httpx.post(f"{address}/me/log-in/code", data={"phone": PHONE}, headers=through_proxy, timeout=30)
    code = living.sender.shown(PHONE, client="127.0.0.1")
    assert asked.status_code == 200
    assert code
    assert code not in asked.text


def test_ready_says_of_each_part_whether_it_is(address, living, monkeypatch):  # noqa: F811
    assert httpx.get(f"{address}/health", timeout=30).text == "alive\n"
    told = httpx.get(f"{address}/ready", timeout=30)
    assert (told.status_code, told.json()["ready"], set(told.json()["parts"].values())) == (200, True, {"ready"})
    living.clock.forward(days=4000)  # no key signs then
    told = httpx.get(f"{address}/ready", timeout=30)
    assert (told.status_code, told.json()["parts"]["signing key"], told.json()["parts"]["store"]) == (503, "not ready", "ready")


def test_a_balancer_that_names_us_by_our_address_is_answered_and_a_page_is_not(address):
    named = {"Host": "10.1.2.3:8000"}
    assert httpx.get(f"{address}/health", headers=named, timeout=30).status_code == 200
    assert httpx.get(f"{address}/me", headers=named, timeout=30).status_code == 400


def test_metrics_are_for_this_machine_or_for_the_token(address):
    assert httpx.get(f"{address}/metrics", timeout=30).status_code == 200
    through_proxy = {"X-Forwarded-For": "203.0.113.7"}
    assert httpx.get(f"{address}/metrics", headers=through_proxy, timeout=30).status_code == 403
    assert httpx.get(f"{address}/metrics", headers={"Authorization": "Bearer guess"}, timeout=30).status_code == 403
    assert httpx.get(f"{address}/metrics", headers=through_proxy | {"Authorization": "Bearer scrape"}, timeout=30).status_code == 200


def test_metrics_name_routes_and_never_what_was_asked_for(address, living):  # noqa: F811
    with httpx.Client(base_url=address, timeout=30) as client:
        ticket = client.post("/api/v1/log-in/code", json={"phone": PHONE}).json()["ticket"]
        code = living.sender.shown(PHONE, client="127.0.0.1")
        session = client.post("/api/v1/log-in", json={"phone": PHONE, "code": code, "ticket": ticket}).json()["session"]
        bearer = {"Authorization": f"Bearer {session}"}
        answers = as_typed(**IDENTITY, **HEALTHY)
        enrolled = client.post("/api/v1/me", json={"relation": "self", "phone": PHONE, "answers": answers}, headers=bearer)
        assert enrolled.status_code == 201
        assert client.get("/api/v1/me/0/code", headers=bearer).status_code == 200
        client.get(f"/nothing/{IDENTITY['id_number']}", headers=bearer)
        told = client.get("/metrics").text
    assert 'fangxian_requests_total{method="GET",route="/api/v1/me/{place}/code",status="200"} 1.0' in told
    assert 'route="unknown"' in told
    for name in ("fangxian_pending_codes", "fangxian_unsealed_seconds", "fangxian_serving_loads", "fangxian_store_answers 1.0"):
        assert name in told, name
    for said in (IDENTITY["id_number"], IDENTITY["full_name"], PHONE, PHONE[3:], session):
        assert said not in told


@pytest.fixture
def logged(monkeypatch):
    """Give a function that returns what was logged since, an object a line."""
    written, root = io.StringIO(), logging.getLogger()
    before = root.handlers[:], root.level
    monkeypatch.setattr(sys, "stderr", written)
    set_up_logs("json")
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    root.handlers[:], root.level = before
    structlog.reset_defaults()


def test_a_log_refuses_every_field_of_a_person_and_says_so(logged):
    assert OF_PEOPLE <= PERSONAL
    structlog.get_logger("test").info("declared", **dict.fromkeys(OF_PEOPLE, "invented"), rows=3)
    (event,) = logged()
    assert "invented" not in json.dumps(event)
    assert (event["event"], event["rows"], event["refused"]) == ("declared", 3, sorted(OF_PEOPLE))


@pytest.mark.parametrize(
    "number",
    ["11010519491231002X", "13800000001", "+8613800000001", "0123456789abcdef0123456789abcdef", "01234567-89ab-cdef-0123-456789abcdef"],
)
def test_a_number_of_a_person_in_the_words_of_anybodys_log_is_taken_out(logged, number):
    logging.getLogger("somebody.else").warning("row (%s) refused", number)
    structlog.get_logger("test").warning("seen", given=[{"deep": f"x {number} y"}])
    first, second = logged()
    assert first["event"] == "row ([refused]) refused"
    assert second["given"] == [{"deep": "x [refused] y"}]


def test_an_error_is_logged_by_its_kind_and_place_and_not_by_its_words(logged):
    try:
        raise ValueError("Key (full_name)=(王小明) already exists")
    except ValueError:
        logging.getLogger("somebody.else").exception("failed")
    (event,) = logged()
    assert event["error"] == "ValueError"
    assert event["where"][0].startswith("test_running.py:")
    assert "王小明" not in json.dumps(event, ensure_ascii=False)
