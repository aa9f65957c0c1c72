"""Whatever is sent to a route that takes something: it is answered in bounds, without a failure, and what is refused leaves nothing.

A few of all hostile values are tried by default, always the same; `FANGXIAN_FUZZ=1` tries each of them everywhere.
"""

import os
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import httpx
import pytest
from starlette.routing import Route

from fangxian.web.running.kinds import served_routes

from .rightly import COSE, FORM, JSON, REQUESTS, SCAN, Rightly
from .town import Hostile

MARK = "王小明-110105"
"""Stands for what an answer must not repeat where it is no page with the form that it was typed into."""

TEXTS = (
    "",
    " ",
    MARK,
    "\0",
    f"{MARK}\0",
    "\ufeff\u202e\u200b",
    "\ud800",
    "<script>alert(1)</script>",
    "{{7*7}}${7*7}%s%n",
    "'; DROP TABLE facts.exposure; --",
    "../../etc/passwd",
    "9" * 25,
    "9" * 5_000,
    "王" * 3_000,
    "-1",
    "1e999",
    "NaN",
    "²",
    "٣",
    "2020-02-30",
    "0000-00-00",
    "9999-12-31",
)
OTHERS = (None, True, -1, 2**63, 10**400, 1.5e308, [], {}, [[]], [None], {"\0": MARK}, [MARK] * 1_000)
"""What JSON can say besides."""

IN_ADDRESS = (
    "0",
    "-1",
    "9" * 25,
    "9" * 5_000,
    "%00",
    "%FF",
    "%ED%A0%80",
    "%2e%2e%2f",
    "王小明",
    "a" * 6_000,
    "%20",
    "2020-02-30",
    "%0d%0aSet-Cookie:a=b",
)
WORST_BODIES = (
    b"",
    b"\xff\xfe\x00",
    b"&" * 2_000,
    b"=" * 2_000,
    b"[" * 30_000,
    b"{" * 5_000,
    b'{"a":' * 5_000,
    b"null",
    b'"\\ud800"',
    b"1" * 5_000,
)
LONGEST_ANSWER = 400_000
"""Bytes; a page with a whole form, or a PDF of one page."""

COUNTS: dict[str, set[str]] = {
    # A wrong code is one of five tries.
    "/me/log-in": {"account.one_time_code"},
    "/api/v1/log-in": {"account.one_time_code"},
}
"""What is counted where it is refused, by the route: else who guesses has as many tries as they like."""

ALL = bool(os.environ.get("FANGXIAN_FUZZ"))


def some(values: tuple[Any, ...], most: int, of: str) -> list[Any]:
    """Return some of the values, others for each thing that they are tried on, and the same in every run."""
    return list(values) if ALL else random.Random(of).sample(values, most)


def where(town: Hostile, request: Rightly, **changed: str) -> str:
    """Return a request's address, with real things named where nothing else is given."""
    named = {"reference": town.references.get(request.asker, "x"), "place": "0", "reason": "0", "fact": "0", "day": "2020-02-23"}
    named |= {"name": "declaration", "path": "page.css", "visit": SCAN["scan_id"], "phone_id": SCAN["scan_id"]} | changed
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: named[found[1]], request.path)


def filled(town: Hostile, request: Rightly) -> dict[str, Any]:
    """Return the body as it should be, with a real reference where one is named."""
    return {name: town.references.get(request.asker, "x") if value == "{reference}" else value for name, value in request.body.items()}


def send(town: Hostile, request: Rightly, content: bytes = b"", *, at: str = "", kind: str = "", **headers: str) -> httpx.Response:
    """Send a request as its rightful asker; expect an answer within bounds that is no failure."""
    given = {**town.askers[request.asker], "Content-Type": (kind or request.kind).encode("latin-1"), **headers}
    answer = town.client.request(request.method, at or where(town, request), content=content, headers=given)
    assert answer.status_code < 500, (answer.status_code, answer.text[:300])
    assert len(answer.content) < LONGEST_ANSWER
    assert not re.search(r"Traceback|psycopg|File \"/|<script>alert", answer.text)
    if answer.status_code >= 400 and not answer.headers.get("content-type", "").startswith("text/html"):
        assert MARK not in answer.text
        assert MARK.encode("unicode_escape").decode() not in answer.text
    return answer


