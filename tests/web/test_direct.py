"""What is asked for directly is refused as all else is: each request is made twice, and goes the long way where its length is not said."""

import base64
from uuid import uuid4

import httpx
import pytest
from gate_town import serving_app
from services.conftest import clock, come_in, living, vault_process  # noqa: F401 - fixtures
from store.conftest import database, migrated, store  # noqa: F401 - fixtures

from fangxian.signed.keys import PrivateKey, point
from fangxian.store.gate_devices import open_device, register
from fangxian.store.serving import Serving
from fangxian.store.store import Event
from fangxian.web.live import live_application
from fangxian.web.running.overload import Limits

KEY = base64.urlsafe_b64encode(point(PrivateKey.make().public)).decode()
JSON = {"Content-Type": "application/json"}
CALM = Limits(wait_s=60, in_flight=1_000, window_s=5, worse_after_s=60, better_after_s=5, calm=0.5, retry_s=5)


@pytest.fixture
def client(living):  # noqa: F811
    with (
        Serving(living.store, living.policy, clock=living.clock) as serving,
        serving_app(live_application(living, serving, hosts=["127.0.0.1"], limits=CALM), lifespan="on") as where,
        httpx.Client(base_url=where, timeout=30) as client,
    ):
        yield client


def both_ways(client: httpx.Client, path: str, body: bytes, headers: dict[str, str]) -> list[httpx.Response]:
    """Ask directly, and again the long way: sent in pieces, a body says no length."""
    return [client.post(path, content=content, headers=JSON | headers) for content in (body, iter([body]))]


def said(answer: httpx.Response) -> tuple[object, ...]:
    kept = {name: value for name, value in answer.headers.items() if name not in ("date", "content-encoding", "content-length", "vary")}
    return answer.status_code, answer.json(), kept


@pytest.mark.parametrize(
    ("path", "body", "headers", "status"),
    [
        ("/api/v1/me/0/credential", b"{}", {}, 422),
        ("/api/v1/me/0/credential", b"", {}, 422),
        ("/api/v1/me/0/credential", b"\xff", {}, 422),
        ("/api/v1/me/0/credential", b'{"phone_key": "%s", "colour": "green"}' % KEY.encode(), {}, 422),
        ("/api/v1/me/x/credential", b'{"phone_key": "%s"}' % KEY.encode(), {}, 422),
        ("/api/v1/me/0/credential", b'{"phone_key": "AAAA"}', {}, 422),
        ("/api/v1/me/0/credential", b"phone_key=1", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ("/api/v1/me/0/credential", b'{"phone_key": "%s"}' % KEY.encode(), {}, 401),
        ("/api/v1/me/0/credential", b'{"phone_key": "%s"}' % KEY.encode(), {"Authorization": "Bearer nobody"}, 401),
        ("/api/v1/me/0/credential", b'{"phone_key": "%s"}' % KEY.encode(), {"Authorization": "Bearer SESSION"}, 409),
        ("/api/v1/me/9/credential", b'{"phone_key": "%s"}' % KEY.encode(), {"Authorization": "Bearer SESSION"}, 409),
        (
            "/api/v1/me/0/credential",
            b'{"phone_key": "%s"}' % KEY.encode(),
            {"Cookie": "fangxian_session=SESSION", "Sec-Fetch-Site": "cross-site"},
            403,
        ),
        ("/api/v1/gate/scans", b'{"scans": []}', {}, 401),
        ("/api/v1/gate/scans", b'{"scans": []}', {"Authorization": "Bearer nobody"}, 401),
        ("/api/v1/gate/scans", b'{"scans": []}', {"Authorization": "Bearer GATE"}, 400),
        ("/api/v1/gate/scans", b"[", {"Authorization": "Bearer GATE"}, 400),
    ],
)
def test_a_refusal_is_the_same_directly_and_the_long_way(client, living, path, body, headers, status):  # noqa: F811
    session, gate = come_in(living, "+8613800000001").secret, device(living)
    headers = {name: value.replace("SESSION", session).replace("GATE", gate) for name, value in headers.items()}
    directly, the_long_way = both_ways(client, path, body, headers)
    assert directly.status_code == status
    assert said(directly) == said(the_long_way)


def test_a_scan_is_answered_the_same_directly_and_the_long_way(client, living):  # noqa: F811
    scan = b'{"scans": [{"scan_id": "%s", "age_s": 0, "text": "HC1:"}]}' % str(uuid4()).encode()
    directly, the_long_way = both_ways(client, "/api/v1/gate/scans", scan, {"Authorization": f"Bearer {device(living)}"})
    assert directly.status_code == 200
    assert said(directly) == said(the_long_way)


def test_who_names_another_host_or_asks_too_often_is_refused_directly_too(client):
    elsewhere = client.post("/api/v1/gate/scans", content=b"{}", headers=JSON | {"Host": "elsewhere.invalid"})
    assert elsewhere.status_code == 400
    often = [client.post("/api/v1/me/0/credential", content=b"{}", headers=JSON | {"Authorization": "Bearer one"}) for _ in range(61)]
    assert ([each.status_code for each in often], "Retry-After" in often[-1].headers) == ([422] * 60 + [429], True)


def test_what_is_asked_for_directly_is_counted_by_its_route(client):
    client.post("/api/v1/me/0/credential", content=b"{}", headers=JSON)
    line = 'fangxian_requests_total{method="POST",route="/api/v1/me/{place}/credential",status="422"}'
    assert line in client.get("/metrics").text


def device(living) -> str:  # noqa: F811
    """Return the token of a new gate."""
    event = Event(actor="test", role="test", purpose="test", action="register gate")
    _, code = register(living.store, event, place_id="mall-1", place_name="虚构商场", region_code="330106", at=living.clock())
    return open_device(living.store, code, at=living.clock())
