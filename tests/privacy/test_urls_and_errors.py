"""No address names a person, and no refusal repeats what was sent."""

import itertools
import re
from uuid import uuid4

import pytest
from starlette.routing import Route

from fangxian.services import members
from fangxian.web.api.app import PREFIX, api
from fangxian.web.live import live_application

NAMED = {"place", "day", "name", "path", "region_code", "reason", "fact", "before", "own"}
"""What an address may name: a place on one's own phone, a day, a questionnaire, a file, a region; a reason on a
page, and a fact of it; looks before an instant, one's own or others'."""

SENT = "王小明-110105-19491231002X-13800138000"


def addresses(living):
    """Return every address of the application and the names in it: those of pages and gates, and those of the interface."""
    app = live_application(living, None, hosts=["testserver"])
    pages = [route.path for route in app.routes if isinstance(route, Route)]
    described = [f"{PREFIX}{path}" for path in api(living).openapi()["paths"]]
    return {path: set(re.findall(r"\{(\w+)", path)) for path in (*pages, *described)}


def test_no_address_has_a_parameter_that_names_a_person(living):
    found = addresses(living)
    assert len(found) > 40
    assert {path: names - NAMED for path, names in found.items() if names - NAMED} == {}


def test_no_query_of_the_interface_names_a_person(living):
    paths = api(living).openapi()["paths"]
    named = {
        p["name"] for methods in paths.values() for each in methods.values() for p in each.get("parameters", []) if p["in"] != "header"
    }
    assert named <= NAMED


def test_no_address_of_anybody_elses_code_can_be_made(living, client):
    """A place is one's own phone's: without a session every page leads to the log-in, and every call is refused."""
    for path, names in addresses(living).items():
        if "place" in names:
            where = re.sub(r"\{\w+(:int)?\}", "0", path)
            assert client.get(where, follow_redirects=False).status_code in (303, 401, 405), path


BODIES = (
    {"json": {"phone": SENT}},
    {"json": {"phone": SENT, "code": SENT[:12]}},
    {"json": {"scans": [{"scan_id": SENT, "age_s": 1, "text": SENT}]}},
    {"json": {"id_type": SENT, "id_number": SENT}},
    {"json": {SENT: SENT}},
    {"content": SENT.encode(), "headers": {"content-type": "application/json"}},
    {"content": b"\xff" + SENT.encode(), "headers": {"content-type": "application/json"}},
)


@pytest.mark.parametrize("token", ["", SENT.encode("unicode_escape").decode(), str(uuid4())], ids=["none", "words", "random"])
def test_no_refusal_of_the_interface_repeats_what_was_sent(living, client, token):
    paths = sorted(path for path in addresses(living) if path.startswith("/api/"))
    tried = set()
    for path, body in itertools.product(paths, BODIES):
        where = path.replace("{place}", "7").replace("{name}", SENT).replace("{day}", SENT)
        bears = {"authorization": f"Bearer {token}"} if token else {}
        answer = client.post(where, **{**body, "headers": body.get("headers", {}) | bears})
        if answer.status_code >= 400:
            tried.add(path)
            assert SENT not in answer.text, path
            assert SENT.encode("unicode_escape").decode() not in answer.text, path
        # Who is told to come back is told nothing else: a busy machine may do that.
        assert answer.status_code < 500 or answer.status_code == 503, path
    assert len(tried) > 10


def test_what_fails_inside_is_not_told_outside(living, client, monkeypatch):
    def fails(*given):
        raise RuntimeError(SENT)

    monkeypatch.setattr(members, "members_of", fails)
    monkeypatch.setattr("fangxian.web.asking.session_of", fails)
    client.cookies.set("fangxian_session", "x")
    for path in ("/me", "/me/0"):
        answer = client.get(path, headers={"connection": "close"})
        assert answer.status_code == 500
        assert SENT not in answer.text


@pytest.mark.parametrize("path", ["/me/nobody", f"/public/{SENT}", f"/{SENT}", f"/me?lang={SENT}"])
def test_a_page_that_does_not_exist_does_not_repeat_its_name(client, path):
    assert SENT not in client.get(path).text
