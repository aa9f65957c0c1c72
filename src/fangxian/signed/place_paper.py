"""A place's code to hang up: A6 as SVG or PDF, in Chinese and English; a printer makes it as large as is wanted."""

from __future__ import annotations

from typing import Final

from fangxian.policy.regions import region_name
from fangxian.signed.paper import Line, as_pdf, local, page_svg
from fangxian.signed.place import PlaceCode

_FILL: Final = "#1f3a5f"
_WIDEST: Final = 92.0
"""Millimetres for the longest of names: all Chinese letters are as wide as they are high."""


def place_svg(text: str, place: PlaceCode) -> str:
    """Return the page for a place's code and its signed text; times are China's."""
    lines: list[Line] = [
        (33.5, _fitting(7.5, place.organisation), place.organisation),
        (111, _fitting(4.2, place.address), place.address),
        (118, 4.2, "打开健康码，点“到场登记”，扫此码"),
        (123, 3.2, "Open your health code, choose “Check in at a place”, scan this"),
        (131, 2.8, f"{region_name(place.region_code)}（{place.region_code}） {place.place_id}"),
        (135.5, _fitting(2.8, place.issued_by), f"签发 Issued by: {place.issued_by}，{local(place.issued_at)}"),
        (140, 2.8, f"有效期至 Valid until: {local(place.valid_until)}"),
    ]
    return page_svg(text, title="场所码 Place code", band="扫码登记 Scan to check in", fill=_FILL, lines=lines)


def place_pdf(text: str, place: PlaceCode) -> bytes:
    """Return the same page as PDF."""
    return as_pdf(place_svg(text, place))


def _fitting(size: float, words: str) -> float:
    return min(size, _WIDEST / len(words))