def bodies(town: Hostile, request: Rightly) -> Iterator[bytes]:
    """Yield the rightful body with one field at a time missing, repeated, or hostile; and bodies that are no form at all."""
    right = filled(town, request)
    for name, value in right.items():
        missing = {other: given for other, given in right.items() if other != name}
        yield request.written(missing)
        for hostile in some(TEXTS if request.kind == FORM else (*TEXTS, *OTHERS), 2, f"{request} {name}"):
            yield request.written(right | {name: hostile})
        yield request.written(right | {name: [value, MARK]})
        for inner in value if isinstance(value, Mapping) else ():
            for hostile in some((*TEXTS, *OTHERS), 1, f"{request} {inner}"):
                yield request.written(right | {name: {**value, inner: hostile}})
    yield request.written(right | {f"{MARK}{number}": "" for number in range(500)})
    yield request.written(right | {"\0": "\0"})
    yield from some(WORST_BODIES, 3, str(request))


@pytest.mark.parametrize("request_", REQUESTS, ids=str)
def test_whatever_is_sent_is_answered_and_what_is_refused_leaves_nothing(town: Hostile, request_: Rightly):
    before = town.kept()
    for body in bodies(town, request_):
        answer = send(town, request_, body)
        after = town.kept()
        if answer.status_code >= 400:
            assert {table for table in after if after[table] != before[table]} <= COUNTS.get(request_.path, set()), body[:200]
        before = after


@pytest.mark.parametrize("request_", REQUESTS, ids=str)
def test_what_is_too_long_or_of_another_kind_or_from_elsewhere_is_refused(town: Hostile, request_: Rightly):
    before, right = town.kept(), request_.written(filled(town, request_))
    assert send(town, request_, right + b" " * 9_000_000).status_code >= 400
    for kind in {FORM, JSON, COSE, "multipart/form-data; boundary=x", "text/xml", "\xff/\xff"} - {request_.kind}:
        assert send(town, request_, b"--x\r\n\r\n" + b"<" * 500, kind=kind).status_code >= 400
    if "Cookie" in town.askers[request_.asker] and not request_.asker.endswith("leaver"):
        assert send(town, request_, right, Origin="https://elsewhere.example").status_code == 403
        assert send(town, request_, right, **{"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert town.kept() == before


def with_names_in_their_address(town: Hostile) -> list[Rightly]:
    """Return every route whose address names something, asked by whoever is likeliest to be let in."""
    pages = [("GET", route.path) for route in town.app.routes if isinstance(route, Route) and "GET" in (route.methods or ())]
    found = {(method, path) for method, path in [*served_routes(town.app.routes), *pages] if "{" in path}
    askers = {str(each): each.asker for each in REQUESTS}
    return [
        Rightly(path, askers.get(f"{method} {path}") or ("officer" if "/staff/" in path else "citizen"), {}, method=method)
        for method, path in sorted(found)
    ]


def test_whatever_an_address_names_is_answered(town: Hostile):
    for request in with_names_in_their_address(town):
        if request.method == "DELETE":
            request = Rightly(request.path, "nobody", {}, method="DELETE")
        for name in re.findall(r"\{(\w+)", request.path):
            for hostile in some(IN_ADDRESS, 4, str(request)):
                send(town, request, b"", at=where(town, request, **{name: hostile}))


def test_every_route_that_takes_something_is_tried(town: Hostile):
    served = {f"{method} {path}" for method, path in served_routes(town.app.routes) if method not in ("GET", "HEAD")}
    assert served == {str(each) for each in REQUESTS}


def test_a_failure_is_seen(town: Hostile, monkeypatch: pytest.MonkeyPatch):
    def fails(*given: object) -> None:
        raise ValueError(MARK)

    monkeypatch.setattr("fangxian.web.asking.session_of", fails)
    # By a client of its own: the server closes the connection of an answer that failed, after it was sent.
    with httpx.Client(base_url=town.address, timeout=60, trust_env=False) as client, pytest.raises(AssertionError, match="500"):
        send(replace(town, client=client), next(each for each in REQUESTS if each.asker == "citizen"))
