"""A code on paper: a page that a printer takes and a scanner reads."""

import io
from xml.etree import ElementTree

import numpy as np
import pytest
import zxingcpp

from fangxian.errors import FangxianError
from fangxian.policy.colour import Colour
from fangxian.signed.issue import issue
from fangxian.signed.paper import paper_svg, qr

from .kit import DAY, EIGHT, Town


def scanned(text: str, *, error: str = "q", tear: int = 0) -> str:
    """Return what a scanner reads from the QR of a text, its lower rows torn off or not."""
    written = io.BytesIO()
    qr(text, error=error).save(written, kind="pbm", scale=4, border=4, plain=False)
    *_, size, pixels = written.getvalue().split(b"\n", 3)
    width, height = map(int, size.split())
    bits = np.unpackbits(np.frombuffer(pixels, np.uint8)).reshape(height, -1)[:, :width]
    image = np.where(bits == 1, 0, 255).astype(np.uint8)
    image[height // 2 : height // 2 + tear, width // 2 : width // 2 + tear] = 255
    return zxingcpp.read_barcodes(image)[0].text


def test_a_paper_is_read_back_by_a_scanner_and_passes(town: Town):
    text = issue(town.paper(), by=town.server)
    assert town.scan(scanned(text)).passes


def test_a_paper_with_a_hole_is_read_back(town: Town):
    text = issue(town.paper(), by=town.server)
    assert scanned(text, tear=60) == text


@pytest.mark.parametrize(("error", "version"), [("m", 14), ("q", 17)])
def test_what_a_phone_shows_is_read_back_by_a_scanner(town: Town, error: str, version: int):
    text = town.shown()
    assert qr(text, error=error).version == version
    assert scanned(text, error=error) == text


def test_a_paper_takes_a_small_qr(town: Town):
    made = qr(issue(town.paper(masked_name="王**"), by=town.server))
    assert (made.designator, made.mode) == ("12-Q", "alphanumeric")


@pytest.mark.parametrize("colour", Colour)
def test_the_page_is_a6_and_says_in_both_languages_what_it_is_of_whom_and_until_when(town: Town, colour: Colour):
    credential = town.paper(colour=colour, masked_name="王**")
    page = ElementTree.fromstring(paper_svg(issue(credential, by=town.server), credential))
    assert (page.get("width"), page.get("height")) == ("105mm", "148mm")
    said = " ".join(page.itertext())
    for words in ("王**", colour.words.zh, colour.words.en, "杭州市", "2020-02-20 20:00", "Valid until", "有效期至", "revoked", "注销"):
        assert words in said


def test_a_name_with_marks_of_xml_does_not_break_the_page(town: Town):
    credential = town.paper(masked_name="<&*")
    assert "<&*" in " ".join(ElementTree.fromstring(paper_svg(issue(credential, by=town.server), credential)).itertext())


def test_a_paper_lasts_no_longer_than_it_may(town: Town):
    assert issue(town.paper(valid_until=EIGHT + 13 * DAY), by=town.server)
    for until in (EIGHT + 14 * DAY, EIGHT - DAY):
        with pytest.raises(FangxianError, match="cannot last"):
            issue(town.paper(valid_until=until), by=town.server)
