"""What a phone's page does each half minute, run by a browser: the gate takes what it makes."""

import pytest
from playwright.sync_api import Page
from signed.kit import EIGHT, Town

from fangxian.signed import phone

from .signed_page import seconds

pytestmark = pytest.mark.browser


def test_a_browser_with_a_key_that_cannot_leave_it_shows_a_code_that_passes(signed_page: Page):
    point = signed_page.evaluate("phone.makeKey().then((made) => { window.made = made; return [...made.point]; })")
    town = Town()
    credential = town.credential(phone_key=bytes(point))
    text = signed_page.evaluate("([credential, at]) => phone.show(credential, made.key, at)", [credential, seconds(EIGHT)])
    assert town.scan(text).passes
    assert len(text) == len(phone.show(town.credential(), at=EIGHT, by=town.phone))
    assert signed_page.evaluate("crypto.subtle.exportKey('pkcs8', made.key).then(() => 'out', () => 'stays')") == "stays"
