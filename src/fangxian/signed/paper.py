"""A code on paper, for those without a phone: A6 as SVG or PDF, in Chinese and English, for any printer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import Final
from zoneinfo import ZoneInfo

import segno

from fangxian.policy.colour import Colour
from fangxian.policy.regions import expect_region
from fangxian.signed.credential import PaperCredential
from fangxian.signed.times import seconds

_ZONE: Final = ZoneInfo("Asia/Shanghai")
_FILLS: Final = {Colour.GREEN: "#1a7f37", Colour.YELLOW: "#d4a72c", Colour.ORANGE: "#e36209", Colour.RED: "#cf222e"}
_WIDTH, _HEIGHT, _QR = 105.0, 148.0, 66.0
Line = tuple[float, float, str]


def qr(text: str, *, error: str = "q") -> segno.QRCode:
    """Return the QR of a code's text: alphanumeric, with a quarter of it to spare (ECC Q, as an HCERT on paper has)."""
    return segno.make_qr(text, error=error, mode="alphanumeric", boost_error=False)


def paper_svg(text: str, credential: PaperCredential, *, number: str = "") -> str:
    """Return the page for a paper credential and its signed text; times are China's.

    `number` is the one by which somebody without papers is known: theirs to keep, and in no QR.
    """
    region = expect_region(credential.region_code, credential.issued_at.date())
    colour = credential.colour.words
    lines: list[Line] = [
        (34, 7.5, credential.masked_name),
        (113, 4.2, f"签发 Issued by: {region.name}（{region.region_code}）"),
        (119, 4.2, f"签发时间 Issued: {local(credential.issued_at)}"),
        (125, 4.2, f"有效期至 Valid until: {local(credential.valid_until)}"),
        (134, 3.0, "请连同身份证件出示。遗失请到发码处注销重开。"),
        (139, 2.6, "Show it with your identity document. If lost, have it revoked and renewed."),
    ]
    if number:
        lines.append((107.5, 3.6, f"您的号码，请保存 Keep your number: {number}"))
    return page_svg(
        text, title="健康码（纸质） Health code on paper", band=f"{colour.zh} {colour.en}", fill=_FILLS[credential.colour], lines=lines
    )


def paper_pdf(text: str, credential: PaperCredential, *, number: str = "") -> bytes:
    """Return the same page as PDF."""
    return as_pdf(paper_svg(text, credential, number=number))


def page_svg(text: str, *, title: str, band: str, fill: str, lines: Sequence[Line], height: float = _HEIGHT) -> str:
    """Return a page with a title, a coloured band, a signed text as QR, and lines: how far down, how large, what."""
    texts = "".join(_text(y, size, words) for y, size, words in ((12, 5.0, title), *lines))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH:g}mm" height="{height:g}mm" viewBox="0 0 {_WIDTH:g} {height:g}"'
        ' font-family="Noto Sans CJK SC, Noto Sans SC, PingFang SC, Microsoft YaHei, sans-serif" text-anchor="middle">'
        f'<title>{escape(title)}</title><rect width="100%" height="100%" fill="#fff"/>'
        f'<rect x="10" y="16" width="85" height="8" rx="2" fill="{fill}"/>'
        f"{_text(21.8, 5.5, band, fill='#fff')}{texts}"
        f"{_drawn(text)}</svg>\n"
    )


def as_pdf(page: str, *, height: float = _HEIGHT) -> bytes:
    """Return a page as PDF; Chinese letters come from the fonts of this machine."""
    import typst  # some 40 MB, which gates that only verify do without

    text = f'#set page(width: {_WIDTH:g}mm, height: {height:g}mm, margin: 0mm)\n#image(bytes(sys.inputs.page), format: "svg", width: 100%)'
    pdf: bytes = typst.compile(text.encode(), format="pdf", sys_inputs={"page": page})
    return pdf


def _drawn(text: str) -> str:
    """Return the QR in the middle of the page, 66 mm wide with its quiet zone."""
    drawing = qr(text).svg_inline(border=4, omitsize=True, svgclass=None, lineclass=None)
    return drawing.replace("<svg ", f'<svg x="{(_WIDTH - _QR) / 2:g}" y="39" width="{_QR:g}" height="{_QR:g}" ', 1)


def _text(y: float, size: float, words: str, *, fill: str = "#111") -> str:
    return f'<text x="{_WIDTH / 2:g}" y="{y:g}" font-size="{size:g}" fill="{fill}">{escape(words)}</text>'


def local(at: datetime) -> str:
    """Return an instant on China's clocks."""
    return f"{datetime.fromtimestamp(seconds(at), _ZONE):%Y-%m-%d %H:%M}"
