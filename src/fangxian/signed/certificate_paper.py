"""The certificate of release as a page: who, which measures, from when until when, and the QR that anybody can have verified."""

from __future__ import annotations

from typing import Final

from fangxian.facts import Text
from fangxian.facts.words import WORDS
from fangxian.policy.regions import expect_region
from fangxian.signed.certificate import Certificate
from fangxian.signed.paper import Line, as_pdf, local, page_svg

TITLE: Final = Text("解除隔离证明", "Certificate of release")
_FILL: Final = "#1f3a5f"
_FIRST: Final = 111.0
_STEP: Final = 5.2
_NAME: Final = 90.0
"""Millimetres for the longest of names: all Chinese letters are as wide as they are high."""


def certificate_svg(text: str, certificate: Certificate) -> str:
    """Return the page for a certificate and its signed text; times are China's. It is as long as its measures need."""
    region = expect_region(certificate.region_code, certificate.issued_at.date())
    steps = [f"{_named(measure)} 自 from {local(from_at)}" for measure, from_at in certificate.measures]
    said = [
        *steps,
        f"解除 Released: {local(certificate.until_at)}",
        f"签发 Issued by: {certificate.issued_by}（{region.region_code}）",
        f"签发时间 Issued: {local(certificate.issued_at)}",
    ]
    lines: list[Line] = [(31, min(6.5, _NAME / len(certificate.full_name)), certificate.full_name), (37.5, 4.2, certificate.masked_number)]
    lines += [(_FIRST + _STEP * place, 3.2, words) for place, words in enumerate(said)]
    end = _FIRST + _STEP * len(said)
    lines += [
        (end + 3, 2.8, "请连同身份证件出示；本证明不代替健康码。"),
        (end + 7, 2.6, "Show it with your identity document. It does not take the place of a health code."),
    ]
    return page_svg(text, title=f"{TITLE.zh} {TITLE.en}", band="已解除 released", fill=_FILL, lines=lines, height=_height(certificate))


def certificate_pdf(text: str, certificate: Certificate) -> bytes:
    """Return the same page as PDF."""
    return as_pdf(certificate_svg(text, certificate), height=_height(certificate))


def _height(certificate: Certificate) -> float:
    return _FIRST + _STEP * (len(certificate.measures) + 3) + 12


def _named(measure: str) -> str:
    return f"{WORDS[measure].zh} {WORDS[measure].en}"
