"""What every answer carries, and which requests are refused."""

import re

import httpx
import pytest

from tests.web.conftest import Served
from tests.web.small_province import CONTACT

PATHS = ["/", "/day", "/county/330382", "/drawing/map.json", "/drawing/codes.json", "/refused.xlsx", "/static/page.css", "/nowhere"]
FORM = {
    "person_id": CONTACT,
    "policy": "hangzhou",
    "at": "2020-02-20T12:00",
    "known_at": "2020-02-20T12:00",
    "role": "doctor",
    "purpose": "test",
}


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_the_security_headers(browser: httpx.Client, path: str):
    headers = browser.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert "server" not in headers


@pytest.mark.parametrize("path", [path for path in PATHS if not path.startswith("/static/")])
def test_nothing_but_static_files_may_be_kept_by_a_browser(browser: httpx.Client, path: str):
    assert browser.get(path).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/day", "/county/330382"])
def test_no_page_has_a_script_or_style_inside_it(browser: httpx.Client, path: str):
    text = browser.get(path).text
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", text) == []


def test_no_page_asks_anything_of_another_machine(browser: httpx.Client):
    found = re.findall(r'(?:src|href|action)="([^"]*)"', browser.get("/").text)
    assert found
    assert [address for address in found if not address.startswith(("/", "#"))] == []


def test_another_name_for_this_machine_is_refused(browser: httpx.Client):
    assert browser.get("/", headers={"host": "codes.example"}).status_code == 400


@pytest.mark.parametrize("headers", [{"origin": "https://codes.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}])
def test_another_site_cannot_look_anybody_up(browser: httpx.Client, served: Served, headers: dict[str, str]):
    before = journal_lines(served)
    assert browser.post("/person", data=FORM, headers=headers).status_code == 403
    assert journal_lines(served) == before


def test_a_person_cannot_be_asked_for_in_an_address(browser: httpx.Client, served: Served):
    before = journal_lines(served)
    assert browser.get("/person", params=FORM).status_code == 405
    assert journal_lines(served) == before


def test_a_form_that_is_too_long_is_not_read(browser: httpx.Client):
    assert browser.post("/person", data={**FORM, "purpose": "x" * 5000}).status_code == 413


def journal_lines(served: Served) -> int:
    """Return how many entries the lake's journal has."""
    path = served.lake.path / "access.jsonl"
    return len(path.read_bytes().splitlines()) if path.exists() else 0
