"""The lines of docs/signed-codes.md that a phone's page runs, run by a browser: the gate takes what they make."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from signed.kit import EIGHT, Town

from fangxian.signed import phone

DOCUMENT = Path(__file__).parents[2] / "docs" / "signed-codes.md"
pytestmark = pytest.mark.browser


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """Give an empty page that a browser takes for one of a server, so that WebCrypto is there; nothing is fetched."""
    opened = chromium.new_page()
    opened.route("**/*", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html"))
    opened.goto("https://phone.invalid/")
    opened.add_script_tag(content=re.search(r"```js\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)[1])
    yield opened
    opened.close()


def test_a_browser_with_a_key_that_cannot_leave_it_shows_a_code_that_passes(page: Page):
    point = page.evaluate(
        """async () => {
            window.pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
            return [...new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey))];
        }"""
    )
    town = Town()
    credential = town.credential(phone_key=bytes(point))
    text = page.evaluate("([credential, at]) => show(credential, pair.privateKey, at)", [credential, 1582156800])
    assert town.scan(text).passes
    assert len(text) == len(phone.show(town.credential(), at=EIGHT, by=town.phone))
    assert page.evaluate("crypto.subtle.exportKey('pkcs8', pair.privateKey).then(() => 'out', () => 'stays')") == "stays"
