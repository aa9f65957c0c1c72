"""Every route at a place of a phone: who only shows a code is refused all else there, and the audit says who acted."""

import re
from collections.abc import Iterator

import pytest
from starlette.routing import Mount

from fangxian.services import members
from fangxian.services.acting import Acting, may
from fangxian.web.permitted import Permitted
from fangxian.work.roles import Action
from tests.fuzz.rightly import REQUESTS
from tests.services.conftest import PHONE, clock, come_in, database, living, migrated, store, vault_process
from tests.services.test_acting import shown
from tests.services.test_arriving import wall
from tests.services.test_declaring import child_added

from .staff_kit import Served, serve

__all__ = ["clock", "database", "living", "migrated", "store", "vault_process"]

API = "/api/v1"
FAMILY, CHILD = 1, 2
REFUSED = ("shows their code", "同意由您的手机出示健康码")


@pytest.fixture
def served(living) -> Iterator[Served]:
    with serve(living) as one:
        yield one


@pytest.fixture
def phone(served, clock):
    """Give the browser of a phone on which somebody is who only let it show their code, and a child in its person's care."""
    own, _ = shown(served.living, symptoms="fever", temperature_c=38.6)
    child = child_added(served.living)
    clock.forward(minutes=2)
    secret = come_in(served.living, PHONE).secret
    return served.browser(cookies={"fangxian_session": secret}), own.person_id, child.person_id


def routes(served) -> Iterator[tuple[str, str, Action]]:
    """Yield method, path and action of everything that names a place of a phone."""
    for route in served.app.routes:
        if isinstance(route, Permitted) and route.path.startswith("/me/{place"):
            for method in route.methods - {"HEAD"}:
                yield method, route.path, route.action
    (mounted,) = [route.app for route in served.app.routes if isinstance(route, Mount) and route.path == API]
    for path, methods in mounted.openapi()["paths"].items():
        for method, described in methods.items():
            if "{place}" in path:
                yield method.upper(), API + path, Action(described["x-action"])


def asked(client, living, method, path, place):
    """Ask something rightly at a place of the phone."""
    rightly = next((each for each in REQUESTS if (each.method, each.path) == (method, path)), None)
    body = dict(rightly.body) if rightly else {}
    body |= {name: wall(living) for name in ("code", "text") if name in body and "visit" in path}
    address = re.sub(r"\{\w+(:int)?\}", "0", path.replace("{place", f"{place}{{place", 1).replace("{place:int}", "").replace("{place}", ""))
    return client.request(method, address, params={"lang": "en"}, **{"json" if path.startswith(API) else "data": body or None})


def test_whoever_only_shows_a_code_is_refused_everything_else_at_every_route(served, phone):
    client, person, _ = phone
    found = list(routes(served))
    assert len(found) > 30
    for method, path, action in found:
        answer = asked(client, served.living, method, path, FAMILY)
        allowed = may(Acting.FAMILY, action)
        assert (answer.status_code == 409 and REFUSED[0] in answer.text) is not allowed, (method, path, answer.status_code)
        assert answer.status_code < 400 or not allowed, (method, path, answer.status_code)
        if path.startswith(API) and not allowed:
            assert REFUSED[1] in answer.text, path
    assert actors(served, person) == {("family",)}


def test_what_a_guardian_does_by_any_route_is_by_the_guardian(served, phone):
    client, _, child = phone
    for method, path, _ in sorted(routes(served), key=lambda each: each[0] == "DELETE"):
        answer = asked(client, served.living, method, path, CHILD)
        assert not any(words in answer.text for words in REFUSED), (method, path)
        assert answer.status_code != 500, (method, path)
    assert actors(served, child) == {("guardian",)}
    with pytest.raises(Exception, match="nobody at this place"):
        members.member_at(served.living, served.living.vault.phone_index(PHONE), CHILD)


def actors(served, person):
    """Return who did something about a person since the phone logged in last, by the audit."""
    with served.living.store.pool.connection() as connection:
        done = connection.execute(
            "SELECT DISTINCT actor FROM audit.event WHERE person_id = %s AND at = %s", [person, served.living.clock()]
        )
        return set(done.fetchall())


def test_the_page_of_who_is_only_shown_links_to_nothing_that_is_refused_and_tells_no_reason(served, phone):
    client, _, _ = phone
    text = client.get(f"/me/{FAMILY}?lang=en").text
    assert "38.6" not in text
    assert set(re.findall(rf'(?:href|action)="/me/{FAMILY}/?([^"?]*)', text)) == {"", "visit"}
    assert 'form="paper"' not in text
    assert "This phone shows the code" in text
    said = client.get(f"{API}/me/{FAMILY}/code").json()
    assert (said["colour"], sorted(said)) == ("yellow", ["changes", "colour"])
    assert client.post(f"/me/{FAMILY}/visit?lang=en", data={"code": wall(served.living)}).status_code == 200


def test_whoever_is_asked_is_told_what_they_agree_to_and_takes_it_back_on_the_same_page(served, phone, clock):
    clock.forward(minutes=2)
    theirs = served.browser(cookies={"fangxian_session": come_in(served.living, "+8613800000002").secret})
    page = theirs.get("/me/family?lang=en").text
    assert "Other phones that show your code" in page
    (request,) = re.findall(r'name="request" value="([^"]+)"', page)
    assert theirs.post("/me/family/answer", data={"place": "0", "request": request, "answer": "refuse"}).status_code == 303
    assert "Other phones" not in theirs.get("/me/family?lang=en").text
    assert phone[0].get(f"{API}/me/{FAMILY}/code").status_code == 409
